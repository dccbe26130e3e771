"""A payment that was started, and the records by which later hooks are asked about it."""

from __future__ import annotations

from typing import Any

import attrs

from hub_hookspecs.money import Money
from hub_hookspecs.payment import Cancel, CaptureOrder, Observation, Order, PaymentStarted, Query, Refund, RefundKind
from hub_hookspecs.provider import QueryBy

from .bench import World
from .played import Played


@attrs.frozen(kw_only=True)
class Started:
    """A payment that was started."""

    order: Order
    started: PaymentStarted
    played: Played

    @property
    def provider_reference(self) -> str | None:
        """Theirs, if the plugin learnt it."""
        known = [item.provider_reference for item in self.started.observations if item.provider_reference]
        return known[-1] if known else None


def query_for(world: World, started: Started, **changes: Any) -> Query:
    """Ask about a started payment."""
    return Query(**{**_asked(world, started), "created_at": started.order.now, **changes})


def cancel_for(world: World, started: Started) -> Cancel:
    """Withdraw a started payment."""
    return Cancel(operation=world.subject.reference(), **_asked(world, started))


def refund_for(world: World, started: Started, kind: RefundKind = RefundKind.REFUND, **changes: Any) -> Refund:
    """Give a whole payment back."""
    operation, captured = world.subject.reference(), started.order.amount
    return Refund(**{**_asked(world, started), "kind": kind, "operation": operation, "captured": captured, **changes})


def capture_for(world: World, payment: Started, amount: Money, **changes: Any) -> CaptureOrder:
    """Take what is held of a payment, or a part of it."""
    told = [item.provider_reference for item in told_of(world, payment) if item.provider_reference]
    held = {
        "operation": world.subject.reference(),
        "provider_reference": payment.provider_reference or next(iter(told), None),
        "amount": amount,
        "authorised": payment.order.amount,
    }
    return CaptureOrder(**{**_asked(world, payment), **held, **changes})


def _asked(world: World, started: Started) -> dict[str, Any]:
    """What every later hook is handed of a started payment."""
    order = started.order
    return {
        "reference": order.reference,
        "provider_reference": started.provider_reference,
        "way": order.way,
        "amount": order.amount,
        "memory": started.started.memory,
        "now": order.now,
        "call_id": world.subject.call_id(),
        "payer_fields": order.payer.fields,
    }


def told_of(world: World, payment: Started) -> list[Observation]:
    """What notifications and a query tell of a payment."""
    told: list[Observation] = []
    if world.subject.can("handle_notification"):
        for message in world.notifications(payment.order.reference):
            told += world.play("handle_notification", message=message).observations
    way = world.subject.info.way(payment.order.way)
    if world.subject.can("query_payment") and way and way.query_by is not QueryBy.NONE:
        told += world.play("query_payment", query=query_for(world, payment)).observations
    return told


def take_held(world: World, payment: Started, **known: Any) -> Played | None:
    """Take the whole of what a payment holds, as the merchant does; None where nothing is held, or all is taken."""
    way = world.subject.info.way(payment.order.way)
    if way is None or not way.authorises or not world.subject.can("capture_payment"):
        return None
    if world.captures(payment.order.reference):
        return None
    capture = capture_for(world, payment, payment.order.amount, **known)
    return world.play("capture_payment", capture=capture)
