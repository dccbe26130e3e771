"""List the invoices of a merchant, a page at a time, each with whether it is overdue or being paid."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.report import Who
from hub.flows.ground.ports import Hub, Tx

from .payment_rows import PAGE

OVERDUE = "overdue"
OPEN = "open"
STATES = frozenset({"", OPEN, OVERDUE})


@attrs.frozen(kw_only=True)
class ListedInvoice:
    """One invoice in a list; ``days_overdue`` is 0 when nothing is overdue."""

    payable: Payable
    customer: Who
    days_overdue: int
    in_process: bool
    in_clarification: bool


@attrs.frozen(kw_only=True)
class ListedInvoices:
    """A page of the list.

    Attributes:
        after: Id of the invoice behind which the next page begins; empty where there is none.
    """

    rows: tuple[ListedInvoice, ...]
    after: str = ""


async def list_invoices(
    hub: Hub, merchant: Merchant, search: str = "", state: str = "", *, after: str = "", limit: int = PAGE
) -> ListedInvoices:
    """Invoices whose number or customer matches, newest first; ``state`` is empty, ``open`` or ``overdue``."""
    today = _today(hub.clock(), merchant)

    def read(tx: Tx) -> ListedInvoices:
        found = tx.bill_list.newest(
            *(merchant.id, merchant.mode),
            text=search,
            state=state if state in STATES else "",
            today=today,
            after=after,
            limit=limit + 1,
        )
        payables = found[:limit]
        ids = [payable.id for payable in payables]
        held = {line.payable_id for payment in tx.payments.live_with(ids) for line in payment.lines}
        unclear = tx.payables.in_clarification(ids)
        names = tx.report_rows.names({payable.customer_id for payable in payables})
        rows = (
            ListedInvoice(
                payable=payable,
                customer=names[payable.customer_id],
                days_overdue=max(0, (today - payable.falls_due_on).days) if payable.due > 0 else 0,
                in_process=payable.id in held,
                in_clarification=payable.id in unclear,
            )
            for payable in payables
        )
        return ListedInvoices(
            rows=tuple(row for row in rows if state != OVERDUE or row.days_overdue),
            after=payables[-1].id if len(found) > limit else "",
        )

    return await hub.store.read(read)


def _today(now: datetime, merchant: Merchant) -> date:
    return now.astimezone(ZoneInfo(merchant.company.zone)).date()
