"""Save, activate and stop the ladder of a company; until somebody activates it, nobody is reminded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.contact_rules import MAIL
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.lengths import LETTER, too_long
from hub.domain.merchant import Merchant
from hub.domain.reminder import MAX_DAYS, MAX_STEPS, Ladder, LadderStep
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .dunning import calendar_of


def ladder_of(tx: Tx, hub: Hub, merchant: Merchant) -> Ladder:
    """The company's ladder; the usual one, off, where it never saved one."""
    there = tx.reminders.of(merchant.id, merchant.mode)
    return there or Ladder(
        id=derived_id("ladder", merchant.id, merchant.mode.value),
        merchant_id=merchant.id,
        mode=merchant.mode,
        saved_at=merchant.created_at,
    )


async def save_ladder(
    hub: Hub, merchant: Merchant, steps: Sequence[LadderStep], *, by: str, channel: str = MAIL
) -> Ladder:
    """Write the steps down; whether it is active stays as it is.

    Raises:
        Invalid: No step, two on one day, one too far, or words that are too long.
    """
    if problems := tuple(_problems(steps)):
        raise Invalid(problems)
    clean = tuple(
        attrs.evolve(step, text=mask_card_numbers(step.text.strip()))
        for step in sorted(steps, key=lambda step: step.days)
    )
    now = hub.clock()

    def write(tx: Tx) -> Ladder:
        saved = attrs.evolve(ladder_of(tx, hub, merchant), steps=clean, channel=channel, saved_by=by, saved_at=now)
        tx.reminders.save(saved)
        tell(tx, "ladder_saved", merchant=merchant.id, steps=len(clean))
        return saved

    return await hub.store.write(write)


def _problems(steps: Sequence[LadderStep]) -> Iterable[FieldError]:
    if len(steps) > MAX_STEPS:
        yield FieldError("steps", Text("ladder.too_many", limit=MAX_STEPS))
    if not steps:
        yield FieldError("steps", Text("ladder.no_step"))
    days = [step.days for step in steps]
    for number, step in enumerate(steps):
        if not -MAX_DAYS <= step.days <= MAX_DAYS:
            yield FieldError(f"days-{number}", Text("ladder.too_far", limit=MAX_DAYS))
        if step.days in days[:number]:
            yield FieldError(f"days-{number}", Text("ladder.twice"))
        yield from too_long(f"text-{number}", step.text.strip(), LETTER)


async def activate_ladder(hub: Hub, merchant: Merchant, since: date, *, by: str, authorised: bool) -> Ladder:
    """Let it remind from now on.

    Args:
        since: What fell due before this day is never chased; the merchant confirmed it.
        authorised: He says that his customers authorised the mail for this, which some countries ask for.

    Raises:
        Invalid: Not said where it must be.
    """
    now = hub.clock()
    calendar = calendar_of(hub, merchant)
    if calendar.rules.authorised_only and not authorised:
        raise Invalid((FieldError("authorised", Text("ladder.not_authorised")),))

    def write(tx: Tx) -> Ladder:
        active = attrs.evolve(
            ladder_of(tx, hub, merchant),
            since=since,
            activated_by=by,
            activated_at=now,
            due_at=calendar.next_day(now),
            saved_by=by,
            saved_at=now,
        )
        tx.reminders.save(active)
        tell(tx, "ladder_activated", merchant=merchant.id, since=since.isoformat())
        return active

    return await hub.store.write(write)


async def stop_ladder(hub: Hub, merchant: Merchant, *, by: str) -> Ladder:
    """It reminds nobody any more; what waits for its window is not sent either."""
    now = hub.clock()

    def write(tx: Tx) -> Ladder:
        off = attrs.evolve(
            ladder_of(tx, hub, merchant), activated_by="", activated_at=None, due_at=None, saved_by=by, saved_at=now
        )
        tx.reminders.save(off)
        tell(tx, "ladder_stopped", merchant=merchant.id)
        return off

    return await hub.store.write(write)
