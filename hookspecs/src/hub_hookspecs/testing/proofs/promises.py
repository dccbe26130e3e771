"""What a provider promises by what it declares: lives, times, repetitions, and every reading of its documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import Money
from hub_hookspecs.payment import Grant, GrantRequest, OrderLine
from hub_hookspecs.provider import Way
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.options import Option
from hub_hookspecs.testing.scenes import Unplayable, an_order, pay, start
from hub_hookspecs.testing.story import Story, begin
from hub_hookspecs.testing.subject import Subject

MINUTE: Final = timedelta(minutes=1)


def _whole_order(bench: Bench) -> Iterator[str]:
    """An order of three invoices, which are paid together."""
    for way in bench.subject.info.ways:
        world = bench.world()
        try:
            order = an_order(world, way)
            step = order.amount.minor // 300 * 100 or 1
            parts = (step, step, order.amount.minor - 2 * step)
            lines = tuple(
                OrderLine(number=f"FE-{number}", description="Servicios", amount=Money(minor, order.amount.currency))
                for number, minor in enumerate(parts, 1024)
                if minor > 0
            )
            payment = start(world, attrs.evolve(order, lines=lines))
        except Unplayable as error:
            yield f"an order of three lines: {error}"
            continue
        pay(world, payment)
        taken = [Money(row["minor"], row["currency"]) for row in world.book(payment.order.reference)]
        if taken and sum(taken[1:], taken[0]) != order.amount:
            yield f"create_payment ({way.code}, three lines): {order.amount} were owed, {taken[0]} were taken"


def _lives(bench: Bench) -> Iterator[str]:
    """A minute before its end, what was shown to the payer can still be paid."""
    for way in bench.subject.info.ways:
        try:
            story = begin(bench.world(), way)
        except Unplayable:
            continue
        ends = getattr(story.payment.started.action, "expires_at", None)
        if ends is None or ends <= bench.subject.now + MINUTE:
            continue
        declared = timedelta(minutes=_life(way, story.world))
        if ends > story.payment.order.now + declared + MINUTE:
            yield (
                f"create_payment ({way.code}): what the payer is shown ends {ends - story.payment.order.now} after it "
                f"was started, and {declared} are declared; after that nobody waits for its money"
            )
        story.world.control("clock", at=(ends - MINUTE).isoformat())
        if not story.can_still_be_paid():
            yield (
                f"create_payment ({way.code}): what the payer is shown ends at {ends:%H:%M}, and a minute before that "
                "nobody can pay it; expires_at is the provider's"
            )


def _life(way: Way, world: World) -> int:
    """How many minutes are declared, by the way or by the account's setting."""
    value = world.account.settings.get(way.expiry_setting or "", "")
    return int(value) if value.isdigit() else way.expiry_minutes


def _grants(bench: Bench) -> Iterator[str]:
    world = bench.world()
    played = world.play("authorize", request=_wanted(bench))
    if not isinstance(played.value, Grant):
        yield f"authorize: the plugin {played.did}; the contract allows a Grant"
        return
    if not played.value.headers or played.value.expires_at <= bench.subject.now:
        yield "authorize: the grant has no headers, or has expired when it comes"
    if any(item.request.extensions.get("hub_without_grant") is not True for item in played.sent):
        yield "authorize: a token request is not marked without_grant"


def _wanted(bench: Bench) -> GrantRequest:
    return GrantRequest(now=bench.subject.now, call_id=bench.subject.call_id())


def _grant_lives(bench: Bench) -> Iterator[str]:
    """A minute before it expires, a grant is still taken."""
    subject = bench.subject
    world = bench.world()
    played = world.play("authorize", request=_wanted(bench))
    grant = played.value
    if not isinstance(grant, Grant) or grant.expires_at <= subject.now + MINUTE:
        return
    late = grant.expires_at - MINUTE
    world.control("clock", at=late.isoformat())
    world.use(grant)
    for way in subject.info.ways:
        played = world.play("create_payment", order=an_order(world, way, now=late))
        if any(getattr(item.handed, "status_code", 0) == 401 for item in played.sent):
            yield (
                f"authorize: the grant is said to live until {grant.expires_at:%Y-%m-%d %H:%M} UTC, and a minute "
                "before that the provider answers 401"
            )
            return


def _times(bench: Bench) -> Iterator[str]:
    """When it happened is told in UTC: no zone is lost."""
    for way in bench.subject.info.ways:
        try:
            story = begin(bench.world(), way)
            story.pay()
        except Unplayable:
            continue
        story.listen()
        for item in (told.observation for told in story.told):
            if item.occurred_at is None:
                continue
            off = item.occurred_at - bench.subject.now
            quarters = round(off / timedelta(minutes=15))
            if quarters and abs(off - quarters * timedelta(minutes=15)) <= MINUTE:
                yield (
                    f"{item.kind} of a {way.code} payment: it happened at {bench.subject.now:%H:%M} UTC, and is told "
                    f"as {item.occurred_at:%H:%M}; occurred_at is UTC"
                )


def _is_idempotent(bench: Bench) -> Iterator[str]:
    """The same reference once more, in another call: one payment."""
    for way in bench.subject.info.ways:
        for name, world in _readings(bench):
            try:
                story = begin(world, way)
            except Unplayable:
                continue
            order = attrs.evolve(story.payment.order, call_id=bench.subject.call_id())
            played = world.play("create_payment", order=order)
            title = f"create_payment ({way.code}{name}), the same reference again"
            if played.conclusion.outcome is not Outcome.RESULT:
                yield f"{title}: declared as idempotent; the plugin {played.did}; the contract allows the same result"
            if (times := _paid_times(story)) > 1:
                yield f"{title}: declared as idempotent, and the payer paid {times} times"


def _paid_times(story: Story) -> int:
    for _ in range(3):
        if not story.world.drive("approve", story.reference):
            break
    return story.world.captures(story.reference)


def _under_each_reading(bench: Bench) -> Iterator[str]:
    """Where its simulator can play several readings of the documents, a refusal is one under each of them."""
    for way in bench.subject.info.ways:
        for name, world in _readings(bench):
            order = an_order(world, way)
            played = world.play("create_payment", order=order)
            if played.conclusion.outcome not in (Outcome.DECLINED, Outcome.NEVER_SENT) or not name:
                continue
            world.drive("approve", order.reference)
            if world.captures(order.reference):
                said = "was never sent" if played.conclusion.outcome is Outcome.NEVER_SENT else "was declined"
                yield (
                    f"create_payment ({way.code}{name}): the plugin {played.did}, so that it {said}, and the payer "
                    "could pay it, and did; the contract allows no conclusion"
                )


def _readings(bench: Bench) -> Iterator[tuple[str, World]]:
    """A world as it is by default, and one for each other value of each option."""
    yield "", bench.world()
    subject: Subject = bench.subject
    given: Mapping[str, Any] = subject.config.get("options", {})
    for option in subject.simulator.options:
        for value in _values(option):
            if given.get(option.name, option.default) != value:
                options = {**given, option.name: value}
                config = subject.simulator.configure({**subject.config, "options": options})
                yield f", {option.name}={value}", bench.world(config)


def _values(option: Option) -> tuple[Any, ...]:
    return option.choices or ((True, False) if isinstance(option.default, bool) else ())


def _has_grants(subject: Subject) -> str:
    return "" if subject.can("authorize") else "no authorize"


def _claims_idempotence(subject: Subject) -> str:
    return "" if subject.info.idempotent_by_reference else "not declared as idempotent"


def _has_readings(subject: Subject) -> str:
    return "" if any(map(_values, subject.simulator.options)) else "its simulator plays one reading"


PROOFS: Final = (
    Proof("an order of several invoices is paid as a whole", _whole_order),
    Proof("what the payer is shown lives as long as is said", _lives),
    Proof("a grant can be had", _grants, _has_grants),
    Proof("a grant lives as long as is said", _grant_lives, _has_grants),
    Proof("when something happened is told in UTC", _times),
    Proof("what is declared as idempotent is", _is_idempotent, _claims_idempotence),
    Proof(
        "nothing is closed under any reading of the provider's documents while it can be paid",
        _under_each_reading,
        _has_readings,
    ),
)
