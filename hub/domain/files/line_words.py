"""What cells of a file look like: figures, days, the words of sums and of the feet of pages."""

from __future__ import annotations

import re
from typing import Final

from .sheet import JsonNumber

MARK: Final = r"(?:[A-Z]{0,3}\$[A-Z]?|[₡€]|[A-Z]{3}|S/\.?)"
FIGURE: Final = re.compile(rf"[-+(]*\s*{MARK}?\s*(?:[-+]?[0-9][0-9.,' ]*%?|-)\s*\)?\s*{MARK}?", re.IGNORECASE)
DAY: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}([/.-])[0-9a-z]{1,10}\.?\1[0-9]{2,4}\b.*", re.IGNORECASE
)
LETTER: Final = re.compile(r"[^\W\d_]")
DIGIT: Final = re.compile(r"[0-9]")
CURRENCY_WORDS: Final = re.compile(r"[A-Z]{3}|[A-Z]{0,3}\$[A-Z]?|[₡€]|colones|d[oó]lares|pesos|euros", re.IGNORECASE)
SUM: Final = re.compile(
    r"(?:gran(?:des)? |sub[- ]?)?total(?:es|izado)?|grand total|suma(?:s|toria)?(?: total(?:es)?)?"
    r"|saldo (?:total|final)",
    re.IGNORECASE,
)
OF_ALL: Final = re.compile(
    r"[\s:.=*-]*(?:(?:(?:general(?:es)?|final|global|acumulado|reporte|informe|documentos?|registros|facturas?|clientes?"
    r"|saldos?|cartera|por|cobrar|en|de|del|la|las|los|y|[A-Z]{3}|colones|d[oó]lares|pesos|[0-9]+)\b|[₡$€])[\s:.=*()-]*)*",
    re.IGNORECASE,
)
FOOTER: Final = re.compile(
    r"p[aá]g(?:ina|\.)?\s*:?\s*[0-9]+|page\s+[0-9]+|-\s*[0-9]+\s*-"
    r"|(?:generado|impreso|elaborado|emitido|preparado|creado|exportado)\s+(?:por|el|en|con|desde)\b"
    r"|generated\b|printed\b|powered by|fecha (?:y hora )?de (?:impresi[oó]n|generaci[oó]n)|usuario\s*:"
    r"|fin del? (?:reporte|informe)|[uú]ltima l[ií]nea|(?:total de )?registros\s*:|cantidad de (?:registros|documentos)"
    r"|nota\s*:|observaci[oó]n(?:es)?\s*:|www\.|https?://",
    re.IGNORECASE,
)
MAX_FIGURE: Final = 60
"""Letters of the longest cell that is looked at as a figure, or as words of a sum."""


def is_figure(cell: str) -> bool:
    """Whether a cell holds an amount or another number, and nothing else."""
    return isinstance(cell, JsonNumber) or (len(cell) <= MAX_FIGURE and bool(FIGURE.fullmatch(cell)))


def is_data(cell: str) -> bool:
    """Whether a cell holds what no heading is: a figure, a day, a number with dashes."""
    if is_figure(cell) or DAY.fullmatch(cell):
        return True
    return bool(DIGIT.search(cell)) and not LETTER.search(cell)


def is_sum_of_all(word: str) -> bool:
    """Whether the label of a sum is that of a whole file: ``Total general``, and not ``Total Ana`` or ``Subtotal``."""
    found = SUM.match(word[:MAX_FIGURE])
    return bool(found and not found[0].casefold().startswith("sub") and OF_ALL.fullmatch(word[found.end() :]))
