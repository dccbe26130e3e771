"""The referee of amounts: it finds what people mean, all of it, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strangers.readings import readings, stored_readings


def amounts(*texts: str) -> frozenset[Decimal]:
    return frozenset(map(Decimal, texts))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1250", ("1250",)),
        ("1.250", ("1250", "1.25")),
        ("1,250", ("1250", "1.25")),
        ("1'250", ("1250",)),
        ("1 250", ("1250",)),
        ("1\u00a0250,5", ("1250.5",)),
        ("1\u202f250\u202f000", ("1250000",)),
        ("1'250.000", ("1250000",)),
        ("1'250.00", ("1250",)),
        ("1’250.000,50", ("1250000.50",)),
        ("1´250.000", ("1250000",)),
        ("1'250,000.00", ("1250000",)),
        ("1.234'567.890", ("1234567890",)),
        ("12'345.678", ("12345678",)),
        ("1'250000", ("1250000",)),
        ("1.250.000", ("1250000",)),
        ("1,234,567.50", ("1234567.50",)),
        ("1.234.567,50", ("1234567.50",)),
        ("1.234,567", ("1234.567",)),
        ("1250.000", ("1250",)),
        ("0.500", ("0.5",)),
        ("0,5", ("0.5",)),
        (",50", ("0.5",)),
        ("1000,", ("1000",)),
        ("000123", ("123",)),
        ("8849.55752212389", ("8849.55752212389",)),
    ],
)
def test_digits_and_what_is_between_them(text: str, wanted: tuple[str, ...]) -> None:
    assert readings(text) == amounts(*wanted)


@pytest.mark.parametrize(
    "text",
    [
        *("-1.000,50", "−1.000,50", "–1.000,50", "1.000,50-", "1.000,50 -", "(1.000,50)", "( 1.000,50 )"),
        *("₡-1.000,50", "-₡1.000,50", "₡ -1.000,50", "(₡1.000,50)", "₡(1.000,50)", "US$ (1.000,50)", "-1.000,50 CRC"),
    ],
)
def test_a_minus_in_each_of_its_places(text: str) -> None:
    assert readings(text) == amounts("-1000.50")


@pytest.mark.parametrize(
    "text",
    [
        *("₡1.000,50", "₡ 1.000,50", "1.000,50₡", "¢1.000,50", "CRC 1.000,50", "CRC1.000,50", "1.000,50 CRC"),
        *("1.000,50 colones", "$1.000,50", "US$1.000,50", "U$S 1.000,50", "USD$ 1.000,50", "1.000,50 Dólares"),
        *("COL$ 1.000,50", "€ 1.000,50", "1.000,50 pesos colombianos", "1.000,50 M.N.", "+1.000,50", "'1.000,50"),
        *("1.000,50.-", "\ufeff1.000,50", " 1.000,50\u00a0", "$ 1.000,50 M.N.", "B/. 1.000,50", "S/ 1.000,50"),
    ],
)
def test_a_currency_before_or_behind(text: str) -> None:
    assert readings(text) == amounts("1000.50")


@pytest.mark.parametrize(
    "text", ["-", "–", "—", " - ", "₡ -", "$-", "₡-   ", "- ₡", "US$ -", "0", "0,00", "(0,00)", "₡0"]
)
def test_a_dash_is_zero(text: str) -> None:
    assert readings(text) == amounts("0")


@pytest.mark.parametrize("text", ["1.000,50 CR", "1.000,50DB", "₡1.000,50 CR", "1.000,50 DR"])
def test_credit_and_debit_behind_are_read_from_either_side_of_the_books(text: str) -> None:
    assert readings(text) == amounts("1000.50", "-1000.50")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "mil", "N/A", "pendiente", "12,34,567", "1.25.000", "12'34.567", "1..000", "1.000.00", "1,00,000"),
        *("0.123.456", "1E+06", "1,5E+06", "1.000 / 2.000", "100-200", "=A1", "13%", "13 %", "١٢٣", "12²", "１２３"),
        *(
            "--5",
            "(-5)",
            "-5-",
            "(5",
            "5)",
            "1.000 + IVA",
            "02/09/2026",
            "14:35",
            "1  000",
            "#N/A",
            "½",
            "3 meses",
            "F1",
        ),
        *("1.234 567,50", "1,234'567.890", "0x10", "1_000", "NaN", "Infinity", "5 XBT"),
    ],
)
def test_what_nobody_would_read_as_an_amount_is_none(text: str) -> None:
    assert readings(text) == frozenset()


def test_a_currency_leaves_what_it_can_be_paid_in() -> None:
    assert readings("1.234", "CRC") == amounts("1234")
    assert readings("1.230", "CRC") == amounts("1230", "1.23")
    assert readings("1.200", "USD") == amounts("1200", "1.20")
    assert readings("119.000", "CLP") == amounts("119000", "119")
    assert readings("119,50", "CLP") == frozenset()
    assert readings("8849.55752212389", "CRC") == frozenset()
    assert readings("15000.50000", "CRC") == amounts("15000.50")


def test_a_stored_number_is_itself_or_cut_as_it_is_shown() -> None:
    assert stored_readings("8849.55752212389", "CRC") == amounts("8849.55752212389", "8849.56")
    assert stored_readings("1E+3", "CRC") == amounts("1000")
    assert stored_readings("119000.4", "CLP") == amounts("119000.4", "119000")
    assert stored_readings("NaN", "CRC") == frozenset()


STYLES = [
    (group, sign) for group in ("", ".", ",", " ", "\u00a0", "\u202f", "'", "’") for sign in ".," if group != sign
]
AROUND = ("{}", "₡{}", "$ {}", "{} CRC", "US${}", "({})", "-{}", "{}-", "₡-{}", "'{}", " {} ")


@given(st.integers(0, 10**14), st.sampled_from(STYLES), st.sampled_from(AROUND), st.integers(0, 4), st.booleans())
def test_whatever_style_an_amount_is_written_in_it_is_among_its_readings(
    minor: int, style: tuple[str, str], around: str, decimals: int, millions: bool
) -> None:
    group, sign = style
    whole, rest = divmod(minor, 100)
    text = f"{whole:,}".replace(",", group)
    if millions and group in (".", ",", " ") and whole >= 10**6:
        head, tail = f"{whole // 10**6:,}".replace(",", group), f"{whole % 10**6:07,}".replace(",", group)
        text = f"{head}'{tail}" if whole < 10**12 else text
    if decimals or rest:
        written = f"{rest:02}" + "0" * max(0, decimals - 2)
        text += sign + (written if len(written) != 3 or not {"'", "’"} & set(text) else f"{rest:02}")
    wanted = Decimal(minor).scaleb(-2) * (-1 if around in ("({})", "-{}", "{}-", "₡-{}") else 1)
    assert wanted in readings(around.format(text)), around.format(text)


@given(st.text(alphabet="0123456789.,' ’-()$₡ CRD\u00a0", max_size=14))
def test_every_reading_has_the_digits_of_the_text_in_their_order(text: str) -> None:
    digits = "".join(char for char in text if char.isdigit()).lstrip("0").rstrip("0")
    for amount in readings(text):
        assert f"{abs(amount):f}".replace(".", "").strip("0") == digits
        assert len(readings(text)) <= 4
