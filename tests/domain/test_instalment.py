"""Instalments are dates and amounts: money fills the oldest, and what is due now is what has fallen due of the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import instalment
from hub.domain.instalment import Instalment, due_now, next_due, parts_of
from hub.domain.merchant import Customer
from hub.domain.open_item import OpenItem, row_on
from hub.domain.statement import Section, compute_statement
from hub_hookspecs import Company, IdentityDocument, Money

FIRST = date(2026, 3, 1)
PLAN = tuple(Instalment(FIRST.replace(month=month), 1000) for month in (3, 4, 5))
TODAY = date(2026, 4, 15)


@pytest.mark.parametrize(
    ("due", "left", "now", "falls"),
    [
        (3000, [1000, 1000, 1000], 2000, 3),
        (2600, [600, 1000, 1000], 1600, 3),
        (2000, [0, 1000, 1000], 1000, 4),
        (1200, [0, 200, 1000], 200, 4),
        (1000, [0, 0, 1000], 0, 5),
        (400, [0, 0, 400], 0, 5),
        (3500, [1500, 1000, 1000], 2500, 3),
    ],
)
def test_money_fills_the_oldest(due: int, left: list[int], now: int, falls: int) -> None:
    assert [part.due for part in parts_of(PLAN, due)] == left
    assert due_now(PLAN, due, TODAY) == now
    assert next_due(PLAN, due) == FIRST.replace(month=falls)


def test_nothing_falls_due_of_what_is_paid_or_has_no_plan() -> None:
    assert next_due(PLAN, 0) is next_due((), 500) is None
    assert due_now(PLAN, 0, TODAY) == 0
    assert due_now((), 500, TODAY) == 500


plans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10_000)), min_size=1, max_size=8).map(
    lambda parts: tuple(sorted(Instalment(FIRST + timedelta(days=days), amount) for days, amount in parts))
)


@given(plans, st.integers(0, 90_000), st.integers(-10, 500))
def test_parts_and_what_is_due_now_come_to_the_same(plan: tuple[Instalment, ...], due: int, days: int) -> None:
    today = FIRST + timedelta(days=days)
    parts = parts_of(plan, due)

    assert sum(part.due for part in parts) == due
    assert all(part.due >= 0 for part in parts)
    if any(part.due_on <= today for part in plan):
        assert due_now(plan, due, today) == sum(part.due for part in parts if part.due_on <= today)
    else:
        assert due_now(plan, due, today) == max(0, due - sum(part.amount for part in plan))


def section_of(*items: OpenItem) -> Section:
    company = Company(
        country="CR", legal_name="Ferretería", document=IdentityDocument("CJ", "3101234567"), zone="America/Costa_Rica"
    )
    statement = compute_statement(
        company=company,
        customer=Customer(id="c1", merchant_id="m1", name="Ana"),
        items=items,
        as_of=datetime(2026, 4, 15, 18, tzinfo=UTC),
    )
    return statement.sections[0]


def item(number: str, balance: int, plan: tuple[Instalment, ...] = (), **more: Any) -> OpenItem:
    return OpenItem(
        payable_id=number,
        number=number,
        issued_on=date(2026, 2, 1),
        due_on=date(2026, 5, 1),
        total=Money(3000, "CRC"),
        balance=Money(balance, "CRC"),
        plan=plan,
        **more,
    )


def counts_by_instalment(section: Section) -> None:
    """1,600 of 2,600 have fallen due: 600 since the first of March, 1,000 since the first of April."""
    buckets = {bucket.key: bucket.amount.minor for bucket in section.ageing}
    assert buckets == {"not_due": 1000, "1-30": 1000, "31-60": 600, "61-90": 0, "over-90": 0}
    assert (section.overdue.minor, section.not_due.minor, section.outstanding.minor) == (1600, 1000, 2600)
    assert section.oldest_days_overdue == 45
    assert (section.due_now.minor, section.is_planned) == (1600, True)


def test_a_statement_counts_and_ages_by_instalment() -> None:
    counts_by_instalment(section_of(item("F1", 2600, PLAN)))


def test_control_money_that_fills_the_newest_first_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = instalment.parts_of

    def newest_first(plan: tuple[Instalment, ...], due: int) -> Any:
        left, parts = due, []
        for part in whole(plan, sum(one.amount for one in plan)):
            owed = min(part.amount, left)
            parts.append(instalment.OpenPart(part.number, part.due_on, part.amount, owed))
            left -= owed
        return tuple(parts)

    monkeypatch.setattr("hub.domain.open_item.parts_of", newest_first)

    with pytest.raises(AssertionError):
        counts_by_instalment(section_of(item("F1", 2600, PLAN)))


def test_a_row_falls_due_with_its_oldest_unpaid_instalment() -> None:
    row = row_on(item("F1", 1900, PLAN), TODAY)

    assert (row.due_on, row.days_overdue, row.undated) == (date(2026, 4, 1), 14, False)
    assert (row.overdue.minor, row.due_now.minor) == (900, 900)
    assert row.next_part
    assert (row.next_part.number, row.next_part.due_on) == (3, date(2026, 5, 1))


def test_what_falls_due_today_is_due_now_and_not_overdue() -> None:
    row = row_on(item("F1", 2000, PLAN), date(2026, 4, 1))

    assert (row.overdue.minor, row.due_now.minor, row.is_overdue) == (0, 1000, False)


def test_beside_an_invoice_without_a_plan_each_counts_its_own() -> None:
    section = section_of(item("F1", 2600, PLAN), item("F2", 3000))

    assert (section.overdue.minor, section.due_now.minor, section.outstanding.minor) == (1600, 1600, 5600)
    assert [row.item.number for row in section.rows] == ["F1", "F2"]
    assert section.count == sum(bucket.count for bucket in section.ageing) == 2
