"""The situations in which hooks are called: what happened before, and the records of the call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import Money
from hub_hookspecs.payment import GrantRequest, Order, PaymentStarted, Period, Refund, RefundKind
from hub_hookspecs.provider import QueryBy, Refunds, Way

from .asking import Started as Started
from .asking import cancel_for as cancel_for
from .asking import query_for as query_for
from .asking import refund_for as refund_for
from .asking import take_held
from .bench import Bench, World
from .faults import FAULTS, Fault
from .played import Played, Sent
from .subject import Subject, usual_amount

Records = Mapping[str, Any]


class Unplayable(Exception):
    """What must come before did not work; another proof says so."""


@attrs.frozen(kw_only=True)
class Scene:
    """One hook call in one situation.

    Attributes:
        name: The situation: ``query_payment of a paid push``.
        prepare: Plays what comes before in a fresh world, and gives the records.
    """

    hook: str
    name: str
    prepare: Callable[[World], Records]


@attrs.frozen(kw_only=True)
class Take:
    """One scene as it was played.

    Attributes:
        fault, number: What happened to which request; no fault when all went well.
    """

    scene: Scene
    records: Records
    world: World
    played: Played
    fault: Fault | None = None
    number: int = 0

    @property
    def struck(self) -> Sent:
        """The request that the fault happened to."""
        return self.played.sent[self.number - 1]


class _CachedTakes:
    """What was played so far, and the rest when it is asked for."""

    def __init__(self, rest: Iterator[Take]) -> None:
        self._played: list[Take] = []
        self._rest = rest

    def __iter__(self) -> Iterator[Take]:
        for place in itertools.count():
            if place == len(self._played):
                take = next(self._rest, None)
                if take is None:
                    return
                self._played.append(take)
            yield self._played[place]


def takes(bench: Bench) -> Iterable[Take]:
    """Every scene that can be played, when all goes well."""
    return bench.cached("takes", lambda: _CachedTakes(_takes(bench)))


def all_takes(bench: Bench) -> Iterator[Take]:
    """Every scene as it goes when all is well, then with every fault at every request."""
    return itertools.chain(takes(bench), struck_takes(bench))


def struck_takes(bench: Bench) -> Iterable[Take]:
    """Every scene, with every fault at every request."""
    return bench.cached("struck takes", lambda: _CachedTakes(_struck_takes(bench)))


def _takes(bench: Bench) -> Iterator[Take]:
    for scene in scenes(bench.subject):
        world = bench.world()
        try:
            records = scene.prepare(world)
        except Unplayable:
            continue
        yield Take(scene=scene, records=records, world=world, played=world.play(scene.hook, **records))


def _struck_takes(bench: Bench) -> Iterator[Take]:
    for take in takes(bench):
        for number in range(1, len(take.played.sent) + 1):
            for fault in FAULTS:
                world = bench.world()
                records = take.scene.prepare(world)
                played = world.play(take.scene.hook, fault=fault, at=number, **records)
                yield Take(scene=take.scene, records=records, world=world, played=played, fault=fault, number=number)


def start(world: World, order: Order) -> Started:
    """Start a payment, and do what the payer's browser does then."""
    played = world.play("create_payment", order=order)
    if played.conclusion.outcome is not Outcome.RESULT or not isinstance(played.value, PaymentStarted):
        raise Unplayable(f"create_payment ({order.way}): the plugin {played.did}")
    world.browse(played.value)
    return Started(order=order, started=played.value, played=played)


def an_order(world: World, way: Way, amount: Money | None = None, **changes: Any) -> Order:
    """An everyday order in the account's first currency."""
    rules = world.subject.currencies(world.account)
    if not rules:
        raise Unplayable("the account has the settings for no currency")
    return world.subject.order(way, amount or usual_amount(rules[0]), **changes)


def paid(world: World, way: Way, amount: Money | None = None) -> Started:
    """A payment that the payer approved, and whose money was taken."""
    started = start(world, an_order(world, way, amount))
    if not pay(world, started):
        raise Unplayable(f"the simulator knows no {way.code} payment {started.order.reference} to approve")
    return started


def pay(world: World, payment: Started) -> bool:
    """The payer approves, and what is only held then is taken; False when there is nothing to approve."""
    approved = world.drive("approve", payment.order.reference)
    take_held(world, payment)
    return approved or world.captures(payment.order.reference) > 0


def scenes(subject: Subject) -> Iterator[Scene]:
    """Every hook in its situations, as far as the plugin implements and declares them."""
    if subject.can("authorize"):
        yield Scene(
            hook="authorize",
            name="authorize",
            prepare=lambda world: {"request": GrantRequest(now=subject.now, call_id=subject.call_id())},
        )
    yield Scene(
        hook="validate_identity",
        name="validate_identity",
        prepare=lambda world: {"check": subject.check(world.account)},
    )
    for way in subject.info.ways:
        yield from _scenes_of(subject, way)
    if subject.can("fetch_settlement"):
        yield Scene(hook="fetch_settlement", name="fetch_settlement", prepare=_settled)


def _settled(world: World) -> Records:
    """Each way paid once, and the two days around it."""
    for way in world.subject.info.ways:
        paid(world, way)
    now = world.subject.now
    today = now.astimezone(UTC).date()
    first, last = today - timedelta(days=1), today + timedelta(days=1)
    return {"period": Period(first=first, last=last, now=now, call_id=world.subject.call_id())}


def _scenes_of(subject: Subject, way: Way) -> Iterator[Scene]:
    def scene(hook: str, of: str, prepare: Callable[[World], Records]) -> Scene:
        return Scene(hook=hook, name=f"{hook} ({of} {way.code})", prepare=prepare)

    yield scene("create_payment", "a new", lambda world: {"order": an_order(world, way)})
    if subject.can("query_payment") and way.query_by is not QueryBy.NONE:
        yield scene(
            "query_payment", "a pending", lambda world: {"query": query_for(world, start(world, an_order(world, way)))}
        )
        yield scene("query_payment", "a paid", lambda world: {"query": query_for(world, paid(world, way))})
    if subject.can("handle_notification") and "notification" in way.outcome:
        yield scene(
            "handle_notification", "a paid", lambda world: {"message": notification_of(world, paid(world, way))}
        )
    if subject.can("cancel_payment") and way.cancel:
        yield scene(
            "cancel_payment",
            "a pending",
            lambda world: {"cancel": cancel_for(world, start(world, an_order(world, way)))},
        )
    if subject.can("refund_payment") and subject.info.refunds is not Refunds.NONE:
        yield scene("refund_payment", "a paid", lambda world: {"refund": refund_for(world, paid(world, way))})
    if subject.can("refund_payment") and way.undo:
        yield scene("refund_payment", "an unknown", lambda world: {"refund": _undo(world, way)})


def _undo(world: World, way: Way) -> Refund:
    """Undo a payment of which only our own order is known: its answer was lost."""
    started = paid(world, way)
    forgetful = attrs.evolve(started, started=attrs.evolve(started.started, memory={}, observations=()))
    return refund_for(world, forgetful, RefundKind.UNDO)


def notification_of(world: World, started: Started) -> Any:
    """The notification of a payment's end."""
    messages = world.notifications(started.order.reference)
    if not messages:
        raise Unplayable(f"the simulator sent no notification of {started.order.reference}")
    return messages[-1]
