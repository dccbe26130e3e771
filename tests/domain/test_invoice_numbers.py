"""Two writings of one number: what a spreadsheet loses of it, and what it never does."""

import pytest

from hub.domain.invoice_numbers import folded_number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FE-000123", "fe 123"),
        ("000123", "123"),
        ("FE-000123", "FE000123"),
        ("FE – 123", "FE-123"),
        ("Fáct. 7", "FACT 007"),
        ("001-00000123", "1-123"),
        ("000", "0"),
        ("123.0", "123"),
    ],
)
def test_case_blanks_dashes_and_leading_zeros_are_nothing_of_a_number(one: str, other: str) -> None:
    assert folded_number(one) == folded_number(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FE-123", "FV-123"),
        ("FE-123", "123"),
        ("1-23", "123"),
        ("FE-1230", "FE-123"),
        ("FE-123-A", "FE-123-B"),
        ("123-FE", "FE-123"),
        ("—", "-"),
    ],
)
def test_another_series_or_other_digits_are_another_number(one: str, other: str) -> None:
    assert folded_number(one) != folded_number(other)
