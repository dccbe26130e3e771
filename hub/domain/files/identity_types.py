"""The type of an identity document as programs write it: its code, its label, the tax authority's code, a longer name;
and where nobody writes it, the types that a number may be of."""

from __future__ import annotations

import re

from hub.domain.identity import APART, read_document
from hub_hookspecs import Country, IdentityType

from .heading_words import reduced

FREE_TEXT = "AB123456"
"""A type that takes this takes nearly anything, and tells nothing of a number."""


def types_named(country: Country, written: str) -> tuple[IdentityType, ...]:
    """The types that a cell names, whole (``Persona jurídica``, ``N.I.T.``) or in a part (``13 - Cédula``)."""
    codes = [word for word in written.split()[:1] if word.isdecimal() or word.isupper()]
    several = (_called(country, part) for part in (written, *re.split(r"\s[-–—]\s|[-–—:(/)]", written), *codes))
    return next((found for found in several if found), ())


def _called(country: Country, written: str) -> tuple[IdentityType, ...]:
    plain = reduced(written).replace("_", "")
    return tuple(kind for kind in country.identity_types if plain and plain in _names(kind))


def _names(kind: IdentityType) -> set[str]:
    names = {reduced(name).replace("_", "") for name in (kind.code, kind.label, *kind.also_called)}
    return names | {kind.tax_code, kind.tax_code.lstrip("0")}


def types_for(country: Country, number: str, check_digit: str = "") -> tuple[IdentityType, ...]:
    """The types that a number may well be of: of one alone, it is of that; those that take any text come last.

    A check digit beside the number, or after its dash, is one of a type that has them.
    """
    taken = [
        kind
        for kind in country.identity_types
        if read_document(country, kind.code, number, check_digit if kind.check_digit else "").document
    ]
    if divided := [kind for kind in taken if kind.check_digit and (check_digit or APART.fullmatch(number.strip()))]:
        return tuple(divided)
    narrow = [kind for kind in taken if not re.fullmatch(kind.pattern, FREE_TEXT)]
    usual = [kind for kind in narrow if kind.usual and _is_usual(country, kind, number)]
    return tuple(usual or narrow or taken)


def _is_usual(country: Country, kind: IdentityType, number: str) -> bool:
    document = read_document(country, kind.code, number).document
    return document is not None and re.fullmatch(kind.usual or "", document.number) is not None
