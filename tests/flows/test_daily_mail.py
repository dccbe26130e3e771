"""The daily mail "Pagos recibidos": on by default, and each payment in exactly one of them."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from hub.documents.mails.payment_digest import PaymentDigestMail
from hub.domain.merchant import Merchant, Options
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.payment import Payment
from hub.flows.mails import owe_digests as digests
from hub.flows.mails.deliver import value_of
from hub.flows.mails.owe_digests import Window, last_day, owe_digests, window_of
from hub.flows.merchants.save_options import save_options
from hub.flows.views.print_payments import came_in
from hub_hookspecs import Kind, Mode, Observation
from tests.faults.harness import START, Desk, seed_for

SAN_JOSE = ZoneInfo("America/Costa_Rica")
ZONES = ("America/Costa_Rica", "America/Bogota", "Pacific/Auckland", "Pacific/Honolulu", "Europe/Madrid", "UTC")


def merchant_of(desk: Desk) -> Merchant:
    found = desk.read(lambda tx: tx.merchants.get(desk.companies["CR"].id))
    assert found
    return found


def paid(desk: Desk, at: datetime, *, happened: datetime | None = None) -> Payment:
    """A payment whose news come at this moment; of what happened long before."""
    desk.clock.now = at
    payment = desk.sent(desk.debtor("CR", 70_000))
    return desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference, occurred_at=happened))


def look(desk: Desk, at: datetime | None = None) -> int:
    if at:
        desk.clock.now = at
    return asyncio.run(owe_digests(desk.hub))


def mails(desk: Desk) -> list[Delivery]:
    """Those to one of the recipients, in their order."""
    merchant = merchant_of(desk)
    found = desk.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id, subject_id=merchant.id))
    kept = [item for item in found if item.kind == DeliveryKind.PAYMENT_DIGEST and item.recipient == merchant.notify[0]]
    return sorted(kept, key=lambda item: window_of(item).since)


def told(desk: Desk, mail: Delivery) -> list[str]:
    """Ids of the payments that a mail tells."""
    window = window_of(mail)
    merchant = merchant_of(desk)
    return list(desk.read(lambda tx: came_in(tx, desk.hub, merchant, Mode.TEST, window.since, window.until)))


def days(desk: Desk) -> dict[str, list[str]]:
    return {window_of(mail).day.isoformat(): told(desk, mail) for mail in mails(desk)}


def each_told(desk: Desk) -> Counter[str]:
    """How often each payment is told."""
    return Counter(payment_id for mail in mails(desk) for payment_id in told(desk, mail))


def in_san_jose(day: int, hour: int = 0, *clock: int) -> datetime:
    """A moment of December where the company is."""
    return datetime.combine(date(2026, 12, day), time(hour, *clock), SAN_JOSE).astimezone(UTC)


def move(desk: Desk, zone: str) -> None:
    merchant = merchant_of(desk)
    desk.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, company=attrs.evolve(merchant.company, zone=zone))))
    desk.hub.cached.clear()


def test_it_is_on_unless_somebody_turns_it_off(desk: Desk) -> None:
    assert Options().digest
    first = paid(desk, in_san_jose(1, 15))
    assert look(desk, in_san_jose(2, 7)) == len(merchant_of(desk).notify) > 0
    assert days(desk) == {"2026-12-01": [first.id]}
    asyncio.run(save_options(desk.hub, merchant_of(desk).id, digest=False))
    paid(desk, in_san_jose(2, 15))
    assert look(desk, in_san_jose(3, 7)) == 0


def test_what_came_while_nobody_wanted_the_mail_is_not_told_afterwards(desk: Desk) -> None:
    asyncio.run(save_options(desk.hub, merchant_of(desk).id, digest=False))
    paid(desk, in_san_jose(1, 15))
    desk.clock.now = in_san_jose(2, 12)
    asyncio.run(save_options(desk.hub, merchant_of(desk).id, digest=True))
    asyncio.run(save_options(desk.hub, merchant_of(desk).id, digest=True, partial=True))
    later = paid(desk, in_san_jose(2, 13))
    look(desk, in_san_jose(3, 7))
    assert days(desk) == {"2026-12-02": [later.id]}


def test_a_day_begins_at_midnight_where_the_company_is(desk: Desk) -> None:
    last = paid(desk, in_san_jose(1, 23, 59, 59, 999_999))
    first = paid(desk, in_san_jose(2))
    look(desk, in_san_jose(2, 7))
    look(desk, in_san_jose(3, 7))
    assert days(desk) == {"2026-12-01": [last.id], "2026-12-02": [first.id]}


def test_what_is_learnt_late_is_told_with_the_day_on_which_it_was_learnt(desk: Desk) -> None:
    paid(desk, in_san_jose(1, 12))
    look(desk, in_san_jose(2, 7))
    late = paid(desk, in_san_jose(4, 9), happened=in_san_jose(1, 20))
    look(desk, in_san_jose(5, 7))
    assert days(desk)["2026-12-04"] == [late.id]


def test_what_came_while_the_hub_slept_for_weeks_is_told_too(desk: Desk) -> None:
    paid(desk, in_san_jose(1, 12))
    look(desk, in_san_jose(2, 7))
    slept = [paid(desk, in_san_jose(day, 12)).id for day in (3, 5, 20, 26)]
    look(desk, in_san_jose(28, 8))
    found = days(desk)
    assert found["2026-12-21"] == slept[:3]
    assert found["2026-12-26"] == slept[3:]
    value, _locale = desk.read(lambda tx: value_of(tx, desk.hub, mails(desk)[1], desk.hub.clock()))
    assert isinstance(value, PaymentDigestMail)
    assert (value.first.day, value.day.day) == (2, 21)


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Europe/Madrid"])
def test_a_company_that_moves_to_another_zone_reads_of_each_payment_once(desk: Desk, zone: str) -> None:
    made = [paid(desk, in_san_jose(1, hour)).id for hour in range(8, 24, 3)]
    look(desk, in_san_jose(2, 7))
    move(desk, zone)
    made += [paid(desk, in_san_jose(2, 7) + timedelta(hours=hours)).id for hours in range(1, 40, 3)]
    look(desk, in_san_jose(7, 12))
    assert each_told(desk) == Counter(made)


def a_month(desk: Desk, seed: int) -> None:
    """Payments at any moment, the hub asleep or awake, the company in one zone or another."""
    dice = random.Random(seed)
    made, now = [], START + timedelta(hours=1)
    for _ in range(45):
        now += timedelta(seconds=dice.choice((1, 600, 20_000, 80_000, 900_000)) * dice.random())
        match dice.randrange(6):
            case 0 | 1 | 2:
                made.append(paid(desk, now).id)
            case 3:
                move(desk, dice.choice(ZONES))
            case _:
                if dice.random() < 0.5:
                    desk.hub.cached.clear()
                look(desk, now)
    desk.hub.cached.clear()
    look(desk, now + timedelta(days=3))
    assert each_told(desk) == Counter(made), f"seed {seed}"
    windows = [window_of(mail) for mail in mails(desk)]
    assert all(one.until <= other.since for one, other in itertools.pairwise(windows)), f"seed {seed}"


@pytest.mark.parametrize("part", range(4))
def test_each_payment_stands_in_exactly_one_mail_whatever_happens(desk: Desk, part: int) -> None:
    a_month(desk, seed_for("daily mail") + part)


def by_days_alone(since: datetime, merchant: Merchant, now: datetime) -> list[Window]:
    """Each day from its midnight to the next, without minding where the last mail ended."""
    zone, found = ZoneInfo(merchant.company.zone), []
    for back in reversed(range(digests.CAUGHT_UP)):
        day = last_day(merchant, now) - timedelta(days=back)
        until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        if until > since:
            found.append(Window(datetime.combine(day, time(), zone).astimezone(UTC), until, day))
    return found


@pytest.mark.parametrize(
    "trial",
    [
        lambda desk: test_a_company_that_moves_to_another_zone_reads_of_each_payment_once(desk, "Pacific/Honolulu"),
        lambda desk: test_a_company_that_moves_to_another_zone_reads_of_each_payment_once(desk, "Europe/Madrid"),
        test_what_came_while_the_hub_slept_for_weeks_is_told_too,
    ],
    ids=["missing", "twice", "asleep"],
)
def test_control_a_day_that_does_not_begin_where_the_last_mail_ended_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trial: Callable[[Any], None]
) -> None:
    monkeypatch.setattr(digests, "windows_since", by_days_alone)
    with pytest.raises((AssertionError, KeyError)):
        trial(desk)
