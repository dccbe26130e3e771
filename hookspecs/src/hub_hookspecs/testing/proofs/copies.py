"""A plugin is on its own: no hub, no simulator and no library that reaches out; and another copy does the same."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.copies import HUB, REACHES_OUT, fresh_copy, imports_of, is_below, simulator_of
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Scene, Unplayable, scenes
from hub_hookspecs.testing.subject import Subject, hooks_of


def _imports(bench: Bench) -> Iterator[str]:
    subject = bench.subject
    simulator = simulator_of(subject)
    apart = isinstance(subject.plugin, ModuleType) and simulator != subject.package
    packed = apart and bool(simulator) and hasattr(subject.plugin, "__path__")
    for file, line, module in imports_of(subject):
        where = f"{file}, line {line}: imports {module}"
        if is_below(module, [HUB]):
            yield f"{where}; a plugin depends on hub_hookspecs alone, and the hub may not be there"
        elif packed and is_below(module, [simulator, f"{subject.package}.simulator"]):
            yield f"{where}; the simulator is not there where money is real"
        elif apart and is_below(module, ["hub_hookspecs.testing"]):
            yield f"{where}; the kit is not there where money is real"
        elif apart and is_below(module, REACHES_OUT):
            yield f"{where}; hooks are pure: the hub sends what they yield"


def _same_elsewhere(bench: Bench) -> Iterator[str]:
    """The hub has several processes, and starts again: a copy that saw nothing before does as one that saw much."""
    subject = bench.subject
    for scene in scenes(subject):
        try:
            _seen_before(bench, scene)
            world = bench.world()
            records = scene.prepare(world)
            first = world.play(scene.hook, **records)
        except Unplayable:
            continue
        answers = [item.handed for item in first.sent if item.handed is not None]
        hooks = hooks_of(fresh_copy(subject.plugin))
        again = world.play(scene.hook, replay=answers, hooks=hooks, **records)
        yield from _differs(scene, first, again)


def _seen_before(bench: Bench, scene: Scene) -> None:
    """The same hook, for a payment of another account."""
    other = _another_account(bench)
    other.play(scene.hook, **scene.prepare(other))


def _another_account(bench: Bench) -> World:
    """Of the same company, with settings of its own."""
    subject: Subject = bench.subject
    return bench.world(subject.simulator.configure(dict(subject.config)))


def _accounts_apart(bench: Bench) -> Iterator[str]:
    """A company has two accounts, and is busy with the other one: what is done for the first is done with its own."""
    for scene in scenes(bench.subject):
        world, other = bench.world(), _another_account(bench)
        try:
            _try_settings(world)
            records = scene.prepare(world)
            _try_settings(other)
            other.play(scene.hook, **scene.prepare(other))
        except Unplayable:
            continue
        first = world.play(scene.hook, **records)
        answers = [item.handed for item in first.sent if item.handed is not None]
        hooks = hooks_of(fresh_copy(bench.subject.plugin))
        again = world.play(scene.hook, replay=answers, hooks=hooks, **records)
        yield from _differs(scene, first, again)


def _try_settings(world: World) -> None:
    """As the hub does before an account is used."""
    world.play("validate_identity", check=world.subject.check(world.account))


def _differs(scene: Scene, first: Played, again: Played) -> Iterator[str]:
    tail = "in a copy that saw nothing before; a plugin keeps nothing between calls but a payment's memory"
    for one, two in zip(first.sent, again.sent, strict=False):
        if one.bytes != two.bytes:
            yield f"{scene.name}, request {one.number}: {one.text} is another request {tail}"
    if len(first.sent) != len(again.sent):
        yield f"{scene.name}: {len(first.sent)} requests, and {len(again.sent)} {tail}"
    elif first.value != again.value or first.conclusion.outcome is not again.conclusion.outcome:
        yield f"{scene.name}: the same answers give another result {tail}"


PROOFS: Final = (
    Proof("it needs neither hub nor simulator, and reaches nothing by itself", _imports),
    Proof("another copy of it does the same", _same_elsewhere),
    Proof("two accounts of one company are kept apart", _accounts_apart),
)
