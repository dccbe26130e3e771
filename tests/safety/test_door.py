"""No guessing of links, no forms from other sites, and no answer without its headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.allowance import Allowance
from hub.web import door
from hub.web.door import GUESSES, is_our_own, visitor_of
from hub.web.pages import Pages
from tests.web.conftest import House

from .people import stranger


def test_a_key_has_so_many_tries_and_gets_new_ones_when_its_time_is_over() -> None:
    tries = Allowance(most=3, seconds=60)

    assert [tries.take("a", at) for at in (0, 1, 2, 3, 59)] == [True, True, True, False, False]
    assert (tries.wait("a", 50), tries.wait("b", 50)) == (10, 0)
    assert tries.take("b", 50)
    assert tries.take("a", 60)
    assert tries.wait("a", 60) == 0


def test_no_flood_of_keys_fills_the_memory() -> None:
    tries = Allowance(most=1, seconds=60, keys=100)
    for number in range(1000):
        assert tries.take(str(number), 0)

    assert len(tries._counts) == 100
    assert not tries.take("999", 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_tries_are_counted_for_an_address_or_a_whole_ipv6_house(one: str, other: str, same: bool) -> None:
    assert (visitor_of({"client": (one, 1)}) == visitor_of({"client": (other, 2)})) is same


LINKS = ("/s/{}", "/p/{}", "/o/{}", "/r/{}", "/pay/return/{}", "/s/{}/pay")


def guess(house: House, times: int) -> tuple[list[int], int, int]:
    """Statuses of so many guesses, then what a real link and the same link of somebody else say."""
    debtor, guesser = house.debtor("CR", (1500000, -30)), stranger()
    with house.browser() as browser:
        told = [
            browser.get(LINKS[at % len(LINKS)].format(f"0{at:025d}.{'A' * 43}"), headers=guesser).status_code
            for at in range(times)
        ]
        mine = browser.get(debtor.path, headers=guesser)
        theirs = browser.get(debtor.path, headers=stranger())
    return told, mine.status_code, theirs.status_code


def test_who_guesses_links_is_shut_out_for_a_while_and_nobody_else(house: House) -> None:
    told, mine, theirs = guess(house, GUESSES + 5)

    assert told == [404] * GUESSES + [429] * 5
    assert (mine, theirs) == (429, 200)


def test_control_without_the_limit_guessing_goes_on(house: House, plant: Callable[..., None]) -> None:
    plant(Allowance, "wait", lambda *_: 0)
    told, mine, _theirs = guess(house, GUESSES + 5)

    assert told == [404] * (GUESSES + 5)
    assert mine == 200


def test_who_is_shut_out_learns_when_to_come_back(house: House) -> None:
    guesser = stranger()
    with house.browser() as browser:
        answers = [browser.get("/r/none", headers=guesser) for _ in range(GUESSES + 1)]
        pages = browser.get("/m/sign-in", headers=guesser)

    assert 1 <= int(answers[-1].headers["retry-after"]) <= 600
    assert "Demasiados intentos" in answers[-1].text
    assert pages.status_code == 200, "pages that no token opens stay open"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://pay.example"}, False),
        ({"origin": "https://pay.example"}, True),
        ({"origin": "https://pay.example.evil.example"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://127.0.0.1:8080"}, True),  # the host that the browser asked
        ({"origin": "null"}, True),  # says nothing: the form's token decides
    ],
)
def test_a_form_of_another_site_is_told_from_ours(headers: dict[str, str], ours: bool) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"method": "POST", "headers": [*raw, (b"host", b"127.0.0.1:8080")]}

    assert is_our_own(scope, "https://pay.example") is ours
    assert is_our_own({**scope, "method": "GET"}, "https://pay.example")


ANSWERS = {
    "/m/sign-in": 200,
    "/m": 303,
    "/nothing": 404,
    "/s/none": 404,
    "/pay/return/none": 404,
    "/static/hub.css": 200,
    "/static/none.css": 404,
    "/healthz": 200,
    "/readyz": 200,
    "/v1/openapi.json": 200,
    "/v1/orders/none": 401,
    "/n/greenpay/none": 404,
}


def bare(house: House, path: str) -> list[str]:
    """The safety headers that an answer lacks."""
    with house.browser() as browser:
        answer = browser.get(path, headers=stranger())
    assert answer.status_code == ANSWERS[path]
    held = answer.headers
    wanted = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "immutable" if path == "/static/hub.css" else "no-store",
        "content-security-policy": "default-src 'none'",
    }
    return [name for name, value in wanted.items() if value not in held.get(name, "")]


@pytest.mark.parametrize("path", ANSWERS)
def test_no_answer_goes_out_without_its_headers(house: House, path: str) -> None:
    assert bare(house, path) == []


def test_control_without_the_door_some_answers_are_bare(house: House, plant: Callable[..., None]) -> None:
    plant(door.Door, "_with_headers", lambda _self, send: send)

    assert bare(house, "/healthz")


ENGLISH, COLOMBIAN, COSTA_RICAN = ("en-GB,en;q=0.9", "en"), ("en;q=0.2, es-CO, es;q=0.8", "es-CO"), ("es", "es-CR")
TOLD = {
    "en": ("Too many tries", "Nothing was changed", "Open the page again"),
    "es-CO": ("Demasiados intentos", "No se hizo ningún cambio", "Abre la página de nuevo"),
    "es-CR": ("Demasiados intentos", "No se hizo ningún cambio", "Abra la página de nuevo"),
}


def shut_out(house: House, asked: str) -> tuple[str, str]:
    """What the door's own two pages say to a browser that asks for these languages."""
    guesser = {**stranger(), "accept-language": asked}
    with house.browser() as browser:
        too_many = [browser.get("/s/none", headers=guesser) for _ in range(GUESSES + 1)][-1]
        elsewhere = browser.post("/m/sign-in", headers={**guesser, "sec-fetch-site": "cross-site"})
    assert (too_many.status_code, elsewhere.status_code) == (429, 403)
    return too_many.text, elsewhere.text


@pytest.mark.parametrize(("asked", "language"), [ENGLISH, COLOMBIAN, COSTA_RICAN])
def test_the_doors_own_pages_speak_the_language_that_the_browser_asks_for(
    house: House, asked: str, language: str
) -> None:
    too_many, elsewhere = shut_out(house, asked)
    title, refused, advice = TOLD[language]
    for page, words in ((too_many, (title,)), (elsewhere, (refused, advice))):
        assert f'<html lang="{language}">' in page
        assert [text for text in words if text not in page] == []


def test_control_a_door_that_does_not_ask_speaks_spanish_to_everybody(house: House, plant: Callable[..., None]) -> None:
    plant(Pages, "read_by", lambda pages, *_given, **_named: pages)
    assert "Demasiados intentos" in shut_out(house, ENGLISH[0])[0]
