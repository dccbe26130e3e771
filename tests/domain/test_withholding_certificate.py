"""What was withheld in a period against what certificates prove of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.withholding_certificate import (
    Every,
    Period,
    WithheldMonth,
    WithholdingCertificate,
    compared,
)
from hub_hookspecs import Mode, Money

PAPER = WithholdingCertificate(
    id="k",
    merchant_id="m",
    mode=Mode.TEST,
    customer_id="c",
    tax="retefuente",
    number="C-1",
    period=Period(date(2026, 1, 1), date(2026, 12, 31)),
    issued_on=date(2027, 2, 1),
    amount=Money(500, "COP"),
    recorded_by="contadora",
    recorded_at=datetime(2027, 2, 2, tzinfo=UTC),
)


def month(number: int, minor: int, customer: str = "c") -> WithheldMonth:
    return WithheldMonth(
        customer_id=customer, tax="retefuente", month=date(2026, number, 1), amount=Money(minor, "COP")
    )


def missing(
    months: list[WithheldMonth], *papers: WithholdingCertificate, every: Every = Every.YEAR
) -> Mapping[tuple[str, int], int]:
    """What is missing by customer and the first month of each period."""
    found = compared(months, papers, {"retefuente": every.value})
    return {(row.customer_id, row.period.first.month): row.missing.minor for row in found}


@pytest.mark.parametrize(
    ("every", "first", "last"),
    [
        (Every.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Every.TWO_MONTHS, date(2026, 1, 1), date(2026, 2, 28)),
        (Every.MONTH, date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_day_lies_in_whole_months(every: Every, first: date, last: date) -> None:
    assert Period.of(date(2026, 2, 15), every) == Period(first, last)


def test_one_certificate_proves_what_was_withheld_in_many_months() -> None:
    assert missing([month(1, 200), month(7, 300)], PAPER) == {("c", 1): 0}


def test_what_no_certificate_proves_is_missing_and_what_is_proven_too_much_is_seen() -> None:
    assert missing([month(1, 900)], PAPER) == {("c", 1): 400}
    assert missing([month(1, 100)], PAPER) == {("c", 1): -400}
    assert missing([], PAPER) == {("c", 1): -500}


def test_a_certificate_of_the_year_proves_each_two_months_in_turn() -> None:
    months = [month(1, 200), month(3, 200), month(5, 200)]

    assert missing(months, PAPER, every=Every.TWO_MONTHS) == {("c", 1): 0, ("c", 3): 0, ("c", 5): 100}


def test_a_void_certificate_proves_nothing_and_another_customers_proves_nothing_here() -> None:
    void = attrs.evolve(PAPER, voided_at=PAPER.recorded_at, voided_by="contadora")

    assert missing([month(1, 500)], void) == {("c", 1): 500}
    assert missing([month(1, 500, "d")], PAPER) == {("c", 1): -500, ("d", 1): 500}


@given(
    minors=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 1000)), max_size=8),
    amounts=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 1000)), max_size=4),
    every=st.sampled_from(list(Every)),
)
def test_nothing_of_a_certificate_is_lost_or_counted_twice(
    minors: list[tuple[int, int]], amounts: list[tuple[int, int]], every: Every
) -> None:
    months = [month(number, minor) for number, minor in minors]
    papers = [
        attrs.evolve(
            PAPER,
            id=str(at),
            number=f"C-{at}",
            period=Period(date(2026, first, 1), date(2026, 12, 31)),
            amount=Money(minor, "COP"),
        )
        for at, (first, minor) in enumerate(amounts)
    ]
    rows = compared(months, papers, {"retefuente": every.value})

    assert sum(row.withheld.minor for row in rows) == sum(minor for _, minor in minors)
    assert sum(row.certified.minor for row in rows) == sum(minor for _, minor in amounts)
