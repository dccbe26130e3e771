"""The two countries that the hub ships, as data."""

import ast
import re
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import attrs
import pytest
from babel import Locale
from babel.numbers import get_decimal_symbol
from stdnum.cr import cpj
from stdnum.exceptions import ValidationError

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.countries.cr import USUAL_COMPANY_CLASSES
from hub.domain.identity import read_document, show_document
from hub.domain.receipt import TAX_NAME, Means
from hub_hookspecs import EXPONENTS, Country
from hub_hookspecs.testing.countries import country_findings

HUB = Path(__file__).parents[2] / "hub"
BOTH = pytest.mark.parametrize("country", [CR, CO], ids=lambda country: country.code)


@BOTH
def test_a_country_is_found_by_its_entry_point(country: Country) -> None:
    """The entry point's name is the country's code."""
    (found,) = entry_points(group="hub.countries", name=country.code)

    assert country is found.load()


@BOTH
def test_it_proves_what_every_country_must(country: Country) -> None:
    assert list(map(str, country_findings(country))) == []


@BOTH
def test_what_a_country_names_fits_into_books_and_receipts(country: Country) -> None:
    """Codes stand there for ever beside those of every country;
    amounts are typed as the language writes them."""
    taxes, means = ([code for code, _name in named] for named in (country.withheld_taxes, country.means))
    assert [code for code in (*taxes, *means) if not re.fullmatch(TAX_NAME, code)] == []
    assert set(means) & set(Means) == set()
    assert country.decimal_sign in ("", get_decimal_symbol(country.locale))
    assert [zone for zone in country.zones if zone != ZoneInfo(zone).key] == []


def test_a_sign_that_stands_before_no_decimals_is_refused() -> None:
    with pytest.raises(ValueError, match="decimal_sign"):
        attrs.evolve(CO, decimal_sign=";")


def test_no_room_asks_for_a_country_by_its_code_or_locale() -> None:
    """What differs by country stands in its record: nothing is compared with these,
    and no table is kept by them."""
    named = {text for country in (CR, CO) for text in (country.code, country.locale)}

    def asked(tree: ast.AST) -> Iterator[ast.AST]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare | ast.Set | ast.MatchValue):
                yield from ast.walk(node)
            elif isinstance(node, ast.Dict):
                yield from (key for key in node.keys if key is not None)

    of_all = {
        HUB / "authoring" / "country_facts.py",  # what is known of a country before anybody brings its record
        HUB / "documents" / "pdf.py",  # the size of paper, of every country of the world
    }
    rooms = [path for path in HUB.rglob("*.py") if path not in of_all]
    found = {
        path.relative_to(HUB).as_posix()
        for path in rooms
        for node in asked(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in named
    }
    assert found == set()
    assert len(rooms) > 100


@BOTH
def test_a_country_names_a_locale_a_zone_and_currencies_that_exist(country: Country) -> None:
    """Babel, the time zone database and our exponents know them,
    and receipts have a word for each currency."""
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


def test_only_colombia_withholds() -> None:
    assert (CR.withholdings, CO.withholdings) == (False, True)


@pytest.mark.parametrize(
    ("country", "number", "mobile"),
    [(CR, "88888888", True), (CR, "22222222", False), (CO, "3001234567", True), (CO, "6012345678", False)],
)
def test_mobile_numbers_are_told_from_others(country: Country, number: str, mobile: bool) -> None:
    """By the pattern of the country, without prefix."""
    assert mobile is (re.fullmatch(country.mobile, number) is not None)


def days(country: Country, year: int) -> list[str]:
    """The holidays of a year, in order."""
    first = date(year, 1, 1)
    every = (first + timedelta(days=count) for count in range(366))
    return [f"{day:%m-%d}" for day in every if day.year == year and day in country.holidays]


WRITTEN = {
    (
        "CO",
        2025,
    ): "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25",
    (
        "CO",
        2026,
    ): "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16"
    " 12-08 12-25",
    (
        "CO",
        2027,
    ): "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-12 07-20 08-07 08-16 10-18 11-01 11-15"
    " 12-08 12-25",
    ("CR", 2025): "01-01 04-11 04-17 04-18 05-01 07-25 08-02 08-15 08-31 09-15 12-01 12-25",
    ("CR", 2026): "01-01 04-02 04-03 04-11 05-01 07-25 08-02 08-15 08-31 09-15 12-01 12-25",
    ("CR", 2027): "01-01 03-25 03-26 04-11 05-01 07-25 08-02 08-15 08-31 09-15 12-01 12-25",
}
"""As calendars print them."""


@pytest.mark.parametrize(("code", "year"), WRITTEN)
def test_holidays_are_those_of_the_calendar(code: str, year: int) -> None:
    """What the rules of the law compute is what was written down for these years."""
    assert days({"CO": CO, "CR": CR}[code], year) == WRITTEN[code, year].split()


@BOTH
def test_holidays_do_not_end(country: Country) -> None:
    """Each year has as many, or one less where two fall on one day; what is no date is none."""
    usual = {"CO": (18, 19), "CR": (11, 12)}[country.code]

    assert all(len(days(country, year)) in usual for year in range(2026, 2101))
    assert "2026-12-25" not in country.holidays


def test_control_a_list_of_dates_ends() -> None:
    """Holidays that somebody wrote down for two years."""
    listed = attrs.evolve(CR, holidays=frozenset(date(year, 12, 25) for year in (2026, 2027)))

    assert (days(listed, 2027), days(listed, 2028)) == (["12-25"], [])


def test_the_usual_company_classes_are_those_that_stdnum_knows() -> None:
    """stdnum is never a gate, but its list of classes is a fair list of usual ones."""

    def known(company_class: str) -> bool:
        try:
            cpj.validate(f"{company_class}123456")
        except ValidationError:
            return False
        return True

    assert {f"{n}" for n in range(2000, 6000) if known(f"{n}")} == set(USUAL_COMPANY_CLASSES.split("|"))
