"""Amounts: exact on the wire, refused where the wire cannot carry them, never invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import EXPONENTS, Money
from hub_hookspecs.provider import CurrencyRule, Way
from hub_hookspecs.request_mark import Mark
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played, Sent
from hub_hookspecs.testing.scenes import Records, Scene, Unplayable, an_order, pay, scenes, start
from hub_hookspecs.testing.subject import exact_amounts, finer_amount

NUMBERS: Final = re.compile(rb"[:\[,]\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")


def _exact(bench: Bench) -> Iterator[str]:
    """Every declared currency, with amounts that a float gets wrong,
    paid and looked up in the book."""
    for way, rule in _offers(bench):
        for amount in exact_amounts(rule):
            world = bench.world()
            try:
                started = start(world, an_order(world, way, amount))
            except Unplayable as error:
                yield f"create_payment ({way.code}): {amount} is within the declared limits: {error}"
                break
            pay(world, started)
            taken = [Money(row["minor"], row["currency"]) for row in world.book(started.order.reference)]
            if taken and taken != [amount]:
                yield f"create_payment ({way.code}): {amount} were owed, {taken[0]} were taken"
            for item in started.played.sent:
                yield from _literal(item, rule)


def _literal(item: Sent, rule: CurrencyRule) -> Iterator[str]:
    for number in NUMBERS.findall(item.request.content):
        if b"e" in number.lower():
            yield f"create_payment, request {item.number}: {item.text} holds {number.decode()}, which a float wrote"


def _refused(bench: Bench) -> Iterator[str]:
    for way, rule in _offers(bench):
        if finer := finer_amount(rule):
            yield from _turned_away(bench, way, finer, f"is finer than {rule.decimals} decimals")
    known = {rule.currency for rule in bench.subject.info.currencies}
    foreign = next(currency for currency in sorted(EXPONENTS) if currency not in known)
    for way in bench.subject.info.ways:
        yield from _turned_away(bench, way, Money(100_00, foreign), "is in a currency that is not declared")


def _turned_away(bench: Bench, way: Way, amount: Money, why: str) -> Iterator[str]:
    world = bench.world()
    played = world.play("create_payment", order=an_order(world, way, amount))
    if played.conclusion.outcome in (Outcome.RESULT, Outcome.UNKNOWN):
        yield f"create_payment ({way.code}): {amount} {why}; the plugin {played.did}; the contract allows a refusal"
    for item in played.sent:
        if item.mark is not Mark.HARMLESS:
            yield f"create_payment ({way.code}): {amount} {why}; the plugin sent {item.text} all the same"


def _stated(bench: Bench) -> Iterator[str]:
    """The same answers to another amount of ours:
    what is reported must be what the provider said, or nothing."""
    for scene in scenes(bench.subject):
        world = bench.world()
        try:
            records = scene.prepare(world)
        except Unplayable:
            continue
        other: Records = {name: _dearer(record) for name, record in records.items()}
        if other == records:
            continue
        genuine = world.play(scene.hook, **records)
        answers = [item.handed for item in genuine.sent if item.handed is not None]
        said = {item.amount for item in genuine.observations}
        played = world.play(scene.hook, replay=answers, **other)
        yield from _invented(scene, played, said, other)


def _invented(scene: Scene, played: Played, said: set[Money | None], other: Records) -> Iterator[str]:
    ours = {record.amount for record in other.values()}
    for item in played.observations:
        if item.amount is not None and item.amount in ours and item.amount not in said:
            yield (
                f"{scene.name}: the provider did not state {item.amount}; the plugin reported it with {item.kind}; "
                "the contract allows what the provider says, or no amount"
            )


def _dearer(record: object) -> object:
    amount = getattr(record, "amount", None)
    if not isinstance(amount, Money):
        return record
    dearer = Money(amount.minor + 100_00, amount.currency)
    changes = {"amount": dearer}
    if hasattr(record, "captured"):
        changes["captured"] = dearer
    return attrs.evolve(record, **changes)  # type: ignore[misc]


def _offers(bench: Bench) -> Iterator[tuple[Way, CurrencyRule]]:
    account = bench.subject.account()
    for way in bench.subject.info.ways:
        for rule in bench.subject.currencies(account):
            yield way, rule


PROOFS: Final = (
    Proof("every declared currency reaches the provider exactly", _exact),
    Proof("an amount that its wire cannot carry is refused, not rounded", _refused),
    Proof("an amount is what the provider said, or none", _stated),
)
