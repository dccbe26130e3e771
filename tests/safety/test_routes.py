"""Every route, walked: forms from elsewhere change nothing, and what is another's is not there."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest

from hub.bootstrap import DATABASE
from hub.domain.merchant import Role
from hub.flows.views import view_customers
from hub.web.door import Door
from hub.web.merchant import context
from hub_hookspecs import Mode
from tests.safety.people import People
from tests.web.conftest import House, forms_in

from .people import Clerk, stranger
from .routes import (
    ADDRESS,
    ENTRY,
    KEY,
    LINK,
    NO_OBJECTS,
    OBJECTS,
    OF_ONE_MODE,
    OPEN,
    SESSION,
    Belongings,
    Route,
    belongings,
    routes_of,
)

MOVING = {
    "delivery": {"due_at", "tries", "state", "sent_at", "last_error", "row_due_at"},
    "payment": {"next_check_at", "checks", "action"},
    "mail_round": {"due_at", "state", "cursor", "sent", "ended_at"},
    "account": {"last_heard_at", "updated_at", "grant"},
    "link": {"opened_at"},
}
"""What jobs may change by themselves."""

NOISE = {"session", "sign_in", "seal", "chain"}


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Belongings:
    return belongings(house, people)


@pytest.fixture(scope="module")
def me(people: People, mine: Belongings) -> Clerk:
    clerk: Clerk = people.clerk(mine.merchant)
    return clerk


@pytest.fixture(scope="module")
def routes(front: Any) -> tuple[Route, ...]:
    return routes_of(front)


def footprint(house: House) -> dict[str, str]:
    """A digest of each table, without what jobs change by themselves."""
    database = sqlite3.connect(f"file:{house.opened.settings.data / DATABASE}?mode=ro", uri=True)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in sorted(set(names) - NOISE):
            if name.startswith(("sqlite_", "alembic")):
                continue
            columns = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
            kept = ", ".join(f'"{column}"' for column in columns if column not in MOVING.get(name, ()))
            rows = sorted(map(repr, database.execute(f'SELECT {kept} FROM "{name}"')))
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found
    finally:
        database.close()


def settled(house: House) -> dict[str, str]:
    """The footprint once jobs have come to rest."""
    before = footprint(house)
    for _ in range(100):
        time.sleep(0.1)
        after = footprint(house)
        if after == before:
            return after
        before = after
    raise AssertionError("jobs do not come to rest")


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in after if before.get(name) != after[name]]


def test_every_route_has_a_rule(routes: tuple[Route, ...]) -> None:
    assert len(routes) > 30
    for route in routes:
        assert set(route.parameters) <= OBJECTS | NO_OBJECTS, f"{route.path} has no rule in tests/safety/routes.py"
        if route.methods - {"GET"}:
            assert route.methods <= {"GET", "POST"}, f"{route.path}: only GET and POST are ours"
            assert route.proof, f"{route.path}: how does its form prove itself? See tests/safety/routes.py"
        known = route.path.split("/")[1] in {"m", "s", "p", "o", "r", "u", "v", "c", "v1"} or route.path in OPEN
        assert known, f"{route.path} has no rule in tests/safety/routes.py"


FIELDS = {
    "form": "stale",
    "record": "1",
    "take": "1",
    "confirmed": "1",
    "active": "1",
    "auto_record": "1",
    "legal_name": "Robada S.A.",
    "identity_type": "CJ",
    "identity_number": "3-101-999999",
    "email": "ladron@evil.example",
    "note": "robado",
    "total": "1500000",
    "provider": "greenpay",
    "way": "form",
    "currency": "CRC",
}


def foreign(route: Route, me: Clerk) -> list[dict[str, Any]]:
    """Ways in which another site may send a form of ours in a person's name."""
    stale = {**FIELDS, "form": "A" * len(me.csrf)}
    bare = {name: value for name, value in FIELDS.items() if name != "form"}
    good = {**FIELDS, "form": me.csrf}
    return [
        {"data": bare},
        {"data": FIELDS},
        {"data": stale, "headers": {"Origin": "null"}},
        {"data": bare, "headers": {"Origin": "null", "Sec-Fetch-Site": "cross-site"}},
        {"data": good, "headers": {"Origin": "https://evil.example"}},
        {"data": good, "headers": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}},
        {"data": good, "headers": {"Sec-Fetch-Site": "same-site"}},
        {"content": b'{"form": "x"}', "headers": {"Content-Type": "text/plain", "Origin": "null"}},
        {"content": b"", "headers": {}},
    ]


def taken_from_elsewhere(house: House, routes: tuple[Route, ...], mine: Belongings, me: Clerk) -> list[str]:
    """Routes that took a foreign form, or changed something."""
    wrong = []
    before = settled(house)
    browser = me.browser
    for route in routes:
        if "POST" not in route.methods or route.proof in (KEY, ADDRESS):
            continue
        path = mine.path(route)
        for given in foreign(route, me):
            answer = browser.post(path, **{**given, "headers": {**stranger(), **given.get("headers", {})}})
            allowed = {403} if route.proof != LINK else {403, 303, 404, 422}
            if answer.status_code not in allowed:
                wrong.append(f"{route.path}: {answer.status_code} to {given}")
            elif answer.status_code == 303 and "/p/" in answer.headers["location"] and not path.startswith("/p/"):
                wrong.append(f"{route.path}: a payment was started by {given}")
    after = settled(house)
    return wrong + [f"table {name} changed" for name in changed(before, after)]


def test_a_form_from_elsewhere_changes_nothing(
    house: House, routes: tuple[Route, ...], mine: Belongings, me: Clerk
) -> None:
    assert taken_from_elsewhere(house, routes, mine, me) == []


def test_control_without_the_session_token_foreign_forms_are_taken(
    house: House, routes: tuple[Route, ...], mine: Belongings, me: Clerk, plant: Callable[..., None]
) -> None:
    plant(context, "is_same", lambda *_: True)
    some = tuple(route for route in routes if route.path in ("/m/options", "/m/customers/{customer}/send"))

    assert taken_from_elsewhere(house, some, mine, me)


def test_control_without_the_door_a_stolen_token_is_enough(
    house: House, routes: tuple[Route, ...], mine: Belongings, me: Clerk, plant: Callable[..., None]
) -> None:
    plant(Door, "lead", lambda _self, app, scope, receive, send: app(scope, receive, send))
    some = tuple(route for route in routes if route.path == "/m/customers/{customer}/link")

    assert taken_from_elsewhere(house, some, mine, me)


def test_a_form_of_a_link_is_no_form_of_another(house: House, mine: Belongings) -> None:
    """A page's own form, sent to another link's address: the payment is not started,
    the receipt not recorded."""
    other = house.debtor("CR", (900000, -5))
    before = settled(house)
    with house.browser() as browser:
        form = next(
            item
            for item in forms_in(browser.get(f"{other.path}/pay?provider=greenpay").text)
            if "total" in item["fields"]
        )
        fields = {**form["fields"], "invoice": []}
        for path in (f"/s/{mine.tokens['s']}/pay", f"/o/{mine.tokens['o']}/pay"):
            assert browser.post(path, data=fields, headers=stranger()).status_code in (303, 403)
        assert browser.post(f"/r/{mine.tokens['r']}", data=form["fields"], headers=stranger()).status_code == 403

    assert changed(before, settled(house)) == []


def test_nobody_acts_without_a_session(house: House, routes: tuple[Route, ...], mine: Belongings, me: Clerk) -> None:
    before = settled(house)
    with house.browser() as browser:
        for route in routes:
            if not route.path.startswith("/m") or route.path in OPEN:
                continue
            for method in route.methods:
                answer = browser.request(method, mine.path(route), data={"form": me.csrf} if method == "POST" else None)
                assert (answer.status_code, answer.headers["location"]) == (303, "/m/sign-in"), route.path
    assert changed(before, settled(house)) == []


def test_the_api_takes_no_cookie_and_invites_no_other_site(house: House, mine: Belongings, me: Clerk) -> None:
    asks = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in ("/v1/orders", f"/v1/orders/{mine.things['order_id']}"):
        for method in ("GET", "POST"):
            assert me.browser.request(method, path, json={}).status_code in (401, 405)
        assert not [
            name for name in me.browser.options(path, headers=asks).headers if name.startswith("access-control")
        ]


@pytest.fixture(scope="module")
def they(house: House, people: People) -> Clerk:
    """The owner of another company of the same country."""
    clerk: Clerk = people.clerk(people.company("ajena"))
    return clerk


def reach(browser: httpx.Client, method: str, path: str, csrf: str) -> httpx.Response:
    data = {**FIELDS, "form": csrf, "receipt_id": "0" * 26, "amount": "100", "means": "cash"}
    return browser.request(method, path, data=data if method == "POST" else None, headers=stranger())


def leaks(house: House, routes: tuple[Route, ...], mine: Belongings, they: Clerk) -> list[str]:
    """Routes that showed or changed something of mine for another merchant."""
    wrong = []
    before = settled(house)
    for route in routes:
        if not route.path.startswith("/m") or route.path in OPEN or route.path == "/m/sign-out":
            continue
        named = set(route.parameters) & OBJECTS
        for method in sorted(route.methods):
            if method == "POST" and not named:
                continue  # acts on the session's own merchant, whatever is sent: see the assignment tests
            answer = reach(they.browser, method, mine.path(route), they.csrf)
            if named and answer.status_code != 404:
                wrong.append(f"{method} {route.path}: {answer.status_code}")
            wrong += [f"{method} {route.path} shows {secret!r}" for secret in mine.secrets if secret in answer.text]
    return wrong + [f"table {name} changed" for name in changed(before, settled(house))]


def test_another_merchants_things_are_not_there(
    house: House, routes: tuple[Route, ...], mine: Belongings, they: Clerk
) -> None:
    assert leaks(house, routes, mine, they) == []


def test_control_the_same_requests_by_the_right_person_find_them(
    routes: tuple[Route, ...], mine: Belongings, me: Clerk
) -> None:
    """A walk that finds nothing for anybody would prove nothing."""
    for route in routes:
        if route.path.startswith("/m") and set(route.parameters) & OBJECTS and "GET" in route.methods:
            answer = reach(me.browser, "GET", mine.path(route), me.csrf)
            assert answer.status_code in (200, 303), route.path


def test_control_without_the_owners_check_another_merchant_reads_the_customer(
    house: House, routes: tuple[Route, ...], mine: Belongings, they: Clerk, plant: Callable[..., None]
) -> None:
    plant(view_customers, "customer_of", lambda tx, _merchant, customer_id: tx.customers.get(customer_id))
    some = tuple(route for route in routes if route.path == "/m/customers/{customer}")

    assert leaks(house, some, mine, they)


def test_the_right_merchant_in_the_other_mode_finds_nothing(
    house: House, people: People, routes: tuple[Route, ...], mine: Belongings
) -> None:
    """Payments, receipts and orders of one mode are not there in the other."""
    merchant = mine.merchant
    me = people.clerk(merchant)
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, mode=Mode.LIVE)))
    live_key = people.api_key(attrs.evolve(merchant, mode=Mode.LIVE))
    try:
        wrong = []
        for route in routes:
            if route.path.startswith("/m") and set(route.parameters) & OF_ONE_MODE:
                for method in sorted(route.methods):
                    answer = reach(me.browser, method, mine.path(route), me.csrf)
                    if answer.status_code != 404:
                        wrong.append(f"{method} {route.path}: {answer.status_code}")
        order = me.browser.get(f"/v1/orders/{mine.things['order_id']}", headers={"Authorization": f"Bearer {live_key}"})
    finally:
        house.write(lambda tx: tx.merchants.save(merchant))

    assert wrong == []
    assert order.status_code == 404


def test_another_merchants_key_finds_no_order(house: House, people: People, mine: Belongings, they: Clerk) -> None:
    key = people.api_key(they.merchant)
    with house.browser() as browser:
        mine_told = browser.get(
            f"/v1/orders/{mine.things['order_id']}", headers={"Authorization": f"Bearer {mine.key}"}
        )
        answers = [
            browser.get(f"/v1/orders/{given}", headers={"Authorization": f"Bearer {key}"})
            for given in (mine.things["order_id"], f"ord_{mine.payment.id}", f"ord_{'0' * 26}")
        ]

    assert mine_told.status_code == 200
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_link_opens_its_own_kind_alone(house: House, routes: tuple[Route, ...], mine: Belongings) -> None:
    wrong = []
    with house.browser() as browser:
        for route in routes:
            if "token" not in route.parameters:
                continue
            for kind, token in mine.tokens.items():
                if kind == route.path.split("/")[1]:
                    continue
                for method in sorted(route.methods):
                    answer = browser.request(
                        method,
                        mine.path(route, token=token),
                        data=FIELDS if method == "POST" else None,
                        headers=stranger(),
                    )
                    if answer.status_code != 404:
                        wrong.append(f"{method} {route.path} with a link of kind {kind}: {answer.status_code}")

    assert wrong == []


def test_a_statement_link_pays_its_own_customers_invoices_alone(house: House, mine: Belongings) -> None:
    debtor, other = house.debtor("CR", (1500000, -30)), house.debtor("CR", (900000, -30))
    theirs = other.invoices[0]
    before = settled(house)
    with house.browser() as browser:
        shown = browser.get(f"{debtor.path}/pay?currency=CRC&invoice={theirs.id}&provider=greenpay").text
        assert theirs.number not in shown
        page = browser.get(f"{debtor.path}/pay?provider=greenpay").text
        form = next(item for item in forms_in(page) if "total" in item["fields"])
        for change in (
            {"invoice": [theirs.id]},
            {"invoice": [theirs.id], "total": str(theirs.total)},
            {"invoice": [debtor.invoices[0].id, theirs.id], "total": str(theirs.total + debtor.invoices[0].total)},
        ):
            answer = browser.post(form["action"], data={**form["fields"], **change})
            assert "/p/" not in answer.headers.get("location", ""), change
            assert answer.status_code in (303, 422)

    assert changed(before, settled(house)) == []


@pytest.mark.parametrize("role", [Role.ACCOUNTANT])
def test_only_the_owner_changes_company_and_connections(
    house: House, people: People, routes: tuple[Route, ...], mine: Belongings, role: Role
) -> None:
    clerk, before = people.clerk(mine.merchant, role), settled(house)
    for route in routes:
        if "POST" in route.methods and (route.path.startswith("/m/company") or "/integrations/" in route.path):
            assert reach(clerk.browser, "POST", mine.path(route), clerk.csrf).status_code == 403, route.path
    assert changed(before, settled(house)) == []


def test_proofs_are_all_walked(routes: tuple[Route, ...]) -> None:
    posts = [route for route in routes if "POST" in route.methods]
    assert {route.proof for route in posts} == {SESSION, ENTRY, LINK, KEY, ADDRESS}
