"""The books at the command line: export, audit, what an accountant books, and payouts."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hub.domain.files.table_file import read_table
from tests.bookkeeping.referee import agreed, complaints

from .conftest import Run

LOOSE = ("--company", "tornillo")


def balances(run: Run) -> dict[str, int]:
    """Kind -> balance in minor units."""
    found: dict[str, int] = {}
    for row in json.loads(run("ledger", "balances", "--json").out):
        found[row["kind"]] = found.get(row["kind"], 0) + row["balance"]["minor"]
    return {kind: minor for kind, minor in found.items() if minor}


def test_an_accountants_afternoon(run: Run, shop: Path, tmp_path: Path) -> None:
    told = [
        run(*words)
        for words in (
            ("receipt", "record", "--means", "transfer", "--customer", "alejandro@example.com", "--amount",
             "1200000.00", "--invoice", "FE-001", "--withheld", "FE-001:retefuente=30000", "--discount",
             "FE-001=4567.50"),
            ("ledger", "credit-note", "FE-001", "NC-1", "5000.00", "--why", "devolución"),
            ("ledger", "use-credit", "FE-002"),
            ("ledger", "write-off", "FE-002", "--amount", "2000.00", "--why", "incobrable"),
            ("ledger", "correct", "credit:NC-1", "--why", "era otra factura"),
            ("receipt", "void", "1", "--why", "duplicado"),
        )
    ]  # fmt: skip

    assert [ended.code for ended in told] == [0] * 6, told
    assert "30000.00 CRC retefuente, 4567.50 CRC discount, 0.00 CRC still owed" in told[0].out
    assert told[2].out == "FE-002: 5000.00 CRC still owed\n"
    assert told[5].out.startswith("tornillo RC-000001: void since")
    assert run("receipt", "show", "RC-000001", "--json").out.count("duplicado") == 1
    assert run("ledger", "verify").code == 0
    assert balances(run) == {
        "billed": -125_281_825,
        "outside": 825_075,
        "receivable": 125_281_825 - 825_075 - 200_000,
        "write_off": 200_000,
    }
    file = tmp_path / "books.beancount"
    assert run("ledger", "export", "--beancount", str(file)).code == 0
    assert {kind: minor for (kind, _currency), minor in agreed(file.read_text()).items()} == balances(run)
    assert run("ledger", "export", "--beancount", "-").out == file.read_text()


def test_bean_check_agrees_and_finds_one_cent(run: Run, shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    run("ledger", "export", "--beancount", str(file))
    checked = subprocess.run([str(Path(sys.executable).with_name("bean-check")), str(file)], capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")

    text = file.read_text()
    assert "1252818.25 ~ 0 CRC" in text
    assert complaints(text.replace("1252818.25 ~ 0 CRC", "1252818.26 ~ 0 CRC")) != []


def test_the_audit_file_stands_alone(run: Run, shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.db"

    assert run("ledger", "audit", str(file)).code == 0

    with sqlite3.connect(file) as audit:
        tables = {name for (name,) in audit.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        text = "\n".join(audit.iterdump())
    audit.close()
    assert {"entry", "posting", "allocation", "drawn", "intake", "seal", "settlement_line", "observation"} <= tables
    assert "bill:" in text
    assert not [word for word in ("Alejandro", "example.com", "112340567", "88888888") if word in text]
    again = run("ledger", "audit", str(file))
    assert (again.code, "already there" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ledger", "credit-note", "FE-9", "NC-1", "5.00", "--why", "x"), "no invoice 'FE-9'"),
        (("ledger", "credit-note", "FE-001", "NC-1", "0.001", "--why", "x"), "decimal point"),
        (("ledger", "use-credit", "FE-001"), "no credit to use"),
        (("ledger", "correct", "bill:nothing:0", "--why", "x"), "bill:nothing:0"),
        (("receipt", "void", "9", "--why", "x"), "no cash receipt '9'"),
        (("reconcile", "import", "-", "greenpay"), "not connected to 'greenpay'"),
        (("reconcile", "fetch", "greenpay", "--period", "november"), "no period"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(run: Run, shop: Path, words: tuple[str, ...], told: str) -> None:
    ended = run(*words)

    assert ended.code in (1, 2)
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_a_restored_backup_is_told_until_what_happened_after_it_is_no_secret(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    assert run("backup", str(tmp_path / "nightly.db")).code == 0
    restored = tmp_path / "restored"

    ended = run(
        "restore",
        str(tmp_path / "nightly.db"),
        "--keys",
        str(shop / "keys.json"),
        "--data",
        str(restored),
        "--skip-numbers",
        "1",
    )

    assert ended.code == 0, ended
    told = run("doctor", "--no-mail", "--data", str(restored)).out
    assert "nightly.db was restored at" in told
    assert "was restored at" not in run("doctor", "--no-mail").out


def test_movements_are_exported_alike_as_csv_workbook_and_json(run: Run, shop: Path, tmp_path: Path) -> None:
    run("receipt", "record", "--means", "sinpe", "--customer", "alejandro@example.com", "--amount", "1200.00",
        "--invoice", "FE-001", "--withheld", "FE-001:iva=30")  # fmt: skip
    run("receipt", "record", "--means", "cash", "--customer", "alejandro@example.com", "--amount", "50.00")
    run("receipt", "void", "2", "--why", "duplicado")

    told = run("payment", "export")
    table = list(csv.DictReader(io.StringIO(told.out.removeprefix("\ufeff")), delimiter=";"))
    facts = json.loads(run("payment", "export", "--json").out)
    file = tmp_path / "movimientos.xlsx"
    run("payment", "export", "--format", "xlsx", "--output", str(file))
    book = [row.cells for row in read_table(file.read_bytes()).rows]

    assert [row["Monto"] for row in table] == ["1200,00", "50,00", "-50,00"]
    assert [item["amount"]["minor"] for item in facts["movements"]] == [120_000, 5_000, -5_000]
    assert [row["Monto"] for row in book] == ["1200", "50", "-50"]
    keys = [item["key"] for item in facts["movements"]]
    assert [row["Asiento"] for row in table] == [row["Asiento"] for row in book] == keys
    assert told.err == "brought in 1200.00 CRC, went back 0.00 CRC, withheld 30.00 CRC\n"
    assert facts["totals"][0]["brought_in"] == {"minor": 120_000, "currency": "CRC"}
    assert run("payment", "export", "--by", "value", "--json").out == run("payment", "export", "--json").out
    assert json.loads(run("payment", "export", "--until", "2026-01-01", "--json").out)["movements"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "xlsx"), "--output FILE"),
        (("--since", "gestern"), "is no date such as"),
        (("--by", "moon"), "booked"),
    ],
)
def test_an_export_that_cannot_be_says_why(run: Run, shop: Path, words: tuple[str, ...], told: str) -> None:
    ended = run("payment", "export", *words)

    assert (ended.code, told in ended.err) == (2, True), ended


def test_a_conversion_has_a_cash_receipt_that_is_void_with_it(run: Run, shop: Path) -> None:
    words = ("conversion", "record", "alejandro@example.com", "20.00", "--currency", "USD", "--settles", "CRC")
    stated = ("--means", "sinpe", "--rate", "USD=500", "--source", "BCCR", "--why", "así lo pagó")
    for name in ("Ana", "Luis"):
        assert run(*words, *stated, "--by", name).code == 0
    (made,) = json.loads(run("conversion", "list", "--json").out)
    (receipt,) = json.loads(run("receipt", "list", "--json").out)
    assert (receipt["came"], receipt["rate"]) == ({"minor": 2000, "currency": "USD"}, "1 USD = 500 CRC")
    assert (
        json.loads(run("conversion", "show", made["id"], "--json").out)["receipt"] == receipt["receipt"] == "RC-000001"
    )

    refused = run("receipt", "void", "RC-000001", "--why", "x")
    assert (refused.code, f"payment-hub conversion void {made['id']}" in refused.err) == (1, True), refused
    assert run("conversion", "void", made["id"], "--why", "otra tasa").code == 0
    assert json.loads(run("receipt", "show", "1", "--json").out)["void_reason"] == "otra tasa"
