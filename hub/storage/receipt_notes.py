"""What was written on cash receipts after they were issued, note after note."""

from __future__ import annotations

import sqlite3

from sqlalchemy import bindparam, select

from hub.domain.receipt_note import NoteKind, ReceiptNote

from .rows import micros, moment
from .schema import receipt_note
from .statements import Runs, inserted

ADD = inserted(receipt_note)
OF = select(receipt_note).where(receipt_note.c.receipt == bindparam("receipt")).order_by(receipt_note.c.number)


class ReceiptNotes:
    """Notes of cash receipts."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, note: ReceiptNote) -> None:
        """Keep a note beside those before it.

        Raises:
            Conflict: ``fixed`` when the receipt's notes left the house already, or it is void.
        """
        self._tx.run(
            ADD,
            {
                "receipt": note.receipt_id,
                "number": note.number,
                "kind": note.kind.value,
                "text": note.text,
                "by": note.by,
                "at": micros(note.at),
            },
        )

    def of(self, receipt_id: str) -> tuple[ReceiptNote, ...]:
        """The notes of a receipt, the first one first."""
        return tuple(_note(row) for row in self._tx.run(OF, {"receipt": receipt_id}))


def _note(row: sqlite3.Row) -> ReceiptNote:
    return ReceiptNote(
        receipt_id=row["receipt"],
        number=row["number"],
        kind=NoteKind(row["kind"]),
        text=row["text"],
        by=row["by"],
        at=moment(row["at"]),
    )
