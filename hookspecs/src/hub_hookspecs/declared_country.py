"""What a country declares, judged: its Country record.

Run by the hub at load and by the conformance kit, so that both say the same. What takes longer than a start may take
stands in ``testing.countries``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .contact import ContactRules
from .country import Country, IdentityType
from .holidays import Holidays
from .money import EXPONENTS
from .patterns import slow_text, texts_for

TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
KEY: Final = re.compile(r"[a-z][a-z0-9_]*")
PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,3}")
LOCALE: Final = re.compile(r"[a-z]{2,3}_([A-Z]{2})")
DIGIT: Final = re.compile(r"[0-9A-Z]")
SERIES: Final = re.compile(r"[0-9A-Z]{1,10}")
OWN_MEANS: Final = frozenset({"cash", "transfer", "cheque", "card", "wallet", "online"})
SHORT: Final = 6
"""Made texts of a pattern that are tried at each start."""


def country_faults(country: object) -> tuple[str, ...]:
    """What is wrong with a country's record, each with what helps; empty when nothing is."""
    if not isinstance(country, Country):
        return (f"it is {type(country).__name__}, not a Country",)
    try:
        return tuple(_faults(country))
    except (TypeError, AttributeError, ValueError) as error:
        return (f"the Country holds a value of the wrong type: {error}",)


def _faults(country: Country) -> Iterator[str]:
    if not re.fullmatch("[A-Z]{2}", country.code):
        yield f"code {country.code!r} is no ISO 3166-1 alpha-2 code: write two capitals"
    if not country.name.strip():
        yield "name is empty: people read it"
    locale = LOCALE.fullmatch(country.locale)
    if not locale or locale[1] != country.code:
        yield f"locale {country.locale!r} is not language and country: write it like es_{country.code}"
    for name, zones in (("zone", (country.zone,)), ("zones", country.zones)):
        unknown = (
            [zone for zone in zones if not _is_zone(zone)] if _is_zone("UTC") else []
        )  # else none is installed here
        yield from (f"{name}: no time zone {zone!r} is known: name one of IANA's" for zone in unknown)
    yield from _currency_faults(country)
    yield from _doubled("identity_types", (kind.code for kind in country.identity_types))
    for kind in country.identity_types:
        yield from (f"identity type {kind.code}: {fault}" for fault in _identity_faults(kind))
    yield from (f"mobile: {fault}" for fault in pattern_faults(country.mobile))
    if not PREFIX.fullmatch(country.phone_prefix):
        yield f"phone_prefix {country.phone_prefix!r} is not a plus and one to four digits: write it like +506"
    for name, pairs in (
        ("address_parts", country.address_parts),
        ("withheld_taxes", country.withheld_taxes),
        ("means", country.means),
    ):
        yield from _pair_faults(name, pairs)
    yield from (
        f"means: {code} is one of the hub's own: call it otherwise" for code, _ in country.means if code in OWN_MEANS
    )
    yield from (
        f"wording: {key!r} is not a text by message id: write texts"
        for key, text in country.wording.items()
        if not (_is_text(key) and _is_text(text))
    )
    yield from (
        f"withheld_of_vat: {code!r} is none of withheld_taxes: name its code there first"
        for code in country.withheld_of_vat
        if code not in dict(country.withheld_taxes)
    )
    if not SERIES.fullmatch(country.receipts.series):
        yield f"receipts.series {country.receipts.series!r} is not one to ten capitals and digits: write it like RC"
    yield from holiday_faults(country, (2000, 2026, 2100))
    if country.contacts is not None:
        yield from (f"contacts.{fault}" for fault in _contact_faults(country.contacts))


def _contact_faults(rules: ContactRules) -> Iterator[str]:
    if not rules.windows:
        yield "windows: there is none, so that nobody could ever be reminded"
    for weekday, (opens, closes) in rules.windows.items():
        if weekday not in range(7):
            yield f"windows: {weekday!r} is no weekday: 0 is Monday, 6 is Sunday"
        if opens >= closes:
            yield f"windows: on weekday {weekday} it closes before it opens"
    for name in ("per_day", "per_week", "channels_per_week"):
        if getattr(rules, name) < 1:
            yield f"{name} is less than one: leave the weekdays out on which there is none"
    if not rules.source.strip():
        yield "source is empty: people read where the rule is written"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder, or a name that leads out of the database
        return False
    return True


def _currency_faults(country: Country) -> Iterator[str]:
    if not country.currencies:
        yield "currencies: there is none, and the first is the usual one"
    yield from _doubled("currencies", country.currencies)
    for currency in country.currencies:
        if currency not in EXPONENTS:
            yield f"currencies: {currency!r} is unknown: write its code of ISO 4217"
        names: object = country.receipts.major.get(currency)
        if not (isinstance(names, tuple) and len(names) == 2 and all(name and _is_text(name) for name in names)):
            yield (
                f"receipts.major does not say one and many of {currency}: amounts are written in words "
                f'like {{"{currency}": ("peso", "pesos")}}'
            )


def _identity_faults(kind: IdentityType) -> Iterator[str]:
    if not TYPE.fullmatch(kind.code):
        yield "its code is typed in capitals: write capitals, digits and underscores"
    if not kind.label.strip():
        yield "label is empty: people read it"
    faults = tuple(pattern_faults(kind.pattern))
    yield from (f"pattern: {fault}" for fault in faults)
    if kind.usual is not None:
        yield from (f"usual: {fault}" for fault in pattern_faults(kind.usual))
        if not kind.warning:
            yield "warning is empty: whoever types a number that is not usual reads it"
    if not faults:
        numbers = texts_for(kind.pattern, SHORT)
        yield from digit_faults(kind, numbers)
        yield from show_faults(kind, numbers)


def pattern_faults(pattern: str) -> Iterator[str]:
    """Why numbers cannot be matched in full with a pattern."""
    try:
        compiled = re.compile(pattern)
        texts = texts_for(pattern, SHORT)
    except (re.error, RecursionError, OverflowError) as error:
        yield f"{pattern!r} does not compile ({error})"
        return
    if compiled.fullmatch(""):
        yield f"{pattern!r} lets an empty number through: ask for a character at least"
    if slow := slow_text(pattern, texts[:1]):
        yield f"{pattern!r} hangs at {slow!r}: let no part that repeats stand within another that does"


def digit_faults(kind: IdentityType, numbers: Iterable[str]) -> Iterator[str]:
    """What is wrong with a type's check digits of these numbers, as soon as one is."""
    if kind.check_digit is None:
        return
    for number in numbers:
        try:
            first: object = kind.check_digit(number)
            again: object = kind.check_digit(number)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the number cannot be taken
            yield f"check_digit raised {_said(error)} at {number!r}: it answers to whatever its pattern lets through"
            return
        if not (isinstance(first, str) and DIGIT.fullmatch(first)):
            yield f"check_digit gave {first!r} for {number!r}: give one digit or capital, as text"
            return
        if first != again:
            yield f"check_digit gave {first!r} and then {again!r} for {number!r}: the number alone decides"
            return


def show_faults(kind: IdentityType, numbers: Iterable[str]) -> Iterator[str]:
    """Whether these numbers can be shown and normalised, as soon as one cannot."""
    for number in numbers:
        for name, call in (("show", partial(kind.show, number, None)), ("normalise", partial(kind.normalise, number))):
            try:
                text: object = call()
            except Exception as error:  # noqa: BLE001 - whatever it raises, the number cannot be read
                yield f"{name} raised {_said(error)} at {number!r}: it answers to whatever its pattern lets through"
                return
            if not isinstance(text, str) or not text:
                yield f"{name} gave {text!r} for {number!r}: give a text"
                return


def holiday_faults(country: Country, years: Iterable[int]) -> Iterator[str]:
    """What is wrong with the holidays of these years, as soon as one year is."""
    rule = country.holidays
    for year in years:
        try:
            date(year, 6, 15) in rule  # noqa: B015 - whether it can be asked
            days = rule.of(year) if isinstance(rule, Holidays) else ()
            strange = [day for day in days if not _is_day_of(year, day)]
        except Exception as error:  # noqa: BLE001 - whatever it raises, nothing can be estimated
            yield f"holidays raised {_said(error)} for {year}: the rule answers for every year"
            return
        if strange:
            yield f"holidays gave {strange[0]} for {year}: give dates of the year that is asked for"
            return


def _is_day_of(year: int, day: object) -> bool:
    return isinstance(day, date) and day.year == year


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _pair_faults(name: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    pairs = tuple(pairs)
    yield from _doubled(name, (code for code, _ in pairs))
    for code, label in pairs:
        if not KEY.fullmatch(code):
            yield f"{name}: {code!r} stands in stored records: write small letters, digits and underscores"
        if not label.strip():
            yield f"{name}: {code} has no name: people read it"


def _doubled(name: str, codes: Iterable[str]) -> Iterator[str]:
    known = list(codes)
    yield from (
        f"{name}: {code} stands there twice: leave one out" for code in sorted(set(known)) if known.count(code) > 1
    )


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
