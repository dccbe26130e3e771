"""Thousands of mutated files through the readers of the domain: python -m tests.strangers.fuzz SEED COUNT

No reader may raise, each file takes seconds at most, and every amount that was read is one that a person could read in
the same row: ``readings.py`` says so, and this module finds the cells of the row in its own way.
"""

from __future__ import annotations

import csv
import io
import re
import resource
import sys
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape
from json.decoder import scanstring
from typing import Any

import attrs

from tests.strangers import read
from tests.strangers.mutate import Mutated, mutated
from tests.strangers.readings import readings, stored_readings

SECONDS = 5.0
"""Of one processor, for one file; most take a thousandth of it."""
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "latin-1")
LINE_END = re.compile(r"\r\n|\r|\n")
ROW = re.compile(r'<(?:\w+:)?row\b[^>]*?\br="(\d+)"[^>]*>(.*?)</(?:\w+:)?row>', re.DOTALL)
TEXTS = re.compile(r"<(?:\w+:)?(?:t|v)\b[^>]*>([^<]*)<")
Cells = frozenset[str]
Reader = Callable[[Mutated], Any]


def parsed(file: Mutated) -> Any:
    """The file, as its reader of the domain understands it."""
    if file.kind == "invoices":
        return read.invoices(file.data, name=file.name)
    if file.kind == "customers":
        return read.customers(file.data, name=file.name)
    return read.payouts(file.data, name=file.name)


# ---- the cells of a row, found without the reader


def cells_of(file: Mutated, line: int) -> Cells | None:
    """Whatever could be a cell of this line; None where the file cannot be looked into in this simple way."""
    if file.data.startswith(b"PK"):
        return _cells_in_workbook(file.data, line)
    found: set[str] = set()
    for encoding in ENCODINGS:
        try:
            text = file.data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if '"' in text or "<" in text:
            found |= _cells_between_marks(text)
        found |= _cells_of_line(text, line)
    return frozenset(found)


def _cells_of_line(text: str, line: int) -> set[str]:
    lines = LINE_END.split(text)
    rest = "\n".join(lines[line - 1 : line + 40]) if 0 < line <= len(lines) else ""
    found: set[str] = set()
    for sep in {*";,\t|", *(lines[0][4:5] if lines[0].lower().startswith("sep=") else "")}:
        try:
            record = next(csv.reader(io.StringIO(rest), delimiter=sep, skipinitialspace=True), [])
        except csv.Error:
            record = []
        plain = rest.split("\n", 1)[0].split(sep)
        found.update(cell.strip().removeprefix("=").strip('"') for cell in (*record, *plain))
        found.update(cell.strip() for cell in (*record, *plain))
    return found


def _cells_between_marks(text: str) -> set[str]:
    """Cells of the whole file: JSON's texts and numbers, and what stands between the tags of HTML or XML."""
    found = {unescape(piece).strip() for piece in re.split(r"<[^>]*>", text)}
    found |= {re.sub(r"\s+", " ", piece) for piece in found}
    for quote in re.finditer('"', text):  # from each quote on: where one is lost, the others still pair
        try:
            found.add(scanstring(text, quote.end(), False)[0].strip())
        except ValueError:
            continue
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', " ", text)
    return found | set(re.findall(r"(?<![\w.-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", bare))


def _cells_in_workbook(data: bytes, line: int) -> Cells | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.startswith("xl/") and name.endswith(".xml")]
            sheets = {name: archive.read(name).decode("utf-8", "replace") for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        return None
    found: set[str] = set()
    numbered = 0
    for name, text in sheets.items():
        for number, row in ROW.findall(text) if "worksheets" in name else ():
            numbered += 1
            if int(number) == line:
                found.update(unescape(piece).strip() for piece in TEXTS.findall(row))
                found.add("".join(unescape(piece) for piece in TEXTS.findall(row)).strip())
        if "sharedStrings" in name:
            found.update(unescape(piece).strip() for piece in TEXTS.findall(text))
    return frozenset(found) if numbered else None


# ---- the judgement


@attrs.define
class Report:
    """What came of the files; ``wrong`` and ``raised`` name the seed that makes the file again."""

    files: Counter[str] = attrs.Factory(Counter)
    rows: int = 0
    amounts: int = 0
    unjudged: int = 0
    raised: list[str] = attrs.Factory(list)
    wrong: list[str] = attrs.Factory(list)
    slow: list[str] = attrs.Factory(list)
    slowest: float = 0.0

    def lines(self) -> Iterator[str]:
        """For people."""
        kinds = ", ".join(f"{number} {name}" for name, number in sorted(self.files.items()))
        yield f"{sum(self.files.values())} files: {kinds}"
        yield f"{self.rows} rows and {self.amounts} amounts read, {self.unjudged} of them not to be judged"
        bad = f"{len(self.raised)} raised, {len(self.wrong)} wrong amounts, {len(self.slow)} slow"
        yield f"{bad}; slowest {self.slowest:.2f} s"
        yield from (*self.raised[:20], *self.wrong[:20], *self.slow[:20])


def judge(file: Mutated, report: Report, reader: Reader = parsed, *, seconds: float = SECONDS) -> None:
    """Read one file and gather what is wrong."""
    report.files[f"{file.kind}.{file.format}"] += 1
    begun = time.process_time()
    try:
        result = reader(file)
    except Exception as error:  # noqa: BLE001  whatever it is: nothing may be raised
        place = traceback.extract_tb(error.__traceback__)[-1]
        report.raised.append(f"seed {file.seed}: {type(error).__name__}: {error!s:.80} at {place.name}:{place.lineno}")
        return
    took = time.process_time() - begun
    report.slowest = max(report.slowest, took)
    if took > seconds:
        report.slow.append(f"seed {file.seed}: {took:.1f} s")
    if file.kind == "invoices":
        for row in result.rows:
            report.rows += 1
            stated = {"total": row.total, "balance": row.balance}
            _judge_amounts(file, row.line, stated, report, is_note=getattr(row, "kind", "invoice") != "invoice")
    elif file.kind == "customers":
        report.rows += len(result.rows)
    else:
        report.rows += len(result.lines)
        for stated in result.lines:
            line = stated.line
            found = {"gross": line.gross, "fee": line.fee, "fee_tax": line.fee_tax, **line.withholdings}
            _judge_amounts(file, None, found, report, is_note=True)


def _judge_amounts(file: Mutated, line: int | None, found: dict[str, Any], report: Report, *, is_note: bool) -> None:
    """Each amount is a reading of a cell of its row; a balance may also be the difference of two."""
    cells = cells_of(file, line) if line is not None else _all_cells(file)
    for name, money in found.items():
        if money is None:
            continue
        report.amounts += 1
        if cells is None:
            report.unjudged += 1
            continue
        honest = honest_amounts(cells, money.currency)
        amount = money.decimal
        if is_note:
            honest |= {-reading for reading in honest}
        differences = name == "balance" and any(amount + other in honest for other in honest)
        if amount not in honest | {Decimal(0)} and not differences:
            where = f"line {line}" if line is not None else "somewhere"
            report.wrong.append(f"seed {file.seed}: {file.format}, {where}: {name} {money} of {sorted(cells)!s:.160}")


def honest_amounts(cells: Cells, currency: str) -> set[Decimal]:
    """What a person could read in these cells."""
    found: set[Decimal] = set()
    for cell in cells:
        if len(cell) <= 60:
            found |= readings(cell, currency)
            if re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", cell):
                found |= stored_readings(cell, currency)
    return found


def _all_cells(file: Mutated) -> Cells | None:
    """The cells of every line: a payout line does not say where it stood."""
    found: set[str] = set()
    for line in range(1, 60):
        cells = cells_of(file, line)
        if cells is None:
            return None
        found |= cells
    return frozenset(found)


def run(first: int, count: int, reader: Reader = parsed, *, seconds: float = SECONDS) -> Report:
    """The files of so many seeds."""
    report = Report()
    for seed in range(first, first + count):
        judge(mutated(seed), report, reader, seconds=seconds)
    return report


def memory() -> int:
    """The most that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    first, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    before, begun = memory(), time.monotonic()
    report = run(first, count)
    for line in report.lines():
        print(line)  # noqa: T201
    print(f"{time.monotonic() - begun:.0f} s; memory {before} MiB before, {memory()} MiB at most")  # noqa: T201
    return 1 if report.raised or report.wrong or report.slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
