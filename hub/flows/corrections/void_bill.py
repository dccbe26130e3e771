"""Void a bill that was never owed, and bill it anew: its number stays, and what it was is kept.

A large one two people void; billing it anew only raises what is owed, and needs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from hub.domain import billing
from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.message import About
from hub.domain.payable import Payable, PayableKind, Voided
from hub.domain.text import Text
from hub.flows.books.debit_note import is_debit_note
from hub.flows.books.settle_bill import credited_on
from hub.flows.ground.own_customer import customer_named
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell
from hub.flows.payments.decide import decide
from hub_hookspecs import EXPONENTS, LIMIT, Money


@attrs.frozen
class Voiding:
    """What was decided, and the invoice; it stands as it was while a second person is missing."""

    decision: Decision
    payable: Payable


async def void_bill(
    hub: Hub, merchant: Merchant, number: str, *, by: str, reason: str, via: str = "", drawn_at: int | None = None
) -> Voiding:
    """Void an invoice: it owes nothing from then on, whatever a file says of it; what it was is kept.

    Args:
        via: How it came, as in a decision.
        drawn_at: The revision that the person looked at, where a form was drawn from it.

    Raises:
        LookupError: No such invoice.
        Invalid: It is voided already, or a debit note, changed since, something stands on it or is under way with it,
            or no reason.
        NotAllowed: The second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()
    why = stated_reason(reason, Text("bill.void_reason_missing"))

    def write(tx: Tx) -> Voiding:
        before = invoice_of(tx, merchant, number)
        _refuse_changed(before, drawn_at)
        refuse_voiding(tx, merchant, before, now)
        return book_voiding(tx, hub, merchant, before, Signed(by=by, why=why, via=via), now, decision_id)

    return await hub.store.write(write)


def refuse_voiding(tx: Tx, merchant: Merchant, bill: Payable, now: datetime) -> None:
    """Refuse to void what is voided already, is none of a file's bills, or has something on it or under way with it.

    Raises:
        Invalid: It says which, each with the way to undo it first.
    """
    if bill.is_voided:
        raise Invalid((FieldError("invoice", Text("bill.voided_already", number=bill.number)),))
    if is_debit_note(tx, bill):
        raise Invalid((FieldError("invoice", Text("bill.is_debit_note", number=bill.number)),))
    refuse_while(tx, Act.VOID_BILL, now, payables=[bill.id], field="invoice")
    if standing := tuple(standing_on(tx, merchant, bill)):
        raise Invalid(standing)


def voiding(bill: Payable, signed: Signed, now: datetime, decision_id: str) -> Decision:
    """The decision to void a bill as it stands; a large one waits for a second person."""
    return proposal(
        decision_id,
        DecisionKind.VOID_BILL,
        About(bill.id, bill.merchant_id, bill.mode),
        signed,
        now,
        payment_id=None,
        amount=Money(bill.total, bill.currency),
        content={"invoice": bill.number, "revision": str(bill.revision)},
    )


def book_voiding(
    tx: Tx, hub: Hub, merchant: Merchant, before: Payable, signed: Signed, now: datetime, decision_id: str
) -> Voiding:
    """Void a bill inside the transaction of whoever has made sure that it can be (``refuse_voiding``)."""
    made = decide(tx, hub, voiding(before, signed, now, decision_id), now=now)
    if not made.is_done:
        return Voiding(made, before)
    return Voiding(made, book_void(tx, before, made, now))


def book_void(tx: Tx, before: Payable, made: Decision, now: datetime) -> Payable:
    """Book that a bill was never owed, as was decided; nothing may stand on it."""
    voided = Voided(at=now, by=made.people, reason=made.reasons, total=Money(before.total, before.currency))
    after = attrs.evolve(before, total=0, revision=before.revision + 1, voided=voided)
    tx.payables.revise(after)
    _bill(tx, after, -before.total, now, f"{made.people}: {made.reasons}")
    tell(tx, "bill_voided", bill=before.id, merchant=before.merchant_id)
    return after


async def rebill(
    hub: Hub,
    merchant: Merchant,
    number: str,
    *,
    total: Money,
    customer: str = "",
    by: str,
    reason: str,
    drawn_at: int | None = None,
) -> Payable:
    """Bill a voided invoice anew, also in another currency or for another customer.

    Args:
        customer: Identity number or mail of whose it is now; the same customer's if it is empty.
        drawn_at: The revision that the person looked at, where a form was drawn from it.

    Raises:
        LookupError: No such invoice.
        Invalid: Not voided, changed since, for nothing, for nobody known, a payment is under way, or no reason.
    """
    now = hub.clock()
    why = stated_reason(reason, Text("bill.rebill_reason_missing"))
    _refuse_total(total)

    def write(tx: Tx) -> Payable:
        before = invoice_of(tx, merchant, number)
        _refuse_changed(before, drawn_at)
        if before.voided is None or not before.is_voided:
            raise Invalid((FieldError("invoice", Text("bill.not_voided", number=before.number)),))
        refuse_while(tx, Act.REVISE_BILL, now, payables=[before.id], field="invoice")
        owner = _owner(tx, hub, merchant, customer) if customer.strip() else before.customer_id
        after = attrs.evolve(
            _unstated(tx, before),
            customer_id=owner,
            currency=total.currency,
            total=total.minor,
            revision=before.revision + 1,
            plan=() if before.plan_by else before.plan,
            plan_by="",
            voided=attrs.evolve(before.voided, rebilled_at=now, rebilled_by=by),
        )
        tx.payables.revise(after)
        _bill(tx, after, total.minor, now, f"{by}: {why}")
        tell(tx, "bill_rebilled", bill=before.id, merchant=merchant.id)
        return after

    return await hub.store.write(write)


def invoice_of(tx: Tx, merchant: Merchant, number: str) -> Payable:
    """The invoice of this number.

    Raises:
        LookupError: There is none.
    """
    payable = tx.payables.by_number(merchant.id, merchant.mode, PayableKind.INVOICE, number)
    if payable is None:
        raise LookupError(f"there is no invoice {number!r}")
    return payable


def _owner(tx: Tx, hub: Hub, merchant: Merchant, key: str) -> str:
    """The customer of an identity number or mail.

    Raises:
        Invalid: There is none, or several.
    """
    name = key.strip().lower() if "@" in key else key.strip()
    found = customer_named(tx, merchant, hub.countries[merchant.company.country], name)
    if found is None:
        raise Invalid((FieldError("customer", Text("import.customer_unknown")),))
    return found


def _bill(tx: Tx, after: Payable, difference: int, now: datetime, note: str) -> None:
    tx.ledger.write(attrs.evolve(billing.bill(after, difference=difference, at=now), note=note))


def _unstated(tx: Tx, before: Payable) -> Payable:
    """What files stated before says nothing of what it is billed anew for; what happened here before is counted."""
    settled, reopened = tx.ledger.settled_here([before.id]).get(before.id, (0, 0))
    return attrs.evolve(before, stated=None, counted=settled, counted_back=reopened)


def standing_on(tx: Tx, merchant: Merchant, bill: Payable) -> Iterator[FieldError]:
    """What settles the bill, each with the way to undo it first."""
    credited = credited_on(tx, merchant, [bill])[bill.id]
    number = bill.number
    money, kept, off, noted, elsewhere, lost = (
        Money(minor, bill.currency)
        for minor in (
            bill.allocated - bill.reopened,
            *(bill.withheld, bill.discounted, credited, bill.outside, bill.written_off),
        )
    )
    for amount, message in (
        (money, Text("bill.stands_money", number=number, amount=money)),
        (kept, Text("bill.stands_withheld", number=number, amount=kept)),
        (off, Text("bill.stands_discount", number=number, amount=off)),
        (noted, Text("bill.stands_credit_note", number=number, amount=noted)),
        (elsewhere, Text("bill.stands_outside", number=number, amount=elsewhere)),
        (lost, Text("bill.stands_written_off", number=number, amount=lost)),
    ):
        if amount.minor:
            yield FieldError("invoice", message)


def _refuse_changed(bill: Payable, drawn_at: int | None) -> None:
    if drawn_at is not None and drawn_at != bill.revision:
        raise Invalid((FieldError("invoice", Text("bill.changed_meanwhile", number=bill.number)),))


def _refuse_total(total: Money) -> None:
    if total.currency not in EXPONENTS:
        raise Invalid((FieldError("currency", Text("currency.choose")),))
    if not 0 < total.minor <= LIMIT:
        raise Invalid((FieldError("total", Text("bill.total_out_of_range")),))
