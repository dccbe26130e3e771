"""Owe the day's mail: after seven in the morning where the merchant is, one about the payments of the day before.

It is looked at again and again. Each mail names the moments from which and until which it reports, and the next one
begins where the last one ended: a payment stands in one mail, and in no two, also where the hub did not run for weeks,
or the company moved to another time zone. What is learnt late is reported with the day on which it was learnt.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.merchant import Merchant
from hub.domain.message import About, Delivery, DeliveryKind, owed_mail
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_payments import came_in
from hub_hookspecs import Mode

SENT_FROM = time(7)
"""Local time from which the day before is reported."""

CAUGHT_UP = 7
"""Days that are reported one by one where the hub did not run; what came before them stands in the first."""

LOOKED_AT: Final = Slot[str, tuple[date, tuple[str, ...]]]("digests")
"""The last day that was looked at for a merchant, and for whom."""


async def owe_digests(hub: Hub) -> int:
    """Owe every mail that is due now; how many are new. Safe to run twice."""
    now = hub.clock()
    merchants = await hub.store.read(lambda tx: tx.merchants.all())
    found = 0
    for merchant in merchants:
        if merchant.options.digest and merchant.notify and not _is_done(hub, merchant, now):
            found += await _owe(hub, merchant, now)
    return found


def _is_done(hub: Hub, merchant: Merchant, now: datetime) -> bool:
    """Whether this process has looked at the merchant's last day, for the same recipients."""
    return hub.cached.of(LOOKED_AT).get(merchant.id) == (last_day(merchant, now), merchant.notify)


async def _owe(hub: Hub, merchant: Merchant, now: datetime) -> int:
    due = await hub.store.read(lambda tx: [item for mode in Mode for item in _missing(tx, hub, merchant, mode, now)])

    def write(tx: Tx) -> int:
        new = sum([tx.deliveries.add(item) for item in due])
        if new:
            tx.after_commit(hub.wake)
        return new

    new = await hub.store.write(write) if due else 0
    hub.cached.of(LOOKED_AT)[merchant.id] = (last_day(merchant, now), merchant.notify)
    return new


def last_day(merchant: Merchant, now: datetime) -> date:
    """The last day that may be reported by now."""
    there = now.astimezone(ZoneInfo(merchant.company.zone))
    return there.date() - timedelta(days=1 if there.time() >= SENT_FROM else 2)


@attrs.frozen
class Window:
    """What one mail reports: everything booked in [since, until), by the name of the day that it ends with."""

    since: datetime
    until: datetime
    day: date

    @property
    def details(self) -> dict[str, str]:
        """As the mail's row has it."""
        return {"day": self.day.isoformat(), "since": self.since.isoformat(), "until": self.until.isoformat()}


def window_of(delivery: Delivery) -> Window:
    """What a mail reports."""
    kept = delivery.details
    return Window(
        since=datetime.fromisoformat(kept["since"]),
        until=datetime.fromisoformat(kept["until"]),
        day=date.fromisoformat(kept["day"]),
    )


def _missing(tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, now: datetime) -> list[Delivery]:
    """The mails that are owed of what none reported yet, day by day; of what is long past, one."""
    reported = [
        window_of(item).until
        for item in tx.deliveries.of(merchant_id=merchant.id, subject_id=merchant.id)
        if item.kind == DeliveryKind.PAYMENT_DIGEST and item.mode is mode
    ]
    return [
        _delivery(hub, merchant, mode, window, recipient, now)
        for window in windows_since(max([_begins(merchant), *reported]), merchant, now)
        if came_in(tx, hub, merchant, mode, window.since, window.until)
        for recipient in merchant.notify
    ]


def _begins(merchant: Merchant) -> datetime:
    """What came before is reported in no mail: then nobody wanted it."""
    wanted_from = merchant.options.digest_from
    return max(merchant.created_at, datetime.fromisoformat(wanted_from)) if wanted_from else merchant.created_at


def windows_since(since: datetime, merchant: Merchant, now: datetime) -> list[Window]:
    """What is to be looked at from this moment to the end of the last day: the last week by days, before it at once."""
    zone, last = ZoneInfo(merchant.company.zone), last_day(merchant, now)
    found = []
    for day in (last - timedelta(days=back) for back in reversed(range(CAUGHT_UP))):
        until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        if until > since:
            found.append(Window(since, until, day))
            since = until
    return found


def _delivery(hub: Hub, merchant: Merchant, mode: Mode, window: Window, recipient: str, now: datetime) -> Delivery:
    kind, details = DeliveryKind.PAYMENT_DIGEST, window.details
    mail_id = keyed_id(hub, "delivery", kind, merchant.id, mode, details["since"], recipient)
    return owed_mail(mail_id, kind, recipient, About(merchant.id, merchant.id, mode), now, details=details)
