"""What the tables of the world's locales know of a country; the rest is for the author to look up."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files
from typing import Final

import attrs
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_territory_currencies

from hub_hookspecs import EXPONENTS, Country

PREFIXES: Final = {
    "AR": "+54", "BO": "+591", "BR": "+55", "CL": "+56", "CO": "+57", "CR": "+506", "CU": "+53", "DO": "+1",
    "EC": "+593", "GT": "+502", "HN": "+504", "MX": "+52", "NI": "+505", "PA": "+507", "PE": "+51", "PR": "+1",
    "PY": "+595", "SV": "+503", "UY": "+598", "VE": "+58",
}  # fmt: skip
DOCUMENTS: Final = {
    "AR": "CUIT", "BO": "NIT", "BR": "CNPJ", "CL": "RUT", "DO": "RNC", "EC": "RUC", "GT": "NIT", "HN": "RTN",
    "MX": "RFC", "NI": "RUC", "PA": "RUC", "PE": "RUC", "PY": "RUC", "SV": "NIT", "UY": "RUT", "VE": "RIF",
}  # fmt: skip
"""How the number of a company is called there."""


@attrs.frozen(kw_only=True)
class CountryFacts:
    """A country as far as it is known.

    Attributes:
        own: Whether the distribution brings it, since the hub does not know it.
        money_one, money_many: The currency's name, one and several.
    """

    own: bool
    name: str
    currency: str
    decimals: int
    locale: str = ""
    zone: str = ""
    phone_prefix: str = ""
    decimal_sign: str = ""
    document: str = ""
    money_one: str = ""
    money_many: str = ""


def facts_of(code: str, known: Country | None) -> CountryFacts:
    """A country that the hub knows, or one of which only the world's tables know.

    Raises:
        LookupError: It has no currency of today.
    """
    if known is not None:
        currency = known.currencies[0]
        return CountryFacts(own=False, name=known.name, currency=currency, decimals=EXPONENTS[currency])
    currency = next((money for money in get_territory_currencies(code) if money in EXPONENTS), "")
    if not currency:
        raise LookupError(f"no currency of {code} is known")
    locale = _locale_of(code)
    sign = str(locale.number_symbols["latn"]["decimal"])
    return CountryFacts(
        own=True,
        name=str(Locale("es").territories.get(code, code)),
        currency=currency,
        decimals=EXPONENTS[currency],
        locale=str(locale),
        zone=_zone_of(code),
        phone_prefix=PREFIXES.get(code, "+000"),
        decimal_sign=sign if sign in (",", ".") else "",
        document=DOCUMENTS.get(code, "TAX"),
        money_one=get_currency_name(currency, 1, locale="es"),
        money_many=get_currency_name(currency, 2, locale="es"),
    )


def _locale_of(code: str) -> Locale:
    """Spanish where it is spoken officially, else the first official language: ``es_PY``, ``pt_BR``."""
    official = get_official_languages(code)
    language = "es" if "es" in official or not official else official[0]
    try:
        return Locale.parse(f"{language}_{code}")
    except UnknownLocaleError:
        return Locale("es")


def _zone_of(code: str) -> str:
    """The first of its time zones, which is the one of most people or of the east."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[2] for row in rows if row[0] == code), "UTC")


def country_meant(code: str) -> str:
    """What is wrong with a country's code, and which one may be meant; empty where it is one."""
    territories = {language: Locale(language).territories for language in ("es", "en")}
    codes = {key for key in map(str, territories["en"]) if len(key) == 2 and key.isalpha()}
    if code in codes:
        return ""
    named = {str(names[key]).lower(): key for names in territories.values() for key in codes if key in names}
    near = get_close_matches(code.lower(), named, n=1)
    return f"--country {code!r} is no ISO 3166-1 code of two letters" + (
        f"; did you mean {named[near[0]]}?" if near else ""
    )
