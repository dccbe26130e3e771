"""Write on a cash receipt after it was issued: its notes until it left the house, and why it stands as it is."""

from __future__ import annotations

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import REMARKS, stated_reason, too_long
from hub.domain.merchant import Merchant
from hub.domain.receipt import CashReceipt
from hub.domain.receipt_note import NoteKind, ReceiptNote
from hub.domain.text import Text
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Conflict, Hub, Tx


async def write_notes(hub: Hub, merchant: Merchant, receipt_id: str, text: str, *, by: str) -> CashReceipt:
    """Print other notes on a receipt from now on; what stood there before is kept.

    Raises:
        LookupError: No such receipt of this merchant.
        Invalid: The receipt left the house or is void, or the text is too long.
    """
    words = text.strip()
    if problems := too_long("notes", words, REMARKS):
        raise Invalid(problems)
    note = ReceiptNote(receipt_id=receipt_id, number=1, kind=NoteKind.SHOWN, text=words, by=by, at=hub.clock())
    try:
        return await hub.store.write(lambda tx: _write(tx, merchant, note))
    except Conflict as conflict:
        if conflict.rule != "fixed":
            raise
        raise Invalid((FieldError("notes", Text("receipt.notes_fixed")),)) from conflict


async def leave_receipt(hub: Hub, merchant: Merchant, receipt_id: str, why: str, *, by: str) -> CashReceipt:
    """Say why a receipt whose money went back stands as it is.

    Raises:
        LookupError: No such receipt of this merchant.
        Invalid: No reason, or it is too long.
    """
    reason = stated_reason(why, Text("receipt.leave_reason_missing"))
    note = ReceiptNote(receipt_id=receipt_id, number=1, kind=NoteKind.LEFT, text=reason, by=by, at=hub.clock())
    return await hub.store.write(lambda tx: _write(tx, merchant, note))


def _write(tx: Tx, merchant: Merchant, note: ReceiptNote) -> CashReceipt:
    """Keep a note beside those before it; the same notes again change nothing."""
    receipt = own_record(tx.receipts.get(note.receipt_id), merchant, note.receipt_id)
    if note.kind is NoteKind.SHOWN and note.text == receipt.notes:
        return receipt
    before = tx.receipt_notes.of(receipt.id)
    tx.receipt_notes.add(attrs.evolve(note, number=len(before) + 1))
    return own_record(tx.receipts.get(receipt.id), merchant, receipt.id)
