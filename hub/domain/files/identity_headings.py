"""Headings that are made of words of identity: ``Ced. Receptor``, ``RUC/Cédula``, ``C.C. / NIT``, ``NIT o CC``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .heading_words import SHORT, SMALL_WORDS, reduced

_CORE: Final = (
    "cedula cedulas ced nit nits ruc rut rfc dni nif cif cuit cuil curp dui rtn nite dimex pasaporte pas identificacion"
    " identificaciones identification"
)
CORE: Final = frozenset(_CORE.split())
"""Words of which one says that a column has the numbers of people's documents."""
AMBIGUOUS: Final = frozenset(["cc", "ci", "ce", "ti"])
"""The same where the cells have such numbers: ``CC`` is a centre of cost too."""
DOCUMENT: Final = "documento"
_PEOPLE: Final = (
    "cliente clientes receptor tercero terceros deudor comprador adquirente adquiriente contribuyente titular persona"
    " customer client contacto socio asociado"
)
PEOPLE: Final = frozenset(_PEOPLE.split())
"""Whose number it is."""
_BESIDE: Final = (
    "numero o u y e or juridica juridico fisica fisico natural identidad ciudadania extranjeria residencia nacional"
    " tributaria tributario fiscal legal numeros"
)
BESIDE: Final = frozenset(_BESIDE.split())
"""What else such a heading says of them."""
SPELT: Final = {"c_c": "cc", "c_i": "ci", "c_e": "ce", "t_i": "ti", "n_i_t": "nit", "r_u_c": "ruc", "r_u_t": "rut"}
"""Abbreviations with a dot behind each letter, reduced."""


def words_of(heading: str) -> tuple[str, ...]:
    """The words of a heading, abbreviations written out, without those that say nothing."""
    plain = f"_{reduced(heading)}_"
    for spelt, word in {**SPELT, "d_n_i": "dni", "r_f_c": "rfc", "n_o": "numero"}.items():
        plain = plain.replace(f"_{spelt}_", f"_{word}_")
    words = [SHORT.get(word, word) for word in plain.strip("_").split("_")]
    return tuple(word for word in words if word not in SMALL_WORDS)


def says_identity(heading: str, cells: Sequence[str]) -> bool:
    """Whether a heading has words of identity alone; whose other words make it another's is not one."""
    words = set(words_of(heading))
    sure = words & CORE or (DOCUMENT in words and words & PEOPLE)
    if not words <= CORE | AMBIGUOUS | PEOPLE | BESIDE | {DOCUMENT}:
        return False
    return bool(sure) or (bool(words & AMBIGUOUS) and are_identities(cells))


def are_identities(cells: Sequence[str]) -> bool:
    """Whether most have numbers as long as those of identity documents."""
    return 2 * sum(5 <= sum(map(str.isdigit, cell)) <= 14 and not is_name(cell) for cell in cells) > len(cells)


def is_name(cell: str) -> bool:
    """Whether a cell has more letters than figures, and is no mail."""
    letters, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return letters > digits and "@" not in cell
