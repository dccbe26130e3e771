"""The list of customers: sorted by name, debt or days overdue, searched, and read page by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.flows.views import list_customers as listing
from tests.web.conftest import House, Seat

COLON = 100


@pytest.fixture(scope="module")
def shop(house: House, company: Callable[..., Any]) -> Any:
    """A company with five customers, of whom four owe and three owe too long already."""
    merchant = company("CR", "listado")
    for owed, days in ((5_000, -40), (90_000, -3), (20_000, 10), (1_000, -90)):
        house.debtor("CR", (owed * COLON, days), email=f"c{owed}@listado.example", merchant=merchant)
    house.debtor("CR", email="nada@listado.example", merchant=merchant)
    return merchant


def mails(page: str) -> list[str]:
    return re.findall(r"[\w.]+@listado\.example", page)


def owing(*amounts: int) -> list[str]:
    return [f"c{amount}@listado.example" for amount in amounts]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [*owing(5_000, 90_000, 20_000, 1_000), "nada@listado.example"]),
        ("order=debt", owing(90_000, 20_000, 5_000, 1_000)),
        ("order=overdue", owing(1_000, 5_000, 90_000)),
        ("order=debt&currency=USD", []),
        ("order=debt&q=c1000", owing(1_000)),
        ("order=nonsense&currency=XXX", [*owing(5_000, 90_000, 20_000, 1_000), "nada@listado.example"]),
    ],
)
def test_customers_are_sorted_and_searched(shop: Any, seat: Callable[..., Seat], query: str, found: list[str]) -> None:
    page = seat(shop).read(f"/m/customers?{query}")
    shown = mails(page.partition("<tbody>")[2])
    assert sorted(shown) == sorted(found) if "order=debt" not in query and "overdue" not in query else shown == found


@pytest.mark.parametrize("order", ["name", "debt", "overdue"])
def test_pages_show_everybody_once(
    shop: Any, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setitem(listing.list_customers.__kwdefaults__, "limit", 2)
    clerk, path, found = seat(shop), f"/m/customers?order={order}", []
    for _ in range(4):
        page = clerk.read(path)
        found += mails(page.partition("<tbody>")[2])
        following = re.search(r'href="([^"]*)">Ver los siguientes', page)
        if following is None:
            break
        path = following[1].replace("&amp;", "&")

    assert len(found) == len(set(found)) == {"name": 5, "debt": 4, "overdue": 3}[order]


def test_another_companys_customer_is_no_place_to_begin_from(
    house: House, shop: Any, seat: Callable[..., Seat]
) -> None:
    stranger = house.debtor("CR", (1, -1), email="otro@listado.example")
    for order in ("name", "debt", "overdue"):
        page = seat(shop).read(f"/m/customers?order={order}&after={stranger.customer.id}")
        assert "otro@listado.example" not in page
        assert len(mails(page.partition("<tbody>")[2])) >= 3
