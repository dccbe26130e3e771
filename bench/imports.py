"""How long does a file of rows take to be read, beside python-calamine reading the same file to lists?

    ./run python bench/imports.py
    ./run python bench/imports.py --rows 100000 --rounds 5

The file is made here: a list of receivables with fourteen columns, as a program writes it, with dates, amounts in a
currency format, texts of which some come again, and empty cells. In turn, each in the same process:

* peer: ``python_calamine`` reads the first sheet to Python lists;
* read: the hub reads the workbook and finds its headings (``read_table``);
* text: the hub reads the same as CSV with semicolons;
* memory: what ``read_table`` holds at its highest, by ``tracemalloc``, of each row; and that of a tenth of the rows.

Ratios are taken within each round.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from python_calamine import CalamineWorkbook

from hub.domain.files.table_file import read_table

READ_AT_MOST: Final = 3.5
MEMORY_AT_MOST: Final = 1.3
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
        person = dice.randrange(count // 10 + 1)
        yield (
            f"FE-{at:08}", f"Cliente {person} S.A.", f"3-101-{person:06}", f"pagos{person}@cliente.example", issued,
            issued + timedelta(days=30), "CRC", total, round(total - paid, 2), paid or None,
            dice.choice(("Ana Mora", "José Ruiz", "Pedro Díaz")), dice.choice(("Contado", "Crédito 30 días")),
            dice.choice((None, "Repuestos y mano de obra", f"Pedido {at}")), dice.choice(("001", "002")),
        )  # fmt: skip


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


def seconds(act: Callable[[], Any]) -> float:
    """How long it takes, by the clock of this process's processor."""
    gc.collect()
    begun = time.process_time()
    kept = act()
    taken = time.process_time() - begun
    del kept
    return taken


def peak_of(data: bytes, rows: int) -> float:
    """Bytes a row that reading holds at its highest."""
    gc.collect()
    tracemalloc.start()
    table = read_table(data, name="x.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table.rows) == rows, table.errors
    return peak / rows


def main() -> int:
    """Measure, print, and say by the exit code whether the targets hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    book, small, text = workbook_of(given.rows), workbook_of(given.rows // 10), text_of(given.rows)
    print(f"{given.rows:,} rows, {len(HEADINGS)} columns: workbook {len(book):,} bytes, text {len(text):,} bytes")
    acts: dict[str, Callable[[], Any]] = {
        "peer": lambda: CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python(),
        "read": lambda: read_table(book, name="x.xlsx"),
        "text": lambda: read_table(text, name="x.csv"),
    }
    rounds = [{name: seconds(act) for name, act in acts.items()} for _ in range(given.rounds)]
    for name in acts:
        taken, ratios = [one[name] for one in rounds], [one[name] / one["peer"] for one in rounds]
        print(
            f"{name:6} {statistics.median(taken):7.3f} s   {statistics.median(ratios):5.2f} of peer"
            f" ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    large, little = peak_of(book, given.rows), peak_of(small, given.rows // 10)
    print(f"memory {large:,.0f} bytes a row, {little:,.0f} of a tenth of the rows: {large / little:.2f}")
    ratio = statistics.median(one["read"] / one["peer"] for one in rounds)
    return 0 if ratio <= READ_AT_MOST and large / little <= MEMORY_AT_MOST else 1


if __name__ == "__main__":
    raise SystemExit(main())
