"""What happens in the evening is of that day where the company is, and of the next only in UTC."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hub.flows.statements.place_order
from hub.bootstrap import OpenedHub, open_hub
from hub.domain.order import OrderItem
from hub.flows.statements.place_order import Cart, place_order
from hub.settings import Settings
from hub_hookspecs import Mode
from tests.cli.conftest import CREATE, call
from tests.cli.conftest import bare as bare
from tests.cli.conftest import made as made

EVENING = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
NOVEMBER = date(2026, 11, 30)
"""Seven in the evening in San José."""


@pytest.fixture
def evening(bare: Path) -> Iterator[OpenedHub]:
    """A company of Costa Rica, at seven in the evening."""
    assert call(*CREATE).code == 0
    opened = open_hub(Settings(data=bare), clock=lambda: EVENING)
    yield opened
    asyncio.run(opened.close())


def issued(opened: OpenedHub) -> tuple[date, str]:
    """The day of an order, and the file that an accountant gets before it is paid."""

    async def place() -> Any:
        merchant = await opened.hub.store.read(lambda tx: tx.merchants.by_slug("tornillo"))
        assert merchant is not None
        items = (OrderItem(sku="T", description="Taladro", quantity=1, price=500),)
        cart = Cart(number="W-1", currency="CRC", items=items, name="Ana", email="ana@example.com")
        await place_order(opened.hub, merchant, Mode.TEST, "k1", cart)
        (order,) = await opened.hub.store.read(lambda tx: tx.payables.search(merchant.id, Mode.TEST))
        return order

    order = asyncio.run(place())
    return order.issued_on, call("ledger", "export", "--beancount", "-").out


def test_an_order_of_the_evening_is_of_that_day(evening: OpenedHub) -> None:
    day, books = issued(evening)

    assert day == NOVEMBER
    assert '"bill"' not in books


def test_control_an_order_that_is_dated_in_utc_is_of_the_next_day(
    evening: OpenedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.flows.statements.place_order, "ZoneInfo", lambda _name: UTC, raising=False)

    assert issued(evening)[0] == NOVEMBER + timedelta(days=1)
