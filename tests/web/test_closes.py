"""Cierre: a month is closed in the browser, its package downloaded, and opened again by its owner."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Callable

import pytest

from hub.domain.merchant import Merchant, Role
from hub.domain.month import Month
from tests.web.conftest import House, Seat

SLUGS = itertools.count(1)


@pytest.fixture
def shop(house: House, company: Callable[..., Merchant]) -> Merchant:
    """A company whose customer owes an invoice of 40 days ago."""
    made = company("CR", f"cierra-{next(SLUGS)}")
    house.debtor("CR", (1_000_000, -5), merchant=made)
    return made


def last_month(house: House) -> Month:
    return Month.of(house.today).before


def ready(house: House, seat: Seat, month: Month) -> bytes:
    """The package, once it is made."""
    path = f"/m/close/{month}/package"
    return house.until(lambda: (answer := seat.browser.get(path)).status_code == 200 and answer.content)


def test_an_accountant_closes_a_month_and_downloads_all_of_it(
    house: House, seat: Callable[..., Seat], shop: Merchant
) -> None:
    desk, month = seat(shop, Role.ACCOUNTANT), last_month(house)
    assert f'value="{month}"' in desk.read("/m/close")
    page = desk.read(f"/m/close/{month}")
    assert "Nada: todo está en orden." in page

    assert desk.post(f"/m/close/{month}").headers["location"] == f"/m/close/{month}"

    page = desk.read(f"/m/close/{month}?check=1")
    assert "El mes está cerrado." in page
    assert "Los libros dicen hoy, hasta el último centavo, lo mismo" in page
    assert "Volver a abrir" not in page
    with zipfile.ZipFile(io.BytesIO(ready(house, desk, month))) as package:
        manifest = json.loads(package.read("manifiesto.json"))
    assert (manifest["company"], manifest["mode"], manifest["month"]) == (shop.slug, "test", str(month))
    assert "Descargar todo el mes" in desk.read(f"/m/close/{month}")


def test_a_month_that_goes_on_is_not_closed(house: House, seat: Callable[..., Seat], shop: Merchant) -> None:
    desk, month = seat(shop), Month.of(house.today)

    assert "Este mes todavía no se puede cerrar" in desk.read(f"/m/close/{month}")
    answer = desk.post(f"/m/close/{month}")
    assert (answer.status_code, "todavía no termina" in answer.text) == (422, True)


def test_closing_twice_says_that_it_is_closed(house: House, seat: Callable[..., Seat], shop: Merchant) -> None:
    desk, other, month = seat(shop), seat(shop, Role.ACCOUNTANT), last_month(house)
    desk.post(f"/m/close/{month}")

    answer = other.post(f"/m/close/{month}")

    assert (answer.status_code, "El mes ya está cerrado" in answer.text) == (422, True)


def test_the_owner_opens_a_month_again_with_a_reason(house: House, seat: Callable[..., Seat], shop: Merchant) -> None:
    desk, month = seat(shop), last_month(house)
    desk.post(f"/m/close/{month}")
    assert seat(shop, Role.ACCOUNTANT).post(f"/m/close/{month}/reopen", reason="x").status_code == 403
    answer = desk.post(f"/m/close/{month}/reopen", reason=" ")
    assert (answer.status_code, "Escriba la razón" in answer.text) == (422, True)

    assert desk.post(f"/m/close/{month}/reopen", reason="faltó una factura").status_code == 303

    page = desk.read(f"/m/close/{month}")
    assert "Cierres anteriores de este mes" in page
    assert "faltó una factura" in page
    assert "Se volvió a abrir" in desk.read("/m/close")
    assert desk.post(f"/m/close/{month}").status_code == 303


def test_what_is_no_month_or_is_not_closed_is_not_there(
    house: House, seat: Callable[..., Seat], shop: Merchant
) -> None:
    desk = seat(shop)
    for path in ("/m/close/november", "/m/close/2026-13", "/m/close/2026-11/package", "/m/close/2026-11-01"):
        assert desk.browser.get(path).status_code == 404, path
