"""Payout lines as rows, and rows as payout lines."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

from hub.domain.settlement import LineKind, LineState, StatedBefore, StoredLine
from hub_hookspecs import Mode, Money, SettlementLine

from .chain import derived
from .rows import json_text, maybe_iso, maybe_micros, maybe_moment, micros, moment


def row_id(account_id: str, line_id: str) -> str:
    """The id of the row of a line."""
    return derived(account_id, line_id)


def values_of(record: StoredLine) -> dict[str, object]:
    """What the row of a line holds."""
    line = record.line
    return {
        "id": row_id(record.account_id, line.line_id),
        "account": record.account_id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "line": line.line_id,
        "reference": line.reference,
        "provider_reference": line.provider_reference,
        "authorisation": line.authorisation,
        "movement": line.movement,
        "currency": line.gross.currency,
        "gross": line.gross.minor,
        "fee": 0 if line.fee is None else line.fee.minor,
        "fee_tax": 0 if line.fee_tax is None else line.fee_tax.minor,
        "withheld": sum(part.minor for part in line.withholdings.values()),
        "withholdings": json_text({tax: part.minor for tax, part in line.withholdings.items()}),
        "net": line.net.minor,
        "occurred_at": maybe_micros(line.occurred_at),
        "settled_on": maybe_iso(line.settled_on),
        "source": record.source,
        "imported_at": micros(record.imported_at),
        "state": record.state.value,
        "kind": record.kind.value,
        "in_transit": int(record.in_transit),
        "restated": record.restated,
        "named": record.named,
        "payment": record.payment_id,
        "settles": record.settles,
    }


def line_in(row: sqlite3.Row) -> StoredLine:
    """The line of a row."""
    return StoredLine(
        account_id=row["account"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        line=_stated(row, row["line"]),
        source=row["source"],
        imported_at=moment(row["imported_at"]),
        state=LineState(row["state"]),
        kind=LineKind(row["kind"]),
        in_transit=bool(row["in_transit"]),
        restated=row["restated"],
        named=row["named"],
        payment_id=row["payment"],
        settles=row["settles"],
    )


def said_in(row: sqlite3.Row, line_id: str) -> StatedBefore:
    """What a line said before, of the row that keeps it."""
    return StatedBefore(
        line=_stated(row, line_id),
        source=row["source"],
        imported_at=moment(row["imported_at"]),
        kind=LineKind(row["kind"]),
        in_transit=bool(row["in_transit"]),
        state=LineState(row["state"]),
        replaced_at=moment(row["replaced_at"]),
    )


def _stated(row: sqlite3.Row, line_id: str) -> SettlementLine:
    def money(minor: int) -> Money:
        return Money(minor, row["currency"])

    return SettlementLine(
        line_id=line_id,
        gross=money(row["gross"]),
        net=money(row["net"]),
        reference=row["reference"],
        provider_reference=row["provider_reference"],
        authorisation=row["authorisation"],
        movement=row["movement"],
        fee=money(row["fee"]) if row["fee"] else None,
        fee_tax=money(row["fee_tax"]) if row["fee_tax"] else None,
        withholdings={tax: money(minor) for tax, minor in json.loads(row["withholdings"]).items()},
        occurred_at=maybe_moment(row["occurred_at"]),
        settled_on=None if row["settled_on"] is None else date.fromisoformat(row["settled_on"]),
    )
