"""Reminders in the database: who may be due is found by index, whatever else is owed."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hub.storage import reminders, reviews
from hub.storage.statements import ready


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (reminders.MAY_BE_DUE, "payable_falls_due"),
        (reminders.PLANNED, "payable_planned_bills"),
        (reminders.BROKEN, "promise_by_merchant_mode_until"),
        (reviews.OF_CUSTOMER, "review_open"),
    ],
    ids=["due", "planned", "broken", "written"],
)
def test_who_may_be_due_is_found_without_walking_through_all_that_is_owed(path: Path, which: Any, index: str) -> None:
    made = ready(which)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        values = made.values(dict.fromkeys(made.names, "[]"))
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values))

    assert index in plan
    assert "SCAN payable" not in plan
    assert "SCAN review" not in plan
