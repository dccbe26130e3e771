"""Canaries: secrets, tokens and people's data go through every flow with logs at DEBUG,
and are looked for in all."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import structlog

from hub import logs
from hub.bootstrap import DATABASE
from hub.domain.merchant import Role
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import validate_account
from hub.flows.merchants.sign_in import request_sign_in
from hub.flows.payments import receive_message
from hub.logs import set_up_logs
from hub.storage import audit
from hub.web.portal import statement as page
from hub_hookspecs import EnteredBy
from tests.cli.conftest import call
from tests.safety.people import People
from tests.web.conftest import House

from .people import stranger
from .routes import belongings, routes_of

PERSON = {
    "name": "Canaria Reservada Mora",
    "email": "canaria.reservada@privado.example",
    "phone": "3007654321",
    "document": "1987654321",
    "address": "Calle de la Canaria 77",
}
PERSONAL_TABLES = {
    "customer",
    "payable",
    "payment",
    "delivery",
    "review",
    "cash_receipt",
    "store_order",
    "idempotency",
    "proof",
    "mail_round",
}
"""Where people's data may stand in the database; everywhere else there are ids."""


@attrs.define
class Sinks:
    """Everything that was written while the canaries flew."""

    lines: io.StringIO
    secrets: dict[str, str] = attrs.Factory(dict)
    people: dict[str, str] = attrs.Factory(dict)
    answers: list[tuple[str, str]] = attrs.Factory(list)

    def found(self, canaries: dict[str, str], text: str) -> list[str]:
        return [name for name, secret in canaries.items() if secret in text]


@contextlib.contextmanager
def debug_logs() -> Iterator[io.StringIO]:
    """Everything that the hub and its libraries have to say, at DEBUG."""
    root, sink = logging.getLogger(), io.StringIO()
    before = (root.level, list(root.handlers), structlog.get_config())
    set_up_logs("debug", stream=sink, as_json=True)
    try:
        yield sink
    finally:
        structlog.configure(**before[2])
        root.setLevel(before[0])
        root.handlers = before[1]


def fly(house: House, people: People, front: Any) -> Sinks:
    """The whole story with canaries in it, its errors included."""
    with debug_logs() as lines:
        sinks = Sinks(lines, people=dict(PERSON))
        hub = house.hub
        for country, code in (("CR", "greenpay"), ("CO", "nequi")):
            other = house.configs[code]["merchants"][0]["id"]
            settings = house.simulators[code].settings(house.configs[code], other)
            info = hub.providers[code].info
            sinks.secrets |= {f"{code} {name}": text for name, text in settings.items() if info.setting(name).secret}
            house.run(validate_account(hub, house.accounts[country].id, by="duena"))
            mine = belongings(house, people, country)
            sinks.secrets |= {f"{code} link {kind}": token.partition(".")[2] for kind, token in mine.tokens.items()}
            sinks.secrets[f"{code} api key"] = mine.key
            sinks.secrets[f"{code} return"] = mine.payment.return_token
            sinks.secrets[f"{code} notification"] = house.accounts[country].path_token
            walk(house, people, front, mine, sinks)
            with house.browser() as browser:
                address = notification_address(hub, house.accounts[country])
                browser.post(
                    address, content=b'{"card": "secret-body-canary", "_signature": "secret-signature-canary"}'
                )
                browser.get(f"/pay/return/{mine.payment.return_token}?secret=query-canary")
        sinks.secrets |= {name: name for name in ("secret-body-canary", "secret-signature-canary", "query-canary")}
        refuse(house, people, sinks)
        person(house, people)
        house.run(request_sign_in(hub, "duena@cr.example"))
        house.until(lambda: not house.read(lambda tx: tx.deliveries.of(state="due")))
        mails = [mail for mail in house.mailbox.mails if "/m/sign-in/" in mail.text]
        for number, mail in enumerate(mails):
            found = re.search(r"/m/sign-in/([\w.-]+)", mail.text)
            assert found
            sinks.secrets[f"sign-in {number}"] = found[1].partition(".")[2]
        ring = json.loads((house.opened.settings.data / "keys.json").read_text())
        sinks.secrets |= {"link key": ring["link"], **{f"key {name}": key for name, key in ring["keys"].items()}}
        return sinks


def walk(house: House, people: People, front: Any, mine: Any, sinks: Sinks) -> None:
    """Every page, as the owner and as a stranger; and every form, filled with nonsense."""
    me = people.clerk(mine.merchant, Role.OWNER)
    session = me.browser.cookies["session"]
    sinks.secrets |= {f"session {mine.merchant.slug}": session}
    for route in routes_of(front):
        if route.path == "/m/sign-out":
            continue
        for method in sorted(route.methods):
            if route.path.endswith(("/disable", "/revoke", "/channels", "/remove")):
                continue
            data = {"form": me.csrf, "note": "x", "amount": "nonsense"} if method == "POST" else None
            answer = me.browser.request(method, mine.path(route), data=data, headers=stranger())
            sinks.answers.append((f"{method} {route.path}", answer.text))


def refuse(house: House, people: People, sinks: Sinks) -> None:
    """Wrong credentials, a provider that fails, and a fault of ours."""
    wrong = people.company("canaria", "CO")
    info = house.hub.providers["nequi"].info
    right = house.simulators["nequi"].settings(house.configs["nequi"], house.configs["nequi"]["merchants"][0]["id"])
    secret = {setting.name: f"wrong-{setting.name}-canary" for setting in info.settings if setting.secret}
    values = {**right, "code": "NIT_1", **{name: text for name, text in secret.items() if name in right}}
    sinks.secrets |= {text: text for text in secret.values()}
    house.run(connect_account(house.hub, wrong.id, "nequi", {}, by="duena"))
    house.run(connect_account(house.hub, wrong.id, "nequi", values, entered_by=EnteredBy.OPERATOR, by="operator"))
    with house.browser() as browser:
        browser.post("/v1/orders", content=b"{", headers={"Authorization": "Bearer hub_test_bearer-canary"})
        browser.get("/s/forged-token-canary.AAAA", headers=stranger())
    sinks.secrets |= {name: name for name in ("bearer-canary", "forged-token-canary")}


def person(house: House, people: People) -> None:
    """Somebody whose data are worth something pays."""
    debtor = house.debtor("CO", (1500000, -30), email=PERSON["email"], remembered=PERSON["phone"])
    document = attrs.evolve(debtor.customer.document, number=PERSON["document"])
    known = attrs.evolve(debtor.customer, name=PERSON["name"], address=PERSON["address"], document=document)
    house.write(lambda tx: tx.customers.save(known))
    people.paid("CO", attrs.evolve(debtor, customer=known))


@pytest.fixture(scope="module")
def sinks(house: House, people: People, front: Any) -> Sinks:
    return fly(house, people, front)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "keys.json"}


def in_logs(sinks: Sinks) -> list[str]:
    return sinks.found(sinks.secrets | sinks.people, sinks.lines.getvalue())


def test_enough_canaries_flew(sinks: Sinks) -> None:
    lines = sinks.lines.getvalue().splitlines()
    assert len(sinks.secrets) >= 30
    assert len(sinks.answers) > 100
    assert len(lines) > 12
    assert {"provider_request", "message_rejected"} <= {json.loads(line)["event"] for line in lines}


def test_no_log_line_holds_a_secret_or_a_person(sinks: Sinks) -> None:
    assert in_logs(sinks) == []


def test_no_file_holds_a_secret_in_the_clear(house: House, sinks: Sinks) -> None:
    kept = {
        name: secret
        for name, secret in sinks.secrets.items()
        # Random names of our own that open nothing by themselves: where a provider calls us back.
        if not name.endswith((" return", " notification"))
    }
    found = []
    for name, content in files_of(house.opened.settings.data).items():
        found += [f"{name}: {which}" for which, secret in kept.items() if secret.encode() in content]
    assert found == []


def test_people_stand_in_the_tables_that_are_named_for_them(house: House, sinks: Sinks) -> None:
    database = sqlite3.connect(f"file:{house.opened.settings.data / DATABASE}?mode=ro", uri=True)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name
            for name in names
            for row in database.execute(f'SELECT * FROM "{name}"')
            if sinks.found(sinks.people, repr(row))
        }
    finally:
        database.close()

    assert "customer" in found
    assert found <= PERSONAL_TABLES, "data of people in a table that is not known for it"


def in_exports(house: House, sinks: Sinks, folder: Path) -> list[str]:
    """What of people stands in the books that leave the house, and of what they paid with."""
    data = str(house.opened.settings.data)
    canaries = {**sinks.people, "payer": "pagador@correo.example", "wallet": "399***4643", "card": "****1111"}
    found = []
    for slug in ("casa-cr", "casa-co"):
        file = folder / f"{slug}.db"
        assert call("ledger", "audit", str(file), "--company", slug, "--data", data).code == 0
        with contextlib.closing(sqlite3.connect(file)) as exported:
            text = "\n".join(exported.iterdump())
        text += call("ledger", "export", "--beancount", "-", "--company", slug, "--data", data).out
        assert "capture:" in text
        found += [f"{slug}: {which}" for which in sinks.found(canaries, text)]
    return found


def test_no_export_of_the_books_holds_a_person(house: House, sinks: Sinks, tmp_path: Path) -> None:
    assert in_exports(house, sinks, tmp_path) == []


def test_control_an_export_of_every_column_holds_people(
    house: House, sinks: Sinks, tmp_path: Path, plant: Callable[..., None]
) -> None:
    plant(audit, "HIDDEN", {})

    found = in_exports(house, sinks, tmp_path)

    assert {"casa-co: wallet", "casa-co: payer", "casa-cr: card", "casa-co: document"} <= set(found)


def test_no_page_shows_what_only_the_provider_or_the_browser_may_know(sinks: Sinks) -> None:
    secrets = {
        name: secret
        for name, secret in sinks.secrets.items()
        # A page of a link names itself, and the merchant is shown the address to hand to the provider.
        if " link " not in name and not name.endswith((" notification", " return")) and "api key" not in name
    }
    found = [f"{path}: {which}" for path, text in sinks.answers for which in sinks.found(secrets, text)]
    assert found == []


def test_no_page_of_a_fault_shows_its_inside(house: House, plant: Callable[..., None]) -> None:
    debtor = house.debtor("CR", (100, -1))

    async def fails(*_given: Any) -> Any:
        raise RuntimeError("secret-fault-canary at /srv/hub/flows/statements/view_statement.py")

    with debug_logs() as lines, house.browser() as browser:
        plant(page, "view_statement", fails)
        answer = browser.get(debtor.path, headers=stranger())
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert "Traceback" not in answer.text
    assert "request_failed" in lines.getvalue()
    assert debtor.path.split("/")[2].partition(".")[2] not in lines.getvalue()


def test_the_command_line_shows_no_secret(house: House, sinks: Sinks) -> None:
    data = str(house.opened.settings.data)
    said = []
    for words in (
        ("account", "list"),
        ("account", "show", "greenpay", "--company", "casa-cr"),
        ("account", "show", "nequi", "--company", "casa-co"),
        ("api-key", "list", "--company", "casa-cr"),
        ("payment", "list", "--format", "json"),
        ("delivery", "list"),
        ("plugins", "list"),
    ):
        ended = call(*words, "--data", data)
        said.append(ended.out + ended.err)
    assert sum(map(len, said)) > 500
    secrets = {name: text for name, text in sinks.secrets.items() if not name.endswith((" notification", " return"))}
    assert [name for text in said for name in sinks.found(secrets, text)] == []


def test_control_logging_bodies_and_paths_lets_them_out(
    house: House, people: People, plant: Callable[..., None]
) -> None:
    plant(logs, "hide_secrets", lambda _logger, _method, event: event)
    kept = receive_message.verdict_of

    def careless(hub: Any, opened: Any, message: Any) -> Any:
        structlog.get_logger().debug("got", body=message.body.decode(), path=opened.record.path_token)
        return kept(hub, opened, message)

    plant(receive_message, "verdict_of", careless)
    address = notification_address(house.hub, house.accounts["CR"])
    with debug_logs() as lines, house.browser() as browser:
        browser.post(address, content=b"secret-body-canary")

    assert "secret-body-canary" in lines.getvalue()
    assert house.accounts["CR"].path_token in lines.getvalue()


def test_control_a_secret_in_the_clear_is_found(house: House, sinks: Sinks) -> None:
    file = house.opened.settings.data / "dump.sql"
    file.write_text(f"INSERT {next(iter(sinks.secrets.values()))}")
    try:
        found = [
            name
            for name, content in files_of(house.opened.settings.data).items()
            if sinks.found(sinks.secrets, content.decode("latin-1"))
        ]
    finally:
        file.unlink()
    assert "dump.sql" in found
