"""What every country must prove, as plain checks of its record: no pytest, no hub, no simulator.

for finding in country_findings(COUNTRY):
    print(finding)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

import attrs

from hub_hookspecs.country import Country, IdentityType
from hub_hookspecs.declared_country import country_faults, digit_faults, holiday_faults, show_faults
from hub_hookspecs.patterns import slow_text, texts_for

from .finding import Finding, Proof, Result

YEARS: Final = range(2000, 2101)
MANY: Final = 300
LONGEST: Final = 60
"""Characters that people may type into the field of a number."""

PHONE: Final = 15
"""Digits of a telephone number with its country's, by E.164."""

SEPARATORS: Final = re.compile(r"[\s.\-]+")
LAST_DASH: Final = re.compile(r"(.+)-\s*(\w)\s*")


@attrs.frozen
class CountryProof:
    """One thing that every country must prove.

    Attributes:
        name: A sentence about the country.
        check: Yields what it finds; nothing means that it holds.
    """

    name: str
    check: Callable[[Country], Iterable[str]]


def _record(country: Country) -> Iterator[str]:
    yield from country_faults(country)


def _patterns(country: Country) -> Iterator[str]:
    for kind in country.identity_types:
        yield from (f"identity type {kind.code}: {fault}" for fault in _numbers(kind))
    texts = _texts(country.mobile)
    digits = len(country.phone_prefix) - 1
    if texts is not None and not any(re.fullmatch("[0-9]+", text) and len(text) + digits <= PHONE for text in texts):
        yield (
            f"mobile: nothing that {country.mobile!r} lets through is a number of digits alone that has with "
            f"{country.phone_prefix} at most {PHONE}: leave blanks, dashes and the prefix out of the pattern"
        )


def _numbers(kind: IdentityType) -> Iterator[str]:
    """Whether people's numbers come through: they are normalised before they meet the pattern."""
    for name, pattern in (("pattern", kind.pattern), ("usual", kind.usual)):
        texts = _texts(pattern) if pattern is not None else None
        if texts is None or pattern is None:
            continue
        if slow := slow_text(pattern, texts[:4]):
            yield f"{name}: {pattern!r} hangs at {slow!r}: let no part that repeats stand within another that does"
        if not texts and not kind.example:
            yield f"{name}: no number could be made that {pattern!r} lets through: give an example of one"
        whole = [text for text in texts if len(text) <= LONGEST and _normalised(kind, text) == text]
        if texts and not whole:
            yield (
                f"{name}: {pattern!r} lets no normalised number through: those are of capitals and digits, without "
                f"blanks, dots and dashes, of at most {LONGEST}, and what normalise makes of them"
            )
        elif texts and name == "usual" and not any(re.fullmatch(kind.pattern, text) for text in whole):
            yield "usual: its numbers are none of its pattern's: let usual be the narrower of the two"
    if kind.example:
        yield from _example(kind)


def _example(kind: IdentityType) -> Iterator[str]:
    """Whether the example that a refused person reads would be taken."""
    apart = LAST_DASH.fullmatch(kind.example) if kind.check_digit else None
    number = _normalised(kind, apart[1] if apart else kind.example)
    if _texts(kind.pattern) is None:
        return
    if not re.fullmatch(kind.pattern, number):
        yield f"example {kind.example!r} is read as {number!r}, which its pattern refuses: give a number that is taken"
    elif apart and kind.check_digit and not any(digit_faults(kind, [number])):
        digit = kind.check_digit(number)
        if digit != apart[2]:
            yield f"example {kind.example!r} has another check digit than {digit!r}, which is its number's"


def _digits(country: Country) -> Iterator[str]:
    """Whether check digits answer to whatever a pattern lets through, and to what it just does not."""
    for kind in country.identity_types:
        texts = _texts(kind.pattern) or ()
        if kind.check_digit and texts:
            near = [text for text in _near(texts) if not re.fullmatch(kind.pattern, text)]
            strange = [text for text in map(_other_digits, texts) if re.fullmatch(kind.pattern, text)]
            faults = [*digit_faults(kind, (*texts, *strange)), *_raised(kind, near)]
            yield from (f"identity type {kind.code}: {fault}" for fault in faults[:1])


def _near(texts: Iterable[str]) -> Iterator[str]:
    """One character more or fewer, as people type them."""
    for text in texts:
        yield from (text[:-1], text[1:], text + text[-1], "0" + text)


def _other_digits(text: str) -> str:
    """The same in Eastern Arabic digits, which ``\\d`` lets through and ``[0-9]`` does not."""
    return text.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})


def _raised(kind: IdentityType, numbers: Iterable[str]) -> Iterator[str]:
    """A number that its pattern refuses may have any check digit, but its reader must not fall over it."""
    for number in numbers:
        yield from (
            fault.replace("whatever its pattern lets through", "a number that is too short or too long as well")
            for fault in digit_faults(kind, [number])
            if fault.startswith("check_digit raised")
        )


def _shown(country: Country) -> Iterator[str]:
    for kind in country.identity_types:
        yield from (f"identity type {kind.code}: {fault}" for fault in show_faults(kind, _texts(kind.pattern) or ()))


def _holidays(country: Country) -> Iterator[str]:
    yield from holiday_faults(country, YEARS)


COUNTRY_PROOFS: Final[tuple[CountryProof, ...]] = (
    CountryProof("its record is whole", _record),
    CountryProof("its patterns take numbers as people have them, whole and at once", _patterns),
    CountryProof("its check digits answer to every number", _digits),
    CountryProof("every number can be shown", _shown),
    CountryProof("its holidays are of the year that is asked for", _holidays),
)


def prove_country(country: Country) -> tuple[Result, ...]:
    """Run the proofs on a country; what its own code raises is found, and not raised."""
    return tuple(
        Result(proof, tuple(Finding(proof.name, text) for text in _checked(made, country)), _excuse(made, country))
        for made, proof in zip(COUNTRY_PROOFS, proofs_for(country), strict=True)
    )


def proofs_for(country: Country) -> tuple[Proof, ...]:
    """The same beside the proofs of a provider; they ask nothing of its bench."""
    return tuple(
        Proof(
            f"country {country.code}: {proof.name}", partial(_checked, proof, country), partial(_excuse, proof, country)
        )
        for proof in COUNTRY_PROOFS
    )


def country_findings(country: Country) -> list[Finding]:
    """Everything that is wrong with a country, each thing once; empty when nothing is."""
    found = {finding.text: finding for result in prove_country(country) for finding in result.findings}
    return list(found.values())


def _checked(proof: CountryProof, country: Country, _bench: object = None) -> list[str]:
    """What a proof finds that the record alone does not tell."""
    told = () if proof.check is _record else _found(COUNTRY_PROOFS[0], country)
    return [text for text in _found(proof, country) if text not in told]


def _excuse(proof: CountryProof, country: Country, _subject: object = None) -> str:
    """Why a proof did not come to its end: all that it finds is told by the record's."""
    ended = _checked(proof, country) or not _found(proof, country)
    return "" if ended else f"not seen to its end, see: country {country.code}: {COUNTRY_PROOFS[0].name}"


def _found(proof: CountryProof, country: Country) -> tuple[str, ...]:
    try:
        texts = tuple(proof.check(country))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a record that broke a proof has broken it
        texts = (f"the proof could not be ended: {type(error).__name__}: {error}: correct the record first",)
    return tuple(dict.fromkeys(f"{country.code}: {text}" for text in texts))


def _texts(pattern: str) -> tuple[str, ...] | None:
    """Texts that a pattern lets through; None where it does not compile, which the record's own proof says."""
    try:
        return texts_for(pattern, MANY)
    except (re.error, RecursionError, OverflowError):
        return None


def _normalised(kind: IdentityType, text: str) -> str:
    """A number as the hub reads it."""
    return kind.normalise(SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper())
