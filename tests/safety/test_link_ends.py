"""A link as mail programs hand it over: with the full stop of its sentence, in brackets,
broken at a line's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from hub.web.door import GUESSES
from tests.web.conftest import House

from .people import People, stranger
from .routes import Belongings, belongings
from .test_heads import mailed_sign_in

BEHIND = (
    ".",
    ",",
    ")",
    ">",
    '"',
    ";",
    "'",
    "!",
    "]",
    "”",
    "»",
    ":",
    "*",
    "_",
    "-",
    "}",
    "|",
    "\\",
    "`",
    "…",
    "\xa0",
    "=",
)
"""What mail programs and people leave behind a link."""

TOGETHER = (
    "/",
    "/%2E",
    ").",
    '">',
    "),",
    "&gt;",
    "%E2%80%9D%29.",
    "%0D%0A",
    "%20",
    "%C2%BB",
    ".Gracias",
    "%3E%20Ana",
    "%94",
)
BEFORE = ("<", "(", "%3C", "%20", "“", "\u200b")
BROKEN = ("%0D%0A", "%0A", "%20", "=%0D%0A", "=", "%0D%0A%3E%20", "%E2%80%8B", "%C2%AD", "%EF%BB%BF")
"""How a line's end looks inside a link."""


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Belongings:
    return belongings(house, people)


@pytest.fixture(scope="module")
def links(house: House, mine: Belongings) -> Mapping[str, str]:
    """A genuine address of each kind that a token opens."""
    return {
        **{f"/{kind}/": f"/{kind}/{token}" for kind, token in mine.tokens.items()},
        "/m/sign-in/": mailed_sign_in(house),
        "/pay/return/": f"/pay/return/{mine.live.return_token}",
    }


def not_led(house: House, links: Mapping[str, str], dirty: Any) -> list[str]:
    """Links that do not lead to the clean address, and open there, when they come as ``dirty(link)``."""
    wrong = []
    with house.browser() as browser:
        for link in links.values():
            visitor = stranger()
            for asked in dirty(link):
                for method in ("GET", "HEAD"):
                    answer = browser.request(method, f"{house.base}{asked}", headers=visitor)
                    if (answer.status_code, answer.headers.get("location")) != (303, link):
                        wrong.append(f"{method} {asked}: {answer.status_code} {answer.headers.get('location')}")
            opened = browser.head(link, headers=visitor)
            if opened.status_code not in (200, 303):
                wrong.append(f"{link}: {opened.status_code}")
    return wrong


def with_ends(link: str) -> list[str]:
    """The link with everything that may stand behind it, as it is and percent-encoded."""
    return [*(f"{link}{end}" for end in BEHIND), *(f"{link}{quote(end, safe='')}" for end in BEHIND)]


def percent_encoded(link: str) -> list[str]:
    """Every sign as %XX, since some programs encode the full stop too; and several of them."""
    together = [end for end in TOGETHER if not (end.startswith("/%") and "/pay/return/" in link)]
    return [f"{link}%{ord(end):02X}" for end in ".,)>\";'!?]"] + [f"{link}{end}" for end in together]


def between(link: str) -> list[str]:
    """The link with something before its token, and with line ends inside."""
    kind, _, token = link.rpartition("/")
    middle = len(token) // 2
    return [
        *(f"{kind}/{quote(before, safe='%')}{token}" for before in BEFORE),
        *(f"{kind}/{token[:middle]}{end}{token[middle:]}" for end in BROKEN),
        *(f"{kind}/{token[:-3]}{end}{token[-3:]}%3E" for end in BROKEN),
    ]


def doubled(link: str) -> list[str]:
    """The link behind an address that a program put before it."""
    return [f"/http://{{}}{link}", f"/https://pagos.example.com{link}", f"/http:/x{link}.", f"/{link}", f"//{link}%29"]


@pytest.mark.parametrize("dirty", [with_ends, percent_encoded, between])
def test_a_link_leads_to_its_clean_address_whatever_stands_around_it(
    house: House, links: Mapping[str, str], dirty: Any
) -> None:
    assert not_led(house, links, dirty) == []


def test_an_address_that_was_put_before_the_link_is_left_out(house: House, links: Mapping[str, str]) -> None:
    assert not_led(house, links, lambda link: [part.replace("{}", "hub.example:8080") for part in doubled(link)]) == []


def test_control_links_that_are_taken_as_they_come_open_nothing(
    house: House, links: Mapping[str, str], plant: Callable[..., None]
) -> None:
    plant("hub.web.door.mended", lambda *_: "")

    assert len(not_led(house, links, percent_encoded)) > 100


@pytest.mark.parametrize(
    ("behind", "leads"),
    [
        ("/pay?currency=CRC&provider=greenpay).", "/pay?currency=CRC&provider=greenpay"),
        ("/pay?currency=CRC&amp;provider=greenpay", "/pay?currency=CRC&provider=greenpay"),
        ("/pay?currency=CRC&amp;provider=greenpay%22%3E", "/pay?currency=CRC&provider=greenpay"),
        ("?lang=en.", "?lang=en"),
        ("/estado-de-cuenta.pdf).", "/estado-de-cuenta.pdf"),
        ("/activity.?lang=en", "/activity?lang=en"),
        ("/pay/", "/pay"),
    ],
)
def test_what_follows_the_token_is_mended_too(house: House, mine: Belongings, behind: str, leads: str) -> None:
    link = f"/s/{mine.tokens['s']}"
    with house.browser() as browser:
        answer = browser.get(f"{link}{behind}", headers=stranger())

    assert (answer.status_code, answer.headers.get("location")) == (303, f"{link}{leads}")


def test_an_address_that_is_right_is_served_as_it_stands(
    house: House, people: People, links: Mapping[str, str]
) -> None:
    typed = "?currency=CRC&name=El%20Tornillo%20S.A.&email=ana%40correo.example&amount=1.500,"
    statement = links["/s/"]
    with house.browser() as browser:
        answers = [
            browser.get(f"{statement}{rest}", headers=stranger())
            for rest in ("", "?", "?lang=en", f"/pay{typed}", "/estado-de-cuenta.pdf", "/movimientos.csv")
        ]
        raw = browser.get(links["/s/"].replace(".", "%2E"), headers=stranger())
        upper = browser.get(statement, headers={**stranger(), "Host": "PAGOS.Example.COM"})
        posted = browser.post(f"{statement}.", headers=stranger())

    assert [answer.status_code for answer in (*answers, raw, upper)] == [200] * 8
    assert posted.status_code in (404, 405), "a form is never sent on"


def test_what_a_provider_puts_behind_its_return_stays_as_it_is(house: House, mine: Belongings) -> None:
    path = f"/pay/return/{mine.live.return_token}/eyJ4IjoxfQ==/x).?a=b."
    with house.browser() as browser:
        answer = browser.get(path, headers=stranger())

    assert answer.status_code == 303
    assert "/p/" in answer.headers["location"]


def test_an_address_that_was_cut_says_so_and_no_more(house: House, links: Mapping[str, str]) -> None:
    said = {}
    with house.browser() as browser:
        for kind in ("/s/", "/p/", "/o/", "/r/", "/v/", "/c/", "/m/sign-in/"):
            link = links[kind]
            for cut in (link[:-1], link[:-20], link.partition(".")[0], f"{link.partition('.')[0]}.", f"{link[:-9]}="):
                answer = browser.get(cut, headers=stranger())
                said[cut] = answer.status_code, "La dirección no está completa" in answer.text
        wrong = browser.get(f"/s/{'0' * 26}.{'A' * 43}", headers=stranger())
        english = browser.get(links["/s/"][:-1], headers={**stranger(), "Accept-Language": "en"})

    assert set(said.values()) == {(404, True)}
    assert "The address is not complete" in english.text
    assert "La dirección no está completa" not in wrong.text


@pytest.mark.parametrize("kind", ["/s/", "///s//"])
def test_wrong_links_are_guesses_whatever_stands_around_them(house: House, kind: str) -> None:
    guesser = stranger()
    with house.browser() as browser:
        browser.follow_redirects = True
        told = [
            browser.get(f"{house.base}{kind}0{at:025d}.{'A' * 43}{')' if at % 2 else ''}", headers=guesser).status_code
            for at in range(GUESSES + 4)
        ]

    assert told == [404] * GUESSES + [429] * 4
