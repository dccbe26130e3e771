"""What holds for the lines of settlements."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, row_in, rows_of
from hub.storage.schema import account, settlement_line


def settlement_triggers() -> Iterator[Trigger]:
    """The triggers of the lines of settlements."""
    new, old = rows_of(settlement_line)
    yield guard(
        "settlement_line_fits",
        RowEvent("INSERT", settlement_line),
        RowRefusal(
            "walls",
            "line and account are of one merchant and mode",
            ~row_in(account, id=new.account, merchant=new.merchant, mode=new.mode),
        ),
    )
    yield fixed(
        settlement_line,
        *("id", "account", "merchant", "mode", "line", "reference", "provider_reference", "authorisation", "movement"),
        *("currency", "gross", "fee", "fee_tax", "withheld", "withholdings", "net", "occurred_at", "settled_on"),
        *("source", "imported_at"),
    )
    yield guard(
        "settlement_line_forward",
        RowEvent("UPDATE", settlement_line, ("state", "settles", "payment"), old.state != "open"),
        RowRefusal(
            "append_only",
            "a booked line is withdrawn at most",
            or_(old.state != "booked", new.state != "withdrawn", new.payment.is_distinct_from(old.payment)),
        ),
    )
    yield never_deleted(settlement_line)
