"""View what the books say of an invoice, a payment or a customer: in order, in words, with who booked it and why."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.activity import moved_by
from hub.domain.correction_entries import REVERSIBLE
from hub.domain.decision import Decision, DecisionKind, named
from hub.domain.entry_keys import reverses, root_of
from hub.domain.history import PAGE_LINES, HistoryLine, added_to, corrected, summed, words_of
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.books.reverse_entry import fixes_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money

OF_DOCUMENTS: Final = {"manual": "receipt", "withheld": "receipt", "discount": "receipt", "disburse": "disbursement"}
"""Beginnings of keys that name a document next."""

BRINGS_IN: Final = frozenset({EntryKind.CAPTURE, EntryKind.OFFLINE_RECEIPT})
"""Of these it is said what they truly brought in."""


@attrs.frozen
class History:
    """The last lines of a history, and how many came before them."""

    lines: tuple[HistoryLine, ...]
    earlier: int


def bill_history(tx: Tx, merchant: Merchant, payable: Payable) -> History:
    """All that billed an invoice, settled it or is on it, with what it owed then."""
    entries = tx.ledger.of_payable(payable)
    return _history(tx, merchant, ((entry, added_to(entry, payable.id)) for entry in entries), {payable.id: payable})


def payment_history(tx: Tx, merchant: Merchant, payment: Payment) -> History:
    """All that was booked of a payment; nothing is summed, for several accounts are moved."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    moved = [(entry, sum(leg.amount for leg in entry.postings if leg.amount > 0)) for entry in entries]
    lines = tuple(_line(tx, merchant, entry, amount, {}) for entry, amount in moved[-PAGE_LINES:])
    return History(lines, len(moved) - len(lines))


async def customer_history(hub: Hub, merchant: Merchant, customer_id: str) -> History:
    """All that moved what a customer owes, with the balance after it.

    Raises:
        LookupError: No such customer of this merchant.
    """

    def read(tx: Tx) -> History:
        own = customer_of(tx, merchant, customer_id).id
        entries = tx.ledger.of_customer(merchant.id, merchant.mode, own)
        payables = {item.id: item for item in tx.payables.many(sorted(_payables_of(entries)))}
        orders = {item.id for item in payables.values() if item.kind is PayableKind.ORDER}
        moved = ((entry, moved_by(entry, own, orders)) for entry in entries)
        return _history(tx, merchant, ((entry, amount) for entry, amount in moved if amount), payables)

    return await hub.store.read(read)


class Whose(enum.StrEnum):
    """On whose page an entry is looked at."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    CUSTOMER = "customer"


@attrs.frozen
class BookedEntry:
    """One entry that may be corrected, or whose words may be erased, as the page that it is on shows it.

    Attributes:
        came: What it brought in, as corrected so far; None where the whole entry is reversed.
        waiting: What was proposed of it and needs a second person.
    """

    line: HistoryLine
    came: Money | None
    waiting: Decision | None


async def view_entry(hub: Hub, merchant: Merchant, whose: Whose, its_id: str, key: str) -> BookedEntry:
    """An entry of this merchant's invoice, payment or customer.

    Raises:
        LookupError: Nothing of this key is there, or nothing can be done with it.
    """

    def read(tx: Tx) -> BookedEntry:
        entry = next((item for item in _entries_of(tx, merchant, whose, its_id) if item.key == key), None)
        if entry is None:
            raise LookupError(key)
        line = _line(tx, merchant, entry, max(leg.amount for leg in entry.postings), {})
        if not (line.may_be_corrected or line.has_note):
            raise LookupError(key)
        waiting = tx.decisions.waiting_for(DecisionKind.CORRECT, f"{merchant.id}:{merchant.mode}:{key}")
        if entry.kind not in BRINGS_IN:
            return BookedEntry(line, None, waiting)
        came = sum(-item.moved(LedgerKind.CUSTOMER_CREDIT) for item in (entry, *fixes_of(tx, entry)))
        return BookedEntry(line, Money(came, entry.currency), waiting)

    return await hub.store.read(read)


async def refuse_anothers(hub: Hub, merchant: Merchant, whose: Whose, its_id: str) -> None:
    """Refuse what is not this merchant's.

    Raises:
        LookupError: It is unknown here.
    """
    await hub.store.read(lambda tx: _entries_of(tx, merchant, whose, its_id))


def _entries_of(tx: Tx, merchant: Merchant, whose: Whose, its_id: str) -> tuple[Entry, ...]:
    if whose is Whose.CUSTOMER:
        return tx.ledger.of_customer(merchant.id, merchant.mode, customer_of(tx, merchant, its_id).id)
    if whose is Whose.PAYMENT:
        payment = own_record(tx.payments.get(its_id), merchant, its_id)
        return tx.ledger.entries(merchant.id, merchant.mode, payment_id=payment.id)
    return tx.ledger.of_payable(own_record(tx.payables.get(its_id), merchant, its_id))


def _history(
    tx: Tx, merchant: Merchant, moved: Iterable[tuple[Entry, int]], payables: Mapping[str, Payable]
) -> History:
    """Summed over all; put into words only as far as they are shown."""
    every = tuple(moved)
    bare = summed([_bare(merchant, entry, amount) for entry, amount in every])
    lines = tuple(
        attrs.evolve(_line(tx, merchant, entry, amount, payables), balance=line.balance)
        for (entry, amount), line in list(zip(every, bare, strict=True))[-PAGE_LINES:]
    )
    return History(lines, len(every) - len(lines))


def _bare(merchant: Merchant, entry: Entry, amount: int) -> HistoryLine:
    zone = ZoneInfo(merchant.company.zone)
    money = Money(amount, entry.currency)
    return HistoryLine(at=entry.at, on=entry.counts_on(zone), what=words_of(entry), amount=money, key=entry.key)


def _line(tx: Tx, merchant: Merchant, entry: Entry, amount: int, payables: Mapping[str, Payable]) -> HistoryLine:
    line = _bare(merchant, entry, amount)
    if entry.kind is EntryKind.CORRECTION and (wrong := _of_key(tx, entry)):
        line = attrs.evolve(line, what=corrected(words_of(wrong)))
    number, document = _document(tx, entry, payables)
    by, why = _who(tx, entry, document, payables)
    return attrs.evolve(
        line,
        number=number,
        document=document,
        by=by,
        why=why,
        has_note=bool(entry.note),
        may_be_corrected=entry.kind in BRINGS_IN or (entry.kind in REVERSIBLE and not fixes_of(tx, entry)),
    )


def _of_key(tx: Tx, fix: Entry) -> Entry | None:
    """The entry that a correction corrects."""
    named_by = reverses(fix.key) or fix.key
    return next((item for item in tx.ledger.keyed(fix.merchant_id, fix.mode, named_by) if item.key == named_by), None)


def _document(tx: Tx, entry: Entry, payables: Mapping[str, Payable]) -> tuple[str, tuple[str, str] | None]:
    """The number of the document that an entry was booked by, and which it is."""
    beginning, _, rest = root_of(entry.key).partition(":")
    kind, its_id = OF_DOCUMENTS.get(beginning, ""), rest.partition(":")[0]
    if kind == "receipt" and (receipt := tx.receipts.get(its_id)):
        return receipt.label, (kind, its_id)
    if kind == "disbursement" and (made := tx.disbursements.get(its_id)):
        return made.label, (kind, its_id)
    if beginning == "credit":
        return rest, None
    if entry.payment_id and (payment := tx.payments.get(entry.payment_id)):
        return payment.reference, ("payment", payment.id)
    bill = payables.get(rest.partition(":")[0]) if beginning in ("bill", "outside") else None
    return (bill.number, None) if bill else ("", None)


def _who(
    tx: Tx, entry: Entry, document: tuple[str, str] | None, payables: Mapping[str, Payable]
) -> tuple[Text | str, str]:
    """Who booked it and why, as far as that was kept."""
    if entry.erased:
        return Text("history.erased", by=entry.erased.by), ""
    if entry.note:
        by, _, why = entry.note.partition(": ")
        return named(by), why
    if document and document[0] == "receipt" and (receipt := tx.receipts.get(document[1])):
        return receipt.issued_by, ""
    bill = payables.get(root_of(entry.key).partition(":")[2].partition(":")[0])
    return (Text("history.by_file"), "") if bill and bill.stated else ("", "")


def _payables_of(entries: Iterable[Entry]) -> set[str]:
    named_by = {root_of(entry.key).split(":")[1] for entry in entries if entry.kind is EntryKind.BILL}
    return named_by | {row.payable_id for entry in entries for row in entry.applied}
