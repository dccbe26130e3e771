"""View what surrounds a cash receipt on its page: who has it, what was written on it, what is to be decided."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.domain.receipt import CashReceipt
from hub.domain.receipt_note import NoteKind, ReceiptNote
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .check_cash_receipt import is_money_gone

TAKES_IT_ALONG = frozenset({DeliveryKind.CASH_RECEIPT.value, DeliveryKind.CONVERSION.value})
"""Mails with which a receipt leaves the house."""

ABOUT_IT = TAKES_IT_ALONG | {DeliveryKind.CASH_RECEIPT_VOID.value}


@attrs.frozen(kw_only=True)
class ReceiptDesk:
    """What a page shows beside a receipt.

    Attributes:
        mails: About it, the newest first.
        addresses: The customer's, the usual one first.
        first_notes: Those with which it was issued.
        notes: What was written in their place, and why it stands though its money went back; the first one first.
        has_left: A mail took it along: its notes are fixed.
        is_returned: Its money went back, and it stands.
    """

    mails: tuple[Delivery, ...] = ()
    addresses: tuple[str, ...] = ()
    first_notes: str = ""
    notes: tuple[ReceiptNote, ...] = ()
    has_left: bool = False
    is_returned: bool = False

    @property
    def left(self) -> ReceiptNote | None:
        """Why it stands as it is, as somebody said last."""
        return next((note for note in reversed(self.notes) if note.kind is NoteKind.LEFT), None)

    @property
    def shown(self) -> tuple[ReceiptNote, ...]:
        """What was written on it, the first one first."""
        return tuple(note for note in self.notes if note.kind is NoteKind.SHOWN)

    @property
    def is_undecided(self) -> bool:
        """Whether somebody should say what becomes of it."""
        return self.is_returned and self.left is None


async def view_receipt_desk(hub: Hub, merchant: Merchant, receipt_id: str) -> ReceiptDesk:
    """What surrounds one of the merchant's receipts.

    Raises:
        LookupError: No such receipt of this merchant.
    """

    def read(tx: Tx) -> ReceiptDesk:
        receipt = own_record(tx.receipts.get(receipt_id), merchant, receipt_id)
        customer = tx.customers.get(receipt.customer_id)
        mails = tx.deliveries.of(merchant_id=merchant.id, subject_id=receipt_id)
        return ReceiptDesk(
            mails=tuple(mail for mail in mails if mail.kind in ABOUT_IT),
            addresses=tuple(dict.fromkeys(filter(None, (customer.email, *customer.other_emails)))) if customer else (),
            first_notes=tx.receipts.first_notes(receipt_id),
            notes=tx.receipt_notes.of(receipt_id),
            has_left=any(mail.kind in TAKES_IT_ALONG and mail.state is not DeliveryState.DEAD for mail in mails),
            is_returned=receipt.voided_at is None and is_money_gone(tx, receipt),
        )

    return await hub.store.read(read)


async def returned_receipts(hub: Hub, receipts: Iterable[CashReceipt]) -> tuple[CashReceipt, ...]:
    """Of some receipts those whose money went back, and of which nobody said yet what becomes of them."""
    standing = [receipt for receipt in receipts if receipt.voided_at is None]

    def read(tx: Tx) -> tuple[CashReceipt, ...]:
        return tuple(
            receipt
            for receipt in standing
            if is_money_gone(tx, receipt)
            and not any(note.kind is NoteKind.LEFT for note in tx.receipt_notes.of(receipt.id))
        )

    return await hub.store.read(read)
