"""View one invoice: what it is for, what settles it, its payments, and whether it was voided."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs

from hub.domain.decision import Decision, DecisionKind
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.message import Review
from hub.domain.open_item import StatementRow, open_item, row_on
from hub.domain.payable import Payable, PayableKind
from hub.flows.books.debit_note import is_debit_note
from hub.flows.ground.open_link import url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .payment_rows import PaymentRow, payment_rows
from .view_history import History, bill_history

BY_TWO = (DecisionKind.VOID_BILL, DecisionKind.WRITE_OFF, DecisionKind.CREDIT_NOTE)


@attrs.frozen(kw_only=True)
class BillView:
    """An invoice as its merchant's people see it.

    Attributes:
        in_clarification: Its money went back, and nobody has said yet whether it is still owed.
        may_be_void: It is no debit note, which bills money that really went back.
        waiting: What was proposed of it and needs a second person.
        row: As it stands today, with its instalments.
        history: What the books say of it.
        link, url: The open link to its customer's statement, if there is one.
        notes: What the customer wrote since it was billed, the newest first.
    """

    payable: Payable
    row: StatementRow
    customer: Customer
    payments: tuple[PaymentRow, ...]
    may_be_void: bool
    waiting: tuple[Decision, ...]
    in_clarification: bool
    history: History
    link: Link | None
    url: str
    notes: tuple[Review, ...]


async def view_bill(hub: Hub, merchant: Merchant, payable_id: str) -> BillView:
    """An invoice of this merchant, in the mode in which it works.

    Raises:
        LookupError: Unknown, an order, one whose import was taken back, or another merchant's.
    """

    now = hub.clock()
    today = now.astimezone(ZoneInfo(merchant.company.zone)).date()

    def read(tx: Tx) -> BillView:
        payable = own_record(tx.payables.get(payable_id), merchant, payable_id)
        if payable.kind is not PayableKind.INVOICE or payable.undone_at:
            raise LookupError(payable_id)
        link = tx.links.find(LinkKind.STATEMENT, payable.customer_id, merchant.mode, now)
        return BillView(
            payable=payable,
            row=row_on(open_item(payable), today),
            customer=customer_of(tx, merchant, payable.customer_id),
            payments=payment_rows(tx, tx.payments.with_payables([payable.id])),
            may_be_void=not is_debit_note(tx, payable),
            waiting=tuple(filter(None, (tx.decisions.waiting_for(kind, payable.id) for kind in BY_TWO))),
            in_clarification=bool(tx.payables.in_clarification([payable.id])),
            history=bill_history(tx, merchant, payable),
            link=link,
            url=url_of(hub, link) if link else "",
            notes=tx.reviews.written_by(merchant.id, merchant.mode, payable.customer_id, payable.created_at),
        )

    return await hub.store.read(read)
