"""Held money: never told as paid, captured as asked for and once, over when it lapsed; by the provider's book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import EXPONENTS, Money
from hub_hookspecs.payment import Kind
from hub_hookspecs.provider import QueryBy, Way
from hub_hookspecs.testing.asking import Started, capture_for, query_for, told_of
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.faults import FAULTS
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Unplayable, an_order, start
from hub_hookspecs.testing.subject import Subject

BOUND: Final = frozenset({Kind.CANCELLED, Kind.EXPIRED, Kind.DECLINED})


def _is_held(bench: Bench) -> Iterator[str]:
    """The payer approved: the money is held, and nothing was taken."""
    for way in _ways(bench.subject):
        world = bench.world()
        try:
            payment = _held(world, way)
        except Unplayable as error:
            yield f"a held {way.code} payment: {error}"
            continue
        if took := _taken(world, payment):
            yield f"a held {way.code} payment: the provider's book has {took}, though nothing was captured"
        told = told_of(world, payment)
        kinds = {item.kind for item in told}
        if Kind.PAID in kinds:
            yield f"a held {way.code} payment: the plugin concluded paid; the contract allows authorised"
        elif Kind.AUTHORISED not in kinds:
            said = " and ".join(sorted(kinds)) or "nothing"
            yield f"a held {way.code} payment: the plugin concluded {said}; the contract allows authorised"
        wrong = {str(item.amount) for item in told if item.amount not in (None, payment.order.amount)}
        yield from (f"a held {way.code} payment: {payment.order.amount} are held, {amount} is told" for amount in wrong)


def _takes_what_was_asked(bench: Bench) -> Iterator[str]:
    """A part, and the whole; again, and after it: by the book it is taken once."""
    for way in _ways(bench.subject):
        for name, part in (("the whole", False), ("a part", True)):
            world = bench.world()
            try:
                payment = _held(world, way)
            except Unplayable:
                continue
            amount = _part_of(bench, payment.order.amount) if part else payment.order.amount
            title = f"capture_payment ({way.code}, {name})"
            capture = capture_for(world, payment, amount)
            played = world.play("capture_payment", capture=capture)
            yield from _agrees(title, world, payment, played, amount)
            again = attrs.evolve(capture, call_id=world.subject.call_id())
            another = capture_for(world, payment, _part_of(bench, payment.order.amount))
            for what, more in (("sent again", again), ("another one after it", another)):
                later = world.play("capture_payment", capture=more)
                if (took := _taken(world, payment)) != amount:
                    yield f"{title}, {what}: the provider's book has {took} instead of {amount}; it is taken once"
                    break
                new = {item.movement for item in later.observations if item.kind is Kind.PAID}
                if new - {item.movement for item in played.observations}:
                    yield f"{title}, {what}: nothing more was taken; the plugin told of another movement"


def _agrees(title: str, world: World, payment: Started, played: Played, amount: Money) -> Iterator[str]:
    """Book, answer and query tell of the same money."""
    took, paid = _taken(world, payment), [item for item in played.observations if item.kind is Kind.PAID]
    if took != amount:
        there = f"by the provider's book {took or 'nothing'} was"
        yield f"{title}: {amount} were to be taken; {there}; the plugin {played.did}"
    elif not paid:
        yield f"{title}: {amount} were taken; the plugin {played.did}; the contract allows paid"
    stated = {item.amount for item in paid} - {None, took or None}
    yield from (f"{title}: {took or 'nothing'} was taken, {wrong} is told" for wrong in stated)
    asked = [item for item in told_of(world, payment) if item.kind is Kind.PAID]
    if took and paid and {item.movement for item in asked} - {item.movement for item in paid}:
        yield f"{title}: its movement is another one in the answer than on other channels; it is one movement"
    if took and payment.order.amount != took and any(item.amount == payment.order.amount for item in asked):
        yield f"{title}: {took} was taken, and the query tells of {payment.order.amount}"


def _takes_no_more(bench: Bench) -> Iterator[str]:
    """More than was authorised; what was never authorised; what lapsed."""
    for way in _ways(bench.subject):
        for name in ("more than was authorised", "what nobody authorised", "what lapsed"):
            world = bench.world()
            try:
                payment = start(world, an_order(world, way)) if name.startswith("what nobody") else _held(world, way)
            except Unplayable:
                continue
            if name == "what lapsed" and not world.drive(_lapse(world), payment.order.reference):
                yield f"a held {way.code} payment: the simulator cannot let it expire"
                continue
            amount = payment.order.amount
            wanted = Money(amount.minor + _step(bench, amount), amount.currency) if name.startswith("more") else amount
            played = world.play("capture_payment", capture=capture_for(world, payment, wanted))
            title = f"capture_payment ({way.code}, {name})"
            if took := _taken(world, payment):
                yield f"{title}: by the provider's book {took} was taken; the plugin {played.did}"
            elif Kind.PAID in played.kinds:
                yield f"{title}: nothing was taken; the plugin concluded paid; the contract allows a refusal"
            if name == "what lapsed":
                yield from _is_over(way, world, payment)


def _lapse(world: World) -> str:
    """The action that ends a hold: where ``expire`` ends a page alone, the simulator has ``lapse`` beside it."""
    return "lapse" if "lapse" in world.actions() else "expire"


def _is_over(way: Way, world: World, payment: Started) -> Iterator[str]:
    """What is told of a hold that lapsed: that it is over, or nothing that says that it is not."""
    if way.query_by is QueryBy.NONE or not world.subject.can("query_payment"):
        return
    later = world.subject.now + timedelta(days=400)
    told = world.play("query_payment", query=query_for(world, payment, now=later)).observations
    if any(item.kind is Kind.AUTHORISED and (item.expires_at is None or item.expires_at > later) for item in told):
        yield f"a lapsed {way.code} payment: the plugin concluded authorised; the contract allows expired"
    if not {item.kind for item in told} & BOUND and any(item.kind is Kind.PAID for item in told):
        yield f"a lapsed {way.code} payment: the plugin concluded paid; the contract allows expired"


def _concludes_from_answers(bench: Bench) -> Iterator[str]:
    """Whatever happens to its request: what was taken is never told as refused, nor what was not as taken."""
    for way in _ways(bench.subject):
        for fault in FAULTS:
            world = bench.world()
            try:
                payment = _held(world, way)
            except Unplayable:
                continue
            capture = capture_for(world, payment, payment.order.amount)
            played = world.play("capture_payment", fault=fault, at=1, capture=capture)
            title = f"capture_payment ({way.code}): its request {fault.tells}"
            took, outcome = _taken(world, payment), played.conclusion.outcome
            if took and outcome in (Outcome.DECLINED, Outcome.NEVER_SENT):
                yield f"{title}, and {took} was taken; the plugin {played.did}; the contract allows unknown"
            elif not took and Kind.PAID in played.kinds:
                yield f"{title}, and nothing was taken; the plugin concluded paid; the contract allows unknown"


def _held(world: World, way: Way) -> Started:
    payment = start(world, an_order(world, way))
    if not world.drive("approve", payment.order.reference):
        raise Unplayable(f"the simulator knows no {way.code} payment {payment.order.reference} to approve")
    return payment


def _taken(world: World, payment: Started) -> Money | None:
    rows = world.book(payment.order.reference)
    minor = sum(row["minor"] * row["captures"] for row in rows)
    return Money(minor, payment.order.amount.currency) if minor else None


def _step(bench: Bench, amount: Money) -> int:
    rule = bench.subject.info.currency_rule(amount.currency)
    return int(10 ** max(0, EXPONENTS[amount.currency] - (rule.decimals if rule else 0)))


def _part_of(bench: Bench, whole: Money) -> Money:
    step = _step(bench, whole)
    return Money(max(step, whole.minor // 3 // step * step), whole.currency)


def _ways(subject: Subject) -> tuple[Way, ...]:
    return tuple(way for way in subject.info.ways if way.authorises)


def _captures(subject: Subject) -> str:
    return "" if _ways(subject) and subject.can("capture_payment") else "no capture_payment"


PROOFS: Final = (
    Proof("money that is held is never told as paid", _is_held, _captures),
    Proof("a capture takes what was asked for, once", _takes_what_was_asked, _captures),
    Proof("nothing is captured beyond what is held", _takes_no_more, _captures),
    Proof("a capture concludes nothing that its answer did not say", _concludes_from_answers, _captures),
)
