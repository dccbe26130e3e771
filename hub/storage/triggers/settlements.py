"""What holds for the lines of settlements."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, and_, or_, select

from hub.storage.guards import (
    AliasedRow,
    Condition,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    never_deleted,
    row_in,
    rows_of,
)
from hub.storage.schema import ONE, account, settlement_line, settlement_said

STATED = (
    *("reference", "provider_reference", "authorisation", "movement", "currency", "gross", "fee", "fee_tax"),
    *("withheld", "withholdings", "net", "occurred_at", "settled_on", "in_transit", "source", "imported_at"),
)
"""What only a new statement of a line changes."""


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
    yield fixed(settlement_line, "id", "account", "merchant", "mode", "line")
    yield guard(
        "settlement_line_stated",
        RowEvent("UPDATE", settlement_line, STATED, or_(*(_differs(name, new, old) for name in STATED))),
        RowRefusal("append_only", "a booked line is not stated anew", or_(old.state == "booked", new.state != "open")),
        RowRefusal("append_only", "what a line said before is kept", new.restated != old.restated + 1),
    )
    kept = (_same(name, settlement_said, old) for name in (*STATED, "kind", "state"))
    was_kept = select(ONE).where(settlement_said.c.line == old.id, settlement_said.c.number == old.restated, *kept)
    yield guard(
        "settlement_line_said",
        RowEvent("UPDATE", settlement_line, ("restated",), new.restated != old.restated),
        RowRefusal("append_only", "what a line said before is kept", ~was_kept.exists()),
    )
    yield guard(
        "settlement_line_forward",
        RowEvent("UPDATE", settlement_line, ("state", "settles", "payment", "kind", "named"), old.state != "open"),
        RowRefusal(
            "append_only",
            "a booked line is withdrawn at most, and a withdrawn one is taken up again",
            ~or_(
                and_(
                    old.state == "booked",
                    new.state == "withdrawn",
                    *(~_differs(name, new, old) for name in ("payment", "kind", "named")),
                ),
                and_(old.state == "withdrawn", new.state == "open", new.restated == old.restated + 1),
            ),
        ),
    )
    yield never_deleted(settlement_line)
    yield from append_only(settlement_said)


def _differs(name: str, new: AliasedRow, old: AliasedRow) -> Condition:
    return getattr(new, name).is_distinct_from(getattr(old, name))  # type: ignore[no-any-return]


def _same(name: str, table: Table, old: AliasedRow) -> Condition:
    return table.c[name].is_not_distinct_from(getattr(old, name))
