"""Amounts in Spanish words, as receipts carry them."""

from __future__ import annotations

from typing import Final

from hub_hookspecs import EXPONENTS, Country, Money

UP_TO_THIRTY: Final = (
    "cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiún", "veintidós",
    "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
)  # fmt: skip
"""With *uno* and *veintiuno* as they stand before a noun."""
TENS: Final = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
HUNDREDS: Final = (
    "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
    "ochocientos", "novecientos",
)  # fmt: skip
SCALES: Final = (("billón", "billones", 10**12), ("millón", "millones", 10**6))
MILLION: Final = 10**6


def amount_in_words(money: Money, country: Country) -> str:
    """``un millón de pesos con 50/100 M/CTE``, in lower case but for the tail;
    ``upper()`` gives the other manner.

    Raises:
        ValueError: A negative amount, which no receipt has.
    """
    if money.minor < 0:
        raise ValueError("a negative amount has no place on a receipt")
    exponent = EXPONENTS[money.currency]
    whole, part = divmod(money.minor, 10**exponent)
    singular, plural = country.receipts.major.get(money.currency, (money.currency, money.currency))
    words = [number_in_words(whole)]
    if whole and whole % MILLION == 0:
        words.append("de")
    words.append(singular if whole == 1 else plural)
    if part:
        words.append(f"con {part:0{exponent}d}/{10**exponent}")
    if tail := country.receipts.tail.get(money.currency):
        words.append(tail)
    return " ".join(words)


def number_in_words(number: int) -> str:
    """A whole number before a masculine noun: ``veintiún``, ``ciento un``, ``mil un``."""
    words = []
    for singular, plural, size in SCALES:
        count, number = divmod(number, size)
        if count:
            words.append(f"un {singular}" if count == 1 else f"{number_in_words(count)} {plural}")
    thousands, number = divmod(number, 1000)
    if thousands:
        words.append("mil" if thousands == 1 else f"{_below_thousand(thousands)} mil")
    if number or not words:
        words.append(_below_thousand(number))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if number == 100:
        return "cien"
    words = [HUNDREDS[hundreds - 1]] if hundreds else []
    if rest or not hundreds:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(number: int) -> str:
    if number < len(UP_TO_THIRTY):
        return UP_TO_THIRTY[number]
    tens, units = divmod(number, 10)
    return f"{TENS[tens - 3]} y {UP_TO_THIRTY[units]}" if units else TENS[tens - 3]
