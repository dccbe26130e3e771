"""Void a cash receipt: it keeps its number, what it declared is corrected, money that a person booked is taken back.

Money that a provider proved stays booked: voiding the paper does not undo the payment.
"""

from __future__ import annotations

from datetime import datetime

from hub.domain import ledger
from hub.domain.identity import Problem
from hub.domain.ledger import Entry, EntryKind, LedgerKind, Share
from hub.domain.merchant import Merchant
from hub.domain.receipt import CashReceipt

from .book_money import move_credit
from .ports import Hub, Tx
from .save_company import Invalid
from .tell import tell


async def void_receipt(hub: Hub, merchant: Merchant, receipt_id: str, *, reason: str, by: str) -> CashReceipt:
    """Void a receipt; one that is void already comes back as it is.

    Raises:
        LookupError: No such receipt of this merchant.
        Invalid: No reason was given.
    """
    now = hub.clock()
    why = reason.strip()[:300]
    if not why:
        raise Invalid((Problem("reason", "Indique por qué se anula"),))

    def write(tx: Tx) -> CashReceipt:
        receipt = tx.receipts.get(receipt_id)
        if receipt is None or receipt.merchant_id != merchant.id or receipt.mode is not merchant.mode:
            raise LookupError(receipt_id)
        if receipt.voided_at is None:
            note = f"{receipt.label} voided by {by}: {why}"
            _correct_declared(tx, receipt, now, note)
            if receipt.payment_id is None:
                _take_back(tx, receipt, now, note)
            tx.receipts.void(receipt.id, why, now, by=by)
            tell(tx, "cash_receipt_voided", receipt=receipt.id, merchant=merchant.id, payment=receipt.payment_id)
        return tx.receipts.get(receipt_id) or receipt

    return await hub.store.write(write)


def _correct_declared(tx: Tx, receipt: CashReceipt, now: datetime, note: str) -> None:
    """Withholdings and discounts that the receipt declared were never there."""
    for kind in ("withheld", "discount"):
        for entry in tx.ledger.keyed(receipt.merchant_id, receipt.mode, f"{kind}:{receipt.id}"):
            reverse(tx, entry, at=now, note=note)


def _take_back(tx: Tx, receipt: CashReceipt, now: datetime, note: str) -> None:
    """What a person booked is reversed, its corrections first; bills that it settled are due again."""
    key = f"manual:{receipt.id}"
    for entry in tx.ledger.keyed(receipt.merchant_id, receipt.mode, key):
        for fix in reversed(fixes_of(tx, entry)):
            reverse(tx, fix, at=now, note=note)
        reverse(tx, entry, at=now, note=note)


def fixes_of(tx: Tx, entry: Entry) -> tuple[Entry, ...]:
    """The corrections of an entry; oldest first."""
    found = tx.ledger.keyed(entry.merchant_id, entry.mode, f"fix:{entry.key}")
    return tuple(fix for fix in found if ledger.reverses(fix.key) == entry.key)


def reverse(tx: Tx, entry: Entry, *, at: datetime, note: str) -> bool:
    """Correct an entry once; an intake is taken back from all that it settles first. False when it was done before."""
    fixes = fixes_of(tx, entry)
    if any(fix.postings[-1].amount == -entry.postings[-1].amount and not fixes_of(tx, fix) for fix in fixes):
        return False
    if entry.intake_of is not None:
        free(tx, entry, entry.brought_in, at=at, note=note)
    fix = ledger.correction(entry, number=len(fixes), at=at, note=note)
    if entry.kind is EntryKind.CHARGEBACK and entry.applied:
        payer = next(leg.owner for leg in entry.postings if leg.kind is LedgerKind.RECEIVABLE)
        payables = tx.payables.many([row.payable_id for row in entry.applied])
        if moved := {payable.id for payable in payables if payable.customer_id != payer}:
            fix = ledger.won_for(payer, fix, moved)
    return tx.ledger.write(fix)


def free(tx: Tx, entry: Entry, amount: int, *, at: datetime, note: str) -> None:
    """Take back from payables, the last one first, until ``amount`` of an intake is unapplied."""
    intake = tx.ledger.intake(entry.merchant_id, entry.mode, entry.key)
    if intake is not None:
        shares: tuple[Share, ...] = ledger.shares_back(intake, min(amount, intake.amount - intake.returned))
        move_credit(tx, intake, shares, at=at, note=note)
