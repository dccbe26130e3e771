"""Disburse credit: a person pays a customer's free credit out, once, and it is booked with a document of its own."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.acts import Act
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.disbursement import SERIES, Disbursement, PaidOut, disbursement_entry, draws_on
from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Drawn
from hub.domain.lengths import BANK_ACCOUNT, REASON, stated_reason, too_long
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.domain.receipt import means_by_hand
from hub.domain.text import Text
from hub.domain.words import amount_in_words
from hub.flows.books.debit_note import owed_back_by
from hub.flows.books.reverse_entry import reverse
from hub.flows.ground.free_credit import free_credit
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell
from hub.flows.payments.decide import decide
from hub.flows.receipts.issue_receipt import issuer_of, payer_of
from hub_hookspecs import Money


@attrs.frozen
class Disbursed:
    """What was decided, and the document; none while a second person is missing."""

    decision: Decision | None
    disbursement: Disbursement | None


async def disburse_credit(
    hub: Hub,
    merchant: Merchant,
    customer_id: str,
    paid: PaidOut,
    *,
    signed: Signed,
    disbursement_id: str = "",
) -> Disbursed:
    """Book what was paid out of a customer's free credit, and issue its numbered document.

    Args:
        disbursement_id: Fresh id that was drawn with the form: the same form sent twice pays out once.

    Raises:
        LookupError: No such customer of this merchant.
        Invalid: Every error; nothing changed.
        NotAllowed: Nobody signed it, or the second person is the first one.
    """
    now, fresh, mail_id, decision_id = hub.clock(), hub.fresh_id(), hub.fresh_id(), hub.fresh_id()
    this = disbursement_id or fresh
    told = attrs.evolve(paid, reference=mask_card_numbers(paid.reference.strip()))
    _refuse_faults(hub, merchant, told, now.astimezone(ZoneInfo(merchant.company.zone)).date(), signed)

    def write(tx: Tx) -> Disbursed:
        customer = customer_of(tx, merchant, customer_id)
        if existing := tx.disbursements.get(this):
            return Disbursed(None, _same(existing, merchant, customer, told))
        _refuse_known(tx, merchant, customer, told)
        drawn = _draw(tx, hub, merchant, customer, told.amount)
        about = About(customer.id, merchant.id, merchant.mode)
        content = {"means": told.means, "paid_on": told.paid_on.isoformat(), "reference": told.reference}
        wanted = proposal(
            *(decision_id, DecisionKind.DISBURSE, about, signed, now),
            payment_id=None,
            amount=told.amount,
            content=content,
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return Disbursed(made, None)
        return Disbursed(made, _issue(tx, hub, merchant, customer, this, told, drawn, made, mail_id))

    return await hub.store.write(write)


def _refuse_faults(hub: Hub, merchant: Merchant, paid: PaidOut, today: date, signed: Signed) -> None:
    known, problems = means_by_hand(hub.countries[merchant.company.country]), []
    if paid.means not in known:
        problems.append(FieldError("means", Text("receipt.means_not_by_hand", known=", ".join(known))))
    if paid.amount.minor <= 0:
        problems.append(FieldError("amount", Text("amount.not_positive")))
    if paid.paid_on > today:
        problems.append(FieldError("paid_on", Text("date.in_future")))
    problems += too_long("reference", paid.reference, BANK_ACCOUNT)
    problems += too_long("why", signed.why.strip(), REASON)
    if problems:
        raise Invalid(tuple(problems))


def _same(existing: Disbursement, merchant: Merchant, customer: Customer, paid: PaidOut) -> Disbursement:
    """What this form paid out before; a form that says something else by now pays nothing out."""
    if existing.customer_id != customer.id or existing.mode is not merchant.mode:
        raise LookupError(existing.id)
    if existing.paid != paid:
        raise Invalid((FieldError("amount", Text("disbursement.form_used", number=existing.label)),))
    return existing


def _refuse_known(tx: Tx, merchant: Merchant, customer: Customer, paid: PaidOut) -> None:
    """What a bank gave a number of its own is paid out once, whoever types it again.

    Raises:
        Invalid: A disbursement that stands says the same means, day and number.
    """
    if not paid.reference:
        return
    for made in tx.disbursements.of_customer(customer.id, merchant.mode):
        same = (made.paid.means, made.paid.paid_on, made.paid.reference) == (paid.means, paid.paid_on, paid.reference)
        if same and made.voided_at is None:
            told = Text("disbursement.reference_known", number=made.label, amount=made.paid.amount)
            raise Invalid((FieldError("reference", told),))


def _draw(tx: Tx, hub: Hub, merchant: Merchant, customer: Customer, amount: Money) -> tuple[Drawn, ...]:
    """What is taken from which credit.

    Raises:
        Invalid: Less is free, or its money may go back elsewhere right now.
    """
    intakes = free_credit(tx, customer.id, merchant.mode, amount.currency)
    free = Money(sum(intake.unapplied for intake in intakes), amount.currency)
    if amount > free:
        raise Invalid((FieldError("amount", Text("credit.too_little", credit=free)),))
    drawn = draws_on(intakes, amount.minor)
    taken = {row.intake for row in drawn}
    ids = dict.fromkeys(intake.payment_id for intake in intakes if intake.key in taken and intake.payment_id)
    payments = [payment for payment_id in ids if (payment := tx.payments.get(payment_id))]
    refuse_while(tx, Act.DISBURSE, hub.clock(), payments=payments, field="amount")
    return drawn


def _issue(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    customer: Customer,
    this: str,
    paid: PaidOut,
    drawn: tuple[Drawn, ...],
    decision: Decision,
    mail_id: str,
) -> Disbursement:
    country = hub.countries[merchant.company.country]
    made = Disbursement(
        id=this,
        merchant_id=merchant.id,
        mode=merchant.mode,
        series=SERIES,
        number=tx.receipts.next_number(merchant.id, merchant.mode, SERIES),
        customer_id=customer.id,
        paid=paid,
        issued_at=decision.done_at or decision.proposed_at,
        issued_by=decision.people,
        words=amount_in_words(paid.amount, country),
        why=decision.why,
        issuer=issuer_of(merchant, country),
        paid_to=payer_of(customer, country),
    )
    tx.disbursements.add(made)
    tx.ledger.write(disbursement_entry(made, drawn, note=f"{decision.people}: {decision.reasons}"))
    tell(tx, "credit_disbursed", disbursement=made.id, merchant=merchant.id)
    _mail(tx, hub, customer, made, mail_id, made.issued_at)
    return made


def _mail(tx: Tx, hub: Hub, customer: Customer | None, made: Disbursement, mail_id: str, now: datetime) -> None:
    """Tell the customer, who may know better, that it was paid out, or that this is void."""
    if customer and customer.email:
        tx.deliveries.add(owed_mail(mail_id, DeliveryKind.DISBURSEMENT, customer.email, made, now))
        tx.after_commit(hub.wake)


async def void_disbursement(
    hub: Hub, merchant: Merchant, disbursement_id: str, *, reason: str, by: str
) -> Disbursement:
    """Void a disbursement: it keeps its number, and the customer has the credit again; once.

    Raises:
        LookupError: No such disbursement of this merchant.
        Invalid: No reason was given, or the money went back since: a debit note bills what was paid out.
    """
    now, mail_id = hub.clock(), hub.fresh_id()
    why = stated_reason(reason, Text("disbursement.void_reason_missing"))

    def write(tx: Tx) -> Disbursement:
        made = own_record(tx.disbursements.get(disbursement_id), merchant, disbursement_id)
        if made.voided_at is None:
            note = f"{made.label} voided by {by}: {why}"
            for entry in tx.ledger.keyed(merchant.id, merchant.mode, made.key):
                if notes := owed_back_by(tx, entry):
                    message = Text("disbursement.owed_back", document=made.label, number=", ".join(notes))
                    raise Invalid((FieldError("reason", message),))
                reverse(tx, entry, at=now, note=note)
            tx.disbursements.void(made.id, why, now, by=by)
            tell(tx, "disbursement_voided", disbursement=made.id, merchant=merchant.id)
            _mail(tx, hub, tx.customers.get(made.customer_id), made, mail_id, now)
        return own_record(tx.disbursements.get(disbursement_id), merchant, disbursement_id)

    return await hub.store.write(write)
