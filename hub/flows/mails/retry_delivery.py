"""Retry a delivery: a mail that was given up, or waits for its next try, is due now."""

from __future__ import annotations

import attrs

from hub.domain.message import Delivery, DeliveryState
from hub.flows.ground.ports import Hub, Tx


class SentAlready(Exception):
    """The mail was sent; sending it again is no retry."""


async def retry_delivery(hub: Hub, delivery_id: str) -> Delivery:
    """Make one delivery due now.

    Raises:
        LookupError: No such delivery.
        SentAlready: It was sent.
    """
    now = hub.clock()

    def write(tx: Tx) -> Delivery:
        delivery = tx.deliveries.get(delivery_id)
        if delivery is None:
            raise LookupError(f"there is no delivery {delivery_id!r}")
        if delivery.state is DeliveryState.SENT:
            raise SentAlready(f"delivery {delivery_id} was sent to {delivery.recipient} already")
        again = attrs.evolve(delivery, state=DeliveryState.DUE, due_at=now)
        tx.deliveries.save(again)
        tx.after_commit(hub.wake)
        return again

    return await hub.store.write(write)


async def retry_dead(hub: Hub) -> tuple[Delivery, ...]:
    """Make every mail that was given up due now."""
    dead = await hub.store.read(lambda tx: tx.deliveries.of(state=DeliveryState.DEAD.value, limit=100_000))
    return tuple([await retry_delivery(hub, delivery.id) for delivery in dead])
