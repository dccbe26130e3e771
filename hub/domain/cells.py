"""Amounts and dates as people write them; a text with two readings is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hub.domain.files.sheet import JsonNumber, shorten
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money, MoneyError

SIGNS: Final = {
    "₡": {"CRC"},
    "US$": {"USD"},
    "U$S": {"USD"},
    "RD$": {"DOP"},
    "R$": {"BRL"},
    "S/": {"PEN"},
    "S/.": {"PEN"},
    "€": {"EUR"},
    "$": {"ARS", "CLP", "COP", "DOP", "MXN", "USD", "UYU"},
}
MARK: Final = r"(?:US\$|U\$S|RD\$|R\$|S/\.?|[₡€$]|[A-Z]{3})"
AMOUNT: Final = re.compile(
    rf"-?(?P<before>(?: ?{MARK})*) ?-?(?P<body>[0-9](?:[0-9.,' ]*[0-9])?)(?P<after>(?: ?{MARK})*)"
)
DECIMAL_SIGNS: Final = {",": Text("cell.comma"), ".": Text("cell.point")}
ISO: Final = Text("cell.date_iso")
DAY_FIRST: Final = Text("cell.date_day_first")
GROUP_MARKS: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'", "−": "-"})
WHOLE: Final = r"(?P<whole>[1-9][0-9]{{0,2}}(?:(?P<group>[{groups}])[0-9]{{3}})(?:(?P=group)[0-9]{{3}})*|[0-9]+)"
WRITTEN: Final = {
    ",": re.compile(WHOLE.format(groups=". '") + r"(?:,(?P<part>[0-9]+))?"),
    ".": re.compile(WHOLE.format(groups=", '") + r"(?:\.(?P<part>[0-9]+))?"),
}
SCIENTIFIC: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
EXCEL_ERROR: Final = re.compile(r"#(?:N/?[AD]|[¡¿]?[A-ZÁÉÍÓÚÑ/0]+[!?]|#*)", re.IGNORECASE)
MAX_LENGTH: Final = 60
MONTHS: Final = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"), ("mayo", "may"),
    ("junio", "june"), ("julio", "july"), ("agosto", "august"), ("septiembre", "setiembre", "september"),
    ("octubre", "october"), ("noviembre", "november"), ("diciembre", "december"),
)  # fmt: skip
YEARS: Final = range(1990, 2101)
ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
SPANISH_DATE: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: 0?0:00(?::00)?)?")
NAMED_DATE: Final = re.compile(r"([0-9]{1,2})[ /-](?:de )?([a-zñ]{3,10})\.?[ /-](?:de )?([0-9]{4})", re.IGNORECASE)
SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}([/.-])(?:[0-9]{1,2}|[a-z]{3,4}\.?)\1[0-9]{2}", re.IGNORECASE)
SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:[.,][0-9]+)?")
EXCEL_EPOCH: Final = date(1899, 12, 30)


class Unreadable(ValueError):
    """A cell that cannot be read; the message is for the person who wrote it,
    and names the remedy."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def read_amount(text: str, currency: str, style: str | None = None) -> Money:
    """Read an amount of one currency; ``style`` is the decimal sign, ``,`` or ``.``, where that is known.

    Raises:
        Unreadable: No amount, or one with two readings, or none that this currency can have.
    """
    if isinstance(text, JsonNumber):
        return _money(text, text, currency)
    refuse_excel(text)
    written, negative = _written(text)
    found = readings(written["body"]) if written else {}
    if not written or not found:
        raise Unreadable(Text("cell.no_amount"))
    _refuse_other_currency(f"{written['before']} {written['after']}", currency)
    if style is not None and style not in found:
        raise Unreadable(Text("cell.other_decimal", sign=DECIMAL_SIGNS[style]))
    if style is None and len(set(found.values())) > 1:
        one, other = (plain.replace(".", ",") for plain in found.values())
        raise Unreadable(Text("cell.two_readings", one=one, other=other))
    plain = found[style] if style is not None else next(iter(found.values()))
    return _money(f"-{plain}" if negative else plain, text, currency)


def readings(body: str) -> dict[str, str]:
    """What a bare number may mean, by decimal sign: ``1.234`` gives ``{",": "1234", ".":
    "1.234"}``."""
    found = {}
    for sign, pattern in WRITTEN.items():
        if match := pattern.fullmatch(body):
            whole = re.sub("[^0-9]", "", match["whole"])
            found[sign] = f"{whole}.{match['part']}" if match["part"] else whole
    return found


def decimal_sign(texts: Iterable[str]) -> str | None:
    """The decimal sign that the unambiguous amounts of a file agree on,
    if there are any and they agree."""
    signs: set[str] = set()
    for text in texts:
        written, _ = _written(text)
        found = readings(written["body"]) if written and not isinstance(text, JsonNumber) else {}
        if len(found) == 1:
            signs.update(found)
    return signs.pop() if len(signs) == 1 else None


def read_date(text: str) -> date:
    """Read dd/mm/yyyy or an ISO date; the day stands before the month, always.

    Raises:
        Unreadable: Another notation, two digits of a year, or a day that does not exist.
    """
    refuse_excel(text)
    if found := ISO_DATE.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]), ISO)
    if found := SPANISH_DATE.fullmatch(text):
        return _date(int(found[4]), int(found[3]), int(found[1]), DAY_FIRST)
    if (found := NAMED_DATE.fullmatch(text)) and (month := _month(found[2])):
        return _date(int(found[3]), month, int(found[1]), DAY_FIRST)
    if SHORT_YEAR.fullmatch(text):
        raise Unreadable(Text("cell.short_year"))
    if SERIAL.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(re.split("[.,]", text)[0]))
        raise Unreadable(Text("cell.serial_number", day=f"{day:%d/%m/%Y}"))
    raise Unreadable(Text("cell.no_date"))


def refuse_excel(text: str) -> None:
    """Refuse what Excel leaves behind: an error, or a long number in scientific notation,
    which has lost digits."""
    if text.startswith("#") and EXCEL_ERROR.fullmatch(text):
        raise Unreadable(Text("cell.excel_error"))
    if not isinstance(text, JsonNumber) and SCIENTIFIC.fullmatch(text):
        raise Unreadable(Text("cell.digits_lost"))


def _written(text: str) -> tuple[re.Match[str] | None, bool]:
    """The parts of an amount, and whether a minus or parentheses make it negative."""
    plain = text.translate(GROUP_MARKS).strip().upper()
    in_parentheses = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].strip() if in_parentheses else plain
    minuses = plain.count("-") + in_parentheses
    found = AMOUNT.fullmatch(plain) if len(plain) <= MAX_LENGTH and minuses <= 1 else None
    return found, minuses == 1


def _refuse_other_currency(marks: str, currency: str) -> None:
    for mark in re.findall(MARK, marks):
        if mark != currency and currency not in SIGNS.get(mark, ()):
            if mark not in SIGNS and mark not in EXPONENTS:
                raise Unreadable(Text("cell.no_amount"))
            raise Unreadable(Text("cell.other_currency", mark=mark, currency=currency))


def _money(plain: str, text: str, currency: str) -> Money:
    try:
        return Money.parse(plain, currency)
    except MoneyError as error:
        if re.fullmatch(r"-?[0-9]+\.[0-9]+", plain) and Decimal(plain).adjusted() < 20:
            scaled = Decimal(plain).scaleb(EXPONENTS[currency])
            if scaled != scaled.to_integral_value():
                places = EXPONENTS[currency]
                raise Unreadable(Text("cell.more_decimals", places=places, currency=currency)) from error
        if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", plain):
            raise Unreadable(Text("cell.amount_too_large")) from error
        raise Unreadable(Text("cell.no_amount_but", text=shorten(text))) from error


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
