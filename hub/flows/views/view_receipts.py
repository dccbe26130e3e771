"""View the cash receipts of a merchant: the list, and one with the names that stand on it."""

from __future__ import annotations

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.domain.report import Who
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .payment_rows import LISTED, PAGE


@attrs.frozen(kw_only=True)
class ReceiptView:
    """One cash receipt with the names that stand on it."""

    receipt: CashReceipt
    customer: Customer
    payment: Payment | None


@attrs.frozen
class ListedReceipt:
    """One cash receipt in a list."""

    receipt: CashReceipt
    customer: Who


@attrs.frozen(kw_only=True)
class ListedReceipts:
    """A page of the list.

    Attributes:
        after: Id of the receipt behind which the next page begins; empty where there is none.
    """

    rows: tuple[ListedReceipt, ...]
    after: str = ""


async def page_receipts(
    hub: Hub, merchant: Merchant, search: str = "", *, after: str = "", limit: int = PAGE
) -> ListedReceipts:
    """Cash receipts whose number, customer, invoice or reference, the bank's too, matches, the newest number first."""

    def read(tx: Tx) -> ListedReceipts:
        found = tx.receipts.newest(merchant.id, merchant.mode, search.strip(), after=after, limit=limit + 1)
        names = tx.report_rows.names({receipt.customer_id for receipt in found})
        return ListedReceipts(
            rows=tuple(ListedReceipt(receipt, names[receipt.customer_id]) for receipt in found[:limit]),
            after=found[limit - 1].id if len(found) > limit else "",
        )

    return await hub.store.read(read)


async def list_receipts(hub: Hub, merchant: Merchant, search: str = "") -> tuple[ReceiptView, ...]:
    """The first of them, with their payments."""

    def read(tx: Tx) -> tuple[ReceiptView, ...]:
        found = tx.receipts.newest(merchant.id, merchant.mode, search.strip(), limit=LISTED)
        return tuple(_receipt(tx, receipt) for receipt in found)

    return await hub.store.read(read)


async def view_receipt(hub: Hub, merchant: Merchant, receipt_id: str) -> ReceiptView:
    """One cash receipt of this merchant.

    Raises:
        LookupError: No such receipt of this merchant.
    """

    def read(tx: Tx) -> ReceiptView:
        return _receipt(tx, own_record(tx.receipts.get(receipt_id), merchant, receipt_id))

    return await hub.store.read(read)


def _receipt(tx: Tx, receipt: CashReceipt) -> ReceiptView:
    customer = tx.customers.get(receipt.customer_id)
    if customer is None:
        raise LookupError(receipt.customer_id)
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    return ReceiptView(receipt=receipt, customer=customer, payment=payment)
