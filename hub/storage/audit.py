"""The audit export: a self-contained SQLite file of the books, which opens in Datasette.

Customers appear by their id alone: no name, address, number, mail or phone, nothing that
anybody typed, no message and no secret. The hash chain can be verified from the file (see ``chain``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, select

from hub_hookspecs import Mode

from . import schema
from .statements import Runs

HIDDEN = {
    "entry": {"note", "note_salt"},
    "erasure": {"why"},
    "observation": {"note", "digest", "instrument_label", "details", "sender"},
    "payable": {"description"},
    "payment": {"payer", "payer_email", "memory", "action", "return_token", "owner"},
    "series_gap": {"by", "why"},
    "settlement_line": {"source"},
    "settlement_said": {"source"},
}
"""Columns that stay behind: what people typed, what tells of them or of a message of theirs, what opens something."""

OWNERS: Mapping[str, tuple[Column[Any], Column[Any]]] = {
    "posting": (schema.posting.c.entry, schema.entry.c.id),
    "allocation": (schema.allocation.c.entry, schema.entry.c.id),
    "drawn": (schema.drawn.c.entry, schema.entry.c.id),
    "intake": (schema.intake.c.entry, schema.entry.c.id),
    "erasure": (schema.erasure.c.entry, schema.entry.c.id),
    "balance": (schema.balance.c.ledger_account, schema.ledger_account.c.id),
    "payment_line": (schema.payment_line.c.payment, schema.payment.c.id),
    "request_sent": (schema.request_sent.c.payment, schema.payment.c.id),
    "settlement_said": (schema.settlement_said.c.line, schema.settlement_line.c.id),
}
"""How a row without merchant and mode is tied to one that has them."""

TABLES = (
    *(schema.ledger_account, schema.entry, schema.erasure, schema.posting, schema.seal, schema.chain),
    *(schema.balance, schema.intake, schema.allocation, schema.drawn),
    *(schema.payable, schema.payment, schema.payment_line, schema.observation, schema.request_sent),
    *(schema.settlement_line, schema.settlement_said, schema.series, schema.series_gap),
)


SEALED_TABLES = (
    *(schema.ledger_account, schema.entry, schema.posting, schema.seal),
    *(schema.intake, schema.allocation, schema.drawn),
)
"""What a close seals: none of it changes afterwards, but for sums that triggers keep, which stay behind."""


def export_sealed(tx: Runs, path: str | Path, *, merchant_id: str, mode: Mode, upto: int) -> None:
    """Write the entries of one book up to a position of its chain, with what they moved, to a new file."""
    import sqlite_utils

    values = {"merchant": merchant_id, "mode": mode.value, "upto": upto}
    connection = sqlite3.connect(path)
    try:
        database = sqlite_utils.Database(connection, execute_plugins=False)
        with database.atomic():
            for table in SEALED_TABLES:
                shown = [column for column in _shown(table) if not column.info.get("tally")]
                keys = [column.name for column in table.primary_key.columns]
                made = database.table(table.name).create({column.name: _type(column) for column in shown}, pk=keys)
                rows = tx.run(_sealed_rows(table, shown), values)
                made.insert_all((dict(zip(row.keys(), row, strict=True)) for row in rows), batch_size=500)
    finally:
        connection.close()


def _sealed_rows(table: Table, shown: list[Column[Any]]) -> Select[Any]:
    """Rows of entries up to a position; of ledger accounts, those that they post to."""
    sealed = select(schema.seal.c.entry).where(
        schema.seal.c.merchant == bindparam("merchant"),
        schema.seal.c.mode == bindparam("mode"),
        schema.seal.c.seq <= bindparam("upto"),
    )
    if table is schema.ledger_account:
        posted = select(schema.posting.c.ledger_account).where(schema.posting.c.entry.in_(sealed))
        which = table.c.id.in_(posted)
    else:
        which = (table.c.id if table is schema.entry else table.c.entry).in_(sealed)
    return select(*shown).where(which).order_by(*table.primary_key.columns)


def export_audit(tx: Runs, path: str | Path, *, merchant_id: str, mode: Mode) -> int:
    """Write one merchant's books in one mode to a new file; returns the number of rows.

    Raises:
        FileExistsError: There is a file at this path.
    """
    import sqlite_utils

    if Path(path).exists():
        raise FileExistsError(f"{path} is already there")
    connection = sqlite3.connect(path)
    try:
        database = sqlite_utils.Database(connection, execute_plugins=False)
        count = 0
        with database.atomic():
            for table in TABLES:
                rows = _rows(tx, table, merchant_id, mode)
                shown = _shown(table)
                keys = [column.name for column in table.primary_key.columns]
                made = database.table(table.name).create({column.name: _type(column) for column in shown}, pk=keys)
                made.insert_all(rows, batch_size=500)
                count += len(rows)
        return count
    finally:
        connection.close()


def _type(column: Column[Any]) -> type:
    return int if isinstance(column.type, type(schema.Whole)) else str


def _shown(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in HIDDEN.get(table.name, ())]


def _rows(tx: Runs, table: Table, merchant_id: str, mode: Mode) -> list[dict[str, Any]]:
    statement = _of_book(table, select(*_shown(table))).order_by(*table.primary_key.columns)
    rows = tx.run(statement, {"merchant": merchant_id, "mode": mode.value})
    return [dict(zip(row.keys(), row, strict=True)) for row in rows]


def _of_book(table: Table, rows: Select[Any]) -> Select[Any]:
    """Rows of one merchant and mode: of the table itself, or of what it belongs to."""
    owner = OWNERS.get(table.name)
    where = table if owner is None else owner[1].table
    if owner is not None:
        rows = rows.join(where, owner[0] == owner[1])
    return rows.where(where.c.merchant == bindparam("merchant"), where.c.mode == bindparam("mode"))
