"""Doctor and the two addresses of life: every fault is found, and beside each stands what helps."""

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import hub.cli.checkup
from hub.domain.account import AccountStatus
from hub.flows.operations.check_readiness import REMEDIES, Readiness, check_readiness
from hub.flows.operations.examine import examine
from hub.flows.operations.examined_fact import ExaminedFact, Grade
from hub.flows.operations.prune import prune, send_heartbeat
from hub.flows.operations.quarantine_plugin import FROZEN
from hub.flows.operations.record_backup import record_backup
from hub.flows.operations.record_proxy import PROXY, Blind, record_proxy
from hub.providers.registry import LoadFailure, StageOrder
from tests.cli.conftest import Ended, call
from tests.faults.harness import Desk
from tests.operator.test_alerts import commands
from tests.web.conftest import House

Break = Callable[[Desk], None]


def found(desk: Desk) -> list[ExaminedFact]:
    """What is wrong."""
    return [item for item in asyncio.run(examine(desk.hub)) if item.grade is not Grade.FINE]


def account(desk: Desk, status: AccountStatus, **changes: Any) -> None:
    record = desk.read(lambda tx: tx.accounts.get(desk.accounts["CO"].id))
    after = attrs.evolve(record, status=status, updated_at=desk.clock.now - timedelta(days=9), **changes)
    desk.write(lambda tx: tx.accounts.save(after))


def drop_a_guard(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute("DROP TRIGGER observation_kept")


def froze_twice(desk: Desk) -> None:
    for minutes in (1, 2):
        at = desk.clock.now - timedelta(minutes=minutes)
        mark = FROZEN.of(f"{at.isoformat()} nequi 0.1.0")
        desk.write(lambda tx, mark=mark, at=at: mark.set(tx, "nequi 0.1.0", at))  # type: ignore[misc]


def review(desk: Desk) -> None:
    from tests.operator.test_alerts import reviewed

    reviewed(desk)


def stand_still(desk: Desk) -> None:
    desk.hub.heartbeat = time.monotonic() - 45


def fill_the_disk(desk: Desk) -> None:
    desk.hub.disk_free = lambda: 0.05


def let_work_lie(desk: Desk) -> None:
    desk.sent(desk.debtor("CO", 5_000_000))
    desk.clock.now += timedelta(minutes=9)


def put_the_clock_back(desk: Desk) -> None:
    asyncio.run(send_heartbeat(desk.hub, "serve"))
    desk.clock.now -= timedelta(hours=2)


def let_a_backup_grow_old(desk: Desk) -> None:
    asyncio.run(record_backup(desk.hub, desk.clock.now, "one.db"))
    desk.clock.now += timedelta(hours=27)


def lose_a_country(desk: Desk, code: str) -> None:
    failure = LoadFailure(
        distribution="payment-hub-dummy-pe",
        version="0.1.0",
        code=code,
        kind="country",
        stage=StageOrder.CHECK,
        error="zone: no time zone 'America/Linma' is known",
        remedy="Correct its record.",
    )
    desk.hub.lost_countries = (failure,)
    desk.hub.countries = {known: country for known, country in desk.hub.countries.items() if known != code}


FAULTS: dict[str, tuple[Break, Grade, str, str]] = {
    "a guard is missing": (drop_a_guard, Grade.FAULT, "guards: trigger observation_kept", "payment-hub migrate"),
    "the loop stands still": (stand_still, Grade.FAULT, "loop: it has not looked", "restart the process"),
    "the disk is full": (fill_the_disk, Grade.FAULT, "5.0% of the disk is free", "free some"),
    "work lies": (let_work_lie, Grade.FAULT, "work has been due since", "start payment-hub serve or worker"),
    "the clock is behind": (put_the_clock_back, Grade.FAULT, "this machine's clock says", "set the clock"),
    "the backup is old": (let_a_backup_grow_old, Grade.FAULT, "the last backup is of", "payment-hub backup FILE"),
    "a plugin is quarantined": (
        lambda desk: desk.hub.registry.quarantine("nequi", "it hung three times"),
        Grade.FAULT,
        "it hung three times",
        "",
    ),
    "a country is quarantined": (
        lambda desk: lose_a_country(desk, "PE"),
        Grade.FAULT,
        "country PE of payment-hub-dummy-pe 0.1.0 is quarantined at stage check: zone: no time zone",
        "Correct its record",
    ),
    "a company's country is not served": (
        lambda desk: lose_a_country(desk, "CO"),
        Grade.FAULT,
        "companies are in CO, which is not served",
        "install the country's distribution, or see what quarantined it: payment-hub plugins list",
    ),
    "a plugin froze the process": (froze_twice, Grade.FAULT, "froze the process twice", "plugins release nequi"),
    "an account is suspended": (
        lambda desk: account(desk, AccountStatus.SUSPENDED),
        Grade.FAULT,
        "is suspended",
        "payment-hub account connect nequi --company",
    ),
    "an account failed": (
        lambda desk: account(desk, AccountStatus.FAILED),
        Grade.WARNING,
        "failed its validation",
        "payment-hub account show nequi --company",
    ),
    "an account must be validated": (
        lambda desk: account(desk, AccountStatus.NEEDS_REVALIDATION),
        Grade.WARNING,
        "must be validated again",
        "payment-hub account validate nequi --company",
    ),
    "an account waits for a person": (
        lambda desk: account(desk, AccountStatus.NEEDS_CONFIRMATION),
        Grade.WARNING,
        "waits for a person's confirmation",
        "payment-hub account confirm nequi --company",
    ),
    "an account waits for the operator": (
        lambda desk: account(desk, AccountStatus.REQUESTED),
        Grade.WARNING,
        "waits for operator settings",
        "payment-hub account provision nequi --company",
    ),
    "an account is paused": (
        lambda desk: account(desk, AccountStatus.ACTIVE, paused="Vuelve a las 8"),
        Grade.WARNING,
        "is paused: Vuelve a las 8",
        "payment-hub provider resume nequi --account",
    ),
    "a provider is enabled that is not there": (
        lambda desk: desk.write(lambda tx: tx.countries.set("CO", "wompi", True)),
        Grade.FAULT,
        "wompi is enabled in CO, but not served",
        "payment-hub country disable CO wompi",
    ),
    "a proxy is not trusted": (
        lambda desk: asyncio.run(record_proxy(desk.hub, "10.0.0.5", Blind.NOT_TRUSTED)),
        Grade.WARNING,
        "through 10.0.0.5, which is not trusted",
        "add 10.0.0.5 to trusted_proxies",
    ),
    "a proxy says nothing of its visitors": (
        lambda desk: asyncio.run(record_proxy(desk.hub, "127.0.0.1", Blind.SAYS_NOTHING)),
        Grade.WARNING,
        "the proxy 127.0.0.1 was shut out",
        "let it send X-Forwarded-For",
    ),
    "a review waits": (review, Grade.WARNING, "reviews wait for a person", "payment-hub review list"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_doctor_finds_it_and_says_what_helps(desk: Desk, name: str) -> None:
    desk.hub.disk_free = lambda: 0.5
    before = {item.what for item in found(desk)}
    spoil, grade, what, remedy = FAULTS[name]
    spoil(desk)
    desk.hub.remembered.clear()
    new = [item for item in found(desk) if item.what not in before]
    assert any(item.grade is grade and what in item.what and remedy in item.remedy for item in new), new
    assert all(item.remedy for item in found(desk))


def test_a_proxy_is_spoken_of_for_a_day_and_while_it_is_not_trusted(desk: Desk) -> None:
    asyncio.run(record_proxy(desk.hub, "10.0.0.5", Blind.NOT_TRUSTED))
    asyncio.run(record_proxy(desk.hub, "::ffff:10.0.0.6", Blind.NOT_TRUSTED))

    def reported() -> list[str]:
        return [item.what for item in found(desk) if "10.0.0." in item.what]

    assert len(reported()) == 2
    desk.hub.trusted_proxies = ("10.0.0.0/24",)
    assert reported() == []
    desk.hub.trusted_proxies = ()
    desk.clock.now += timedelta(days=1, minutes=1)
    assert reported() == []
    assert desk.read(PROXY.all)
    asyncio.run(prune(desk.hub))
    assert not desk.read(PROXY.all)


def test_every_command_in_a_remedy_exists() -> None:
    known = commands()
    for name in (
        "flows/operations/examine.py",
        "flows/operations/examine_accounts.py",
        "flows/operations/check_readiness.py",
        "cli/checkup.py",
        "domain/alert.py",
    ):
        text = (Path(__file__).parents[2] / "hub" / name).read_text(encoding="utf-8")
        for words in re.findall(r"payment-hub(?: [a-z][a-z-]+)+", text):
            parts = words.split()
            if parts[1] in ("greenpay", "makes"):  # names of distributions, and a sentence about one
                continue
            assert any(" ".join(parts[:end]) in known for end in range(2, len(parts) + 1)), (name, words)


@pytest.fixture
def data(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that a command is typed for."""
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    (desk.data / "hub.toml").write_text('base_url = "https://pagos.example"\n', encoding="utf-8")
    return desk.data


def doctor(*words: str) -> Ended:
    return call("doctor", "--no-mail", *words)


SPOILED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no database": (lambda data: (data / "hub.db").unlink(), "hub.db is not there yet", "run payment-hub migrate"),
    "no keys": (lambda data: (data / "keys.json").unlink(), "keys.json", "restore"),
    "keys that others read": (lambda data: (data / "keys.json").chmod(0o644), "by other users", "chmod 600 "),
    "broken keys": (lambda data: (data / "keys.json").write_text("{"), "keys.json", "restore it"),
    "a database that others read": (lambda data: (data / "hub.db").chmod(0o644), "can be read by others", "chmod 600"),
    "a wrong setting": (lambda data: (data / "hub.toml").write_text("prot = 1\n"), "prot", "correct it in hub.toml"),
    "an old schema": (
        lambda data: sqlite3.connect(data / "hub.db").execute("DROP TRIGGER observation_kept"),
        "observation_kept",
        "payment-hub migrate",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_folder_that_cannot_be_served_is_a_fault_with_its_remedy(
    desk: Desk, data: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.close()
    spoil, what, remedy = SPOILED[name]
    spoil(data)
    ended = doctor()
    assert (ended.code, "Traceback" in ended.out + ended.err) == (1, False)
    faults = re.findall(r"^FAULT +(.+)\n +-> (.+)$", ended.out, re.MULTILINE)
    assert any(what in reported and remedy in helps for reported, helps in faults), ended.out
    facts = json.loads(doctor("--json").out)
    assert facts["faults"] >= 1
    assert all(item["remedy"] for item in facts["findings"] if item["grade"] != "fine")


def keys_are_open_to_others(data: Path) -> str:
    """What doctor says helps."""
    (data / "keys.json").chmod(0o644)
    (remedy,) = re.findall(r"^FAULT +.*keys\.json.*\n +-> (.+)$", doctor().out, re.MULTILINE)
    return str(remedy)


def test_keys_that_others_can_read_are_closed_and_not_restored(desk: Desk, data: Path) -> None:
    desk.close()
    assert keys_are_open_to_others(data) == f"chmod 600 {data / 'keys.json'}"
    (data / "keys.json").chmod(0o600)
    assert "keys.json cannot" not in doctor().out


def test_control_one_remedy_for_every_trouble_of_the_keys_is_seen(
    desk: Desk, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.close()
    monkeypatch.setattr(hub.cli.checkup, "fault", lambda what, _remedy: ExaminedFact(Grade.FAULT, what, "restore it"))
    assert keys_are_open_to_others(data) != f"chmod 600 {data / 'keys.json'}"


def test_proxies_of_which_none_is_believed_are_told(desk: Desk, data: Path) -> None:
    desk.close()
    reported = "trusted_proxies is empty"
    assert reported not in doctor().out
    (data / "hub.toml").write_text("trusted_proxies = []\n")
    assert reported in doctor().out


def test_a_folder_that_is_well_has_no_fault(desk: Desk, data: Path) -> None:
    desk.clock.now = datetime.now(UTC)
    asyncio.run(send_heartbeat(desk.hub, "serve"))
    asyncio.run(record_backup(desk.hub, desk.clock.now, "one.db"))
    ended = doctor("--books")
    assert (ended.code, "the books are right" in ended.out) == (0, True), ended.out


def test_a_mail_server_that_is_not_there_is_a_fault(desk: Desk, data: Path) -> None:
    (data / "hub.toml").write_text('smtp_host = "127.0.0.1"\nsmtp_port = 1\n', encoding="utf-8")
    ended = call("doctor")
    assert ended.code == 1
    assert re.search(r"FAULT +the mail server 127.0.0.1:1 does not take us in.*\n +-> correct smtp_host", ended.out)


def test_each_part_that_is_not_ready_has_a_remedy(desk: Desk) -> None:
    stand_still(desk)
    drop_a_guard(desk)
    readiness: Readiness = asyncio.run(check_readiness(desk.hub))
    assert {part for part, _ in readiness.problems} == {"guards", "loop"}
    assert {part for part, _ in readiness.problems} <= set(REMEDIES)


def test_the_addresses_of_life_say_what_helps(house: House) -> None:
    with house.browser() as browser:

        def late(path: str) -> Any:
            """The answer of a process whose loop stands still; the real one turns,
            and says so now and then."""
            for _ in range(50):
                house.hub.heartbeat = time.monotonic() - 300
                answer = browser.get(path)
                if answer.status_code == 503:
                    return answer
            raise AssertionError(path)

        assert browser.get("/readyz").text == "ready\n"
        assert "restart the process" in late("/healthz").text
        assert "restart the process" in late("/readyz").text
        assert [item["remedy"] for item in late("/readyz?detail").json()["problems"]] == [REMEDIES["loop"]]
        house.hub.heartbeat = time.monotonic()
        house.hub.stopping = True
        try:
            assert "send requests elsewhere" in browser.get("/readyz").text
        finally:
            house.hub.stopping = False
        assert browser.get("/healthz").text == "ok\n"
        assert browser.get("/readyz").text == "ready\n"
