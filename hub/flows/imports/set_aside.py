"""The rows of a file that were set aside, given back as a file: mended, it is handed in again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import attrs

from hub.domain.export import csv_of
from hub.domain.files.sheet import RowError, Table
from hub.domain.import_run import RunState
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub

from .hand_in import read_file
from .look_at import look_at, table_of
from .told_report import read_report


@attrs.frozen
class GivenBack:
    """A file of rows that were set aside."""

    name: str
    media_type: str
    content: bytes


async def rows_set_aside(
    hub: Hub, merchant: Merchant, run_id: str, *, words: Callable[[Text], str], reason: str
) -> GivenBack:
    """The rows as the file has them, and why each was set aside in a last column, headed ``reason``.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
    """
    run, content = await read_file(hub, merchant, run_id)
    if run.state in (RunState.TAKEN, RunState.UNDONE):
        errors = read_report(run.report).set_aside
    else:
        errors = (await look_at(hub, merchant, run_id)).report.set_aside
    table = await asyncio.to_thread(table_of, run, content)
    why = _by_line(errors, words)
    written = await asyncio.to_thread(_written, table, why, reason)
    stem = run.name.rpartition(".")[0] or run.name
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in stem)[:60]
    return GivenBack(f"{plain.strip('-') or 'filas'}-apartadas.csv", "text/csv", written)


def _by_line(errors: Iterable[RowError], words: Callable[[Text], str]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for error in errors:
        said = words(error.message) if isinstance(error.message, Text) else error.message
        found.setdefault(error.line, []).append(f"{error.column}: {said}" if error.column else said)
    return found


def _written(table: Table, why: Mapping[int, list[str]], reason: str) -> bytes:
    rows = [
        [*(row.cells.get(column, "") for column in table.columns), " ".join(why[row.line])]
        for row in table.rows
        if row.line in why
    ]
    return csv_of([*table.columns, reason], rows)
