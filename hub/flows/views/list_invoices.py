"""List the invoices of a merchant, each with whether it is overdue or being paid."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable, PayableKind
from hub.flows.ground.ports import Hub, Tx

from .payment_rows import LISTED

OVERDUE = "overdue"
OPEN = "open"


@attrs.frozen(kw_only=True)
class ListedInvoice:
    """One invoice in a list; ``days_overdue`` is 0 when nothing is overdue."""

    payable: Payable
    customer: Customer
    days_overdue: int
    in_process: bool
    in_clarification: bool


async def list_invoices(hub: Hub, merchant: Merchant, search: str = "", state: str = "") -> tuple[ListedInvoice, ...]:
    """Invoices whose number or customer matches; ``state`` is empty, ``open`` or ``overdue``."""
    today = _today(hub.clock(), merchant)

    def read(tx: Tx) -> tuple[ListedInvoice, ...]:
        payables = [
            payable
            for payable in tx.payables.search(merchant.id, merchant.mode, search, limit=LISTED)
            if payable.kind is PayableKind.INVOICE
        ]
        held = {
            line.payable_id
            for payment in tx.payments.live_with([payable.id for payable in payables])
            for line in payment.lines
        }
        unclear = tx.payables.in_clarification([payable.id for payable in payables])
        rows = []
        for payable in payables:
            customer = tx.customers.get(payable.customer_id)
            late = (today - payable.falls_due_on).days if payable.due > 0 else 0
            if customer is None or (state and payable.due <= 0) or (state == OVERDUE and late <= 0):
                continue
            rows.append(
                ListedInvoice(
                    payable=payable,
                    customer=customer,
                    days_overdue=max(0, late),
                    in_process=payable.id in held,
                    in_clarification=payable.id in unclear,
                )
            )
        return tuple(rows)

    return await hub.store.read(read)


def _today(now: datetime, merchant: Merchant) -> date:
    return now.astimezone(ZoneInfo(merchant.company.zone)).date()
