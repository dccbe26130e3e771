"""Days as people and programs write them; the hours of a moment do not matter, its day counts as it is written."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from hub.domain.text import Text

from .unreadable import Unreadable, refuse_excel

ISO: Final = Text("cell.date_iso")
DAY_FIRST: Final = Text("cell.date_day_first")
MONTH_FIRST: Final = Text("cell.date_month_first")
MONTHS: Final = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"), ("mayo", "may"),
    ("junio", "june"), ("julio", "july"), ("agosto", "august"), ("septiembre", "setiembre", "september"),
    ("octubre", "october"), ("noviembre", "november"), ("diciembre", "december"),
)  # fmt: skip
YEARS: Final = range(1990, 2101)
BLANKS: Final = str.maketrans(
    dict.fromkeys("\u00a0\u202f\u2009\u2007", " ") | dict.fromkeys("\u200e\u200f\u200b\ufeff")
)
NONE: Final = frozenset({"-", "–", "—", "--", "n/a", "na", "n.a.", "no aplica", "s/f", "sin fecha", "sin vencimiento"})
CASH: Final = frozenset({"contado", "de contado", "al contado", "0000-00-00", "00/00/0000"})
HOURS: Final = (
    r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?: ?[ap]\.? ?m\.?)?(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
ISO_DATE: Final = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){HOURS}", re.IGNORECASE)
COMPACT: Final = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})(?:T?[0-9]{6}(?:Z|[+-][0-9]{4})?)?")
SPANISH_DATE: Final = re.compile(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2([0-9]{{4}}){HOURS}", re.IGNORECASE)
WEEKDAY: Final = r"(?:[a-záéíóúñ]{3,10}\.?,? )?"
NAMED_DATE: Final = re.compile(
    rf"{WEEKDAY}([0-9]{{1,2}})[ /.-](?:de )?([a-zñ]{{3,10}})\.?[ /.-](?:del? )?([0-9]{{4}}){HOURS}", re.IGNORECASE
)
MONTH_NAMED_FIRST: Final = re.compile(
    rf"{WEEKDAY}([a-zñ]{{3,10}})\.? ([0-9]{{1,2}}),? ([0-9]{{4}}){HOURS}", re.IGNORECASE
)
SHORT_YEAR: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2}|[a-z]{3,4}\.?)\2([0-9]{2})", re.IGNORECASE)
LIKELY: Final = range(15, 40)
"""Two digits of the years of which people bill."""
SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:[.,][0-9]+)?")
EXCEL_EPOCH: Final = date(1899, 12, 30)


def read_date(text: str, *, month_first: bool = False, short_years: bool = False) -> date:
    """Read dd/mm/yyyy or an ISO date, with or without an hour; the day stands before the month.

    Args:
        text: What stands there.
        month_first: Somebody said of the whole column that the month does.
        short_years: The column shows that its years have two digits, at the end.

    Raises:
        Unreadable: Another notation, two digits of a year, or a day that does not exist.
    """
    refuse_excel(text)
    text = _plain(text)
    if short_years and (short := SHORT_YEAR.fullmatch(text)):
        text = f"{text[:-2]}20{short[4]}"
    if found := ISO_DATE.fullmatch(text):
        return _date(int(found[1]), int(found[3]), int(found[4]), ISO)
    if found := COMPACT.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]), ISO)
    if found := SPANISH_DATE.fullmatch(text):
        day, month = (int(found[3]), int(found[1])) if month_first else (int(found[1]), int(found[3]))
        return _date(int(found[4]), month, day, MONTH_FIRST if month_first else DAY_FIRST)
    if (found := NAMED_DATE.fullmatch(text)) and (named := _month(found[2])):
        return _date(int(found[3]), named, int(found[1]), DAY_FIRST)
    if (found := MONTH_NAMED_FIRST.fullmatch(text)) and (named := _month(found[1])):
        return _date(int(found[3]), named, int(found[2]), DAY_FIRST)
    if SHORT_YEAR.fullmatch(text):
        raise Unreadable(Text("cell.short_year"))
    if SERIAL.fullmatch(text):
        serial = EXCEL_EPOCH + timedelta(days=int(re.split("[.,]", text)[0]))
        raise Unreadable(Text("cell.serial_number", day=f"{serial:%d/%m/%Y}"))
    raise Unreadable(Text("cell.no_date"))


def is_no_date(text: str) -> bool:
    """Whether a cell says that there is no day, such as a due date of what is paid in cash."""
    return _plain(text).casefold() in NONE | CASH


def orders(text: str) -> frozenset[str]:
    """In which orders a numeric date may stand: ``dmy``, ``mdy`` or both; none for what says its order itself."""
    plain = _plain(text)
    found = SPANISH_DATE.fullmatch(plain) or SHORT_YEAR.fullmatch(plain)
    one, two = (found[1], found[3]) if found else ("", "")
    if not (one.isdecimal() and two.isdecimal()):
        return frozenset()
    first, second = int(one), int(two)
    return frozenset(
        order for order, month, day in (("dmy", second, first), ("mdy", first, second)) if month <= 12 and day <= 31
    )


def short_year(text: str) -> tuple[int, int] | None:
    """First and last number of a date with two digits of a year; either may be the year."""
    found = SHORT_YEAR.fullmatch(_plain(text))
    return (int(found[1]), int(found[4])) if found else None


def _plain(text: str) -> str:
    """In one line, without Excel's mark of a text."""
    return " ".join(text.translate(BLANKS).split()).removeprefix("'").strip()


def _month(name: str) -> int | None:
    """A month's number by its Spanish or English name, or the first three letters or more of it."""
    folded = name.casefold()
    found = (n for n, names in enumerate(MONTHS, 1) if any(full.startswith(folded) for full in names))
    return next(found, None)


def _date(year: int, month: int, day: int, form: Text) -> date:
    if not 1 <= month <= 12:
        raise Unreadable(Text("cell.no_month", month=month, form=form))
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise Unreadable(Text("cell.no_day", day=day, form=form)) from error
    if year not in YEARS:
        raise Unreadable(Text("cell.strange_year", year=year))
    return found
