"""What needs a fresh sign-in: after a quarter of an hour a stolen or forgotten browser moves no money by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import attrs
import httpx
import pytest

from hub.domain.merchant import Role, Session
from hub.web.merchant import routes
from hub.web.merchant.rights import Right
from tests.web.conftest import Debtor, House, Seat, forms_in
from tests.web.conftest import seat as seat

FRESH: Final = frozenset(
    {
        "/m/close/{}",
        "/m/close/{}/reopen",
        "/m/company",
        "/m/customers/{}/erase-note",
        "/m/invoices/{}/erase-note",
        "/m/payments/{}/erase-note",
        "/m/conversions/{}/void",
        "/m/customers/{}/disbursement",
        "/m/disbursements/{}/void",
        "/m/integrations/{}",
        "/m/integrations/{}/confirm",
        "/m/invoices/{}/void",
        "/m/invoices/{}/write-off",
        "/m/live",
        "/m/members",
        "/m/proposals/{}/approve",
        "/m/receipts/{}/void",
    }
)
"""Forms that ask for a sign-in of the last quarter of an hour."""

PROVIDER, SECOND, ADDS = "the provider moves it", "two people above the limit", "adds what can be voided"
ANY_TIME: Final[Mapping[str, str]] = {
    "/m/company/logo": "a picture",
    "/m/company/logo/remove": "a picture",
    "/m/customers/{}/conversion": SECOND,
    "/m/customers/{}/correct": SECOND,
    "/m/customers/{}/credit": "what is the customer's settles what the customer owes",
    "/m/customers/{}/receipt": ADDS,
    "/m/integrations/{}/capture": "no credential",
    "/m/integrations/{}/channels": "no credential",
    "/m/integrations/{}/disable": "stops payments, moves none",
    "/m/integrations/{}/validate": "asks with what is stored",
    "/m/integrations/{}/webhook": "asks the provider",
    "/m/invoices/{}/correct": SECOND,
    "/m/invoices/{}/credit-note": SECOND,
    "/m/invoices/{}/plan": "says when, not how much",
    "/m/invoices/{}/rebill": ADDS,
    "/m/new/{}": "nobody is signed in, and nothing is there yet",
    "/m/members/invite": "to an address that has access already",
    "/m/members/remove": "whoever takes access away is never held up",
    "/m/options": "no money and no identity",
    "/m/options/withholdings": "a proposal to payers, and each rate kept with who wrote it",
    "/m/receipt-series": "numbers of papers, never lowered",
    "/m/receipt-series/skip": "numbers of papers, never lowered",
    "/m/payments/{}/bounced": SECOND,
    "/m/payments/{}/cancel": PROVIDER,
    "/m/payments/{}/capture": PROVIDER,
    "/m/payments/{}/conversion": SECOND,
    "/m/payments/{}/concluded": SECOND,
    "/m/payments/{}/correct": SECOND,
    "/m/payments/{}/dispute": "what the bank says",
    "/m/payments/{}/dispute-end": SECOND,
    "/m/payments/{}/withheld/{}": SECOND,
    "/m/payments/{}/receipt": ADDS,
    "/m/payments/{}/recorded": SECOND,
    "/m/payments/{}/refund": PROVIDER,
    "/m/payments/{}/release": SECOND,
    "/m/payments/{}/returned": SECOND,
    "/m/payments/{}/reviews/{}": "moves no money",
    "/m/payments/{}/reviews/{}/answer": SECOND,
    "/m/receipts/{}/withheld": ADDS,
    "/m/reviews/{}/resolve": "moves no money",
    "/m/settlements": "what the provider's file says",
    "/m/settlements/{}/line": SECOND,
    "/m/settlements/{}/payout": "what the bank's paper says",
    "/m/settlements/{}/payout/correct": "what the bank's paper says",
    "/m/shop": "addresses of shops",
    "/m/shop/keys": "a key orders, and pays nobody",
    "/m/shop/keys/{}/revoke": "whoever takes access away is never held up",
}
"""Forms about money, or of the owner alone, that ask for none, and why."""


@attrs.frozen
class Declared:
    path: str
    is_fresh: bool
    is_money: bool


def declared() -> Iterator[Declared]:
    """Every form of the merchant's pages."""
    desk: Any = routes()[0]
    for route in desk.routes:
        for handler in route.route_handlers:
            if "POST" in handler.http_methods and "/sign-in" not in route.path:
                opt = handler.opt
                money = "drawn" in opt or opt.get("right", Right.OWN) is Right.OWN
                yield Declared(re.sub(r"{\w+:str}", "{}", route.path), bool(opt.get("fresh")), money)


def test_every_form_about_money_or_of_the_owner_says_whether_it_wants_a_fresh_sign_in() -> None:
    found = list(declared())
    assert {form.path for form in found if form.is_fresh} == FRESH
    undecided = {form.path for form in found if form.is_money} - FRESH - set(ANY_TIME)
    assert not undecided, "a row in FRESH or ANY_TIME of tests/safety/test_fresh_sign_in.py"
    assert set(ANY_TIME) <= {form.path for form in found}


@contextmanager
def later(house: House, minutes: float) -> Iterator[None]:
    house.time.ahead += timedelta(minutes=minutes)
    try:
        yield
    finally:
        house.time.ahead -= timedelta(minutes=minutes)


@pytest.fixture
def owner(house: House, seat: Callable[..., Seat], request: pytest.FixtureRequest) -> Seat:
    """The owner whose mail is read here alone."""
    name = re.sub(r"\W+", "-", request.node.name)[:40]
    there = seat(house.merchants["CR"], Role.OWNER, f"duena.{name}@cr.example")
    there.browser.cookies.clear()
    there.browser.cookies.set("session", there.session, domain="127.0.0.1")
    return there


def void_form(owner: Seat, debtor: Debtor) -> dict[str, Any]:
    """The form that voids the customer's first invoice, as its page shows it."""
    path = f"/m/invoices/{debtor.invoices[0].id}"
    found: dict[str, Any] = next(form for form in forms_in(owner.read(path)) if form["action"].endswith("/void"))
    return found


def is_void(house: House, debtor: Debtor) -> bool:
    found = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert found
    return found.is_voided


def link_of(house: House, email: str, number: int = 1) -> str:
    """the newest link that was mailed to this address after the one that began the session."""
    letters = house.until(lambda: found if len(found := house.mailbox.to(email)) > number else None)
    path = re.search(r"/m/sign-in/\S+", letters[-1].text)
    assert path
    return path[0]


def enter(browser: httpx.Client, path: str) -> httpx.Response:
    return browser.post(path, data=forms_in(browser.get(path).text)[0]["fields"])


def test_within_a_quarter_of_an_hour_nobody_is_asked_again(house: House, owner: Seat) -> None:
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    with later(house, 14.9):
        answer = owner.browser.post(form["action"], data={**form["fields"], "reason": "dos veces"})
    assert answer.status_code == 303
    assert is_void(house, debtor)


def test_after_it_the_person_proves_himself_and_sends_the_same_form_again(house: House, owner: Seat) -> None:
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    before = owner.browser.cookies["session"]
    with later(house, 15.1):
        asked = owner.browser.post(form["action"], data={**form["fields"], "reason": "hecha dos veces «ñ»"})
        assert asked.status_code == 403
        assert "No se hizo ningún cambio" in asked.text
        assert not is_void(house, debtor)
        again = next(kept for kept in forms_in(asked.text) if kept["action"] == form["action"])
        assert again["fields"]["reason"] == ["hecha dos veces «ñ»"], "what was typed is kept in the page alone"

        entered = enter(owner.browser, link_of(house, owner.email))
        assert (entered.status_code, entered.headers["location"]) == (303, f"/m/invoices/{debtor.invoices[0].id}")
        assert owner.browser.cookies["session"] != before, "another session"
        sent = owner.browser.post(again["action"], data=again["fields"])
        assert sent.status_code == 303
        assert is_void(house, debtor)

        thief = house.browser()
        thief.cookies.set("session", before)
        assert thief.get("/m").status_code == 303, "the session from before is over"
        thief.close()


def test_sending_it_again_without_the_link_does_nothing(house: House, owner: Seat) -> None:
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    with later(house, 16):
        for number in (1, 2):
            asked = owner.browser.post(form["action"], data={**form["fields"], "reason": "x"})
            assert asked.status_code == 403
            link_of(house, owner.email, number)
    assert not is_void(house, debtor)


def test_links_by_mail_are_limited(house: House, owner: Seat) -> None:
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    with later(house, 16):
        answers = [
            owner.browser.post(form["action"], data={**form["fields"], "reason": "x"}).status_code for _ in range(12)
        ]
    assert answers == [403] * 10 + [429] * 2


def test_another_persons_link_does_not_make_this_session_fresh(
    house: House, owner: Seat, seat: Callable[..., Seat]
) -> None:
    """Whoever signs in is who they are: the form of the first person is not theirs."""
    other = seat(house.merchants["CR"], Role.OWNER, "otra.duena@cr.example")
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    with later(house, 16):
        owner.browser.post(form["action"], data={**form["fields"], "reason": "x"})
        other.browser.post(form["action"], data={"form": other.csrf, "reason": "x"})
        enter(owner.browser, link_of(house, other.email))
        refused = owner.browser.post(form["action"], data={**form["fields"], "reason": "x"})
    assert refused.status_code == 403
    assert not is_void(house, debtor)


def test_credentials_and_files_are_not_kept_in_the_page(house: House, owner: Seat) -> None:
    fields = {"form": owner.csrf, "set-secret": "sk_live_muy_secreta", "credentials": "0"}
    with later(house, 16):
        asked = owner.browser.post("/m/integrations/greenpay", data=fields)
    assert asked.status_code == 403
    assert "sk_live_muy_secreta" not in asked.text
    assert not [form for form in forms_in(asked.text) if form["action"] == "/m/integrations/greenpay"]


def test_who_connects_a_provider_is_asked_before_anything_is_typed(house: House, owner: Seat) -> None:
    assert "/m/prove" not in owner.read("/m/integrations/greenpay")
    with later(house, 16):
        page = owner.read("/m/integrations/greenpay")
        form = next(item for item in forms_in(page) if item["action"] == "/m/prove")
        assert owner.browser.post("/m/prove", data=form["fields"]).status_code == 200
        entered = enter(owner.browser, link_of(house, owner.email))
        assert entered.headers["location"] == "/m/integrations/greenpay"
        assert "/m/prove" not in owner.read("/m/integrations/greenpay")
        away = {**form["fields"], "back": ["https://evil.example/m/"]}
        assert "evil.example" not in owner.browser.post("/m/prove", data=away).text


def test_a_right_that_is_missing_is_said_first(house: House, seat: Callable[..., Seat]) -> None:
    clerk = seat(house.merchants["CR"], Role.ACCOUNTANT)
    debtor = house.debtor("CR", (1500000, -3))
    with later(house, 16):
        answer = clerk.browser.post(f"/m/invoices/{debtor.invoices[0].id}/write-off", data={"form": clerk.csrf})
    assert "Solo quien administra" in answer.text


@pytest.mark.parametrize("path", sorted(FRESH))
def test_each_of_them_asks(house: House, seat: Callable[..., Seat], path: str) -> None:
    owner = seat(
        house.merchants["CR"], Role.OWNER, f"duena{re.sub(r'[^a-z]+', '.', path)}@cr.example".replace(".@", "@")
    )
    with later(house, 16):
        answer = owner.browser.post(path.replace("{}", "anything"), data={"form": owner.csrf})
    assert answer.status_code == 403
    assert owner.email in answer.text


def test_control_a_session_that_is_always_fresh_voids_without_asking(
    house: House, owner: Seat, plant: Callable[..., None]
) -> None:
    plant(Session, "is_fresh", lambda *_: True)
    debtor = house.debtor("CR", (1500000, -3))
    form = void_form(owner, debtor)
    with later(house, 60):
        owner.browser.post(form["action"], data={**form["fields"], "reason": "dos veces"})
    assert is_void(house, debtor)
