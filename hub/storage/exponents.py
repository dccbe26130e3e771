"""Decimals of the currencies in which amounts are stored: written down before the first amount, and never changed.

Amounts are stored in minor units, so a table that gave a currency another exponent would multiply what everybody owes.
What the installed contract says is recorded for all its currencies at once, when a database is made or opened: no
amount can be stored in a currency that is not there yet, and no row costs anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub_hookspecs import EXPONENTS

from .connection import execute
from .schema import ONE, currency_exponent, metadata
from .statements import ready

RECORDED = select(currency_exponent.c.currency, currency_exponent.c.exponent)
_added = insert(currency_exponent).values(currency=bindparam("currency"), exponent=bindparam("exponent"))
RECORD = _added.on_conflict_do_update(
    index_elements=[currency_exponent.c.currency], set_={"exponent": _added.excluded.exponent}
)
STORED = tuple(
    select(ONE).where(column == bindparam("currency")).limit(1)
    for table in metadata.tables.values()
    if table is not currency_exponent
    for column in table.c
    if column.name == "currency" or column.name.endswith("_currency")
)
"""Whether a table has an amount in a currency, for each column that names one."""


def exponent_problems(connection: sqlite3.Connection) -> Iterator[str]:
    """Currencies with stored amounts whose exponent is another one here."""
    for currency, recorded, installed in _differing(connection):
        if recorded is not None and _is_stored(connection, currency):
            stored = f"amounts in {currency} are stored with {recorded} decimals"
            here = "does not know it" if installed is None else f"has {installed}"
            yield f"{stored}, and the payment-hub-hookspecs here {here}"


def keep_exponents(connection: sqlite3.Connection) -> None:
    """Record what is not recorded yet, in the caller's transaction; that of a currency with stored amounts stays."""
    statement = ready(RECORD)
    for currency, recorded, installed in _differing(connection):
        if installed is not None and (recorded is None or not _is_stored(connection, currency)):
            connection.execute(statement.sql, statement.values({"currency": currency, "exponent": installed}))


def keep_missing_exponents(connection: sqlite3.Connection) -> None:
    """``keep_exponents`` in a transaction of its own, only where something is not recorded yet.

    Raises:
        Unavailable: It cannot be written now.
    """
    if any(installed is not None for _currency, _recorded, installed in _differing(connection)):
        execute(connection, "BEGIN IMMEDIATE")
        keep_exponents(connection)
        execute(connection, "COMMIT")


def _differing(connection: sqlite3.Connection) -> Iterator[tuple[str, int | None, int | None]]:
    """(currency, recorded exponent, installed one) of each currency that is not recorded as it is installed."""
    recorded: dict[str, int] = {row["currency"]: row["exponent"] for row in connection.execute(ready(RECORDED).sql)}
    for currency in sorted(recorded.keys() | EXPONENTS.keys()):
        if recorded.get(currency) != EXPONENTS.get(currency):
            yield currency, recorded.get(currency), EXPONENTS.get(currency)


def _is_stored(connection: sqlite3.Connection, currency: str) -> bool:
    looked = (ready(statement) for statement in STORED)
    return any(connection.execute(one.sql, one.values({"currency": currency})).fetchone() for one in looked)
