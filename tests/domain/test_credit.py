"""What of a customer's credit a payment uses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.credit import used_of
from hub.domain.intake import Intake, as_far_as_free
from hub_hookspecs import Mode, Money
from tests.domain.test_statement import a_statement, an_item, only_section


@pytest.mark.parametrize(
    ("due", "free", "used"),
    [
        ("100.00", "40.25", "40.25"),
        ("100.00", "100.00", "100.00"),
        ("100.00", "300.00", "100.00"),
        ("100.00", "0.00", "0.00"),
        ("0.00", "40.00", "0.00"),
    ],
)
def test_all_of_the_credit_is_used_as_far_as_it_is_needed(due: str, free: str, used: str) -> None:
    assert used_of(Money.parse(due, "CRC"), Money.parse(free, "CRC")) == Money.parse(used, "CRC")


@pytest.mark.parametrize(
    ("due", "free", "used"),
    [
        ("119000.00", "1000.45", "1000.00"),
        ("119000.45", "1000.45", "1000.45"),
        ("119000.45", "1000.00", "999.45"),
        ("119000.45", "0.30", "0.00"),
        ("119000.45", "200000.00", "119000.45"),
    ],
)
def test_what_remains_has_no_decimals_where_none_are_written(due: str, free: str, used: str) -> None:
    assert used_of(Money.parse(due, "COP"), Money.parse(free, "COP")) == Money.parse(used, "COP")


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(("CRC", "COP", "USD")))
def test_never_more_is_used_than_is_due_or_free(due: int, free: int, currency: str) -> None:
    used = used_of(Money(due, currency), Money(free, currency)).minor

    assert 0 <= used <= min(due, free)
    if currency != "COP":
        assert used == min(due, free)


def test_a_statement_says_what_is_used_and_what_is_to_be_paid() -> None:
    section = only_section(
        a_statement(
            an_item("A", 5, 70_000),
            an_item("B", 5, 20_000, live_payment="REF"),
            credits=[Money(50_000, "COP")],
            held=[Money(20_000, "COP")],
        )
    )

    assert section.in_process.minor == 20_000
    assert (section.credit_used.minor, section.to_pay.minor) == (30_000, 40_000)
    assert not section.is_covered


@pytest.mark.parametrize(
    ("credit", "held", "covered"), [(70_000, 0, True), (69_999, 0, False), (80_000, 20_000, False)]
)
def test_a_statement_is_covered_by_free_credit_alone(credit: int, held: int, covered: bool) -> None:
    section = only_section(
        a_statement(an_item("A", 5, 70_000), credits=[Money(credit, "COP")], held=[Money(held, "COP")])
    )

    assert section.is_covered is covered
    assert section.credit_used + section.to_pay == section.outstanding


def test_more_may_be_held_than_there_is_left() -> None:
    """A provider tells that credit went back while a payment holds it: nothing is free then."""
    section = only_section(a_statement(an_item("A"), credits=[Money(5, "COP")], held=[Money(9, "COP")]))

    assert (section.credit_used.minor, section.to_pay.minor) == (0, 100)


@given(st.lists(st.integers(0, 100), max_size=5), st.integers(0, 300))
def test_intakes_are_free_from_the_oldest_on(lefts: list[int], free: int) -> None:
    intakes = [
        Intake(key=f"k{at}", merchant_id="m", mode=Mode.TEST, customer_id="c", currency="COP", amount=200 + left)
        for at, left in enumerate(lefts)
    ]
    found = as_far_as_free(intakes, free)

    assert sum(intake.unapplied for intake in found) == min(free, sum(intake.unapplied for intake in intakes))
    assert [intake.key for intake in found] == [intake.key for intake in intakes][: len(found)]
    assert all(intake.unapplied > 0 for intake in found)
