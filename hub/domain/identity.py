"""Identity documents as people type them, read by the rules of a country.

What is impossible is refused, what is merely unusual is accepted with a warning. A check digit stands apart from its
number, and is never guessed where two readings are possible.
"""

from __future__ import annotations

import re
import unicodedata

import attrs

from hub.domain.text import Declared, Text
from hub_hookspecs import Country, IdentityDocument, IdentityType

MAX_LENGTH = 60
SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212\u200b\ufeff]+")
APART = re.compile(r"(?P<number>.+)[-\u2010-\u2015\u2212]\s*(?P<digit>[0-9Kk])\s*")
"""A number and its check digit; in some countries (Chile) ten is written K."""


@attrs.frozen
class FieldError:
    """What is wrong with one field of a form, for the person who fills it in.

    Attributes:
        field: ``identity_type``, ``identity_number`` or ``check_digit``.
    """

    field: str
    message: Text


class Invalid(Exception):
    """A form that cannot be accepted; every error is listed and nothing changed."""

    def __init__(self, problems: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


@attrs.frozen(kw_only=True)
class DocumentReading:
    """What was understood of a document: a document, perhaps with warnings, or errors."""

    document: IdentityDocument | None = None
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()


def read_document(country: Country, type_code: str, raw_number: str, check_digit: str | None = None) -> DocumentReading:
    """Read a document as typed, its check digit in a field of its own, after a dash, or at the end of the number."""
    kind = country.identity_type(type_code.strip().upper())
    if kind is None:
        codes = ", ".join(kind.code for kind in country.identity_types)
        unknown = Text("identity.unknown_type", type=type_code[:40], country=country.name, codes=codes)
        return _refused("identity_type", unknown)
    if not raw_number.strip():
        return _refused("identity_number", Text("identity.number_missing"))
    if len(raw_number) > MAX_LENGTH:
        return _refused("identity_number", Text("identity.number_too_long", example=_example(kind)))
    digit = _bare(check_digit or "")
    if kind.check_digit is None:
        if digit:
            return _refused("check_digit", Text("identity.has_no_digit", type=Declared(kind.label)))
        return _reading(kind, normalise_number(kind, raw_number), None)
    return _read_with_digit(kind, raw_number, digit)


def normalise_number(kind: IdentityType, raw: str) -> str:
    """Upper case, without blanks, dots and dashes, and whatever else the type asks for."""
    return kind.normalise(_bare(raw))


def show_document(country: Country, document: IdentityDocument, *, with_type: bool = False) -> str:
    """The document as people write it: ``800.197.268-4``, or ``NIT 800.197.268-4``."""
    kind = country.identity_type(document.type)
    if kind is None or not re.fullmatch(kind.pattern, document.number):
        shown = f"{document.number}-{document.check_digit}" if document.check_digit else document.number
    else:
        shown = kind.show(document.number, document.check_digit)
    return f"{kind.label if kind else document.type} {shown}" if with_type else shown


def numbers_for(country: Country, text: str) -> tuple[str, ...]:
    """Every normalised number that may be meant by a text that does not tell the type of its document.

    A check digit is taken off only where the number cannot well be read with it, lest somebody else be meant.
    """
    bare = _bare(text)
    found = [bare]
    for kind in country.identity_types:
        if kind.check_digit is None:
            found.append(kind.normalise(bare))
        elif document := read_document(country, kind.code, text).document:
            found.append(document.number)
    return tuple(dict.fromkeys(number for number in found if number))


def _bare(raw: str) -> str:
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", raw)).upper()


def _read_with_digit(kind: IdentityType, raw: str, digit: str) -> DocumentReading:
    if digit and not re.fullmatch("[0-9K]", digit):
        return _refused("check_digit", Text("identity.digit_is_one"))
    apart = APART.fullmatch(unicodedata.normalize("NFKC", raw.strip()))
    if apart:
        written = apart["digit"].upper()
        if digit and digit != written:
            return _refused("check_digit", Text("identity.digits_differ", written=written, digit=digit))
        return _checked(kind, normalise_number(kind, apart["number"]), written)
    number = normalise_number(kind, raw)
    return _given(kind, number, digit) if digit else _undivided(kind, number)


def _given(kind: IdentityType, number: str, digit: str) -> DocumentReading:
    """The digit stands in its own field; people type it at the end of the number as well."""
    repeated = number.endswith(digit) and _ends_in_digit(kind, number)
    if repeated and not (_fits(kind, number, digit) and _is_usual(kind, number)):
        return _reading(kind, number[:-1], digit)
    return _checked(kind, number, digit)


def _undivided(kind: IdentityType, number: str) -> DocumentReading:
    """Nothing tells whether the last digit is the check digit."""
    whole = re.fullmatch(kind.pattern, number) is not None
    divided = _ends_in_digit(kind, number)
    if divided and not (whole and _is_usual(kind, number)):
        return _reading(kind, number[:-1], number[-1])
    if not whole:
        if re.fullmatch(kind.pattern, number[:-1]) and number.removesuffix("K").isdecimal():
            return _checked(kind, number[:-1], number[-1])
        return _reading(kind, number, None)
    usual_length = len(number) == _usual_length(kind)
    if divided and not usual_length:
        return _refused("check_digit", _apart(kind, Text("identity.digit_unclear", digit=number[-1])))
    if not _is_usual(kind, number) and len(number) == _usual_length(kind) + 1:
        return _refused("check_digit", _apart(kind, Text("identity.digit_unexpected", digit=number[-1])))
    reading = _reading(kind, number, _digit_for(kind, number))
    if divided or not usual_length:
        note = FieldError("check_digit", Text("identity.digit_left_out", digit=_digit_for(kind, number)))
        return attrs.evolve(reading, warnings=(*reading.warnings, note))
    return reading


def _checked(kind: IdentityType, number: str, digit: str) -> DocumentReading:
    if re.fullmatch(kind.pattern, number) and not _fits(kind, number, digit):
        expected = _digit_for(kind, number)
        shown = kind.show(number, None)
        return _refused("check_digit", Text("identity.digit_wrong", number=shown, expected=expected, digit=digit))
    return _reading(kind, number, digit)


def _reading(kind: IdentityType, number: str, digit: str | None) -> DocumentReading:
    if not re.fullmatch(kind.pattern, number):
        malformed = Text("identity.number_malformed", type=Declared(kind.label), example=_example(kind))
        return _refused("identity_number", malformed)
    unusual = Text("identity.unusual", warning=Declared(kind.warning))
    warnings = () if _is_usual(kind, number) else (FieldError("identity_number", unusual),)
    return DocumentReading(document=IdentityDocument(kind.code, number, digit), warnings=warnings)


def _refused(field: str, message: Text) -> DocumentReading:
    return DocumentReading(errors=(FieldError(field, message),))


def _digit_for(kind: IdentityType, number: str) -> str:
    assert kind.check_digit is not None
    return kind.check_digit(number)


def _fits(kind: IdentityType, number: str, digit: str) -> bool:
    return re.fullmatch(kind.pattern, number) is not None and _digit_for(kind, number) == digit


def _ends_in_digit(kind: IdentityType, number: str) -> bool:
    return _fits(kind, number[:-1], number[-1:])


def _is_usual(kind: IdentityType, number: str) -> bool:
    return kind.usual is None or re.fullmatch(kind.usual, number) is not None


def _usual_length(kind: IdentityType) -> int:
    """Digits of a number as long as the type's example, which shows the check digit after a dash."""
    apart = APART.fullmatch(kind.example)
    return len(_bare(apart["number"] if apart else kind.example))


def _example(kind: IdentityType) -> tuple[Text, ...]:
    return (Text("identity.example", number=kind.example),) if kind.example else ()


def _apart(kind: IdentityType, reason: Text) -> Text:
    return Text("identity.digit_apart", reason=reason, example=_example(kind))
