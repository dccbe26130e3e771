"""The two countries that the hub ships, as data."""

import re
from datetime import date, timedelta
from importlib.metadata import entry_points
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from stdnum.cr import cpj
from stdnum.exceptions import ValidationError

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.countries.cr import USUAL_COMPANY_CLASSES
from hub.domain.identity import read_document, show_document
from hub_hookspecs import EXPONENTS, Country

BOTH = pytest.mark.parametrize("country", [CR, CO], ids=lambda country: country.code)


def easter(year: int) -> date:
    """Gauss's rule, as Butcher wrote it."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def following_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


@BOTH
def test_a_country_is_found_by_its_entry_point(country: Country) -> None:
    """The entry point's name is the country's code."""
    (found,) = entry_points(group="hub.countries", name=country.code)

    assert country is found.load()


@BOTH
def test_a_country_names_a_locale_a_zone_and_currencies_that_exist(country: Country) -> None:
    """Babel, the time zone database and our exponents know them, and receipts have a word for each currency."""
    assert country.code == Locale.parse(country.locale).territory
    assert country.zone == ZoneInfo(country.zone).key
    assert set(country.currencies) <= EXPONENTS.keys()
    assert set(country.currencies) == set(country.receipts.major)


@BOTH
def test_each_example_of_an_identity_type_is_read_without_a_warning_and_shown_as_written(country: Country) -> None:
    """What the form shows as an example is acceptable."""
    for kind in country.identity_types:
        reading = read_document(country, kind.code, kind.example)

        assert reading.document is not None, (kind.code, reading)
        assert reading.warnings == ()
        assert kind.example == show_document(country, reading.document)


@BOTH
def test_identity_types_have_codes_of_their_own_and_a_warning_for_what_is_unusual(country: Country) -> None:
    """A pattern of usual numbers without a warning would warn with an empty text."""
    codes = [kind.code for kind in country.identity_types]

    assert len(codes) == len(set(codes))
    assert all(bool(kind.usual) == bool(kind.warning) for kind in country.identity_types)
    assert all(kind.label and kind.tax_code for kind in country.identity_types)


def test_costa_rica_says_usted_and_colombia_says_tu() -> None:
    """The same messages with the same places to fill, each in its country's manner."""
    formal = re.compile(r"\b(su|sus|le|usted|guste|desea)\b", re.IGNORECASE)
    familiar = re.compile(r"\b(tu|tus|te|ti|tú|quieres|quieras)\b", re.IGNORECASE)

    assert CR.wording.keys() == CO.wording.keys()
    for key, text in CR.wording.items():
        places = {name for _, name, _, _ in Formatter().parse(text)}
        assert places == {name for _, name, _, _ in Formatter().parse(CO.wording[key])}, key
        assert not familiar.search(text), key
        assert not formal.search(CO.wording[key]), key


def test_only_colombia_allows_surcharges_and_withholds() -> None:
    """Charging a payer for using a card is forbidden in Costa Rica."""
    assert (CR.surcharge_allowed, CO.surcharge_allowed) == (False, True)
    assert (CR.withholdings, CO.withholdings) == (False, True)


@pytest.mark.parametrize(
    ("country", "number", "mobile"),
    [(CR, "88888888", True), (CR, "22222222", False), (CO, "3001234567", True), (CO, "6012345678", False)],
)
def test_mobile_numbers_are_told_from_others(country: Country, number: str, mobile: bool) -> None:
    """By the pattern of the country, without prefix."""
    assert mobile is (re.fullmatch(country.mobile, number) is not None)


@pytest.mark.parametrize("year", [2026, 2027])
def test_holidays_are_those_of_the_law(year: int) -> None:
    """The written dates agree with the rules: fixed days, days counted from Easter, and Colombia's Mondays."""
    sunday = easter(year)
    holy = {sunday - timedelta(days=3), sunday - timedelta(days=2)}
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25))}
    moved = {date(year, month, day) for month, day in ((1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11))}
    counted = {sunday + timedelta(days=days) for days in (39, 60, 68)}
    costa_rica = ((1, 1), (4, 11), (5, 1), (7, 25), (8, 2), (8, 15), (8, 31), (9, 15), (12, 1), (12, 25))

    assert fixed | holy | {following_monday(day) for day in moved | counted} == {
        day for day in CO.holidays if day.year == year
    }
    assert holy | {date(year, *day) for day in costa_rica} == {day for day in CR.holidays if day.year == year}


def test_the_usual_company_classes_are_those_that_stdnum_knows() -> None:
    """stdnum is never a gate, but its list of classes is a fair list of usual ones."""

    def known(company_class: str) -> bool:
        try:
            cpj.validate(f"{company_class}123456")
        except ValidationError:
            return False
        return True

    assert {f"{n}" for n in range(2000, 6000) if known(f"{n}")} == set(USUAL_COMPANY_CLASSES.split("|"))
