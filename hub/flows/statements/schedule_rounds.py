"""Schedule rounds: statements that go out by themselves each week or month, at eight in the morning there."""

from __future__ import annotations

from typing import Final

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.lengths import LETTER, too_long
from hub.domain.merchant import Merchant
from hub.domain.round import Choice, Every, Schedule, next_time
from hub.domain.text import Text
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .send_round import round_in

BY: Final = "programado"
MAX_SCHEDULES: Final = 10


async def schedule_round(
    hub: Hub, merchant: Merchant, *, every: Every, weekday: int, choice: Choice, by: str, note: str = ""
) -> Schedule:
    """Let a round come again and again.

    Raises:
        Invalid: No weekday, or too many schedules.
    """
    if not 0 <= weekday <= 6:
        raise Invalid((FieldError("weekday", Text("round.day_missing")),))
    if problems := too_long("note", note.strip(), LETTER):
        raise Invalid(problems)
    now = hub.clock()
    first = next_time(every, weekday, now, merchant.company.zone)
    made = Schedule(
        id=hub.fresh_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        every=every,
        weekday=weekday,
        choice=choice,
        note=mask_card_numbers(note.strip()),
        by=by,
        next_at=first,
        due_at=first,
        created_at=now,
    )

    def write(tx: Tx) -> Schedule:
        if len(tx.schedules.of(merchant.id, merchant.mode)) >= MAX_SCHEDULES:
            raise Invalid((FieldError("weekday", Text("round.too_many", limit=MAX_SCHEDULES)),))
        tx.schedules.add(made)
        tx.after_commit(hub.wake)
        return made

    return await hub.store.write(write)


async def drop_schedule(hub: Hub, merchant: Merchant, schedule_id: str) -> None:
    """It comes no more.

    Raises:
        LookupError: No such schedule of this merchant.
    """

    def write(tx: Tx) -> None:
        tx.schedules.remove(own_record(tx.schedules.get(schedule_id), merchant, schedule_id).id)

    await hub.store.write(write)


async def list_schedules(hub: Hub, merchant: Merchant) -> tuple[Schedule, ...]:
    """What is scheduled, the next one first."""
    return await hub.store.read(lambda tx: tx.schedules.of(merchant.id, merchant.mode))


async def run_schedule(hub: Hub, schedule_id: str) -> None:
    """Start the round whose time has come and set the next one; safe to run twice.

    Times that passed while nothing ran are made up for by one round, not by one each.
    """
    now = hub.clock()

    def write(tx: Tx) -> None:
        there = tx.schedules.get(schedule_id)
        merchant = tx.merchants.get(there.merchant_id) if there else None
        if there is None or merchant is None:
            return
        if there.next_at > now:  # another process was first
            tx.schedules.save(attrs.evolve(there, due_at=there.next_at))
            return
        round_id = derived_id("round", there.id, there.next_at.isoformat())
        if merchant.mode is there.mode:
            round_in(tx, merchant, there.choice, round_id=round_id, by=BY, note=there.note, now=now)
        coming = next_time(there.every, there.weekday, now, merchant.company.zone)
        tx.schedules.save(attrs.evolve(there, next_at=coming, due_at=coming, last_round=round_id))
        tx.after_commit(hub.wake)

    await hub.store.write(write)
