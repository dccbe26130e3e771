"""Amounts in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.words import amount_in_words, number_in_words
from hub_hookspecs import EXPONENTS, Money

NINES = "novecientos noventa y nueve"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "cero pesos"),
        ("1", "un peso"),
        ("2", "dos pesos"),
        ("16", "dieciséis pesos"),
        ("21", "veintiún pesos"),
        ("22", "veintidós pesos"),
        ("30", "treinta pesos"),
        ("31", "treinta y un pesos"),
        ("99", "noventa y nueve pesos"),
        ("100", "cien pesos"),
        ("101", "ciento un pesos"),
        ("121", "ciento veintiún pesos"),
        ("500", "quinientos pesos"),
        ("700", "setecientos pesos"),
        ("900", "novecientos pesos"),
        ("1000", "mil pesos"),
        ("1001", "mil un pesos"),
        ("1100", "mil cien pesos"),
        ("21000", "veintiún mil pesos"),
        ("31000", "treinta y un mil pesos"),
        ("100000", "cien mil pesos"),
        ("101000", "ciento un mil pesos"),
        ("185000", "ciento ochenta y cinco mil pesos"),
        ("1000000", "un millón de pesos"),
        ("1000001", "un millón un pesos"),
        ("1001000", "un millón mil pesos"),
        ("2000000", "dos millones de pesos"),
        ("21000000", "veintiún millones de pesos"),
        ("100000000", "cien millones de pesos"),
        ("1000000000", "mil millones de pesos"),
        ("1000000000000", "un billón de pesos"),
        ("1000001000000", "un billón un millón de pesos"),
        ("10000000000000", "diez billones de pesos"),
        ("999999999999", f"{NINES} mil {NINES} millones {NINES} mil {NINES} pesos"),
    ],
)
def test_whole_pesos(amount: str, words: str) -> None:
    """Colombian receipts end in the tail of legal tender."""
    assert amount_in_words(Money.parse(amount, "COP"), CO) == f"{words} M/CTE"


def test_cents_are_hundredths() -> None:
    """Also where there is no whole unit, or exactly a million."""
    words = "un millón doscientos treinta y cuatro mil quinientos sesenta y siete pesos con 50/100 M/CTE"

    assert amount_in_words(Money.parse("1234567.50", "COP"), CO) == words
    assert amount_in_words(Money.parse("0.05", "COP"), CO) == "cero pesos con 05/100 M/CTE"
    assert amount_in_words(Money.parse("1.01", "COP"), CO) == "un peso con 01/100 M/CTE"
    assert amount_in_words(Money.parse("1000000.50", "COP"), CO) == "un millón de pesos con 50/100 M/CTE"


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1", "CRC", "un colón"),
        ("21000", "CRC", "veintiún mil colones"),
        ("18250.75", "CRC", "dieciocho mil doscientos cincuenta colones con 75/100"),
        ("1", "USD", "un dólar"),
        ("3000000", "USD", "tres millones de dólares"),
        ("7", "EUR", "siete EUR"),
        ("1500", "CLP", "mil quinientos CLP"),
    ],
)
def test_other_currencies_have_their_own_names_and_no_tail(amount: str, currency: str, words: str) -> None:
    """One that the country has no name for shows its code."""
    assert amount_in_words(Money.parse(amount, currency), CR) == words


def test_capitals_are_the_callers_choice() -> None:
    """Accents stay."""
    assert amount_in_words(Money.parse("1000000", "COP"), CO).upper() == "UN MILLÓN DE PESOS M/CTE"


def test_a_negative_amount_is_refused() -> None:
    """No receipt is written for it."""
    with pytest.raises(ValueError, match="negative"):
        amount_in_words(Money(-1, "COP"), CO)


WORDS = {
    "cero": 0, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciséis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiún": 21, "veintidós": 22, "veintitrés": 23,
    "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900, "y": 0,
}  # fmt: skip


def understood(words: str) -> int:
    """The number that a reader of the words understands."""
    for name, size in (("bill(?:ón|ones)", 10**12), ("mill(?:ón|ones)", 10**6), ("mil", 1000)):
        if match := re.fullmatch(rf"(?:(.*?) )??{name}(?: (.*))?", words):
            return (understood(match[1]) if match[1] else 1) * size + (understood(match[2]) if match[2] else 0)
    return sum(WORDS[word] for word in words.split())


@given(st.integers(0, 10**15 - 1))
def test_a_reader_understands_the_number_that_was_written(number: int) -> None:
    """Read back word by word."""
    assert understood(number_in_words(number)) == number


@given(st.integers(0, 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_every_amount_that_the_hub_accepts_has_words(minor: int, currency: str) -> None:
    """In every currency, without double blanks."""
    words = amount_in_words(Money(minor, currency), CO)

    assert " ".join(words.split()) == words
