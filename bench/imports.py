"""How long does a file of rows take to be read, looked at and imported, beside python-calamine reading it to lists?

    ./run python bench/imports.py
    ./run python bench/imports.py --rows 100000 --rounds 5

The file is made here: a list of receivables with fourteen columns, as a program writes it, with dates, amounts in a
currency format, texts of which some come again, and empty cells. In turn, each in the same process:

* peer: ``python_calamine`` reads the first sheet to Python lists;
* read: the hub reads the workbook and finds its headings (``read_table``);
* text: the hub reads the same as CSV with semicolons;
* preview: the hub reads, understands and compares it with its database, which knows the customers and no invoice;
* import: the hub imports it into such a database on the disk, every invoice new, and keeps row by row what it did,
  so that the import can be taken back.

Ratios are taken within each round, by the clock of the process's processor, all of its threads together; seconds are
reported by that clock and by the one on the wall, which waits for the disk too.

Memory is what a process of its own grows by at its highest while it imports, of each row; and that of a tenth of the
rows, on Linux. What a first import loads and keeps is loaded before.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gc
import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from python_calamine import CalamineWorkbook

from hub.bootstrap import DATABASE, OpenedHub, migrate_data, open_hub
from hub.domain.files.layout import FileKind
from hub.domain.files.table_file import read_table
from hub.domain.import_run import ImportRun, RunState
from hub.domain.merchant import Customer, Merchant
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from hub.settings import Settings
from hub.storage import SqliteTx, open_store
from hub_hookspecs import Company, IdentityDocument, Mode

AT_MOST: Final = {"read": 3.5, "preview": 6.0, "import": 20.0}
MEMORY_AT_MOST: Final = 1.3
BATCH: Final = 1000
FIRST: Final = 100
"""Rows of the import after which memory is measured."""
PEOPLE: Final = 10
"""Rows a customer, on average."""
HEADINGS: Final = (
    "Factura", "Cliente", "Identificación", "Correo", "Fecha de emisión", "Fecha de vencimiento", "Moneda", "Total",
    "Saldo", "Abonos", "Vendedor", "Condición", "Descripción", "Sucursal",
)  # fmt: skip
CURRENCY: Final = "[$₡-140A]#,##0.00"


def rows_of(count: int, dice: Random) -> Iterator[tuple[Any, ...]]:
    """Rows of a list of receivables."""
    for at in range(count):
        issued = date(2026, 1, 1) + timedelta(days=dice.randrange(330))
        total = dice.randrange(100_000, 900_000_000) / 100
        paid = dice.choice((0, 0, round(total / 3, 2)))
        person = dice.randrange(people_of(count))
        yield (
            f"FE-{at:08}", f"Cliente {person} S.A.", f"3-101-{person:06}", f"pagos{person}@cliente.example", issued,
            issued + timedelta(days=30), "CRC", total, round(total - paid, 2), paid or None,
            dice.choice(("Ana Mora", "José Ruiz", "Pedro Díaz")), dice.choice(("Contado", "Crédito 30 días")),
            dice.choice((None, "Repuestos y mano de obra", f"Pedido {at}")), dice.choice(("001", "002")),
        )  # fmt: skip


def people_of(rows: int) -> int:
    """How many customers a list has."""
    return rows // PEOPLE + 1


def workbook_of(count: int) -> bytes:
    """The rows as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Facturas")
    sheet.append(HEADINGS)
    for row in rows_of(count, Random(count)):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for at in (4, 5):
            cells[at].number_format = "dd/mm/yyyy"
        for at in (7, 8, 9):
            cells[at].number_format = CURRENCY
        sheet.append(cells)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def text_of(count: int) -> bytes:
    """The rows as CSV."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";")
    writer.writerow(HEADINGS)
    for row in rows_of(count, Random(count)):
        writer.writerow(
            [
                f"{c:.2f}".replace(".", ",") if isinstance(c, float) else f"{c:%d/%m/%Y}" if isinstance(c, date) else c
                for c in row
            ]
        )
    return made.getvalue().encode("cp1252")


def found_hub(folder: Path, people: int) -> Path:
    """The data folder of a company with these customers and no invoice."""
    migrate_data(Settings(data=folder))
    store = open_store(folder / DATABASE)
    company = Company(
        country="CR",
        document=IdentityDocument("CJ", "3101234567"),
        legal_name="Ferretería El Tornillo S.A.",
        trade_name="Ferretería El Tornillo",
        address={"province": "San José", "details": "Avenida 7"},
        email="pagos@eltornillo.example",
        zone="America/Costa_Rica",
    )
    merchant = Merchant(id="m", slug="m", company=company, locale="es_CR", mode=Mode.TEST, created_at=datetime.now(UTC))
    store.write_now(lambda tx: tx.merchants.add(merchant))
    for first in range(0, people, BATCH):

        def add(tx: SqliteTx, first: int = first) -> None:
            for person in range(first, min(first + BATCH, people)):
                tx.customers.save(
                    Customer(
                        id=f"c{person}",
                        merchant_id=merchant.id,
                        name=f"Cliente {person} S.A.",
                        document=IdentityDocument("CJ", f"3101{person:06}"),
                        email=f"pagos{person}@cliente.example",
                    )
                )

        store.write_now(add)
    store.close_now()
    return folder


class Desk:
    """The hub on a copy of a data folder."""

    def __init__(self, folder: Path, copy: Path) -> None:
        shutil.copytree(folder, copy)
        self.folder = copy
        self.opened: OpenedHub = open_hub(Settings(data=copy))
        self.runs = 0
        (self.merchant,) = self.opened.store.read_now(lambda tx: tx.merchants.all())

    def take(self, data: bytes, *, dry_run: bool) -> ImportReport:
        """Look at a file, or import it and keep row by row what that did."""
        hub, name = self.opened.hub, "x.xlsx"
        if dry_run:
            return asyncio.run(import_invoices(hub, self.merchant, data, name=name, dry_run=True))
        self.runs += 1
        run = ImportRun(
            id=f"run-{self.runs}",
            merchant_id=self.merchant.id,
            mode=self.merchant.mode,
            kind=FileKind.INVOICES,
            name=name,
            size=len(data),
            sha256="0" * 64,
            by="bench",
            state=RunState.TAKING,
            created_at=hub.clock(),
            expires_at=hub.clock(),
        )
        self.opened.store.write_now(lambda tx: tx.imports.add(run))
        return asyncio.run(import_invoices(hub, self.merchant, data, name=name, run=run))

    def close(self) -> None:
        """Close it, and remove the copy."""
        self.opened.store.close_now()
        shutil.rmtree(self.folder)


def took(report: ImportReport, rows: int) -> ImportReport:
    """The same report, of which every row is a new invoice."""
    assert (report.new, report.faults, report.set_aside) == (rows, (), ()), report
    return report


def seconds(act: Callable[[], Any]) -> tuple[float, float]:
    """How long it takes: by the clock of this process's processor, and by the one on the wall."""
    gc.collect()
    begun, hung = time.process_time(), time.perf_counter()
    kept = act()
    taken = time.process_time() - begun, time.perf_counter() - hung
    del kept
    return taken


def measured(folder: Path, book: bytes, text: bytes, rows: int) -> dict[str, tuple[float, float]]:
    """One round."""
    desk = Desk(folder, folder.with_name("copy"))
    acts: dict[str, Callable[[], Any]] = {
        "peer": lambda: CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python(),
        "read": lambda: read_table(book, name="x.xlsx"),
        "text": lambda: read_table(text, name="x.csv"),
        "preview": lambda: took(desk.take(book, dry_run=True), rows),
        "import": lambda: took(desk.take(book, dry_run=False), rows),
    }
    found = {name: seconds(act) for name, act in acts.items()}
    assert desk.opened.store.read_now(lambda tx: tx.ledger.head("m", Mode.TEST))[0] >= rows
    desk.close()
    return found


def grown(rows: int) -> float:
    """Bytes a row that a process grows by at its highest while it imports."""
    with tempfile.TemporaryDirectory() as place:
        found_hub(Path(place, "data"), people_of(rows))
        (Path(place) / "first.xlsx").write_bytes(workbook_of(FIRST))
        (Path(place) / "x.xlsx").write_bytes(workbook_of(rows))
        command = [sys.executable, __file__, "--grow", place, "--rows", str(rows)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / rows


def held(what: str) -> int:
    """What Linux says of this process's memory, KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{what}:"))


def grow(place: Path, rows: int) -> None:
    """Import, and print by how many bytes this process grew at its highest."""
    first = Desk(place / "data", place / "first")
    took(first.take((place / "first.xlsx").read_bytes(), dry_run=False), FIRST)
    first.close()
    desk = Desk(place / "data", place / "copy")
    data = (place / "x.xlsx").read_bytes()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew; a child's begins with its parent's
    before = held("VmRSS")
    took(desk.take(data, dry_run=False), rows)
    print((held("VmHWM") - before) * 1024)
    desk.close()


def main() -> int:
    """Measure, print, and say by the exit code whether the targets hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--grow", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.grow:
        grow(given.grow, given.rows)
        return 0
    book, text = workbook_of(given.rows), text_of(given.rows)
    print(f"{given.rows:,} rows, {len(HEADINGS)} columns: workbook {len(book):,} bytes, text {len(text):,} bytes")
    with tempfile.TemporaryDirectory() as place:
        folder = found_hub(Path(place, "data"), people_of(given.rows))
        rounds = [measured(folder, book, text, given.rows) for _ in range(given.rounds)]
    holds = True
    for name in rounds[0]:
        ratios = [one[name][0] / one["peer"][0] for one in rounds]
        worked, waited = (statistics.median(one[name][clock] for one in rounds) for clock in (0, 1))
        ratio, most = statistics.median(ratios), AT_MOST.get(name)
        holds = holds and (most is None or ratio <= most)
        print(
            f"{name:8} {worked:7.3f} s ({waited:.3f} s on the wall) {ratio:6.2f} of peer"
            f" ({min(ratios):.2f} to {max(ratios):.2f})" + (f", at most {most}" if most else "")
        )
    large, little = grown(given.rows), grown(given.rows // 10)
    print(f"memory {large:,.0f} bytes a row, {little:,.0f} of a tenth of the rows: {large / little:.2f}")
    return 0 if holds and large / little <= MEMORY_AT_MOST else 1


if __name__ == "__main__":
    raise SystemExit(main())
