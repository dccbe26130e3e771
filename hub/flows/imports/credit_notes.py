"""The credit notes of a file, each booked once on the invoice that it names; a note is never an invoice.

A note that is booked already is known by its number, however the file writes it today, and by whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.files.bill_state import BillState
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.identity import Invalid
from hub.domain.invoice_numbers import folded_number
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.settle_bill import CreditNote, credited_on, unbooked_note
from hub.flows.ground.ports import Tx
from hub_hookspecs import Money

KEY = "credit:"


@attrs.frozen(kw_only=True)
class NoteDecision:
    """What becomes of the note of a row: it is booked, it was, it is left out, or set aside with the reason.

    Attributes:
        name: Its number, as it is booked.
    """

    name: str
    is_new: bool = False
    left_out: Text | None = None
    objection: Text | None = None


class Notes:
    """What is known of credit notes in one transaction."""

    def __init__(self, tx: Tx, merchant: Merchant) -> None:
        self._tx, self._merchant = tx, merchant
        self._booked: Mapping[str, list[Entry]] | None = None

    def decide(self, row: InvoiceRow, payable: Payable | None, customer_id: str, now: datetime) -> NoteDecision:
        """What becomes of a note on the invoice that it names; None where it names none that is known here."""
        before = self._before(row, customer_id)
        name = before.key.removeprefix(KEY) if before else row.number
        if row.state is BillState.VOID:
            if before:
                return NoteDecision(name=name, objection=Text("import.note_void", name=name))
            return NoteDecision(name=name, left_out=Text("import.void_unbilled"))
        if before and not row.credits:
            amount = Money(before.moved(LedgerKind.BILLED), before.currency)
            if amount == row.total:
                return NoteDecision(name=name)
            return NoteDecision(name=name, objection=Text("import.note_differs", name=name, amount=amount))
        if not row.credits:
            return NoteDecision(name=name, objection=Text("import.note_of_which"))
        if payable is None:
            return NoteDecision(name=name, objection=Text("import.note_invoice_unknown", number=row.credits))
        if payable.is_voided:
            return NoteDecision(name=name, objection=Text("import.note_on_void", number=payable.number))
        if payable.customer_id != customer_id:
            return NoteDecision(name=name, objection=Text("import.note_of_other_customer", number=payable.number))
        try:
            entry = unbooked_note(self._tx, self._merchant, payable.number, as_note(row, name), now)
        except Invalid as refused:
            return NoteDecision(name=name, objection=refused.problems[0].message)
        return NoteDecision(name=name, is_new=entry is not None)

    def book(self, row: InvoiceRow, payable: Payable, name: str, now: datetime) -> None:
        """Book a note that was found to be new."""
        entry = unbooked_note(self._tx, self._merchant, payable.number, as_note(row, name), now)
        if entry:
            self._tx.ledger.write(entry)
            self._booked = None

    def room_on(self, payable: Payable) -> int:
        """How much more may be credited on an invoice, minor units."""
        return payable.total - credited_on(self._tx, self._merchant, [payable])[payable.id]

    def is_booked(self, row: InvoiceRow, customer_id: str) -> bool:
        """Whether it is booked already, on whichever invoice."""
        return self._before(row, customer_id) is not None

    def _before(self, row: InvoiceRow, customer_id: str) -> Entry | None:
        """The entry of this note, by its very number, or by what its writings share where it is the same customer's."""
        if self._booked is None:
            booked: dict[str, list[Entry]] = {}
            for entry in self._tx.ledger.keyed(self._merchant.id, self._merchant.mode, KEY.removesuffix(":")):
                if entry.kind is EntryKind.CREDIT_NOTE:
                    booked.setdefault(folded_number(entry.key.removeprefix(KEY)), []).append(entry)
            self._booked = booked
        alike = self._booked.get(row.folded, [])
        exact = next((entry for entry in alike if entry.key == f"{KEY}{row.number}"), None)
        return exact or next((entry for entry in alike if self._owner_of(entry) == customer_id), None)

    def _owner_of(self, entry: Entry) -> str:
        payable = self._tx.payables.get(entry.payable_id) if entry.payable_id else None
        return payable.customer_id if payable else ""


def as_note(row: InvoiceRow, name: str) -> CreditNote:
    """The note of a row."""
    return CreditNote(number=name, amount=row.total, note=row.description[:200])
