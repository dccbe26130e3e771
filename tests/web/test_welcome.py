"""The address alone is a page: whoever comes without a link learns where the link is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub_hookspecs import Mode
from tests.web.conftest import House

Seen = Callable[[str], str]


def lost(house: House) -> list[str]:
    """What somebody does not learn who types the address alone."""
    with house.browser() as browser:
        answer = browser.get("/")
    wanted = {"correo", "nombre de la empresa", 'href="/m"', 'href="/?lang=en"'}
    return [str(answer.status_code)] * (answer.status_code != 200) + [
        words for words in sorted(wanted) if words not in answer.text
    ]


def test_a_payer_is_told_where_the_link_is_and_an_owner_can_sign_in(house: House) -> None:
    assert lost(house) == []


def test_control_a_hub_without_the_page_leaves_them_lost(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.web.welcome.TEMPLATE", "base.html")

    assert lost(house)


def test_it_is_said_in_english_too_and_names_no_company(house: House, seen: Seen) -> None:
    with house.browser() as browser:
        english = browser.get("/", headers={"Accept-Language": "en"}).text
        head = browser.head("/")

    assert '<html lang="en">' in english
    assert "the company's name" in seen(english)
    assert "Sign in" in english
    for merchant in house.merchants.values():
        assert merchant.company.name not in english
    assert (head.status_code, head.content) == (200, b"")


def test_a_hub_whose_providers_are_simulated_says_so(house: House) -> None:
    assert all(merchant.mode is Mode.TEST for merchant in house.merchants.values())
    with house.browser() as browser:
        simulated = browser.get("/").text
        house.hub.simulated = False
        try:
            real = browser.get("/").text
        finally:
            house.hub.simulated = True

    assert "SIMULADO" in simulated
    assert "PRUEBA" not in real
