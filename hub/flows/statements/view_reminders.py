"""View reminders: a company's ladder with what it would send, and what holds for one customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import attrs

from hub.domain.contact_rules import MAIL, WEEK, ContactCalendar
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable
from hub.domain.reminder import ChannelWish, Contact, Ladder, Promise, is_channel_open
from hub.flows.ground.ports import Hub, Tx

from .dunning import Dunning, calendar_of, dunning_of, made_with
from .remind import candidates, leaves_at
from .save_ladder import ladder_of

LISTED: Final = 100
"""Customers of a preview; who comes after them is counted."""


@attrs.frozen(kw_only=True)
class Planned:
    """A reminder that would leave, and when: later than asked where windows or limits hold it back."""

    dunning: Dunning
    at: datetime


@attrs.frozen(kw_only=True)
class LadderView:
    """A company's ladder.

    Attributes:
        since: The day that its activation would confirm, or has confirmed.
        tomorrow: The day that was asked about.
        closed: Nothing leaves on it: no window, or a holiday.
        at: When the next look is taken.
        planned: What would leave then.
        more: Customers who were not looked at here, for there are so many.
    """

    ladder: Ladder
    calendar: ContactCalendar
    since: date
    tomorrow: date
    closed: bool
    at: datetime | None
    planned: tuple[Planned, ...]
    more: int


async def view_ladder(hub: Hub, merchant: Merchant, since: date | None = None) -> LadderView:
    """The ladder, and what it sends at its next look; what it would send, while it is off."""
    now = hub.clock()

    def read(tx: Tx) -> LadderView:
        ladder, calendar = ladder_of(tx, hub, merchant), calendar_of(hub, merchant)
        chosen = since or ladder.since or calendar.day(now)
        tomorrow = date.fromordinal(calendar.day(now).toordinal() + 1)
        at = calendar.next_day(now)
        tried = ladder if ladder.is_active else attrs.evolve(ladder, since=chosen, activated_at=now)
        ids = candidates(tx, tried, calendar.day(at)) if at else ()
        return LadderView(
            ladder=ladder,
            calendar=calendar,
            since=chosen,
            tomorrow=tomorrow,
            closed=calendar.is_closed_on(tomorrow),
            at=at,
            planned=_planned(tx, hub, merchant, tried, ids[:LISTED], at) if at else (),
            more=len(ids[LISTED:]),
        )

    return await hub.store.read(read)


def _planned(
    tx: Tx, hub: Hub, merchant: Merchant, ladder: Ladder, ids: tuple[str, ...], at: datetime
) -> tuple[Planned, ...]:
    calendar, found = calendar_of(hub, merchant), list[Planned]()
    for customer_id in ids:
        customer = tx.customers.get(customer_id)
        if customer is None:
            continue
        dunning = dunning_of(tx, hub, merchant, ladder, customer, at)
        if dunning.lines and leaves_at(tx, calendar, merchant, dunning, at) == at:
            found.append(Planned(dunning=dunning, at=at))
    return tuple(sorted(found, key=lambda item: item.dunning.customer.name.casefold()))


@attrs.frozen(kw_only=True)
class CustomerReminders:
    """What holds for one customer.

    Attributes:
        is_active: Whether the company's ladder reminds anybody.
        next_at: When he is reminded next, as it stands now; None where he is not.
        next_payables: Of what.
        promises: Those that were not withdrawn, by payable, the newest first.
        numbers: Numbers of what they are about, by payable id.
        channels: Each with whether he may be contacted by it.
        is_outside: At this moment nothing that goes out by itself would leave.
        last: The last contact within the week, which counts.
    """

    dunning: Dunning
    is_active: bool
    today: date
    next_at: datetime | None
    next_payables: tuple[Payable, ...]
    promises: tuple[Promise, ...]
    numbers: Mapping[str, str]
    contacts: tuple[Contact, ...]
    wishes: Mapping[str, ChannelWish]
    channels: tuple[tuple[str, bool], ...]
    names: Mapping[str, str]
    is_outside: bool
    last: Contact | None
    source: str


async def view_reminding(hub: Hub, merchant: Merchant, customer: Customer) -> CustomerReminders:
    """What holds for a customer, whom the caller has found to be this merchant's."""
    now = hub.clock()

    def read(tx: Tx) -> CustomerReminders:
        ladder, calendar = ladder_of(tx, hub, merchant), calendar_of(hub, merchant)
        dunning = dunning_of(tx, hub, merchant, ladder, customer, now)
        at, payables = _next(tx, merchant, calendar, dunning, now)
        wishes = tx.contacts.wishes(customer.id)
        codes = (MAIL, *(channel.info.code for channel in hub.channels or ()))
        contacts = tx.contacts.of(customer.id, merchant.mode)
        recent = tx.contacts.since(customer.id, merchant.mode, now - WEEK)
        numbers = {payable.id: payable.number for payable in dunning.payables}
        return CustomerReminders(
            dunning=dunning,
            is_active=ladder.is_active,
            today=calendar.day(now),
            next_at=at,
            next_payables=payables,
            promises=tuple(sorted(dunning.promises.values(), key=lambda item: item.made_at, reverse=True)),
            numbers=numbers,
            contacts=contacts,
            wishes={wish.channel: wish for wish in wishes},
            channels=tuple((code, is_channel_open(wishes, code)) for code in codes),
            names={channel.info.code: channel.info.name for channel in hub.channels or ()},
            is_outside=not calendar.is_open(now),
            last=recent[-1] if recent else None,
            source=calendar.rules.source,
        )

    return await hub.store.read(read)


def _next(
    tx: Tx, merchant: Merchant, calendar: ContactCalendar, dunning: Dunning, now: datetime
) -> tuple[datetime | None, tuple[Payable, ...]]:
    """When a customer is reminded next, and of what, if nothing happens until then."""
    if dunning.silent:
        return None, ()
    if dunning.lines:
        look = calendar.next_day(now)
        return (leaves_at(tx, calendar, merchant, dunning, look) if look else None), tuple(
            line.payable for line in dunning.lines
        )
    first = min(dunning.coming.values(), default=None)
    if first is None:
        return None, ()
    days = (first - calendar.day(now)).days
    at = calendar.earliest(now + timedelta(days=days), MAIL, made_with(tx, dunning.customer.id, merchant, now))
    return at, tuple(payable for payable in dunning.payables if dunning.coming.get(payable.id) == first)
