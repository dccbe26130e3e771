"""A month is closed, packed, verified and opened again at the command line."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from .conftest import Run

LAST = (datetime.now(UTC) - timedelta(days=1)).date().replace(day=1) - timedelta(days=1)
"""The last day of a month that has ended everywhere."""
MONTH = f"{LAST:%Y-%m}"
NEXT = f"{LAST + timedelta(days=1):%Y-%m}"


def received(run: Run, day: date, *before: str) -> tuple[int, str]:
    cash = ("--means", "cash", "--customer", "alejandro@example.com", "--amount", "1000")
    ended = run(*before, "receipt", "record", *cash, "--received-on", day.isoformat())
    return ended.code, ended.err


def test_a_month_is_closed_packed_and_verified(run: Run, shop: Path, tmp_path: Path) -> None:
    received(run, LAST)
    assert run("close", "make", MONTH).code == 0

    shown = json.loads(run("close", "show", "--json").out)
    assert [(item["month"], item["n"], item["reopened"]) for item in shown] == [(MONTH, 1, None)]
    file = tmp_path / "month.zip"
    assert run("close", "package", MONTH, str(file)).code == 0
    assert "already there" in run("close", "package", MONTH, str(file)).err
    with zipfile.ZipFile(file) as package:
        assert json.loads(package.read("manifiesto.json"))["chain"]["head"] == shown[0]["head"]
    for words in (("close", "verify"), ("close", "verify", "--package", str(file)), ("ledger", "verify")):
        assert run(*words).code == 0, words
    assert run("close", "make", MONTH).err.startswith("Error: ")


def test_a_day_in_a_closed_month_needs_a_reason(run: Run, shop: Path) -> None:
    run("close", "make", MONTH)

    code, told = received(run, LAST)
    assert (code, "--into-closed WHY" in told, "close reopen" in told) == (1, True, True)
    assert received(run, LAST + timedelta(days=1))[0] == 0
    assert received(run, LAST, "--into-closed", "the deposit was of that day")[0] == 0

    (late,) = json.loads(run("close", "show", NEXT, "--json").out)["late"]
    assert (late["value_on"], late["why"]) == (LAST.isoformat(), "the deposit was of that day")
    assert run("close", "verify").code == 0


def test_a_file_of_invoices_keeps_its_days_and_is_listed(run: Run, shop: Path) -> None:
    run("close", "make", MONTH)
    rows = f"numero;cliente;fecha;total\nFE-009;1-1234-0567;{LAST:%d/%m/%Y};500,00\n"

    assert run("import", "invoices", "-", stdin=rows.encode()).code == 0

    (late,) = json.loads(run("close", "show", NEXT, "--json").out)["late"]
    assert (late["kind"], late["by"]) == ("bill", "")


def test_the_last_month_is_opened_again(run: Run, shop: Path) -> None:
    assert "is not closed" in run("close", "reopen", MONTH, "--why", "x").err
    run("close", "make", MONTH)

    assert run("close", "reopen", MONTH, "--why", "an invoice was missing").code == 0

    assert received(run, LAST)[0] == 0
    assert run("close", "make", MONTH).code == 0
    assert run("close", "verify").code == 0
    assert [item["n"] for item in json.loads(run("close", "show", "--json").out)] == [2, 1]


def test_a_package_tells_that_an_earlier_backup_was_restored(run: Run, shop: Path, tmp_path: Path) -> None:
    backup, file = tmp_path / "before.db", tmp_path / "month.zip"
    assert run("backup", str(backup)).code == 0
    received(run, LAST)
    run("close", "make", MONTH)
    run("close", "package", MONTH, str(file))
    folder = tmp_path / "restored"
    folder.mkdir()
    shutil.copy2(shop / "keys.json", folder / "keys.json")
    assert run("restore", str(backup), "--data", str(folder), "--skip-numbers", "10").code == 0

    ended = run("close", "verify", "--package", str(file), "--data", str(folder))

    assert ended.code == 1
    assert "another backup was restored?" in ended.err
    assert run("close", "verify", "--data", str(folder)).code == 0


def test_control_books_that_were_rewritten_are_found(run: Run, shop: Path) -> None:
    received(run, LAST)
    run("close", "make", MONTH)
    assert run("close", "verify").code == 0
    with closing(sqlite3.connect(shop / "hub.db")) as database:
        (guard,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'posting_unchanged'").fetchone()
        database.execute("DROP TRIGGER posting_unchanged")
        which = "(SELECT id FROM entry WHERE key LIKE 'manual:%')"
        assert database.execute(f"UPDATE posting SET amount = amount * 2 WHERE entry = {which}").rowcount == 2
        database.execute(guard)
        database.commit()

    ended = run("close", "verify")

    assert (ended.code, "its accounts come to something else" in ended.err) == (1, True)
