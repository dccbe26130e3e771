"""Correct the books by hand: a new entry reverses the one it names, or says what an intake truly brought in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from hub.domain import correction_entries
from hub.domain.acts import Act
from hub.domain.correction_entries import REVERSIBLE
from hub.domain.entry_keys import OF_MONEY, root_of
from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.books.read_intakes import intakes_in, left_of
from hub.flows.books.reverse_entry import fixes_of, free, reverse
from hub.flows.books.use_held import keeping_held
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.payments.record_observations import record_observations
from hub_hookspecs import Money

from .end_dispute import end_corrected
from .refuse_settled import refuse_settled

REMEDIES = {
    EntryKind.BILL: Text("entry.remedy_bill"),
    EntryKind.CAPTURE: Text("entry.remedy_capture"),
    EntryKind.OFFLINE_RECEIPT: Text("entry.remedy_receipt"),
    EntryKind.DISBURSEMENT: Text("entry.remedy_disbursement"),
    EntryKind.EXCHANGE: Text("entry.remedy_conversion"),
    EntryKind.DEBIT_NOTE: Text("entry.remedy_debit_note"),
    EntryKind.CORRECTION: Text("entry.remedy_correction"),
}


async def correct_entry(hub: Hub, merchant: Merchant, key: str, *, by: str, reason: str) -> Entry:
    """Reverse an entry, once; what its credit settled is taken back first.

    Raises:
        LookupError: No such entry.
        Invalid: It may not be reversed, was reversed before, the books no longer allow it, or a refund is unknown.
    """
    now = hub.clock()
    _stated(reason)
    with why_impossible(key):
        return await hub.store.write(lambda tx: reverse_in(tx, hub, entry_of(tx, merchant, key), by, reason, now))


def reverse_in(tx: Tx, hub: Hub, entry: Entry, by: str, reason: str, now: datetime) -> Entry:
    """``correct_entry`` inside the transaction of whoever decides it."""
    refuse_kind(entry)
    refuse_settled(tx, entry)
    _refuse_gone(tx, entry)
    key = entry.key
    if entry.kind is EntryKind.CHARGEBACK and fixes_of(tx, entry):  # all of it, or the part that was won
        raise Invalid((FieldError("entry", Text("entry.corrected_already", key=key)),))
    _refuse_under_way(tx, Act.CORRECT_ENTRY, entry, now)
    with keeping_held(tx, _customer_of(entry), entry.mode, field="entry"):
        if not reverse(tx, entry, at=now, note=f"{by}: {reason.strip()}"):
            raise Invalid((FieldError("entry", Text("entry.corrected_already", key=key)),))
    if entry.kind is EntryKind.ALLOCATION and _is_gone(tx, entry):
        raise Invalid((FieldError("entry", Text("entry.money_gone", key=key)),))
    end_corrected(tx, entry, now, by, reason.strip())
    _follow(tx, hub, entry, now)
    return fixes_of(tx, entry)[-1]


def refuse_kind(entry: Entry) -> None:
    """Refuse to reverse what is never wrong as a whole entry.

    Raises:
        Invalid: With the remedy.
    """
    if entry.kind not in REVERSIBLE:
        remedy = REMEDIES.get(entry.kind, Text("entry.remedy_settlement"))
        raise Invalid((FieldError("entry", Text("entry.not_reversible", key=entry.key, remedy=remedy)),))


async def correct_amount(hub: Hub, merchant: Merchant, key: str, amount: Money, *, by: str, reason: str) -> Entry:
    """Say what a capture or an offline receipt truly brought in; what is too much is taken back from its last bill.

    Raises:
        LookupError: No such entry.
        Invalid: Neither capture nor offline receipt, another currency, less than went back or a bank took, nothing to
            correct, or a refund is unknown.
    """
    now = hub.clock()
    note = f"{by}: {_stated(reason)}"
    with why_impossible():
        return await hub.store.write(lambda tx: amount_in(tx, hub, entry_of(tx, merchant, key), amount, note, now))


def amount_in(tx: Tx, hub: Hub, entry: Entry, amount: Money, note: str, now: datetime) -> Entry:
    """``correct_amount`` inside the transaction of whoever decides it."""
    difference = difference_to(tx, entry, amount)
    refuse_settled(tx, entry)
    _refuse_under_way(tx, Act.CORRECT_AMOUNT, entry, now)
    fixes = fixes_of(tx, entry)
    fix = correction_entries.intake_correction(entry, difference=difference, number=len(fixes), at=now, note=note)
    with keeping_held(tx, entry.intake_of or "", entry.mode, field="amount"):
        if difference < 0:
            free(tx, entry, -difference, at=now, note=note)
        tx.ledger.write(fix)
    if _is_gone(tx, entry):
        raise Invalid((FieldError("amount", Text("entry.went_back", key=entry.key)),))
    _follow(tx, hub, entry, now)
    return fix


def difference_to(tx: Tx, entry: Entry, amount: Money) -> int:
    """What is missing of an amount in what an entry brought in, as corrected so far; minor units.

    Raises:
        Invalid: It brought nothing in, is of another currency, its receipt is void, or the amount is booked already.
    """
    key = entry.key
    if entry.kind not in (EntryKind.CAPTURE, EntryKind.OFFLINE_RECEIPT) or entry.intake_of is None:
        raise Invalid((FieldError("entry", Text("entry.not_received", key=key)),))
    receipt = tx.receipts.get(key.removeprefix("manual:")) if entry.kind is EntryKind.OFFLINE_RECEIPT else None
    if receipt and receipt.voided_at:
        raise Invalid((FieldError("entry", Text("receipt.void", receipt=receipt.label)),))
    booked = sum(-item.moved(LedgerKind.CUSTOMER_CREDIT) for item in (entry, *fixes_of(tx, entry)))
    difference = amount.minor - booked
    if amount.currency != entry.currency or amount.minor < 0 or difference == 0:
        raise Invalid((FieldError("amount", Text("entry.booked_with", key=key, booked=Money(booked, entry.currency))),))
    return difference


@contextmanager
def why_impossible(key: str = "") -> Iterator[None]:
    """What the books do not allow, in words; with a key a whole entry was to be reversed.

    Raises:
        Invalid: The rule that it breaks.
    """
    try:
        yield
    except Conflict as conflict:
        why = (
            FieldError("entry", Text("entry.not_reversible_any_more", key=key, rule=conflict.rule))
            if key
            else FieldError("amount", Text("entry.returned_more", rule=conflict.rule))
        )
        raise Invalid((why,)) from conflict


def _follow(tx: Tx, hub: Hub, entry: Entry, now: datetime) -> None:
    """What is known of a payment is looked at once more.

    What was withheld goes and comes back with its money, and what went back while there was no money for it is booked.
    """
    payment = tx.payments.get(entry.payment_id) if entry.payment_id else None
    if payment:
        record_observations(tx, hub, payment, (), now=now)


def entry_of(tx: Tx, merchant: Merchant, key: str) -> Entry:
    """The entry of this key.

    Raises:
        LookupError: There is none.
    """
    found = [entry for entry in tx.ledger.keyed(merchant.id, merchant.mode, key) if entry.key == key]
    if not found:
        raise LookupError(f"there is no entry {key!r}")
    return found[0]


def _refuse_gone(tx: Tx, entry: Entry) -> None:
    """What settled a bill with money that a bank took back since is no credit: the dispute made it due again already.

    Raises:
        Invalid: The money of this allocation is not there.
    """
    for row in entry.applied if entry.kind is EntryKind.ALLOCATION else ():
        intake = tx.ledger.intake(entry.merchant_id, entry.mode, row.intake) if row.intake else None
        there = sum(share.amount for share in intake.shares if share.payable_id == row.payable_id) if intake else 0
        if row.amount > there:
            raise Invalid((FieldError("entry", Text("entry.money_gone", key=entry.key)),))


def _is_gone(tx: Tx, entry: Entry) -> bool:
    """Whether more went back of a payment than came, or its customer would have credit of money that is not there.

    What a bank takes of an order leaves the order settled, so no intake says it.
    """
    payment = tx.payments.get(entry.payment_id) if entry.payment_id else None
    if payment is None:
        return False
    left = left_of(tx, payment, entry.currency)
    own = (item for item in intakes_in(tx, payment, entry.currency) if root_of(item.key).startswith(OF_MONEY))
    return left < sum(item.unapplied for item in own)


def _customer_of(entry: Entry) -> str:
    """Whose credit an entry moves, if anybody's."""
    return next((leg.owner for leg in entry.postings if leg.kind is LedgerKind.CUSTOMER_CREDIT), "")


def _refuse_under_way(tx: Tx, act: Act, entry: Entry, now: datetime) -> None:
    """The table of acts is asked about the payment of the entry, and about all payments of what it settles."""
    payment = tx.payments.get(entry.payment_id) if entry.payment_id else None
    intake = tx.ledger.intake(entry.merchant_id, entry.mode, entry.key) if entry.intake_of else None
    settled = {share.payable_id for share in intake.shares} if intake else set[str]()
    payables = settled | {row.payable_id for row in entry.applied}
    refuse_while(tx, act, now, payables=payables, payments=[payment] if payment else [], field="entry")


def _stated(reason: str) -> str:
    return stated_reason(reason, Text("entry.reason_missing"))
