"""The amounts that a person could honestly read in one cell: the referee of every reader of amounts.

It shares nothing with what it judges. It never decides: of ``1.234`` it gives 1234 and 1.234, and a reader that says
either is honest; one that says 12.34 is not. A text in which nobody would read an amount gives none.

How people of Costa Rica, Colombia, Chile and Mexico write: groups of three by point, comma, blank of any width or
apostrophe; an apostrophe for millions beside another sign for thousands (``1'250.000``); a decimal point or comma; a
currency before or behind, by sign, code or word; a minus in front, behind, within brackets or after the currency;
``CR`` and ``DB`` behind; ``.-`` and ``,-`` as an end; a lone dash for zero.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

_TWO, _NONE = "ARS BOB BRL COP CRC DOP EUR GTQ HNL MXN NIO PAB PEN USD UYU VES", "CLP PYG"
MINOR: Final = {**dict.fromkeys(_TWO.split(), 2), **dict.fromkeys(_NONE.split(), 0)}
"""Decimals of each currency, by ISO 4217."""

BLANKS: Final = "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad]")
APOSTROPHES: Final = "'’‘´`ʼ′"
MINUSES: Final = "-−–—‐‑‒﹣－"
_SIGNS = "₡ ¢ $ € £ q l s/ s/. b/. b/ bs bs. r$ c$ rd$ u$s us$"
_WORDS = """
    colon colones peso pesos dolar dolares dollar dollars euro euros sol soles quetzal quetzales lempira lempiras
    balboa balboas bolivar bolivares real reales guarani guaranies cordoba cordobas
    costarricense costarricenses colombiano colombianos mexicano mexicanos chileno chilenos americano americanos
    estadounidense estadounidenses argentino argentinos uruguayo uruguayos dominicano dominicanos
    mn m.n. m.n mxp us u.s. eeuu col cop$ col$ mx$ mxn$ clp$ usd$ crc$ crc₡ cr₡ usd us dls dlls ml
"""
SIGNS: Final = frozenset(_SIGNS.split())
WORDS: Final = frozenset(_WORDS.split())
CREDIT: Final = frozenset({"cr", "cr.", "db", "db.", "dr", "dr."})
BY_WIDTH: Final = str.maketrans(dict.fromkeys(BLANKS + "\t\r\n\v\f", " ") | dict.fromkeys(MINUSES, "-"))


def readings(text: str, currency: str | None = None) -> frozenset[Decimal]:
    """Every amount that somebody could mean by this text; with a currency only what it can be paid in."""
    found = set(_amounts(text))
    if currency is not None:
        unit = Decimal(1).scaleb(-MINOR[currency])
        found = {amount for amount in found if amount == amount.quantize(unit)}
    return frozenset(found)


def stored_readings(value: str, currency: str) -> frozenset[Decimal]:
    """What a number of a workbook or of JSON may become: itself, or cut to the minor unit as its format shows it."""
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() > 30:
        return frozenset()
    return frozenset({number, number.quantize(Decimal(1).scaleb(-MINOR[currency]), rounding="ROUND_HALF_UP")})


def _amounts(text: str) -> Iterator[Decimal]:
    plain = INVISIBLE.sub("", text).translate(BY_WIDTH).strip()
    for whole in {plain, plain[1:].strip() if plain[:1] == "'" else plain}:  # Excel's mark of a text
        digits = [at for at, char in enumerate(whole) if char in "0123456789"]
        if not digits:
            if _is_dash(whole):
                yield Decimal(0)
            continue
        first, last = digits[0], digits[-1] + 1
        begins = {first, first - 1} if whole[first - 1 : first] in (".", ",") and first else {first}
        ends = {last, last + 1} if whole[last : last + 1] in (".", ",") else {last}
        for begin in begins:
            for end in ends:
                for sign in _signs(whole[:begin], whole[end:]):
                    for number in _numbers(whole[begin:end]):
                        yield sign * number if number else Decimal(0)


def _is_dash(whole: str) -> bool:
    """A lone dash, perhaps beside a currency, as accounting formats show zero."""
    return whole.count("-") == 1 and all(_is_currency(part) for part in whole.split("-"))


def _signs(before: str, after: str) -> Iterator[int]:
    """What is around the digits: 1, -1, both, or nothing where it is no amount."""
    before, after = before.strip(), after.strip()
    for end in (".-", ",-"):
        if after.startswith(end):
            after = after[len(end) :].strip()
    bracketed = before.count("(") == after.count(")") == 1 and not before.count(")") and not after.count("(")
    if bracketed:
        before, after = before.replace("(", " "), after.replace(")", " ")
    minus = before.count("-") + after.count("-")
    plus = before.count("+")
    if minus + plus > 1 or (bracketed and minus + plus):
        return
    before, after = (part.replace("-", " ").replace("+", " ").strip() for part in (before, after))
    credit = after.casefold().split()[-1:] and after.casefold().split()[-1] in CREDIT
    if credit and _is_currency(before) and _is_currency(after[: -len(after.split()[-1])]):
        yield from (1, -1)
    elif _is_currency(before) and _is_currency(after) and not (before and after and before == after == "$"):
        yield -1 if minus or bracketed else 1


def _is_currency(text: str) -> bool:
    """Nothing, or the sign, code or words of a currency."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    if not plain or plain in SIGNS or plain.upper() in MINOR:
        return True
    parts = [part for part in re.split(r"\s+|(?<=[₡¢$€])(?=\w)", plain) if part]
    return len(parts) <= 4 and all(
        part in SIGNS or part.strip(":.") in WORDS or part in WORDS or part.strip(":").upper() in MINOR or part == ":"
        for part in parts
    )


def _numbers(body: str) -> Iterator[Decimal]:
    """The readings of digits and what is between them."""
    for whole, fraction in _split(body):
        digits, rest = _ungrouped(whole, fraction[:1]), fraction[1:]
        of_millions = (
            rest and any(char in APOSTROPHES for char in whole) and _ungrouped(body, "")
        )  # 1'250.000 is not 1250
        if digits is not None and digits + rest and re.fullmatch("[0-9]*", rest) and not of_millions:
            yield Decimal(f"{digits or 0}.{rest or 0}")


def _split(body: str) -> Iterator[tuple[str, str]]:
    """The whole part and the decimal sign with what follows: none, or the last point or comma."""
    yield body, ""
    for sign in ".,":
        if body.count(sign) == 1:
            whole, _, fraction = body.partition(sign)
            yield whole, sign + fraction


def _ungrouped(whole: str, decimal: str) -> str | None:
    """The digits of a whole part; None where its groups are no groups."""
    if not whole:
        return ""
    if whole.isascii() and whole.isdigit():
        return whole
    if decimal and decimal in whole:
        return None
    one = "".join("'" if char in APOSTROPHES else char for char in whole)
    for sign in (".", ",", " ", "'"):
        if sign != decimal and re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+", one):
            return re.sub("[^0-9]", "", one)
    for sign in (".", ",", " ", ""):  # an apostrophe for millions, another sign or none for thousands
        if sign and sign == decimal:
            continue
        six = rf"[0-9]{{3}}{re.escape(sign)}[0-9]{{3}}"
        head = rf"(?:[1-9][0-9]{{0,2}}|[1-9][0-9]{{0,2}}{re.escape(sign)}[0-9]{{3}})"
        if re.fullmatch(rf"{head}(?:'{six})+", one):
            return re.sub("[^0-9]", "", one)
    return None
