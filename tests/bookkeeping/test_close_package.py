"""The package of a close: all of the month in one file, the same bytes for the same close."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hub.domain.month_close import MonthClose
from hub.flows.closing.make_package import make_package, write_package
from hub.storage import closes, month_rows
from hub.storage.chain import CHAIN_START
from tests.bookkeeping.desk import Desk, run
from tests.bookkeeping.referee import agreed
from tests.bookkeeping.test_close import APRIL, MARCH, close, later

BUSY = (
    "invoice FE-1 100.00",
    "invoice FE-2 80.00",
    "received cash 60.00 for FE-1 60.00",
    "pays A FE-1 40.00",
    "paid A 40.00",
    "receipt A",
)


def month(desk: Desk) -> MonthClose:
    for line in BUSY:
        desk.do(line)
    later(desk, "2026-04-02")
    return close(desk, MARCH)


def packed(desk: Desk, made: MonthClose) -> bytes:
    run(make_package(desk.hub, made.id))
    return desk.read(lambda tx: b"".join(tx.packages.parts(made.id)))


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_it_holds_the_month_and_the_hashes_of_its_files(desk_for: Callable[[str], Desk], tmp_path: Path) -> None:
    desk = desk_for("CR")
    made = month(desk)

    with opened(packed(desk, made)) as package:
        manifest = json.loads(package.read("manifiesto.json"))
        contents = {name: package.read(name) for name in package.namelist()}

    assert list(contents) == [
        *("cierre.xlsx", "libros.beancount", "auditoria.sqlite", "recibos/RC-000001.pdf", "recibos/RC-000002.pdf"),
        "manifiesto.json",
    ]
    assert manifest["chain"] == {"position": made.seq, "head": made.head}
    assert {item["name"]: item["sha256"] for item in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items() if name != "manifiesto.json"
    }
    text = contents["libros.beancount"].decode()
    assert {kind: minor for (kind, _currency), minor in agreed(text).items()} == {
        item.kind: item.closing for item in made.totals if item.closing
    }
    (tmp_path / "audit.sqlite").write_bytes(contents["auditoria.sqlite"])
    with sqlite3.connect(tmp_path / "audit.sqlite") as audit:
        heads = audit.execute("SELECT hash FROM seal ORDER BY seq DESC LIMIT 1").fetchone()
        first = audit.execute("SELECT prev_hash FROM seal ORDER BY seq LIMIT 1").fetchone()
        said = "\n".join(audit.iterdump())
    assert (heads, first) == ((made.head,), (CHAIN_START,))
    assert "Persona" not in said


def test_its_workbook_comes_to_what_was_closed(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    made = month(desk)

    with opened(packed(desk, made)) as package:
        book = load_workbook(io.BytesIO(package.read("cierre.xlsx")))

    assert book.sheetnames == ["Resumen", "Movimientos por cuenta", "Pagado", "Recibos de caja", "Por cobrar al cierre"]
    owed = list(book["Por cobrar al cierre"].iter_rows(min_row=2, values_only=True))
    assert [(row[1], row[-1]) for row in owed] == [("FE-2", 80)]
    assert [row[4] for row in book["Recibos de caja"].iter_rows(min_row=2, values_only=True)] == [60, 40]
    assert sorted(row[5] for row in book["Pagado"].iter_rows(min_row=2, values_only=True)) == [40, 60]
    moved: dict[str, int] = {}
    for row in book["Movimientos por cuenta"].iter_rows(min_row=2, values_only=True):
        moved[str(row[0])] = moved.get(str(row[0]), 0) + (row[7] or 0) - (row[8] or 0)
    assert (moved["Por cobrar a clientes"], moved["Caja"], moved["Facturado"]) == (80, 60, -180)


def test_the_same_close_makes_the_same_bytes_whatever_came_since(
    desk_for: Callable[[str], Desk], tmp_path: Path
) -> None:
    desk = desk_for("CR")
    made = month(desk)
    first = written(desk, made, tmp_path / "first")
    for line in (
        *("invoice FE-9 5.00 dated 2026-03-09", "received cash 80.00 for FE-2 80.00", "void RC-000001"),
        "returned A 10.00 as R1",
    ):
        desk.do(line)

    assert written(desk, made, tmp_path / "second") == first
    assert packed(desk, made) == first == packed(desk, made)


def test_control_a_package_of_the_books_as_they_are_now_is_another(
    desk_for: Callable[[str], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = closes.book_values
    monkeypatch.setattr(month_rows, "book_values", lambda *given: {**right(*given), "seq": 2**62})
    desk = desk_for("CR")
    made = month(desk)
    first = written(desk, made, tmp_path / "first")
    desk.do("invoice FE-9 5.00 dated 2026-03-09")

    assert written(desk, made, tmp_path / "second") != first


def written(desk: Desk, made: MonthClose, folder: Path) -> bytes:
    """The package as it would be made now, whatever is stored."""
    folder.mkdir()
    return run(write_package(desk.hub, made.id, folder)).read_bytes()


def test_a_package_that_was_made_halfway_is_made_anew_with_the_same_bytes(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    made = month(desk)
    desk.opened.store.write_now(lambda tx: tx.packages.add_part(made.id, 0, b"half"))
    desk.do("invoice FE-9 5.00 dated 2026-03-09")

    content = packed(desk, made)

    stored = desk.read(lambda tx: tx.packages.get(made.id))
    assert stored
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert opened(content).testzip() is None


def test_a_late_receipt_is_in_the_next_package(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    month(desk)
    desk.do("received transfer 10.00 bank 7711 2026-03-30 for FE-2 10.00")
    later(desk, "2026-05-02")

    with opened(packed(desk, close(desk, APRIL))) as package:
        names = [name for name in package.namelist() if name.startswith("recibos/")]
        rows = load_workbook(io.BytesIO(package.read("cierre.xlsx")))["Movimientos por cuenta"]

    assert names == ["recibos/RC-000003.pdf"]
    assert {row[9] for row in rows.iter_rows(min_row=2, values_only=True)} == {"después del cierre"}


@pytest.fixture(autouse=True)
def drawn() -> None:
    pytest.importorskip("typst")
