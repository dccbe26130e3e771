"""Headings without what tells two that say the same apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from hub_hookspecs import EXPONENTS

SMALL_WORDS: Final = frozenset(["de", "del", "la", "el", "los", "las", "al", "a", "en", "of", "the"])
SHORT: Final = {
    **dict.fromkeys(("no", "nro", "num", "nr", "n", "number"), "numero"),
    **dict.fromkeys(("f", "fec", "fch"), "fecha"),
    **dict.fromkeys(("vence", "vcto", "vto", "venc", "vencto"), "vencimiento"),
    **dict.fromkeys(("doc", "docto"), "documento"),
    **dict.fromkeys(("tel", "telf"), "telefono"),
    **dict.fromkeys(("fact", "fac"), "factura"),
    **dict.fromkeys(("vlr", "val"), "valor"),
    **dict.fromkeys(("identif", "ident"), "identificacion"),
    "cte": "cliente",
}
"""Words that programs shorten in headings."""
REMEMBERED: Final = 60
"""Length of the longest name of which it is remembered what it is reduced to."""


CURRENCY_WORDS: Final = frozenset(
    [
        *(code.casefold() for code in EXPONENTS),
        "us",
        "colones",
        "dolares",
        "dolar",
        "pesos",
        "euros",
        "quetzales",
        "soles",
    ]
)
KEPT: Final = 4096
"""Names that are not reduced anew: every name of ours, and the headings of a few files."""
TWICE: Final = re.compile(r"(.+) \([0-9]+\)")
"""How a second column with the same heading is called."""


def reduced(name: str) -> str:
    """A name without case, accents and punctuation:
    ``Fecha de emisión`` -> ``fecha_de_emision``."""
    return (_remembered if len(name) <= REMEMBERED else _reduced)(str(name))


def _reduced(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub("[^a-z0-9]+", "_", plain).strip("_")


_remembered = lru_cache(maxsize=KEPT)(_reduced)


@lru_cache(maxsize=KEPT)
def heading_key(name: str) -> str:
    """What headings share that say the same: ``Nº de Factura``, ``Factura No.`` -> ``factura_numero``."""
    plain = re.sub(r"(^|_)n_o(_|$)", r"\1numero\2", reduced(name))
    words = [SHORT.get(word, word) for word in plain.split("_")]
    kept = [word for word in words if word not in SMALL_WORDS]
    return "_".join(sorted(kept or words))


def amount_key(name: str) -> str:
    """The same of an amount, whose heading may name its currency: ``Total (USD)`` -> ``total``."""
    words = heading_key(name).split("_")
    return "_".join([word for word in words if word not in CURRENCY_WORDS] or words)


def first_of(name: str, columns: Collection[str]) -> str:
    """The heading that a column shares with one before it: ``Fecha`` of ``Fecha (2)``."""
    twice = TWICE.fullmatch(name)
    return twice[1] if twice and twice[1].casefold() in {column.casefold() for column in columns} else name
