"""Imports at the command line: listed, and taken back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.bootstrap import open_hub
from hub.domain.files.layout import FileKind
from hub.domain.import_run import ImportRun, RunRow, RunState, RunSubject
from hub.settings import Settings
from hub.storage import SqliteTx

from .conftest import Run


def keep_import(data: Path, number: str) -> str:
    """As if the file that brought this invoice had been kept as an import."""
    now = datetime.now(UTC)
    opened = open_hub(Settings(data=data))

    def write(tx: SqliteTx) -> str:
        (merchant,) = tx.merchants.all()
        (payable,) = tx.payables.numbered(merchant.id, merchant.mode, [number]).values()
        made = ImportRun(
            id="01RUN",
            merchant_id=merchant.id,
            mode=merchant.mode,
            kind=FileKind.INVOICES,
            name="cartera.csv",
            size=1,
            sha256="0" * 64,
            by="contadora",
            state=RunState.TAKEN,
            rows=1,
            created_at=now,
            taken_at=now,
            expires_at=now + timedelta(days=30),
        )
        tx.imports.add(made)
        row = RunRow(run_id=made.id, line=2, subject=RunSubject.PAYABLE, subject_id=payable.id, what="new")
        tx.imports.add_rows((row,))
        return made.id

    made = opened.store.write_now(write)
    opened.store.close_now()
    return made


def test_an_import_is_listed_and_taken_back_once(run: Run, shop: Path) -> None:
    made = keep_import(shop, "FE-001")
    said = ("--by", "Ana", "--why", "era el de otro mes")

    listed = json.loads(run("import", "list", "--json").out)
    tried = run("import", "undo", made[:4], *said, "--dry-run")
    done = run("import", "undo", made, *said)
    again = json.loads(run("import", "undo", made, *said, "--json").out)

    assert [(item["id"], item["file"], item["state"]) for item in listed] == [(made, "cartera.csv", "taken")]
    assert "cartera.csv: 1 never billed, 0 as before" in tried.out
    assert "(dry run: nothing was written)" in tried.out
    assert (done.code, "1 never billed" in done.out, "dry run" in done.out) == (0, True, False)
    assert (again["undone"], again["repeated"]) == (True, True)
    assert "taken" not in run("import", "list").out.replace("TAKEN BACK", "")
    assert run("find", "FE-001").code == 1
    assert run("ledger", "verify").code == 0


def test_why_it_cannot_be_taken_back_is_said_row_by_row(run: Run, shop: Path) -> None:
    made = keep_import(shop, "FE-001")
    assert run("ledger", "write-off", "FE-001", "--amount", "5.00", "--why", "no se cobra").code == 0
    before = run("ledger", "entries", "--json").out

    refused = run("import", "undo", made, "--by", "Ana", "--why", "era el de otro mes")
    missing = run("import", "undo", "nothing", "--by", "Ana", "--why", "era el de otro mes")

    assert refused.code == missing.code == 1
    assert "line 2, FE-001: it was written off" in refused.err
    assert "nothing of cartera.csv was taken back" in refused.err
    assert "there is no import 'nothing'" in missing.err
    assert run("ledger", "entries", "--json").out == before
