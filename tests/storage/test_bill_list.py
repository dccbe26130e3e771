"""Whoever turns the pages of the list of invoices sees each of them once, in one order, whatever the filter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.domain.payable import PayableKind
from hub.storage import SqliteStore
from hub_hookspecs import Mode
from tests.storage.conftest import World

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("state", "text", "count"), [("", "", 43), ("open", "", 43), ("overdue", "", 37), ("", "p1", 11)]
)
@pytest.mark.parametrize("limit", [1, 7, 50])
def test_every_invoice_is_on_one_page(
    furnished: SqliteStore, world: World, state: str, text: str, count: int, limit: int
) -> None:
    days = [TODAY + timedelta(days=2 - at // 3) for at in range(3, 44)]  # three of each day
    furnished.write_now(
        lambda tx: [
            world.bill(tx, world.payable(f"p{at}", issued_on=day, due_on=day)) for at, day in enumerate(days, 3)
        ]
    )
    furnished.write_now(lambda tx: world.bill(tx, world.payable("order", kind=PayableKind.ORDER)))

    def page(after: str) -> list[tuple[date, str, str]]:
        found = furnished.read_now(
            lambda tx: tx.bill_list.newest(
                "m1", Mode.TEST, text=text, state=state, today=TODAY, after=after, limit=limit
            )
        )
        return [(item.issued_on, item.number, item.id) for item in found]

    seen, after = [], ""
    while rows := page(after):
        seen += rows
        after = rows[-1][2]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == count


def test_a_page_behind_another_companys_invoice_begins_at_the_newest(furnished: SqliteStore) -> None:
    first = furnished.read_now(
        lambda tx: tx.bill_list.newest("m1", Mode.TEST, text="", state="", today=TODAY, after="no such", limit=5)
    )
    assert len(first) == 2
