"""The plain story of each capability against the simulator, and what determines its requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from hub_hookspecs.actions import ApproveInApp
from hub_hookspecs.exchange import Outcome
from hub_hookspecs.messages import Verdict
from hub_hookspecs.money import Money
from hub_hookspecs.payment import CLOSING_KINDS, Kind, Order, RefundKind
from hub_hookspecs.provider import QueryBy, Refunds, Starts, Way
from hub_hookspecs.request_mark import Mark
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import (
    Started,
    Unplayable,
    an_order,
    cancel_for,
    notification_of,
    paid,
    pay,
    query_for,
    refund_for,
    scenes,
    start,
)
from hub_hookspecs.testing.story import Story, begin_paid
from hub_hookspecs.testing.subject import Subject

CLOSING: Final = frozenset(CLOSING_KINDS)


def _starts(bench: Bench) -> Iterator[str]:
    """Each way of starting, paid by the simulator's payer: the book has it once,
    under our reference, to the cent."""
    for way in bench.subject.info.ways:
        world = bench.world()
        try:
            started = paid(world, way)
        except Unplayable as error:
            yield str(error)
            continue
        rows = world.book(started.order.reference)
        if not rows:
            yield f"create_payment ({way.code}): paid, and the provider's book has nothing under our reference"
            continue
        if len(rows) > 1 or rows[0]["captures"] != 1:
            yield f"create_payment ({way.code}): the money was taken {world.captures(started.order.reference)} times"
        if Money(rows[0]["minor"], rows[0]["currency"]) != started.order.amount:
            taken = Money(rows[0]["minor"], rows[0]["currency"])
            yield f"create_payment ({way.code}): {started.order.amount} were owed, {taken} were taken"
        yield from _truthful(started.played, started.order, pending=True)


def _truthful(played: Played, order: Order, *, pending: bool) -> Iterator[str]:
    for item in played.observations:
        if item.reference not in (None, order.reference):
            yield f"{played.hook}: reported {item.kind} of another reference"
        if item.kind is Kind.PAID and not item.vouched:
            yield f"{played.hook}: reported paid and vouches for nothing; vouched names what was signed or asked for"
        if pending and item.kind in CLOSING:
            yield f"{played.hook}: the payment is pending; the plugin concluded {item.kind}"


def _marks(bench: Bench) -> Iterator[str]:
    """What a way declares to do when it starts is what its requests are marked as."""
    for way in bench.subject.info.ways:
        world = bench.world()
        try:
            started = start(world, an_order(world, way))
        except Unplayable:
            continue
        sent = started.played.sent
        if way.starts is Starts.SESSION and isinstance(started.started.action, ApproveInApp):
            yield (
                f"create_payment ({way.code}): declared to open a session, and the provider itself asks the payer to "
                "approve; the contract calls that charging"
            )
        marks = {item.mark for item in sent}
        if way.starts is Starts.SESSION and Mark.CHARGING in marks:
            yield f"create_payment ({way.code}): declared to open a session; a request is marked as charging"
        if way.starts is Starts.CHARGE and Mark.CHARGING not in marks:
            marked = " and ".join(sorted(marks)) or "not there"
            yield f"create_payment ({way.code}): declared to charge; its requests are {marked}"


def _asks(bench: Bench) -> Iterator[str]:
    """query_payment of a payment that is pending, paid, rejected, expired, and never sent."""
    for way in bench.subject.info.ways:
        if way.query_by is QueryBy.NONE:
            continue
        for action in ("", "approve", "reject", "expire"):
            world = bench.world()
            try:
                started = start(world, an_order(world, way))
            except Unplayable:
                continue
            if action and not world.drive(action, started.order.reference):
                continue
            played = world.play("query_payment", query=query_for(world, started))
            yield from _answered(played, started, world, action or "left alone", way)
        yield from _asks_nobody(bench, way)


def _answered(played: Played, started: Started, world: World, action: str, way: Way) -> Iterator[str]:
    title = f"query_payment ({way.code}, {action})"
    if played.conclusion.outcome is not Outcome.RESULT:
        yield f"{title}: the plugin {played.did}; the contract allows observations"
        return
    captured = world.captures(started.order.reference) > 0
    yield from _consistent(title, played, captured)
    if captured and Kind.PAID not in played.kinds:
        yield f"{title}: the provider's book has the money; the plugin {played.did}"
    for item in played.observations:
        if item.kind is Kind.PAID and item.amount not in (None, started.order.amount):
            yield f"{title}: {started.order.amount} were paid; the plugin reported {item.amount}"
    yield from _truthful(played, started.order, pending=False)
    if not captured and (closed := CLOSING & set(played.kinds)) and _pays(world, started):
        yield f"{title}: the payer can still pay, and did; the plugin had concluded {', '.join(sorted(closed))}"


def _pays(world: World, started: Started) -> bool:
    """Whether the payer can still pay, and does."""
    pay(world, started)
    return world.captures(started.order.reference) > 0


def _consistent(title: str, played: Played, captured: bool) -> Iterator[str]:
    if not captured and Kind.PAID in played.kinds:
        yield f"{title}: the provider's book has no money; the plugin concluded paid"
    if captured and (closed := CLOSING & set(played.kinds)):
        yield f"{title}: the provider's book has the money; the plugin concluded {', '.join(sorted(closed))}"


def _asks_nobody(bench: Bench, way: Way) -> Iterator[str]:
    """The payment never reached the provider."""
    world = bench.world()
    try:
        started = start(bench.world(), an_order(world, way))
    except Unplayable:
        return
    played = world.play("query_payment", query=query_for(world, started))
    if wrong := (CLOSING | {Kind.PAID, Kind.ACCEPTED}) & set(played.kinds):
        yield f"query_payment ({way.code}, never sent): the plugin concluded {', '.join(sorted(wrong))}"
    if played.conclusion.fault or played.conclusion.outcome is Outcome.DECLINED:
        yield f"query_payment ({way.code}, never sent): the plugin {played.did}"


def _cancels(bench: Bench) -> Iterator[str]:
    for way in bench.subject.info.ways:
        if not way.cancel:
            continue
        world = bench.world()
        try:
            started = start(world, an_order(world, way))
        except Unplayable:
            continue
        played = world.play("cancel_payment", cancel=cancel_for(world, started))
        if played.conclusion.outcome is not Outcome.RESULT:
            yield f"cancel_payment ({way.code}): the plugin {played.did}; the contract allows observations"
        pay(world, started)
        yield from _consistent(f"cancel_payment ({way.code})", played, world.captures(started.order.reference) > 0)


def _returns(bench: Bench) -> Iterator[str]:
    info = bench.subject.info
    for way in info.ways:
        kinds = [RefundKind.REFUND] if info.refunds is not Refunds.NONE else []
        for kind in [*kinds, RefundKind.UNDO] if way.undo else kinds:
            try:
                story = begin_paid(bench.world(), way)
            except Unplayable:
                continue
            played, _ = story.refund(story.owed, kind)
            yield from _returned(f"refund_payment ({kind} of {way.code})", played, story)
        if way.undo:
            yield from _undoes_nothing(bench, way)


def _returned(title: str, played: Played, story: Story) -> Iterator[str]:
    back = {row["state"] for row in story.world.book(story.reference)} == {"returned"}
    if played.conclusion.outcome is not Outcome.RESULT:
        yield f"{title}: the plugin {played.did}; the contract allows observations"
    elif back and not story.tells_of_a_return:
        yield f"{title}: the provider's book has given the money back; the plugin {played.did}"
    if not back and Kind.RETURNED in played.kinds:
        yield f"{title}: the provider's book still has the money; the plugin concluded returned"
    if not back and played.conclusion.outcome is Outcome.RESULT and not story.tells_of_a_return:
        yield f"{title}: declared, and the money was not given back"


def _undoes_nothing(bench: Bench, way: Way) -> Iterator[str]:
    """There is nothing to undo: the payment never arrived."""
    world = bench.world()
    try:
        started = start(bench.world(), an_order(world, way))
    except Unplayable:
        return
    played = world.play("refund_payment", refund=refund_for(world, started, RefundKind.UNDO))
    if Kind.RETURNED in played.kinds:
        yield f"refund_payment (undo of {way.code}, never sent): the plugin concluded returned"


def _hears(bench: Bench) -> Iterator[str]:
    """A genuine notification of a paid payment."""
    for way in bench.subject.info.ways:
        if "notification" not in way.outcome:
            continue
        world = bench.world()
        try:
            started = paid(world, way)
            played = world.play("handle_notification", message=notification_of(world, started))
        except Unplayable as error:
            yield f"handle_notification ({way.code}): {error}"
            continue
        title = f"handle_notification ({way.code}, paid)"
        verdict = getattr(played.value, "verdict", None)
        wanted = {Kind.PAID, Kind.AUTHORISED} if way.authorises else {Kind.PAID}  # who took it may not be told again
        if verdict is Verdict.VALID and not wanted & set(played.kinds):
            yield f"{title}: genuine; the plugin {played.did}"
        if verdict not in (Verdict.VALID, Verdict.UNSIGNED):
            yield f"{title}: genuine; the plugin {played.did if verdict is None else f'called it {verdict}'}"
        if verdict is Verdict.UNSIGNED and not bench.subject.can("query_payment"):
            yield f"{title}: unsigned, and there is no query; so nothing ever proves a payment"
        yield from _truthful(played, started.order, pending=False)


def _same_order(bench: Bench) -> Iterator[str]:
    """The same call, with the same answers, twice, and again after another one."""
    for scene in scenes(bench.subject):
        world = bench.world()
        try:
            records = scene.prepare(world)
            first = world.play(scene.hook, **records)
            other = bench.world()
            other_records = scene.prepare(other)
        except Unplayable:
            continue
        answers = [item.handed for item in first.sent if item.handed is not None]
        other.play(scene.hook, **other_records)
        again = world.play(scene.hook, replay=answers, **records)
        for one, two in zip(first.sent, again.sent, strict=False):
            if one.bytes != two.bytes:
                yield f"{scene.name}, request {one.number}: {one.text} is another request for the same order"
        if len(first.sent) != len(again.sent):
            yield f"{scene.name}: {len(first.sent)} requests, and {len(again.sent)} for the same order"
        if first.value != again.value:
            yield f"{scene.name}: the same order and the same answers give another result"


def _reference(bench: Bench) -> Iterator[str]:
    """Every reference that the rule allows reaches the provider unchanged,
    whatever the time and the call."""
    rule = bench.subject.info.reference
    tried = (rule.alphabet[0] * rule.length, rule.alphabet[-1] * rule.length, bench.subject.reference())
    for way in bench.subject.info.ways:
        for reference in tried:
            world = bench.world()
            try:
                started = start(world, an_order(world, way, reference=reference))
            except Unplayable as error:
                yield f"create_payment ({way.code}): the declared rule allows the reference {reference}: {error}"
                continue
            pay(world, started)
            if not world.book(reference):
                others = ", ".join(row["reference"] for row in world.whole_book()) or "something else"
                yield f"create_payment ({way.code}): the provider knows {others} instead of our reference {reference}"
            yield from _truthful(started.played, started.order, pending=False)


def _needs(hook: str) -> Any:
    def excuse(subject: Subject) -> str:
        return "" if subject.can(hook) else f"no {hook}"

    return excuse


PROOFS: Final = (
    Proof("each way starts a payment, and the provider's book agrees to the cent", _starts),
    Proof("its marks are what it declares", _marks),
    Proof("the same order gives the same requests", _same_order),
    Proof("every reference of its rule reaches the provider unchanged", _reference),
    Proof("a query tells what the provider's book says", _asks, _needs("query_payment")),
    Proof("a genuine notification is understood", _hears, _needs("handle_notification")),
    Proof("a cancelled payment takes no money", _cancels, _needs("cancel_payment")),
    Proof("a refund gives the money back, and says so only then", _returns, _needs("refund_payment")),
)
