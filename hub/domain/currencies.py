"""Signs and words of currencies as people and programs write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

WHOLE: Final = frozenset({"COP"})
"""Currencies whose cents exist but are shown only where there are any."""

CODES: Final = (
    "ARS", "BOB", "BRL", "CLP", "COP", "CRC", "DOP", "EUR", "GTQ", "HNL", "MXN", "NIO", "PAB", "PEN", "PYG", "USD",
    "UYU", "VES",
)  # fmt: skip
"""What is read as a currency in people's files; of all the others some are words (``ALL``, ``TOP``)."""

PESOS: Final = ("ARS", "CLP", "COP", "DOP", "MXN", "UYU")
LOCAL: Final = ("MONEDA NACIONAL", "MONEDA LOCAL", "NACIONAL", "LOCAL")
"""A column of currencies that says no more than this means the usual one of the company's country."""

CURRENCY_WORDS: Final = {
    **{code: (code,) for code in CODES},
    "$": (*PESOS, "USD"), "PESO": PESOS, "PESOS": PESOS, "M.N.": ("MXN",), "MN": ("MXN",),
    "₡": ("CRC",), "¢": ("CRC",), "COLON": ("CRC",), "COLONES": ("CRC",), "COLON COSTARRICENSE": ("CRC",),
    "COLONES COSTARRICENSES": ("CRC",),
    "US$": ("USD",), "U$S": ("USD",), "U$": ("USD",), "US": ("USD",), "U.S.$": ("USD",), "U.S.": ("USD",),
    "DOLAR": ("USD",), "DOLARES": ("USD",), "DOLLAR": ("USD",), "DOLLARS": ("USD",),
    "DOLAR AMERICANO": ("USD",), "DOLARES AMERICANOS": ("USD",), "DOLAR ESTADOUNIDENSE": ("USD",),
    "DOLARES ESTADOUNIDENSES": ("USD",), "DOLAR DE LOS ESTADOS UNIDOS": ("USD",), "DOLAR USA": ("USD",),
    "DOLARES DE LOS ESTADOS UNIDOS": ("USD",), "DOLARES USA": ("USD",), "US DOLLAR": ("USD",), "US DOLLARS": ("USD",),
    "€": ("EUR",), "EURO": ("EUR",), "EUROS": ("EUR",),
    "COL$": ("COP",), "PESO COLOMBIANO": ("COP",), "PESOS COLOMBIANOS": ("COP",),
    "MX$": ("MXN",), "PESO MEXICANO": ("MXN",), "PESOS MEXICANOS": ("MXN",),
    "PESO CHILENO": ("CLP",), "PESOS CHILENOS": ("CLP",),
    "PESO ARGENTINO": ("ARS",), "PESOS ARGENTINOS": ("ARS",),
    "RD$": ("DOP",), "PESO DOMINICANO": ("DOP",), "PESOS DOMINICANOS": ("DOP",),
    "$U": ("UYU",), "PESO URUGUAYO": ("UYU",), "PESOS URUGUAYOS": ("UYU",),
    "R$": ("BRL",), "REAL": ("BRL",), "REALES": ("BRL",), "REAIS": ("BRL",),
    "S/": ("PEN",), "S/.": ("PEN",), "SOL": ("PEN",), "SOLES": ("PEN",),
    "Q": ("GTQ",), "Q.": ("GTQ",), "QUETZAL": ("GTQ",), "QUETZALES": ("GTQ",),
    "LEMPIRA": ("HNL",), "LEMPIRAS": ("HNL",),
    "CORDOBA": ("NIO",), "CORDOBAS": ("NIO",), "B/": ("PAB",), "B/.": ("PAB",), "BALBOA": ("PAB",),
    "BALBOAS": ("PAB",), "₲": ("PYG",), "GUARANI": ("PYG",), "GUARANIES": ("PYG",),
    "BS": ("BOB", "VES"), "BS.": ("BOB", "VES"), "BOLIVIANO": ("BOB",), "BOLIVIANOS": ("BOB",),
    "BOLIVAR": ("VES",), "BOLIVARES": ("VES",),
}  # fmt: skip
"""What may stand beside an amount, in capitals without accents, and which currencies may be meant."""

LONGEST_FIRST: Final = {
    first: tuple(sorted((word for word in CURRENCY_WORDS if word[0] == first), key=len, reverse=True))
    for first in {word[0] for word in CURRENCY_WORDS}
}
"""By their first character."""
REMEMBERED: Final = 60
"""Length of the longest text of which it is remembered what it names: a column says the same over and over."""
BETWEEN: Final = "-–—/,:;()[]"
"""May stand between two names of one currency: ``CRC - Colón costarricense``."""


@lru_cache(maxsize=1024)
def marks_in(text: str, *, between: str = "") -> tuple[str, ...] | None:
    """The words of currencies that a text consists of, with one sign at most; None where anything else is in it."""
    return (_remembered_marks if len(text) <= REMEMBERED else _marks)(str(text), between)


def _marks(text: str, between: str) -> tuple[str, ...] | None:
    rest = _reduced(text)
    found = []
    while rest := rest.lstrip(f" {between}"):
        mark = next((mark for mark in LONGEST_FIRST.get(rest[0], ()) if _begins(rest, mark)), None)
        if mark is None:
            return None
        found.append(mark)
        rest = rest[len(mark) :]
    signs = [mark for mark in found if not mark.replace(".", "").replace(" ", "").isalpha()]
    return tuple(found) if len(signs) < 2 else None


_remembered_marks = lru_cache(maxsize=4096)(_marks)


def currency_of(marks: Sequence[str], currencies: Sequence[str] = (), usual: str | None = None) -> str | None:
    """The one currency that marks mean together; where that may be several, the usual one, or the country's first."""
    if not marks:
        return None
    meant = set.intersection(*(set(CURRENCY_WORDS[mark]) for mark in marks))
    preferred = [code for code in (usual, *currencies) if code in meant]
    return preferred[0] if preferred else meant.pop() if len(meant) == 1 else None


def currency_named(text: str, currencies: Sequence[str] = ()) -> str | None:
    """The code of the currency that a cell names, such as ``₡``, ``Dólares`` or ``CRC - Colón costarricense``.

    Args:
        text: What stands there.
        currencies: Those of the company's country, the usual one first: they decide what ``$`` and *pesos* are.
    """
    return (_remembered_name if len(text) <= REMEMBERED else _named)(str(text), tuple(currencies))


def _named(text: str, currencies: tuple[str, ...]) -> str | None:
    if currencies and " ".join(_reduced(text).split()) in LOCAL:
        return currencies[0]
    return currency_of(marks_in(text, between=BETWEEN) or (), currencies)


_remembered_name = lru_cache(maxsize=4096)(_named)


def _begins(text: str, mark: str) -> bool:
    """Whether a mark stands at the beginning, and not only the beginning of a longer word; ``USD$`` has two."""
    behind = text[len(mark) : len(mark) + 1]
    glued = behind.isalpha() or (len(mark) > 3 and behind and behind not in f" {BETWEEN}")
    return text.startswith(mark) and not (mark[-1].isalpha() and glued)


def _reduced(text: str) -> str:
    """In capitals, without accents."""
    if text.isascii():
        return text.upper()
    return "".join(char for char in unicodedata.normalize("NFKD", text.upper()) if not unicodedata.combining(char))
