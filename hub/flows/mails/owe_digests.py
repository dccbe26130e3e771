"""Owe the day's mail: after seven in the morning where the merchant is, one about the payments of the day before.

It is looked at again and again; the id follows from merchant, recipient and day, so that a day is reported once.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

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
"""Days that are reported late, where the hub did not run."""

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


def _missing(tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, now: datetime) -> list[Delivery]:
    """The mails that are owed for days of which none was; a merchant who never had one gets only the last day."""
    last = last_day(merchant, now)
    reported = [
        date.fromisoformat(item.details["day"])
        for item in tx.deliveries.of(merchant_id=merchant.id, subject_id=merchant.id)
        if item.kind == DeliveryKind.PAYMENT_DIGEST and item.mode is mode
    ]
    first = max(last - timedelta(days=CAUGHT_UP - 1), max(reported) + timedelta(days=1)) if reported else last
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)] or [last]
    return [
        _delivery(hub, merchant, mode, day, recipient, now)
        for day in days
        if _has_money(tx, hub, merchant, mode, day)
        for recipient in merchant.notify
    ]


def _has_money(tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, day: date) -> bool:
    return bool(came_in(tx, hub, merchant, mode, day))


def _delivery(hub: Hub, merchant: Merchant, mode: Mode, day: date, recipient: str, now: datetime) -> Delivery:
    kind, date_text = DeliveryKind.PAYMENT_DIGEST, day.isoformat()
    mail_id = keyed_id(hub, "delivery", kind, merchant.id, mode, date_text, recipient)
    return owed_mail(mail_id, kind, recipient, About(merchant.id, merchant.id, mode), now, details={"day": date_text})
