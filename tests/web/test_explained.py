"""The merchant's pages say why a provider is offered or not, and what a payment waits for, as the command line does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.views.explain_offer import explain_offer
from tests.web.conftest import House, Seat, seen_in

from .test_credentials import current, press_pay

PAGE = "/m/integrations/greenpay"


@pytest.fixture
def owner(house: House, seat: Callable[..., Seat]) -> Seat:
    return seat(house.merchants["CR"])


def test_the_providers_page_has_each_condition_in_the_readers_language(house: House, owner: Seat) -> None:
    page = seen_in(owner.read(PAGE))
    for words in ("Por qué se ofrece, o por qué no", "Está habilitado en Costa Rica", "La cuenta recibe: CRC"):
        assert words in page, words
    assert "No se cumple" not in page
    english = seen_in(owner.browser.get(PAGE, params={"lang": "en"}).text)
    for words in ("Why it is offered, or why not", "It is enabled in Costa Rica", "The account takes: CRC"):
        assert words in english, words
    owner.browser.get(PAGE, params={"lang": "es"})
    lines = house.run(explain_offer(house.hub, house.merchants["CR"], "greenpay"))
    assert len(lines) >= 8
    assert [line.name for line in lines if line.holds is False] == []


def test_what_does_not_hold_is_marked(house: House, owner: Seat) -> None:
    house.run(enable_provider(house.hub, "CR", "greenpay", False))
    try:
        assert "No se cumple Está habilitado en Costa Rica" in seen_in(owner.read(PAGE))
    finally:
        house.run(enable_provider(house.hub, "CR", "greenpay", True))


def test_the_payments_page_says_what_it_waits_for_and_what_comes_next(house: House, owner: Seat) -> None:
    payment = press_pay(house, "CR")
    house.until(lambda: current(house, payment).status == "pending")
    page = seen_in(owner.read(f"/m/payments/{payment.id}"))
    for words in ("Qué espera y qué sigue", "Falta que el cliente pague en la página de Greenpay.", "revis"):
        assert words in page, words
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: current(house, payment).status == "paid")
    assert "No hay más revisiones: mirando no se aprende más." in seen_in(owner.read(f"/m/payments/{payment.id}"))
