"""Pages of lists are read along an index, from where the page before ended: none scans a table whole, or sorts it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam
from sqlalchemy.sql import ClauseElement

from hub.storage import bill_list, deliveries, imports, payment_search, receipts, report_rows, reviews
from hub.storage.engine import SqliteStore
from hub.storage.statements import ready

LISTS: dict[str, ClauseElement] = {
    f"invoices {state or 'all'}{' that match' if matches else ''}": statement
    for (state, matches), statement in bill_list.LISTS.items()
}
NEWEST_PAYMENTS = payment_search.NEWEST.where(
    payment_search.payment.c.merchant == bindparam("merchant"),
    payment_search.payment.c.mode == bindparam("mode"),
    payment_search.BEHIND,
)
LISTS |= {
    "payments": NEWEST_PAYMENTS,
    "payments of some days": NEWEST_PAYMENTS.where(
        payment_search.payment.c.created_at >= bindparam("since"), payment_search.payment.c.created_at < bindparam("to")
    ),
    "payments in a status": NEWEST_PAYMENTS.where(payment_search.payment.c.status == bindparam("status")),
    "payments that match": NEWEST_PAYMENTS.where(payment_search.TEXT_OF),
    "receipts": receipts.NEWEST,
    "receipts that match": receipts.MATCHING,
    "exceptions that were closed": reviews.RESOLVED_OF,
    "imports": imports.NEWEST,
    "invoices of a report": report_rows.BILLS,
    "receipts of a report": report_rows.RECEIPTS,
    **{f"mails {'in a state ' * state}{'of a kind' * kind}": made for (state, kind), made in deliveries.LISTS.items()},
}
WHOLE = re.compile(r"^SCAN (?!CONSTANT ROW)|USE TEMP B-TREE FOR (?:ORDER|LAST|RIGHT|GROUP)")
SMALL = re.compile(r"^SCAN (?:json_each|series|merchant)\b")


@pytest.fixture
def connection(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(store.path)
    yield opened
    opened.close()


def plan_of(connection: sqlite3.Connection, statement: ClauseElement) -> list[str]:
    made = ready(statement)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", [None] * made.sql.count("?"))]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_along_an_index(connection: sqlite3.Connection, name: str) -> None:
    plan = plan_of(connection, LISTS[name])
    assert [step for step in plan if WHOLE.search(step) and not SMALL.search(step)] == [], plan


def test_control_a_list_that_is_sorted_by_what_no_index_has_is_found(connection: sqlite3.Connection) -> None:
    wrong = bill_list.select(bill_list.payable).where(*bill_list.OURS).order_by(bill_list.payable.c.description)
    assert any(WHOLE.search(step) for step in plan_of(connection, wrong))
