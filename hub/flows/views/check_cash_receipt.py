"""Let whoever holds a cash receipt check it: what is true of it, and nothing else of payer or payment."""

from __future__ import annotations

import hmac
from datetime import date, datetime

import attrs

from hub.domain.merchant import Merchant
from hub.domain.receipt import CashReceipt
from hub.domain.receipt_fingerprint import shown_fingerprint
from hub.flows.books.read_intakes import left_by_movement
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Mode, Money

CHECK = "check-cash-receipt"
"""Purpose of the code with which a third party checks a cash receipt."""


@attrs.frozen(kw_only=True)
class CheckedReceipt:
    """What a stranger may know: that the paper in his hands is the one that was issued, and whether it still stands.

    Attributes:
        issuer, identity: Who issued it, as it is printed.
        fingerprint: What the paper shows too.
        is_returned: Its money is not here any more.
    """

    merchant: Merchant
    mode: Mode
    label: str
    issuer: str
    identity: str
    received_on: date
    issued_at: datetime
    cash: Money
    fingerprint: str
    voided_at: datetime | None
    is_returned: bool


def check_token(hub: Hub, receipt_id: str) -> str:
    """What opens the page on which a third party checks a cash receipt, and nothing else.

    The id stands there in letters and figures alone, as in every mailed link.
    """
    return f"{receipt_id.encode().hex()}.{hub.vault.form_token(CHECK, receipt_id)}"


def check_url(hub: Hub, receipt_id: str) -> str:
    """The address that stands on the paper."""
    return f"{hub.base_url}/c/{check_token(hub, receipt_id)}"


async def checked_receipt(hub: Hub, token: str) -> CheckedReceipt:
    """The cash receipt that a paper's code names.

    Raises:
        LookupError: The code is not ours.
    """
    receipt_id = _named_in(token)
    if not hmac.compare_digest(check_token(hub, receipt_id).encode(), token.encode(errors="replace")):
        raise LookupError("receipt code")

    def read(tx: Tx) -> CheckedReceipt:
        receipt = tx.receipts.get(receipt_id)
        merchant = tx.merchants.get(receipt.merchant_id) if receipt else None
        if receipt is None or merchant is None:
            raise LookupError("receipt code")
        return _checked(tx, merchant, receipt)

    return await hub.store.read(read)


def _named_in(token: str) -> str:
    """The id that a token says it is for; empty where it says none."""
    try:
        return bytes.fromhex(token.rpartition(".")[0]).decode()
    except ValueError:
        return ""


def _checked(tx: Tx, merchant: Merchant, receipt: CashReceipt) -> CheckedReceipt:
    return CheckedReceipt(
        merchant=merchant,
        mode=receipt.mode,
        label=receipt.label,
        issuer=receipt.issuer.legal_name or receipt.issuer.name,
        identity=receipt.issuer.identity,
        received_on=receipt.received_on,
        issued_at=receipt.issued_at,
        cash=receipt.cash,
        fingerprint=shown_fingerprint(receipt),
        voided_at=receipt.voided_at,
        is_returned=is_money_gone(tx, receipt),
    )


def is_money_gone(tx: Tx, receipt: CashReceipt) -> bool:
    """Whether all of the money that a receipt records went back; that of a conversion is void with it."""
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    if payment is None or receipt.came or not receipt.cash or receipt.movement is None:
        return False
    return not left_by_movement(tx, payment).get(receipt.movement, 0)
