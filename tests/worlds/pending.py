"""What must be refused while money is under way: the table of acts, held against the database by plain SQL.

An act that the table refuses is refused, and changes nothing; one that it takes is not refused for what is under way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.domain.acts import RULES, Act, Pending, Rule, why_refused
from hub.domain.identity import Invalid

if TYPE_CHECKING:
    from .world import World

WATCHED = timedelta(days=7) // timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BY_TABLE = {why_refused(pending, "").id: pending for pending in Pending}
"""The sentences by which something under way refuses an act."""


def under_way(world: World, payables: Collection[str], payments: Collection[str]) -> frozenset[Pending]:
    """What is under way with payments, and with those of payables."""
    return frozenset(_under_way(world, payables, payments))


def _under_way(world: World, payables: Collection[str], payments: Collection[str]) -> Iterator[Pending]:
    now = (world.clock() - EPOCH) // timedelta(microseconds=1)
    ids = {*payments}
    for payable in payables:
        ids |= {row[0] for row in world.rows("SELECT payment FROM payment_line WHERE payable = ?", payable)}
    for this in ids:
        live, status, reason, until = world.one(
            "SELECT live, status, reason, coalesce(expires_at, ended_at, created_at) FROM payment WHERE id = ?", this
        )
        if live:
            yield Pending.LIVE
        elif (
            status == "closed" and reason in ("never_existed", "session_expired", "released") and now < until + WATCHED
        ):
            yield Pending.UNPROVEN
        if world.one("SELECT 1 FROM operation WHERE payment = ? AND live = 1 AND kind IN ('refund', 'undo')", this):
            yield Pending.REFUND_UNKNOWN
        if world.one("SELECT 1 FROM dispute WHERE payment = ? AND outcome IS NULL", this):
            yield Pending.DISPUTE_OPEN


def refused_by(act: Act, met: Collection[Pending]) -> frozenset[Pending]:
    """What of it refuses the act."""
    return frozenset(pending for pending in met if RULES[act][pending] is Rule.REFUSED)


async def judged(
    world: World,
    act: Act,
    work: Awaitable[Any],
    *,
    payables: Collection[str] = (),
    payments: Collection[str] = (),
    perhaps: Collection[str] = (),
) -> Any:
    """Let it be done or refused, and say where that is not what the table says.

    Args:
        payables: Ids of what the act changes.
        payments: Ids of those whose money it is about.
        perhaps: Further payments, of which nobody can say from outside whether the act is about them.
    """
    must = refused_by(act, under_way(world, payables, payments))
    may = must | refused_by(act, under_way(world, payables, {*payments, *perhaps}))
    before, writes = world.version(), world.process.store.writes
    try:
        done = await work
    except Exception as refusal:
        alone = world.process.store.writes <= writes + 1
        if alone and world.version() != before:
            world.problems.append(f"{act} was refused, and changed something: {refusal!r}")
        for told in told_by(refusal):
            if told not in may:
                world.problems.append(f"{act} was refused for {told}, which is not under way, or does not refuse it")
        raise
    if must:
        world.problems.append(f"{act} of {payables or payments} was done, though the table refuses it: {sorted(must)}")
    return done


def told_by(refusal: Exception) -> Iterator[Pending]:
    """What under way a refusal names."""
    texts = [problem.message for problem in refusal.problems] if isinstance(refusal, Invalid) else []
    texts += [refusal.message] if hasattr(refusal, "message") else []
    for text in texts:
        if (pending := BY_TABLE.get(getattr(text, "id", ""))) is not None:
            yield pending
