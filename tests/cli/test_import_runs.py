"""Imports at the command line: listed, taken back, and a complete list."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.files import table_file

from .conftest import Run

HEAD = "number,customer,issued_on,currency,total,balance"
SAID = ("--by", "Ana", "--why", "era el de otro mes")


def brought(run: Run, *rows: str, options: tuple[str, ...] = ()) -> str:
    """Import invoices; the import's id."""
    text = "\n".join((HEAD, *rows, ""))
    done = run("import", "invoices", "-", *options, stdin=text.encode())
    assert done.code == 0, done
    newest: str = json.loads(run("import", "list", "--json").out)[0]["id"]
    return newest


def test_an_import_is_listed_and_taken_back_once(run: Run, shop: Path) -> None:
    made = brought(run, "FE-900,1-1234-0567,2026-03-01,CRC,100.00,70.00")

    listed = json.loads(run("import", "list", "--json").out)
    tried = run("import", "undo", made, *SAID, "--dry-run")
    done = run("import", "undo", made, *SAID)
    again = json.loads(run("import", "undo", made, *SAID, "--json").out)

    assert [item["kind"] for item in listed] == ["invoices", "invoices", "customers"]
    assert (listed[0]["state"], listed[0]["rows"]) == ("taken", 1)
    assert "1 never billed, 0 as before" in tried.out
    assert "(dry run: nothing was written)" in tried.out
    assert (done.code, "1 never billed" in done.out, "dry run" in done.out) == (0, True, False)
    assert (again["undone"], again["repeated"]) == (True, True)
    assert run("import", "list").out.count("undone") == 1
    assert run("find", "FE-900").code == 1
    assert run("ledger", "verify").code == 0


def test_a_file_of_which_nothing_is_taken_is_no_import(run: Run, shop: Path) -> None:
    before = run("import", "list").out

    run("import", "invoices", "-", "--dry-run", stdin=f"{HEAD}\nFE-900,1-1234-0567,2026-03-01,CRC,1.00,1.00\n".encode())
    run("import", "invoices", "-", stdin=b"number\nFE-900\n")

    assert run("import", "list").out == before


def test_what_was_set_aside_is_printed_to_be_mended_and_imported_again(run: Run, shop: Path, tmp_path: Path) -> None:
    rows = f"{HEAD}\nFE-900,1-1234-0567,2026-03-01,CRC,1.00,1.00\nFE-901,1-1234-0567,ayer,CRC,2.00,2.00\n"
    assert run("import", "invoices", "-", stdin=rows.encode()).code == 1
    made = json.loads(run("import", "list", "--json").out)[0]["id"]

    kept = run("import", "set-aside", made)

    assert (kept.code, "FE-901" in kept.out, "FE-900" in kept.out) == (0, True, False)
    for name, begins in (("apartadas.xlsx", b"PK"), ("apartadas.csv", b"\xef\xbb\xbf")):
        file = tmp_path / name
        assert run("import", "set-aside", made, "--output", str(file)).out == ""
        assert file.read_bytes().startswith(begins)
    mended = run("import", "invoices", "-", stdin=kept.out.replace("ayer", "2026-03-02").encode())
    assert (mended.code, "1 new" in mended.out) == (0, True), mended


def test_why_it_cannot_be_taken_back_is_said_row_by_row(run: Run, shop: Path) -> None:
    made = brought(run, "FE-900,1-1234-0567,2026-03-01,CRC,100.00,70.00")
    assert run("ledger", "write-off", "FE-900", "--amount", "5.00", "--why", "no se cobra").code == 0
    before = run("ledger", "entries", "--json").out

    refused = run("import", "undo", made, *SAID)
    missing = run("import", "undo", "nothing", *SAID)

    assert refused.code == missing.code == 1
    assert "line 2, FE-900: it was written off" in refused.err
    assert "was taken back: 1 reasons" in refused.err
    assert "there is no import 'nothing': payment-hub import list" in missing.err
    assert run("ledger", "entries", "--json").out == before


def test_a_complete_list_is_tried_and_closes_what_it_lacks(run: Run, shop: Path) -> None:
    brought(run, "FE-900,1-1234-0567,2026-03-01,CRC,100.00,100.00", "FE-901,1-1234-0567,2026-03-01,CRC,50.00,50.00")
    text = f"{HEAD}\nFE-900,1-1234-0567,2026-03-01,CRC,100.00,100.00\n".encode()
    list_ = ("import", "invoices", "-", "--complete", "--missing", "FE-901=outside")

    tried = run(*list_, "--dry-run", stdin=text)
    wrong = run(*list_, "--missing-count", "9", stdin=text)
    told = json.loads(run(*list_, "--dry-run", "--json", stdin=text).out)["complete_list"]
    count = str(told["count"])
    done = run(*list_, "--missing-count", count, stdin=text)

    assert f"it misses {count} of" in tried.out
    assert f"Type how many invoices are missing: it is {count}" in wrong.out + wrong.err
    assert "1 closed" in done.out
    assert run("ledger", "verify").code == 0


def test_a_command_reads_its_file_once(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    real = table_file._read

    def counted(data: bytes, name: str, *more: Any) -> Any:
        reads.append(name)
        return real(data, name, *more)

    monkeypatch.setattr(table_file, "_read", counted)
    for options in ((), ("--dry-run",), ("--map", "Doc=number")):
        head = HEAD.replace("number", "Doc") if "--map" in options else HEAD
        rows = f"{head}\nFE-90{len(options)},1-1234-0567,2026-03-01,CRC,100.00,70.00\n"
        reads.clear()
        done = run("import", "invoices", "-", *options, stdin=rows.encode())
        assert (done.code, len(reads)) == (0, 1), done
