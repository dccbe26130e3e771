"""What somebody dates into a closed month needs its owner and a reason, whichever form it is."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from hub.domain.merchant import Merchant, Role
from hub.domain.month import Month
from hub.domain.month_close import LateEntry
from hub.flows.closing.close_month import close_month
from hub.flows.corrections.record_receipt import record_by_hand
from hub.web.merchant import closed_months
from hub_hookspecs import Money
from tests.web.conftest import Debtor, House, Seat, forms_in, seen_in

SLUGS = itertools.count(1)


@pytest.fixture
def shop(house: House, company: Callable[..., Merchant]) -> Merchant:
    return company("CR", f"cerrada-{next(SLUGS)}")


@pytest.fixture
def debtor(house: House, shop: Merchant) -> Debtor:
    """Owes an invoice of 40 days ago, has credit, and last month is closed."""
    found = house.debtor("CR", (10_000_000, -5), merchant=shop)
    credit = {"means": "cash", "cash": Money(5_000_000, "CRC"), "shares": [], "by": "x"}
    house.run(record_by_hand(house.hub, shop, found.customer.id, **credit))
    month = Month.of(house.today).before
    house.run(close_month(house.hub, shop, shop.mode, month, by="duena", why="x", is_owner=True))
    return found


def last_day(house: House) -> date:
    return Month.of(house.today).before.last


def late(house: House, merchant: Merchant) -> list[LateEntry]:
    """What came after the close for a day before its end."""
    (close,) = house.read(lambda tx: tx.closes.standing(merchant.id, merchant.mode))
    return list(house.read(lambda tx: tx.closes.late(close, 10**9)))


def fields_of(page: str, ending: str) -> dict[str, Any]:
    (found,) = [form for form in forms_in(page) if form["action"].endswith(ending)]
    return dict(found["fields"])


def received(house: House, desk: Seat, debtor: Debtor) -> httpx.Response:
    path = f"/m/customers/{debtor.customer.id}/receipt"
    typed = {"means": "cash", "currency": "CRC", "amount": "12000", "received_on": last_day(house).isoformat()}
    shown = desk.post(path, **{**fields_of(desk.read(path), "/receipt"), **typed})
    return desk.post(path, **{**fields_of(shown.text, "/receipt"), "record": "1"})


def paid_out(house: House, desk: Seat, debtor: Debtor) -> httpx.Response:
    path = f"/m/customers/{debtor.customer.id}/disbursement"
    typed = {"means": "sinpe", "amount": "20000", "why": "lo pidió", "reference": "777"}
    day = {"paid_on": last_day(house).isoformat()}
    return desk.post(path, **{**fields_of(desk.read(path), "/disbursement"), **typed, **day})


FORMS = pytest.mark.parametrize("send", [received, paid_out])


@FORMS
def test_the_owner_says_why_and_it_is_listed_with_the_next_close(
    house: House, seat: Callable[..., Seat], shop: Merchant, debtor: Debtor, send: Callable[..., httpx.Response]
) -> None:
    desk = seat(shop)

    asked = send(house, desk, debtor)

    assert (asked.status_code, late(house, shop)) == (422, [])
    assert "No se anotó nada." in seen_in(asked.text)
    (form,) = [form for form in forms_in(asked.text) if "into_closed" in form["fields"] or "drawn" in form["fields"]]
    answer = desk.browser.post(form["action"], data={**form["fields"], "into_closed": "  "})
    assert (answer.status_code, late(house, shop)) == (422, [])
    answer = desk.browser.post(form["action"], data={**form["fields"], "into_closed": "el depósito era de ese día"})
    assert answer.status_code == 303, answer.text
    (one, *_more) = late(house, shop)
    assert (one.value_on, one.by, one.why) == (last_day(house), desk.email, "el depósito era de ese día")
    page = seen_in(desk.read(f"/m/close/{Month.of(house.today)}"))
    assert "Después del cierre anterior" in page
    assert "el depósito era de ese día" in page


def test_an_accountant_is_told_who_can(house: House, seat: Callable[..., Seat], shop: Merchant, debtor: Debtor) -> None:
    desk = seat(shop, Role.ACCOUNTANT)

    answer = received(house, desk, debtor)

    page = seen_in(answer.text)
    assert (answer.status_code, late(house, shop)) == (422, [])
    assert f"duena@{shop.slug}.example" in page
    assert "into_closed" not in html.unescape(answer.text)
    path = f"/m/customers/{debtor.customer.id}/receipt"
    typed = {"means": "cash", "currency": "CRC", "amount": "12000", "received_on": last_day(house).isoformat()}
    shown = desk.post(path, **{**fields_of(desk.read(path), "/receipt"), **typed})
    forced = desk.post(path, **{**fields_of(shown.text, "/receipt"), "record": "1", "into_closed": "yo digo"})
    assert (forced.status_code, late(house, shop)) == (422, [])


def test_a_day_after_the_close_asks_nothing(
    house: House, seat: Callable[..., Seat], shop: Merchant, debtor: Debtor
) -> None:
    desk, path = seat(shop, Role.ACCOUNTANT), f"/m/customers/{debtor.customer.id}/receipt"
    typed = {"means": "cash", "currency": "CRC", "amount": "12000", "received_on": house.today.isoformat()}
    shown = desk.post(path, **{**fields_of(desk.read(path), "/receipt"), **typed})

    assert desk.post(path, **{**fields_of(shown.text, "/receipt"), "record": "1"}).status_code == 303
    assert late(house, shop) == []


def test_what_a_provider_tells_late_is_never_refused(
    house: House, seat: Callable[..., Seat], shop: Merchant, debtor: Debtor
) -> None:
    """An invoice of a file, and news: they are booked today and listed, without anybody's reason."""
    house.debtor("CR", (900_000, -30), merchant=shop)

    assert [(item.kind.value, item.by, item.value_on <= last_day(house)) for item in late(house, shop)] == [
        ("bill", "", True)
    ]


@FORMS
def test_control_a_form_that_nobody_looks_at_dates_into_the_closed_month(
    house: House,
    seat: Callable[..., Seat],
    shop: Merchant,
    debtor: Debtor,
    send: Callable[..., httpx.Response],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closed_months, "looking", lambda hub, **_said: hub)

    assert send(house, seat(shop, Role.OWNER), debtor).status_code == 303
    assert late(house, shop) != []
