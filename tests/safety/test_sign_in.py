"""Signing in: ten tries, one answer for everybody, links that no scanner uses up, sessions of our own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from hub.domain.allowance import Allowance
from hub.domain.merchant import Role, SignIn
from hub.flows.merchants.sign_in import token_hash
from hub.storage import merchants as stored
from hub.web.merchant import sign_in as pages
from hub.web.merchant.sign_in import TRIES
from tests.safety.people import People
from tests.web.conftest import House

from .people import stranger

KNOWN, UNKNOWN = "duena@cr.example", "nadie@cr.example"


def token_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:200]
    return found[1]


def ask(browser: httpx.Client, email: str, visitor: dict[str, str]) -> httpx.Response:
    """Ask for a link as a person does."""
    token = token_in(browser.get("/m/sign-in", headers=visitor).text)
    return browser.post("/m/sign-in", data={"form": token, "email": email}, headers=visitor)


def asked(house: House, email: str, times: int) -> list[int]:
    with house.browser() as browser:
        return [ask(browser, email, stranger()).status_code for _ in range(times)]


def links_for(house: House, email: str) -> list[str]:
    """Paths of the links that were mailed to an address."""
    return [re.search(r"/m/sign-in/\S+", mail.text)[0] for mail in house.mailbox.to(email)]  # type: ignore[index]


@pytest.mark.parametrize("email", ["once@cr.example", "NADIE.once@cr.example"])
def test_an_account_has_ten_tries_whether_it_exists_or_not(house: House, people: People, email: str) -> None:
    if email.islower():
        people.clerk(house.merchants["CR"])
    assert asked(house, email, TRIES + 2) == [200] * TRIES + [429] * 2
    assert asked(house, email.upper(), 1) == [429], "the same account, however it is written"


def test_control_without_the_limit_mails_flow(house: House, plant: Callable[..., None]) -> None:
    plant(Allowance, "take", lambda *_: True)

    assert asked(house, "otra.vez@cr.example", TRIES + 2) == [200] * (TRIES + 2)


def test_the_tries_come_back_after_a_quarter_of_an_hour() -> None:
    tries = pages.Tries()
    for at in range(TRIES):
        assert tries.mails.take("a", at)

    assert not tries.mails.take("a", 899)
    assert tries.mails.take("a", 900)


def test_known_and_unknown_people_are_told_the_same(house: House) -> None:
    with house.browser() as browser:
        answers = [ask(browser, email, stranger()) for email in (KNOWN, UNKNOWN)]

    told = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert told[0] == told[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    kept = [{name for name in answer.headers if name != "date"} for answer in answers]
    assert kept[0] == kept[1]


def test_the_time_of_the_answer_does_not_tell_who_is_known(house: House) -> None:
    """Nothing of the work for a known address is part of its answer."""
    seconds: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    with house.browser() as browser:
        for _ in range(4):
            for email, measured in seconds.items():
                visitor = stranger()
                token = token_in(browser.get("/m/sign-in", headers=visitor).text)
                begin = time.perf_counter()
                browser.post("/m/sign-in", data={"form": token, "email": email}, headers=visitor)
                measured.append(time.perf_counter() - begin)

    known, unknown = (min(measured) for measured in seconds.values())  # the rest is the machine
    assert known < unknown * 3 + 0.05


def enter(browser: httpx.Client, path: str, visitor: dict[str, str]) -> httpx.Response:
    """Press the button of a mailed link's page."""
    token = token_in(browser.get(path, headers=visitor).text)
    return browser.post(path, data={"form": token}, headers=visitor)


def mailed(house: House, people: People, slug: str) -> str:
    """A fresh link, mailed to the owner of a fresh company."""
    people.company(slug)
    with house.browser() as browser:
        assert ask(browser, f"dueno@{slug}.example", stranger()).status_code == 200
    return str(house.until(lambda: links_for(house, f"dueno@{slug}.example"))[-1])


def test_mail_scanners_use_nothing_and_the_person_enters_once(house: House, people: People) -> None:
    path, visitor = mailed(house, people, "escaneada"), stranger()
    with house.browser() as scanner:
        for _ in range(3):
            assert scanner.get(path, headers=visitor).status_code == 200
            scanner.head(path, headers=visitor)
            scanner.options(path, headers=visitor)
            assert scanner.post(path, headers=visitor).status_code == 403, "a POST without the page's form"
            assert "session" not in scanner.cookies
    with house.browser() as person, house.browser() as thief:
        assert enter(person, path, visitor).status_code == 303
        assert person.get("/m").status_code in (200, 307)
        assert enter(thief, path, visitor).status_code == 410
        assert "session" not in thief.cookies


def test_control_a_link_that_can_be_used_twice_lets_the_thief_in(
    house: House, people: People, plant: Callable[..., None]
) -> None:
    path, visitor = mailed(house, people, "repetida"), stranger()

    def forgets(self: Any, hashed: bytes, _now: Any) -> SignIn:
        row = self._tx.run(stored.SIGN_IN, {"token_hash": hashed}).fetchone()
        return SignIn(token_hash=hashed, merchant_id=row["merchant"], email=row["email"], expires_at=_now)

    plant(stored.Merchants, "use_sign_in", forgets)
    with house.browser() as person, house.browser() as thief:
        assert enter(person, path, visitor).status_code == 303
        assert enter(thief, path, visitor).status_code == 303


def test_wrong_links_are_counted_and_a_right_one_does_not_help_any_more(house: House, people: People) -> None:
    path, guesser = mailed(house, people, "adivinada"), stranger()
    with house.browser() as browser:
        told = [enter(browser, f"/m/sign-in/{'0' * 26}.{at:043d}", guesser).status_code for at in range(TRIES + 2)]
        assert told == [410] * TRIES + [429] * 2
        assert enter(browser, path, guesser).status_code == 429
        assert enter(browser, path, stranger()).status_code == 303, "somebody else is not shut out"


def test_a_link_is_over_after_its_time(house: House, people: People) -> None:
    path = mailed(house, people, "vencida")
    house.time.ahead = timedelta(minutes=21)
    try:
        with house.browser() as browser:
            assert enter(browser, path, stranger()).status_code == 410
    finally:
        house.time.ahead = timedelta()


@pytest.mark.parametrize("planted", ["known-to-the-thief", "", "0" * 52])
def test_a_session_that_somebody_brought_is_never_taken_over(house: House, people: People, planted: str) -> None:
    slug = f"fija{len(planted)}"
    path = mailed(house, people, slug)
    with house.browser() as victim, house.browser() as thief:
        victim.cookies.set("session", planted)
        answer = enter(victim, path, stranger())
        given = [header for header in answer.headers.get_list("set-cookie") if header.startswith("session=")]
        fresh = given[0].partition(";")[0].removeprefix("session=")
        assert len(fresh) == 52
        assert fresh != planted
        thief.cookies.set("session", planted)
        assert thief.get("/m/payments").headers["location"] == "/m/sign-in"


def test_signing_out_ends_the_session_everywhere(house: House, people: People) -> None:
    clerk = people.clerk(people.company("adios"))
    copied = people.browser()
    copied.cookies.set("session", clerk.browser.cookies["session"])
    assert copied.get("/m/payments").status_code == 200
    clerk.browser.post("/m/sign-out", data={"form": clerk.csrf})
    assert copied.get("/m/payments").status_code == 303


def test_a_session_is_kept_as_its_hash_and_holds_for_twelve_hours(house: House, people: People) -> None:
    clerk = people.clerk(people.company("reloj"), Role.ACCOUNTANT)
    token = clerk.browser.cookies["session"]
    now = house.time()
    found = house.read(lambda tx: tx.merchants.session(token_hash(token), now))
    assert attrs.evolve(found).token_hash != token.encode()
    assert found.expires_at - now <= timedelta(hours=12)
    house.time.ahead = timedelta(hours=12, minutes=1)
    try:
        assert clerk.browser.get("/m/payments").status_code == 303
    finally:
        house.time.ahead = timedelta()


def test_an_accountant_does_not_become_the_owner_by_a_form(house: House, people: People) -> None:
    clerk = people.clerk(house.merchants["CR"], Role.ACCOUNTANT)
    refused = clerk.browser.post("/m/company", data={"form": clerk.csrf, "role": "owner", "legal_name": "X"})
    assert refused.status_code == 403
