"""Agree on instalments of an invoice by hand: dates and amounts of what it owes, or none any more; none is booked."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from hub.domain.acts import Act
from hub.domain.identity import FieldError, Invalid
from hub.domain.instalment import Instalment
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell
from hub_hookspecs import Money

from .void_bill import invoice_of

MOST = 60
"""Instalments of one invoice: five years of months."""


async def agree_plan(hub: Hub, merchant: Merchant, number: str, parts: Sequence[Instalment], *, by: str) -> Payable:
    """The invoice with its instalments; without any it falls due at once again.

    Raises:
        LookupError: No such invoice.
        Invalid: It owes nothing, the parts are not what it owes, two are of one day, or a payment is under way.
    """
    now = hub.clock()

    def write(tx: Tx) -> Payable:
        before = invoice_of(tx, merchant, number)
        refuse_while(tx, Act.REVISE_BILL, now, payables=[before.id], field="plan")
        plan = tuple(sorted(parts))
        _refuse_parts(before, plan)
        after = attrs.evolve(before, plan=plan, plan_by=by if plan else "", revision=before.revision + 1)
        tx.payables.revise(after)
        tell(tx, "plan_agreed", bill=before.id, merchant=merchant.id)
        return after

    return await hub.store.write(write)


def _refuse_parts(bill: Payable, plan: tuple[Instalment, ...]) -> None:
    if not bill.due:
        raise Invalid((FieldError("plan", Text("plan.owes_nothing", number=bill.number)),))
    if not plan:
        return
    days = {part.due_on for part in plan}
    if len(plan) > MOST or len(days) != len(plan) or any(part.amount <= 0 for part in plan):
        raise Invalid((FieldError("plan", Text("plan.parts", most=MOST)),))
    if min(days) < bill.issued_on:
        raise Invalid((FieldError("plan", Text("plan.too_early")),))
    comes_to = Money(sum(part.amount for part in plan), bill.currency)
    if comes_to != bill.balance:
        raise Invalid((FieldError("plan", Text("plan.sum", sum=comes_to, owed=bill.balance)),))
