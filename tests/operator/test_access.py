"""A key that was stolen and a member who left are out at once, in the process that serves too."""

import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

import hub.storage.merchants
from hub.domain.merchant import Role
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.remove_member import remove_member
from hub.flows.merchants.sign_in import request_sign_in, sign_in_token
from hub.logs import set_up_logs
from tests.cli.conftest import Ended, call
from tests.web.conftest import House, Seat
from tests.web.conftest import seat as seat
from tests.web.test_api import cart, send

Shell = Callable[..., Ended]


@pytest.fixture
def beside(house: House, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """beside("api-key", "list"): a command on the data folder of the running hub, as a process of its own."""
    monkeypatch.setenv("HUB_DATA", str(house.hub.data))
    monkeypatch.setenv("HUB_LOG_LEVEL", "debug")  # loggers remember their level, and later tests read log lines
    set_up_logs("debug", stream=io.StringIO())  # the served hub logs while a command's output is read
    return call


@pytest.fixture(autouse=True)
def _people(house: House) -> Iterator[None]:
    """Nobody stays a member who came in a test."""
    company = house.merchants["CO"]
    yield
    for member in house.read(lambda tx: tx.merchants.members(company.id)):
        if not member.email.startswith("duena@"):
            house.run(remove_member(house.hub, company, member.email))


def listed(beside: Shell, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(beside(*words, "--json").out)
    return found


def test_a_revoked_key_is_refused_by_the_running_server_at_the_next_request(house: House, beside: Shell) -> None:
    company = house.merchants["CR"]
    key = house.run(issue_api_key(house.hub, company, "Tienda"))
    assert [send(house, key, cart(number=f"K-{at}")).status_code for at in range(3)] == [201, 201, 201]
    (row,) = [item for item in listed(beside, "api-key", "list") if item["name"] == "Tienda"]
    assert (row["company"], row["mode"], row["revoked_at"]) == (company.slug, "test", None)
    ended = beside("api-key", "revoke", row["id"], "--by", "Ana Rojas")
    assert (ended.code, row["id"] in ended.out, company.slug in ended.out) == (0, True, True), ended
    assert send(house, key, cart(number="K-9")).status_code == 401
    after = next(item for item in listed(beside, "api-key", "list") if item["id"] == row["id"])
    assert (bool(after["revoked_at"]), after["revoked_by"]) == (True, "Ana Rojas")
    again = beside("api-key", "revoke", row["id"])
    assert (again.code, "Ana Rojas" in again.err, "api-key create" in again.err) == (1, True, False), again


def test_the_stolen_key_itself_says_which_one_it_is_and_is_never_shown(house: House, beside: Shell) -> None:
    key = house.run(issue_api_key(house.hub, house.merchants["CO"], "Publicada"))
    ended = beside("api-key", "revoke", "-", stdin=f"{key}\n".encode())
    assert (ended.code, "Publicada" in ended.out) == (0, True), ended
    assert key not in ended.out + ended.err + beside("api-key", "list").out
    assert send(house, key, cart(number="P-1")).status_code == 401
    unknown = beside("api-key", "revoke", "-", stdin=b"phk_test_0000")
    assert (unknown.code, "payment-hub api-key list" in unknown.err) == (1, True), unknown


def test_some_of_a_keys_id_is_enough_and_too_little_changes_nothing(house: House, beside: Shell) -> None:
    company = house.merchants["CR"]
    house.run(issue_api_key(house.hub, company, "Corta"))
    (row,) = [item for item in listed(beside, "api-key", "list", "--company", company.slug) if item["name"] == "Corta"]
    assert beside("api-key", "revoke", "").code == 1
    assert beside("api-key", "revoke", "zzz").code == 1
    assert listed(beside, "api-key", "list")[-1]["revoked_at"] is not None or row["revoked_at"] is None
    assert beside("api-key", "revoke", row["id"][:8]).code == 0


def test_a_member_who_left_is_out_at_once_with_sessions_and_links(
    house: House, beside: Shell, seat: Callable[..., Seat]
) -> None:
    company = house.merchants["CO"]
    house.run(add_member(house.hub, company, "Luis@correo.example", Role.ACCOUNTANT))
    luis = seat(company, Role.ACCOUNTANT)
    assert luis.browser.get("/m/payments").status_code == 200
    house.run(request_sign_in(house.hub, luis.email))
    newest = max(
        (item for item in house.read(lambda tx: tx.deliveries.of(merchant_id=company.id)) if item.kind == "sign_in"),
        key=lambda item: item.created_at,
    )
    ended = beside("company", "member", "remove", "LUIS@correo.example", "--company", company.slug, "--by", "Ana")
    assert (ended.code, "luis@correo.example" in ended.out) == (0, True), ended
    assert luis.browser.get("/m/payments").status_code == 303
    with house.browser() as browser:
        token = sign_in_token(house.hub, newest.id)
        answer = browser.post(f"/m/sign-in/{token}", data={})
        assert answer.status_code != 303
        assert "session" not in browser.cookies
    assert "luis" not in beside("company", "member", "list", "--company", company.slug).out
    found = beside("find", "Luis@correo.example").out
    assert found.startswith("Former member luis@correo.example: removed")
    assert re.search(r"^by +Ana$", found, re.MULTILINE)
    gone = beside("company", "member", "remove", "luis@correo.example", "--company", company.slug)
    assert (gone.code, "payment-hub company member list" in gone.err) == (1, True), gone


def test_the_last_owner_leaves_only_for_another_one(house: House, beside: Shell) -> None:
    company, owner = house.merchants["CO"], "duena@co.example"
    refused = beside("company", "member", "remove", owner, "--company", company.slug)
    assert (refused.code, "--owner MAIL" in refused.err) == (1, True), refused
    assert beside("company", "member", "remove", owner, "--company", company.slug, "--owner", owner).code == 1
    assert beside("company", "member", "remove", owner, "--company", company.slug, "--owner", "nobody").code == 1
    roles = {item["email"]: item["role"] for item in listed(beside, "company", "member", "list")}
    assert roles[owner] == "owner"

    house.run(add_member(house.hub, company, "eva@correo.example", Role.OPERATOR, language="en"))
    done = beside("company", "member", "remove", owner, "--company", company.slug, "--owner", "Eva@correo.example")
    assert done.code == 0, done
    members = {item["email"]: item for item in listed(beside, "company", "member", "list", "--company", company.slug)}
    assert (owner in members, members["eva@correo.example"]["role"]) == (False, "owner")
    assert members["eva@correo.example"]["language"] == "en"
    back = ("company", "member", "remove", "eva@correo.example", "--company", company.slug, "--owner", owner)
    assert beside(*back).code == 0


def test_who_left_is_named_where_they_still_hear_of_payments_or_sign_in(house: House, beside: Shell) -> None:
    company, other = house.merchants["CO"], house.merchants["CR"]
    mail = "administracion@cafemontana.example"  # the company's own: it is told about payments
    house.run(add_member(house.hub, company, mail, Role.ACCOUNTANT))
    house.run(add_member(house.hub, other, mail, Role.ACCOUNTANT))
    ended = beside("company", "member", "remove", mail, "--company", company.slug)
    assert "still told about payments" in ended.out
    assert f"payment-hub company options {company.slug} --notify" in ended.out
    assert f"payment-hub company member remove {mail} --company {other.slug}" in ended.out
    again = beside("company", "member", "remove", mail, "--company", other.slug)
    assert (again.code, "still told" in again.out) == (0, False), again


def _remembers(right: Any) -> Any:
    """The fault: what a key opens is looked up once and kept."""
    kept: dict[bytes, Any] = {}

    def api_key(self: Any, key_hash: bytes) -> Any:
        if key_hash not in kept:
            kept[key_hash] = right(self, key_hash)
        return kept[key_hash]

    return api_key


def test_control_a_server_that_remembers_keys_goes_on_taking_a_revoked_one(
    house: House, beside: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchants = hub.storage.merchants.Merchants
    monkeypatch.setattr(merchants, "api_key", _remembers(merchants.api_key))
    key = house.run(issue_api_key(house.hub, house.merchants["CR"], "Recordada"))
    assert send(house, key, cart(number="R-1")).status_code == 201
    with closing(sqlite3.connect(house.hub.data / "hub.db")) as connection:
        connection.execute("UPDATE api_key SET revoked_at = 1 WHERE name = 'Recordada'")
        connection.commit()
    assert send(house, key, cart(number="R-2")).status_code == 201


def test_control_a_removal_that_leaves_sessions_leaves_the_person_in(
    house: House, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_the_row(self: Any, merchant_id: str, email: str) -> None:
        values = {"merchant": merchant_id, "email": email.lower()}
        self._tx.run(hub.storage.merchants.REMOVE_MEMBER, values)

    company = house.merchants["CO"]
    house.run(add_member(house.hub, company, "zoe@correo.example", Role.ACCOUNTANT))
    zoe = seat(company, Role.ACCOUNTANT)
    monkeypatch.setattr(hub.storage.merchants.Merchants, "remove_member", only_the_row)
    house.run(remove_member(house.hub, company, "zoe@correo.example"))
    assert zoe.browser.get("/m/payments").status_code == 200
