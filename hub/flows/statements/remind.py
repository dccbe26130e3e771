"""Remind: once a day a company's ladder is looked at, and whoever stands on a step is owed one mail.

Whatever was missed while nothing ran is made up for by that one mail: an invoice stands on one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import attrs

from hub.domain.contact_rules import ContactCalendar
from hub.domain.ids import derived_id
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.message import About, owed_mail
from hub.domain.reminder import REMINDER, Ladder
from hub.flows.ground.open_link import link_to
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD

from .dunning import Dunning, calendar_of, dunning_of, made_with

PORTION: Final = 50
FAR: Final = 36_500
"""Days; beyond any step."""


async def run_ladder(hub: Hub, ladder_id: str) -> None:
    """Look at a ladder whose time has come, and set the next one; safe to run twice."""
    now = hub.clock()
    found = await hub.store.read(lambda tx: _found(tx, hub, ladder_id, now))
    if found is None:
        return
    ladder, merchant, customers = found
    calendar = calendar_of(hub, merchant)
    opens = calendar.opens(now)
    if opens is None or opens > now or merchant.mode is not ladder.mode:
        await _look_again(hub, ladder, opens if opens and opens > now else calendar.next_day(now))
        return
    owed = 0
    for first in range(0, len(customers), PORTION):
        owed += await _owe_portion(hub, ladder, merchant, customers[first : first + PORTION], now)
    await _look_again(hub, ladder, calendar.next_day(now), owed=owed)


def _found(tx: Tx, hub: Hub, ladder_id: str, now: datetime) -> tuple[Ladder, Merchant, tuple[str, ...]] | None:
    ladder = tx.reminders.get(ladder_id)
    merchant = tx.merchants.get(ladder.merchant_id) if ladder else None
    if ladder is None or merchant is None or not ladder.is_active:
        return None
    return ladder, merchant, candidates(tx, ladder, calendar_of(hub, merchant).day(now))


def candidates(tx: Tx, ladder: Ladder, today: date) -> tuple[str, ...]:
    """Ids of customers who may stand on a step that was not used; each is looked at by itself then."""
    days = sorted({step.days for step in ladder.steps if step.is_on})
    since = ladder.since or date.min
    found = set(tx.reminders.planned(ladder)) if days else set[str]()
    found |= tx.reminders.broken(ladder, today)
    for step, later in zip(days, [*days[1:], FAR], strict=True):
        first = max(since, _back(today, later - 1))
        found |= tx.reminders.may_be_due(ladder, first, _back(today, step), step)
    return tuple(sorted(found - tx.reminders.on_the_way(ladder)))


def _back(today: date, days: int) -> date:
    return today - timedelta(days=days)


async def _owe_portion(hub: Hub, ladder: Ladder, merchant: Merchant, ids: Sequence[str], now: datetime) -> int:
    """Owe reminders to those of a portion who stand on a step; how many."""
    fresh = [hub.random_text(26, CROCKFORD) for _ in ids]

    def write(tx: Tx) -> int:
        current = tx.reminders.get(ladder.id)
        if current is None or not current.is_active:
            return 0
        pairs = ((tx.customers.get(this), link_id) for this, link_id in zip(ids, fresh, strict=True))
        owed = sum(_owe(tx, hub, merchant, current, customer, link, now) for customer, link in pairs if customer)
        if owed:
            tx.after_commit(hub.wake)
        return owed

    return await hub.store.write(write)


def _owe(tx: Tx, hub: Hub, merchant: Merchant, ladder: Ladder, customer: Customer, link_id: str, now: datetime) -> bool:
    """Owe one customer a reminder, where one may leave now: what may not is looked at again tomorrow."""
    dunning = dunning_of(tx, hub, merchant, ladder, customer, now)
    calendar = calendar_of(hub, merchant)
    if not dunning.lines or leaves_at(tx, calendar, merchant, dunning, now) != now:
        return False
    about = About(customer.id, merchant.id, ladder.mode)
    link = link_to(tx, hub, LinkKind.STATEMENT, about, now, fresh_id=link_id)
    day = calendar.day(now).isoformat()
    return tx.deliveries.add(
        owed_mail(
            derived_id("delivery", REMINDER, ladder.id, customer.id, day),
            REMINDER,
            customer.email or customer.phone,
            about,
            now,
            details={"link": link.id},
        )
    )


def leaves_at(tx: Tx, calendar: ContactCalendar, merchant: Merchant, dunning: Dunning, at: datetime) -> datetime | None:
    """When a reminder could leave, by windows and limits; None where never."""
    made = made_with(tx, dunning.customer.id, merchant, at)
    return calendar.earliest(at, dunning.channel, made)


async def _look_again(hub: Hub, ladder: Ladder, at: datetime | None, *, owed: int | None = None) -> None:
    def write(tx: Tx) -> None:
        current = tx.reminders.get(ladder.id)
        if current is None or not current.is_active:
            return
        tx.reminders.save(attrs.evolve(current, due_at=at))
        if owed is not None:
            tell(tx, "ladder_looked_at", merchant=ladder.merchant_id, reminders=owed)

    await hub.store.write(write)
