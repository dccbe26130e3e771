"""What is marked harmless may be repeated, and moves nothing, now or later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub_hookspecs.request_mark import LEGAL, Mark
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.faults import LOST_ONCE, Fault
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.noticed import Row, excess
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Scene, Take, takes


def _harmless(bench: Bench) -> Iterator[str]:
    """Send every harmless request twice, as the hub may: the book must not notice, then or later."""
    for take in takes(bench):
        for item in take.played.sent:
            if item.mark is Mark.HARMLESS:
                yield from _again(bench, take, item.number)
    yield from bench.noticed.books


def _again(bench: Bench, take: Take, number: int) -> Iterator[str]:
    """What the payer and the provider do then must come to the same as if it had been sent once."""
    twice, repeated = _aftermath(bench, take.scene, LOST_ONCE, number)
    if Mark.CHARGING not in LEGAL.get(take.scene.hook, ()) or repeated is None:
        return
    once, genuine = _aftermath(bench, take.scene, None, number)
    text = next(item.text for item in take.played.sent if item.number == number)
    if genuine and genuine.conclusion.outcome is not repeated.conclusion.outcome:
        yield (
            f"{take.scene.hook}, request {number}: {text} is marked harmless and was sent twice; the plugin "
            f"{repeated.did}, and {genuine.did} when it was sent once; harmless is what may be repeated"
        )
    if moved := excess(once, twice):
        yield (
            f"{take.scene.hook}, request {number}: {text} is marked harmless and was sent twice; "
            f"by the provider's book {moved}"
        )


def _aftermath(bench: Bench, scene: Scene, fault: Fault | None, number: int) -> tuple[list[Row], Played | None]:
    world = bench.world()
    records = scene.prepare(world)
    played = world.play(scene.hook, fault=fault, at=number, **records)
    reference = next((ref for record in records.values() if (ref := getattr(record, "reference", None))), "")
    if Mark.CHARGING in LEGAL.get(scene.hook, ()):
        for action in ("approve", "approve", *world.actions()):
            world.drive(action, reference)
    was_repeated = fault is None or any(item.times > 1 for item in played.sent)
    return world.whole_book(), played if was_repeated else None


PROOFS: Final = (Proof("a request marked harmless moves no money when it is sent twice", _harmless),)
"""It comes late: it also says what was noticed while everything else was played."""
