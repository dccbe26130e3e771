"""View what waits in a company for a second person, each with where it is about."""

from __future__ import annotations

import attrs

from hub.domain.decision import Decision, DecisionKind
from hub.domain.merchant import Merchant
from hub.domain.payable import PayableKind
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import standing_proposals


@attrs.frozen
class WaitingView:
    """A proposal, and the page of what it is about.

    Attributes:
        name: Of what it is about, for people.
        document: A ``payment``, an ``invoice`` or a ``customer``, and its id; None where it has no page of its own.
    """

    decision: Decision
    name: str = ""
    document: tuple[str, str] | None = None


async def list_waiting(hub: Hub, merchant: Merchant) -> tuple[WaitingView, ...]:
    """What waits in this company and mode, oldest first; what closes with a complete list waits with its import."""
    now = hub.clock()

    def read(tx: Tx) -> tuple[WaitingView, ...]:
        own = (item for item in standing_proposals(tx, now) if item.merchant_id == merchant.id)
        waits = (item for item in own if item.mode is merchant.mode and item.kind is not DecisionKind.CLOSE_MISSING)
        return tuple(_view(tx, merchant, item) for item in waits)

    return await hub.store.read(read)


def _view(tx: Tx, merchant: Merchant, waiting: Decision) -> WaitingView:
    if number := waiting.content.get("invoice"):
        bill = tx.payables.by_number(merchant.id, merchant.mode, PayableKind.INVOICE, number)
        return WaitingView(waiting, number, ("invoice", bill.id) if bill else None)
    if waiting.payment_id and (payment := tx.payments.get(waiting.payment_id)):
        return WaitingView(waiting, payment.reference, ("payment", payment.id))
    customer = tx.customers.get(waiting.content.get("customer") or waiting.subject)
    return WaitingView(waiting, customer.name, ("customer", customer.id)) if customer else WaitingView(waiting)
