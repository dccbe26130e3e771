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
BLANKS: Final = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
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
SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}([/.-])(?:[0-9]{1,2}|[a-z]{3,4}\.?)\1[0-9]{2}", re.IGNORECASE)
SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:[.,][0-9]+)?")
EXCEL_EPOCH: Final = date(1899, 12, 30)


def read_date(text: str, *, month_first: bool = False) -> date:
    """Read dd/mm/yyyy or an ISO date, with or without an hour; the day stands before the month unless somebody said
    otherwise of the whole column.

    Raises:
        Unreadable: Another notation, two digits of a year, or a day that does not exist.
    """
    refuse_excel(text)
    text = " ".join(text.translate(BLANKS).split())
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


def orders(text: str) -> frozenset[str]:
    """In which orders a numeric date may stand: ``dmy``, ``mdy`` or both; none for what says its order itself."""
    found = SPANISH_DATE.fullmatch(" ".join(text.translate(BLANKS).split()))
    if not found:
        return frozenset()
    first, second = int(found[1]), int(found[3])
    return frozenset(
        order for order, month, day in (("dmy", second, first), ("mdy", first, second)) if month <= 12 and day <= 31
    )


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
