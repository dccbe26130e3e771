"""Amounts as people and programs write them: one reader for files, forms, options and commands.

A text is never guessed: where a separator may part thousands or decimals, the rule of ``read_amount`` says when it
parts thousands, and else both readings stand until somebody says which one is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

import attrs

from hub.domain.files.sheet import FormattedNumber, JsonNumber, NumberFormat, shorten
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money, MoneyError

from .currencies import CURRENCY_WORDS, currency_of, marks_in
from .dates import YEARS as YEARS
from .dates import read_date as read_date
from .unreadable import Unreadable as Unreadable
from .unreadable import refuse_excel as refuse_excel

DECIMAL_SIGNS: Final = {",": Text("cell.comma"), ".": Text("cell.point")}
ASKED: Final = frozenset({"EUR", "USD"})
"""Currencies of small amounts, in which 1,200 may be either; in the others nobody bills a thousandth."""

LOOKALIKES: Final = str.maketrans(
    dict.fromkeys(
        "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("’‘´`′ʼ", "'")
    | dict.fromkeys("−–—‐‑‒﹣－", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")
)
TEXT_MARK: Final = "'"
"""Excel's mark of a text, before it."""
NO_GROUPS: Final = str.maketrans("", "", ".,' ")
ENDS: Final = (".-", ",-")
"""Close an amount: ``1.250,50.-``."""
MAX_LENGTH: Final = 60
PARTS: Final = re.compile(r"(?P<before>[^0-9]*)(?P<body>[0-9](?:.*[0-9])?)(?P<after>[^0-9]*)", re.DOTALL)
FIRST: Final = "[1-9][0-9]{0,2}"


def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    """Digits alone; groups of three with one sign between them; or, as in Colombia, an apostrophe at the millions and
    another sign, or none, at the thousands: ``12.500'000.000``. What has an apostrophe has no thousandths."""
    grouped = rf"{FIRST}(?P<group>[{thousands} '])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    signs = (f"[{thousands}]", " ", "")
    millions = (rf"{FIRST}(?:{sign}[0-9]{{3}})?(?:'[0-9]{{3}}{sign}[0-9]{{3}})+" for sign in signs)
    whole = "|".join(("[0-9]+", grouped, *millions))
    return re.compile(rf"(?P<whole>{whole})(?:[{decimal}](?P<part>[0-9]+))?")


NUMBERS: Final = {",": _number(",", "."), ".": _number(".", ",")}
FRACTION: Final = re.compile(r"-?[0-9]+\.[0-9]+")
SCALED: Final = re.compile(r"[0#?](,+)(?![0#?,])")
LITERAL: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]')


@attrs.frozen
class Written:
    """An amount as it stands.

    Attributes:
        readings: The plain numbers that it may be, by the decimal sign with which it is that one.
        is_negative: By a minus on either side, or by parentheses.
        marks: Signs and words of currencies that stand beside it.
    """

    readings: Mapping[str, str]
    is_negative: bool
    marks: tuple[str, ...]

    @property
    def doubtful(self) -> str:
        """The sign that parts either thousands or decimals, where nobody can tell by this amount alone."""
        if len(set(self.readings.values())) < 2:
            return ""
        return next(sign for sign, plain in self.readings.items() if "." in plain)

    @property
    def proves(self) -> str:
        """The decimal sign that this amount proves: it can be read with no other."""
        return next(iter(self.readings)) if len(self.readings) == 1 else ""


def read_amount(text: str, currency: str, sign: str | None = None) -> Money:
    """Read an amount of one currency.

    One separator with one to three digits before it, the first of them not 0, and exactly three behind it parts
    thousands: nobody writes thousandths of a currency that has none. In dollars and euros, where 1,200 is as good a
    bill as 1.20, both readings stand. Whoever has more than one amount knows more: ``hub.domain.files.amounts``.

    Args:
        text: What stands there; a number of JSON or of a workbook is exact.
        currency: Of the amount; another one beside it is refused.
        sign: The decimal sign, where somebody said which; what is not written so is refused.

    Raises:
        Unreadable: No amount, or one with two readings, or none that this currency can have.
    """
    if isinstance(text, JsonNumber):
        return read_exact(text, currency)
    found = written(text)
    if found is None:
        refuse_excel(text)
        raise Unreadable(Text("cell.no_amount"))
    _refuse_other_currency(found.marks, currency)
    if sign is not None and sign not in found.readings:
        raise Unreadable(Text("cell.other_decimal", sign=DECIMAL_SIGNS[sign]))
    if sign is None and found.doubtful:
        if currency in ASKED or EXPONENTS[currency] > 2:
            raise two_readings(found)
        sign = other_sign(found.doubtful)
    plain = found.readings[sign] if sign is not None else next(iter(found.readings.values()))
    return _money(f"-{plain}" if found.is_negative else plain, text, currency)


def read_typed(text: str, currency: str, sign: str) -> Money:
    """Read what a person typed alone, where a country's decimal sign is the proof of how people write there.

    Raises:
        Unreadable: As ``read_amount``; and where that sign stands before exactly three digits, as in ``1,500`` where
            the comma is decimal: people who write so mean either.
    """
    found = None if isinstance(text, JsonNumber) else written(text)
    if found and sign and found.doubtful == sign:
        raise two_readings(found)
    return read_amount(text, currency, sign or None)


def written(text: str) -> Written | None:
    """The parts of an amount; None where it is none."""
    return _written(str(text)) if len(text) <= MAX_LENGTH else None


def two_readings(found: Written) -> Unreadable:
    """That an amount may be either of two."""
    one, other = (plain.replace(".", ",") for plain in found.readings.values())
    return Unreadable(Text("cell.two_readings", one=one, other=other))


def other_sign(sign: str) -> str:
    """The other one of comma and point."""
    return "," if sign == "." else "."


def own_currency(text: str, currencies: Sequence[str] = (), usual: str | None = None) -> str | None:
    """The currency that an amount itself names, by a sign, a word or its number format; None where it names none.

    Args:
        text: The cell.
        currencies: Those of the company's country.
        usual: Of amounts that name none; it is meant wherever the sign may be its own.
    """
    if isinstance(text, JsonNumber):
        marks = _shown_marks(text.shown_as) if isinstance(text, FormattedNumber) else ()
        return currency_of(marks, currencies, usual)
    found = written(text)
    return currency_of(found.marks, currencies, usual) if found else None


def shown_otherwise(text: str, currency: str) -> Text | None:
    """What is to be said of a number that a workbook shows otherwise than it is kept; None where that is the same.

    Raises:
        Unreadable: It is no amount of this currency.
    """
    if not isinstance(text, FormattedNumber):
        return None
    if _is_scaled(text.shown_as):
        return Text("cell.shown_scaled", stored=read_amount(text, currency))
    if "." not in text or not may_show_otherwise(type(text), currency):
        return None
    stored, seen = read_amount(text, currency), _rounded(Decimal(text), text.shown_as.places or 0)
    return None if seen == stored.decimal else Text("cell.shown_otherwise", stored=stored, shown=f"{seen:,f}")


@lru_cache(maxsize=1024)
def may_show_otherwise(numbers: type[FormattedNumber], currency: str) -> bool:
    """Whether the format of some numbers may show one of a currency otherwise than it is kept."""
    places = numbers.shown_as.places
    return _is_scaled(numbers.shown_as) or (places is not None and places < EXPONENTS[currency])


@lru_cache(maxsize=4096)
def _written(text: str) -> Written | None:
    plain = text.strip().removeprefix(TEXT_MARK).translate(LOOKALIKES).strip()
    if not (found := PARTS.fullmatch(plain)):
        return _dash(plain)
    before, after, minuses = found["before"], found["after"].strip(), 0
    after = after[2:] if after.startswith(ENDS) else after
    if before.endswith("+") and not set("-(") & set(plain):
        before = before[:-1]
    if before.count("(") == after.count(")") == 1:
        before, after, minuses = before.replace("(", " "), after.replace(")", " "), 1
    if before.startswith("-"):
        before, minuses = before[1:], minuses + 1
    if before.endswith("-"):
        before, minuses = before[:-1], minuses + 1
    if after == "-":
        after, minuses = "", minuses + 1
    marks = marks_in(f"{before} {after}")
    readings = _readings(found["body"])
    if marks is None or not readings or minuses > 1:
        return None
    return Written(readings, minuses == 1, marks)


def _dash(plain: str) -> Written | None:
    """A dash alone, or beside a currency, as accounting formats write zero."""
    if plain.count("-") != 1:
        return None
    marks = marks_in(plain.replace("-", " "))
    return None if marks is None else Written({",": "0", ".": "0"}, False, marks)


def _readings(body: str) -> dict[str, str]:
    """What a bare number may mean, by decimal sign: ``1.234`` gives ``{",": "1234", ".": "1.234"}``."""
    found = {}
    for sign, pattern in NUMBERS.items():
        if match := pattern.fullmatch(body):
            whole, part = match["whole"].translate(NO_GROUPS), match["part"]
            if not (part and len(part) == 3 and "'" in body):
                found[sign] = f"{whole}.{part}" if part else whole
    return found


def _refuse_other_currency(marks: Iterable[str], currency: str) -> None:
    for mark in marks:
        if currency not in CURRENCY_WORDS[mark]:
            raise Unreadable(Text("cell.other_currency", mark=mark, currency=currency))


def read_exact(text: JsonNumber, currency: str) -> Money:
    """A number of JSON or of a workbook: what is kept counts, but for digits that its format cuts and nobody sees.

    Raises:
        Unreadable: No amount, or none that this currency can have.
    """
    plain: str = text
    if isinstance(text, FormattedNumber):
        places = _places_kept(type(text), currency)
        if places is not None and len(text.partition(".")[2]) > places and FRACTION.fullmatch(text):
            plain = f"{_rounded(Decimal(text), places):f}"
    return _money(plain, text, currency)


@lru_cache(maxsize=1024)
def _places_kept(numbers: type[FormattedNumber], currency: str) -> int | None:
    """How many digits behind the decimal sign of numbers of one format count in a currency; None for all of them."""
    shown = numbers.shown_as
    if shown.is_percent:
        raise Unreadable(Text("cell.percent"))
    _refuse_other_currency(_shown_marks(shown), currency)
    return None if shown.places is None or _is_scaled(shown) else max(shown.places, EXPONENTS[currency])


@lru_cache(maxsize=256)
def _shown_marks(shown: NumberFormat) -> tuple[str, ...]:
    """Signs and words of currencies in a number's format."""
    return tuple(mark for part in (shown.currency, shown.prefix, shown.suffix) for mark in marks_in(part) or ())


def _rounded(value: Decimal, places: int) -> Decimal:
    """As Excel shows it: half away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) if value.adjusted() < 20 else value


@lru_cache(maxsize=256)
def _is_scaled(shown: NumberFormat) -> bool:
    """Whether the format shows thousands or millions of the number: ``#,##0,``."""
    return bool(SCALED.search(LITERAL.sub("", shown.code.partition(";")[0])))


def _money(plain: str, text: str, currency: str) -> Money:
    try:
        return Money.parse(plain, currency)
    except MoneyError as error:
        if re.fullmatch(r"-?[0-9]+\.[0-9]+", plain) and Decimal(plain).adjusted() < 20:
            scaled = Decimal(plain).scaleb(EXPONENTS[currency])
            if scaled != scaled.to_integral_value():
                places = EXPONENTS[currency]
                if isinstance(text, FormattedNumber):
                    raise Unreadable(Text("cell.more_decimals_kept", places=places, currency=currency)) from error
                raise Unreadable(Text("cell.more_decimals", places=places, currency=currency)) from error
        if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", plain):
            raise Unreadable(Text("cell.amount_too_large")) from error
        raise Unreadable(Text("cell.no_amount_but", text=shorten(text))) from error
