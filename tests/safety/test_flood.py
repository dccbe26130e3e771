"""What proves nothing is taken in at a bounded rate; news that proves itself always gets through."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from hub.domain.payment import Status
from hub.flows.accounts.catalogue import notification_address
from hub.web import notifications
from hub.web.notifications import UNPROVEN
from tests.safety.people import People
from tests.web.conftest import House

EXTRA = 20
NUMBERS = itertools.count(1)


def flood(house: House) -> tuple[list[int], int]:
    """Statuses of forged notifications, and how many rows they left."""
    address = notification_address(house.hub, house.accounts["CR"])

    def rows() -> int:
        return int(house.read(lambda tx: tx.messages.counts().get("rejected", 0)))

    before = rows()
    with house.browser() as browser:
        told = [
            browser.post(address, json={"orderReference": f"R{next(NUMBERS)}", "_signature": "00"}).status_code
            for _ in range(UNPROVEN + EXTRA)
        ]
    return told, rows() - before


def test_forged_news_is_stored_at_a_bounded_rate_while_genuine_news_gets_through(house: House, people: People) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    told, rows = flood(house)

    assert told.count(429) >= EXTRA
    assert set(told) == {400, 429}
    assert rows <= UNPROVEN
    assert people.paid("CR", debtor).status is Status.PAID


def test_control_without_the_limit_every_forgery_is_stored(house: House, plant: Callable[..., None]) -> None:
    plant(notifications.Notifications, "_may_store", lambda *_: True)
    told, rows = flood(house)

    assert set(told) == {400}
    assert rows > UNPROVEN


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 401), (256 * 1024 + 1, 413)])
def test_a_body_beyond_the_limit_is_not_read(house: House, size: int, status: int) -> None:
    address = notification_address(house.hub, house.accounts["CO"])
    with house.browser() as browser:
        assert browser.post(address, content=b"x" * size).status_code == status
