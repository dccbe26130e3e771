"""Convert money by hand: what came in one currency settles what is owed in another, at a rate that a person states.

Never by itself. It is also the way out of suspense for money that came in another currency than was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.acts import Act
from hub.domain.conversion import SUSPENSE, Conversion, Doubt, Rate, conversion_entries, doubt_of
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Share, shares_of
from hub.domain.ledger import LedgerKind, When
from hub.domain.lengths import BANK_ACCOUNT, REASON, stated_reason, too_long
from hub.domain.merchant import Merchant, Parties
from hub.domain.message import About, review_of
from hub.domain.payable import Payable
from hub.domain.payment import Flag, Payment
from hub.domain.receipt import IN_HAND, means_by_hand
from hub.domain.refusals import PAID_OUT
from hub.domain.text import Text
from hub.flows.books.move_credit import move_credit, settle_from
from hub.flows.books.take_back_conversion import left_of_conversion, take_back
from hub.flows.books.use_held import keeping_held
from hub.flows.ground.open_review import close_review, open_review
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell
from hub.flows.payments.decide import decide
from hub.flows.receipts.issue_for_conversion import issue_for_conversion, void_for_conversion
from hub_hookspecs import Money

from .tell_conversion import tell_conversion


@attrs.frozen(kw_only=True)
class Wanted:
    """What a person states of money that came in another currency.

    Attributes:
        customer_id: Whose it is.
        payment_id: Whose money waits in suspense; None for money received by hand.
        settles_in: The currency that is owed.
        invoices: Numbers of what it settles; else the oldest first. Of a payment what it was for.
    """

    customer_id: str
    payment_id: str | None = None
    came: Money
    settles_in: str
    rate: Rate
    means: str = SUSPENSE
    value_on: date
    invoices: Sequence[str] = ()

    @property
    def content(self) -> dict[str, str]:
        """All of it in plain words; a second person must say the same."""
        return {
            "customer": self.customer_id,
            "payment": self.payment_id or "",
            "settles_in": self.settles_in,
            "base": self.rate.base,
            "quote": self.rate.quote,
            "rate": f"{self.rate.value:f}",
            "source": self.rate.source,
            "rate_on": self.rate.on.isoformat(),
            "means": self.means,
            "value_on": self.value_on.isoformat(),
            "invoices": " ".join(self.invoices),
        }


@attrs.frozen
class Converted:
    """What was decided, and the conversion; none while a second person is missing, ``doubt`` says why."""

    decision: Decision | None
    conversion: Conversion | None
    doubt: Doubt | None = None


def waiting_in_suspense(tx: Tx, payment: Payment) -> Money | None:
    """What came of a payment in another currency than was asked for, and waits; None where nothing does."""
    sums: dict[str, int] = {}
    for entry in tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id):
        sums[entry.currency] = sums.get(entry.currency, 0) - entry.moved(LedgerKind.SUSPENSE)
    return next((Money(minor, currency) for currency, minor in sums.items() if minor > 0), None)


async def convert_money(hub: Hub, merchant: Merchant, wanted: Wanted, *, signed: Signed, form: str = "") -> Converted:
    """Book both halves and what they settle, once a form; a rate that looks wrong waits for a second person.

    Raises:
        LookupError: No such customer or payment of this merchant.
        Invalid: Every error; nothing changed.
        NotAllowed: Nobody signed it, or the second person is the first one.
    """
    now, fresh, decision_id = hub.clock(), hub.fresh_id(), hub.fresh_id()
    this = form or fresh
    _refuse_faults(hub, merchant, wanted, now.astimezone(ZoneInfo(merchant.company.zone)).date(), signed)

    def write(tx: Tx) -> Converted:
        customer = customer_of(tx, merchant, wanted.customer_id)
        if existing := tx.conversions.get(this):
            return Converted(None, _same(existing, wanted))
        payment = _payment(tx, merchant, wanted)
        payables = _payables(tx, merchant, wanted, payment)
        refuse_while(
            *(tx, Act.EXCHANGE, now),
            payables=[payable.id for payable in payables],
            payments=[payment] if payment else [],
        )
        doubt = doubt_of(wanted.rate, _last_rate(tx, merchant, wanted.rate))
        about = About(payment.id if payment else customer.id, merchant.id, merchant.mode)
        decided = decide(
            *(tx, hub),
            proposal(
                *(decision_id, DecisionKind.CONVERT, about, signed, now),
                payment_id=wanted.payment_id,
                amount=wanted.came,
                content=wanted.content,
            ),
            now=now,
            by_two=doubt is not None,
        )
        if not decided.is_done:
            return Converted(decided, None, doubt)
        made = Conversion(
            form=this,
            merchant_id=merchant.id,
            mode=merchant.mode,
            customer_id=customer.id,
            payment_id=wanted.payment_id,
            account_id=payment.account_id if payment else "",
            came=wanted.came,
            settles=wanted.rate.converted(wanted.came),
            rate=wanted.rate,
            means=wanted.means,
            value_on=wanted.value_on,
            by=decided.people,
            why=decided.why,
            at=now,
        )
        _book(tx, merchant, made, payment, payables, note=f"{decided.people}: {decided.reasons}")
        issue_for_conversion(tx, hub, Parties(merchant, customer), made, payment)
        tell_conversion(tx, hub, made, now, "made")
        return Converted(decided, made)

    return await hub.store.write(write)


def _refuse_faults(hub: Hub, merchant: Merchant, wanted: Wanted, today: date, signed: Signed) -> None:
    rate, problems = wanted.rate, list[FieldError]()
    if wanted.came.minor <= 0:
        problems.append(FieldError("amount", Text("amount.not_positive")))
    if wanted.came.currency == wanted.settles_in or {rate.base, rate.quote} != {
        wanted.came.currency,
        wanted.settles_in,
    }:
        problems.append(FieldError("rate", Text("rate.other_pair", came=wanted.came.currency, owed=wanted.settles_in)))
    if rate.value <= 0:
        problems.append(FieldError("rate", Text("rate.not_positive")))
    if rate.on > today:
        problems.append(FieldError("rate_on", Text("rate.in_future")))
    if not rate.source.strip():
        problems.append(FieldError("source", Text("rate.source_missing")))
    if wanted.value_on > today:
        problems.append(FieldError("value_on", Text("date.in_future")))
    known = means_by_hand(hub.countries[merchant.company.country])
    if wanted.payment_id is None and wanted.means not in known:
        problems.append(FieldError("means", Text("receipt.means_not_by_hand", known=", ".join(known))))
    problems += (*too_long("source", rate.source, BANK_ACCOUNT), *too_long("why", signed.why.strip(), REASON))
    if not problems and rate.converted(wanted.came).minor <= 0:
        problems.append(FieldError("amount", Text("rate.comes_to_nothing", currency=wanted.settles_in)))
    if problems:
        raise Invalid(tuple(problems))


def _same(existing: Conversion, wanted: Wanted) -> Conversion:
    said = (existing.customer_id, existing.payment_id, existing.came, existing.rate, existing.means)
    if said != (wanted.customer_id, wanted.payment_id, wanted.came, wanted.rate, wanted.means):
        raise Invalid((FieldError("amount", Text("rate.form_used")),))
    return existing


def _payment(tx: Tx, merchant: Merchant, wanted: Wanted) -> Payment | None:
    if wanted.payment_id is None:
        return None
    payment = tx.payments.get(wanted.payment_id)
    if payment is None or (payment.merchant_id, payment.mode) != (merchant.id, merchant.mode):
        raise LookupError(wanted.payment_id)
    waiting = waiting_in_suspense(tx, payment)
    if payment.customer_id != wanted.customer_id or waiting != wanted.came:
        raise Invalid((FieldError("amount", Text("rate.nothing_waits")),))
    if wanted.settles_in != payment.amount.currency:
        raise Invalid((FieldError("currency", Text("rate.asked_in", currency=payment.amount.currency)),))
    return payment


def _payables(tx: Tx, merchant: Merchant, wanted: Wanted, payment: Payment | None) -> tuple[Payable, ...]:
    """What it may settle: what the payment was for, what was named, or all that is asked for and no payment holds."""
    if payment:
        return tx.payables.many([line.payable_id for line in payment.lines])
    owed = [
        item for item in tx.payables.open_of(wanted.customer_id, merchant.mode) if item.currency == wanted.settles_in
    ]
    if not wanted.invoices:
        unclear = tx.payables.in_clarification([item.id for item in owed])
        return tuple(item for item in owed if item.id not in unclear and not tx.payments.live_with([item.id]))
    named = {item.number: item for item in owed}
    for number in wanted.invoices:
        if number not in named:
            raise Invalid((FieldError("invoices", Text("rate.not_owed", number=number, currency=wanted.settles_in)),))
    return tuple(named[number] for number in wanted.invoices)


def _last_rate(tx: Tx, merchant: Merchant, rate: Rate) -> Rate | None:
    pair = {rate.base, rate.quote}
    made = tx.conversions.of(merchant.id, merchant.mode)
    return next((item.rate for item in made if not item.voided_at and {item.rate.base, item.rate.quote} == pair), None)


def _book(
    tx: Tx, merchant: Merchant, made: Conversion, payment: Payment | None, payables: Sequence[Payable], *, note: str
) -> None:
    into = LedgerKind.CASH if made.means in IN_HAND else LedgerKind.BANK
    tx.conversions.add(made)
    for entry in conversion_entries(made, into=LedgerKind.SUSPENSE if payment else into, note=note):
        tx.ledger.write(entry)
    intake = tx.ledger.intake(merchant.id, merchant.mode, made.keys[1])
    if payment:
        when = When(made.at, ZoneInfo(merchant.company.zone))
        settle_from(tx, payment, made.keys[1], when, on=made.value_on, observation=None)
        for review in tx.reviews.of(payment_id=payment.id):
            if review.cause == Flag.CURRENCY_MISMATCH:
                close_review(tx, review, f"converted at {made.rate}", made.at, made.by)
    elif intake:
        due = {payable.id: payable.due for payable in payables}
        shares = shares_of(intake.unapplied, [Share(this, owed) for this, owed in due.items()], due)
        move_credit(tx, intake, shares, at=made.at, on=made.value_on)
    tell(tx, "money_converted", conversion=made.id, merchant=merchant.id, payment=made.payment_id)


async def void_conversion(hub: Hub, merchant: Merchant, conversion_id: str, *, reason: str, by: str) -> Conversion:
    """Take back what is left of a conversion, both halves at the old rate; once.

    Raises:
        LookupError: No such conversion of this merchant.
        Invalid: No reason was given, its credit was paid out meanwhile, or a live payment holds it.
    """
    now, why = hub.clock(), stated_reason(reason, Text("entry.reason_missing"))

    def write(tx: Tx) -> Conversion:
        made = own_conversion(tx, merchant, conversion_id)
        if made.voided_at is None:
            with keeping_held(tx, made.customer_id, made.mode, field="reason"):
                if left := left_of_conversion(tx, made):
                    take_back(tx, made, left, at=now, note=f"voided by {by}: {why}")
            tx.conversions.void(made.id, why, now, by=by)
            void_for_conversion(tx, made, why, now, by=by)
            _ask_again(tx, made, now)
            tell_conversion(tx, hub, made, now, "voided")
            tell(tx, "conversion_voided", conversion=made.id, merchant=merchant.id, payment=made.payment_id)
        return own_conversion(tx, merchant, made.id)

    try:
        return await hub.store.write(write)
    except Conflict as conflict:
        if conflict.rule not in PAID_OUT:
            raise
        raise Invalid((FieldError("reason", Text("receipt.paid_out")),)) from conflict


def _ask_again(tx: Tx, made: Conversion, now: datetime) -> None:
    """Money that waits in suspense once more needs a person once more."""
    payment = tx.payments.get(made.payment_id) if made.payment_id else None
    if payment and waiting_in_suspense(tx, payment):
        details = f"payment {payment.reference}: its conversion was voided"
        cause = Flag.CURRENCY_MISMATCH.value
        open_review(
            tx, review_of(cause, payment, details, now, occasion=made.id, payment_id=payment.id, subject=made.id)
        )


def own_conversion(tx: Tx, merchant: Merchant, conversion_id: str) -> Conversion:
    """A conversion of this merchant.

    Raises:
        LookupError: Unknown, another merchant's, or of the other mode.
    """
    return own_record(tx.conversions.get(conversion_id), merchant, conversion_id)
