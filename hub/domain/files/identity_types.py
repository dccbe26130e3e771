"""The type of an identity document as programs write it: its code, its label, the tax authority's code, a longer name;
and where nobody writes it, the types that a number may be of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hub.domain.identity import APART, DocumentReading, normalise_number, read_document
from hub_hookspecs import Country, IdentityDocument, IdentityType

from .heading_words import reduced

FREE_TEXT = "AB123456"
"""A type that takes this takes nearly anything, and tells nothing of a number."""
DASH: Final = re.compile(r"[-\u2010-\u2015\u2212]")
COMPANY: Final = re.compile(
    r"(?<!_de)_(?:s_?a(?:_?s)?|s_?r_?l|ltda|limitada|s_en_c(?:_s)?|e_?u|r_?l|e_?i_?r_?l|inc|llc|corp|s_?a_de_c_?v"
    r"|sociedad_anonima)$"
)
"""How the names of companies end, reduced."""


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

    A check digit beside the number, or after its dash, is one of a type that has them, also a wrong one after a dash;
    and a number is of no type as which it would lose what its dashes say.
    """
    if APART.fullmatch(number.strip()) and (divided := _with_digit_apart(country, number)):
        return divided
    readings = {kind: _read_as(country, kind, number, check_digit) for kind in country.identity_types}
    taken = [
        kind
        for kind, reading in readings.items()
        if reading.document and keeps_form(country, kind, number, reading.document)
    ]
    if check_digit and (beside := [kind for kind in taken if kind.check_digit]):
        return tuple(beside)
    narrow = [kind for kind in taken if not takes_any_text(kind)]
    if usual := [kind for kind in narrow if kind.usual and _is_usual(country, kind, number)]:
        return tuple(usual)
    if doubted := [kind for kind in readings if kind.check_digit and _is_digit_doubted(readings[kind])]:
        return tuple(doubted)
    if narrow:
        return tuple(narrow)
    return () if _is_grouped_as_known(country, number) else tuple(taken)


def _read_as(country: Country, kind: IdentityType, number: str, check_digit: str) -> DocumentReading:
    """A number read as of a type; of one that is not of its pattern nothing more is said."""
    if kind.check_digit is None and not re.fullmatch(kind.pattern, normalise_number(kind, number)):
        return DocumentReading()
    return read_document(country, kind.code, number, check_digit if kind.check_digit else "")


def takes_any_text(kind: IdentityType) -> bool:
    """Whether a type tells nothing of a number."""
    return re.fullmatch(kind.pattern, FREE_TEXT) is not None


def keeps_form(country: Country, kind: IdentityType, number: str, document: IdentityDocument | None = None) -> bool:
    """Whether a number, read as of a type, still has the parts that its dashes show: ``3-101-99988`` is of no person,
    who would be ``3-1019-9988``; and one with a check digit after a dash is of no type without one."""
    written = number.strip()
    if APART.fullmatch(written) and _with_digit_apart(country, number):
        if not kind.check_digit:
            return False
        written = DASH.sub("-", written).rpartition("-")[0]
    ends = _ends(DASH.split(written))
    document = document or (read_document(country, kind.code, number).document if ends else None)
    if document is None or not ends:
        return True
    shown = _ends(re.split(r"[^0-9A-Z]+", kind.show(document.number, None)))
    return not shown or {end for end in ends if end < len(document.number)} <= shown


def fits_name(kinds: Iterable[IdentityType], name: str) -> tuple[IdentityType, ...]:
    """Those of the types that somebody of this name may have: a company has no person's."""
    if not COMPANY.search(reduced(name)):
        return tuple(kinds)
    several = tuple(kinds)
    return tuple(kind for kind in several if kind.legal_person) or tuple(filter(takes_any_text, several))


def _ends(groups: list[str]) -> set[int]:
    """How many figures stand behind each gap between groups."""
    lengths = [sum(map(str.isalnum, group)) for group in groups]
    return {sum(lengths[at:]) for at in range(1, len(lengths))}


def _with_digit_apart(country: Country, number: str) -> tuple[IdentityType, ...]:
    """The types of which a number before its dash may be, whatever the digit behind it."""
    apart = APART.fullmatch(number.strip())
    return tuple(
        kind
        for kind in country.identity_types
        if apart and kind.check_digit and re.fullmatch(kind.pattern, normalise_number(kind, apart["number"]))
    )


def _is_digit_doubted(reading: DocumentReading) -> bool:
    return any(problem.field == "check_digit" for problem in reading.errors)


def _is_grouped_as_known(country: Country, number: str) -> bool:
    """Whether a number has figures and dashes alone, in as many groups as those of a type have."""
    groups = DASH.split(number.strip())
    shown = (DASH.split(kind.example) for kind in country.identity_types if not takes_any_text(kind))
    return (
        len(groups) > 1
        and all(group.strip().isdecimal() for group in groups)
        and any(len(groups) == len(known) for known in shown)
    )


def _is_usual(country: Country, kind: IdentityType, number: str) -> bool:
    document = read_document(country, kind.code, number).document
    return document is not None and re.fullmatch(kind.usual or "", document.number) is not None
