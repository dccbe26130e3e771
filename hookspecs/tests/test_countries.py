"""A country proves what every country must, and what is wrong with one names its field and the remedy."""

from __future__ import annotations

import itertools
from datetime import date

import attrs
import pytest

from hub_hookspecs import Country, Holidays, IdentityType, ReceiptRules, easter
from hub_hookspecs.declared_country import country_faults
from hub_hookspecs.patterns import slow_text, texts_for
from hub_hookspecs.testing.countries import COUNTRY_PROOFS, country_findings, prove_country


def modulo(number: str) -> str:
    """Chile's, whose digit may be a K."""
    weights = itertools.cycle((2, 3, 4, 5, 6, 7))
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(reversed(number), weights, strict=False)) % 11
    return {10: "K", 11: "0"}.get(rest, str(rest))


RUT = IdentityType(code="RUT", label="RUT", pattern="[0-9]{7,8}", example="76.192.083-9", check_digit=modulo)
CHILE = Country(
    code="CL",
    name="Chile",
    identity_types=(RUT, IdentityType(code="PAS", label="Pasaporte", pattern="[0-9A-Z]{3,16}", example="P-12.345")),
    currencies=("CLP", "USD"),
    locale="es_CL",
    zone="America/Santiago",
    zones=("Pacific/Easter",),
    address_parts=(("commune", "Comuna"), ("street", "Calle")),
    mobile="9[0-9]{8}",
    phone_prefix="+56",
    receipts=ReceiptRules(major={"CLP": ("peso", "pesos"), "USD": ("dólar", "dólares")}),
    holidays=Holidays(lambda year: {date(year, 1, 1), easter(year)}),
    means=(("vale_vista", "Vale vista"),),
)


def raises(_number: object) -> str:
    raise KeyError("weights")


NUMBERS = itertools.count()


def with_type(**changes: object) -> Country:
    return attrs.evolve(CHILE, identity_types=(attrs.evolve(RUT, **changes),))


BROKEN = {
    "a pattern that does not compile": (
        with_type(pattern="[0-9"),
        "identity type RUT: pattern: '[0-9' does not compile",
    ),
    "a usual one that does not": (with_type(usual="(", warning="x"), "usual: '(' does not compile"),
    "a mobile that does not": (attrs.evolve(CHILE, mobile="*9"), "mobile: '*9' does not compile"),
    "a pattern that never ends": (with_type(pattern="([0-9]+)+X"), "hangs at"),
    "a pattern of nothing": (with_type(pattern="[0-9]*"), "lets an empty number through: ask for a character"),
    "a pattern with a dash": (with_type(pattern="[0-9]{8}-[0-9K]"), "lets no normalised number through"),
    "a pattern of small letters": (with_type(pattern="[a-z]{8}"), "lets no normalised number through"),
    "a pattern that no text has room for": (with_type(pattern="[0-9]{70}"), "of at most 60"),
    "a pattern that nothing fits": (with_type(pattern="[0-9]{8}(?=X)", example=""), "no number could be made"),
    "usual numbers outside the pattern": (with_type(usual="[A-Z]{3}", warning="x"), "let usual be the narrower"),
    "usual numbers without a warning": (with_type(usual="[0-9]{8}"), "warning is empty"),
    "an example that is refused": (with_type(example="1-9"), "example '1-9' is read as '1', which its pattern refuses"),
    "an example with a wrong digit": (with_type(example="76.192.083-1"), "has another check digit than '9'"),
    "a check digit that raises": (with_type(check_digit=raises), "check_digit raised KeyError: 'weights' at '"),
    "a check digit that raises now and then": (
        with_type(check_digit=lambda number: str(10 // int(number[0]))[-1]),
        "check_digit raised ZeroDivisionError",
    ),
    "a check digit that wants one length": (
        with_type(pattern="[0-9]{8}", check_digit=lambda number: number[7]),
        "check_digit raised IndexError: string index out of range at '",
    ),
    "a check digit that is a number": (with_type(check_digit=len), "give one digit or capital, as text"),
    "a check digit of two": (with_type(check_digit=lambda _: "10"), "check_digit gave '10' for"),
    "a check digit by chance": (
        with_type(check_digit=lambda _: str(next(NUMBERS) % 10)),
        "the number alone decides",
    ),
    "a number that cannot be shown": (with_type(show=lambda number, _: number[9]), "show raised IndexError"),
    "a number that is normalised away": (with_type(normalise=lambda _: None), "normalise gave None"),
    "an unknown zone": (attrs.evolve(CHILE, zone="America/Santigo"), "zone: no time zone 'America/Santigo' is known"),
    "a zone that is a folder": (attrs.evolve(CHILE, zone="America"), "zone: no time zone 'America' is known"),
    "an unknown further zone": (attrs.evolve(CHILE, zones=("Easter",)), "zones: no time zone 'Easter' is known"),
    "an unknown currency": (attrs.evolve(CHILE, currencies=("CLX",)), "currencies: 'CLX' is unknown"),
    "no currency": (attrs.evolve(CHILE, currencies=()), "currencies: there is none"),
    "a currency without words": (
        attrs.evolve(CHILE, receipts=ReceiptRules(major={})),
        'receipts.major does not say one and many of CLP: amounts are written in words like {"CLP": ("peso", "pesos")}',
    ),
    "a currency with one word": (
        attrs.evolve(CHILE, receipts=ReceiptRules(major={"CLP": "peso", "USD": "x"})),
        "of CLP",
    ),
    "a locale with a dash": (attrs.evolve(CHILE, locale="es-CL"), "write it like es_CL"),
    "a locale of elsewhere": (attrs.evolve(CHILE, locale="es_AR"), "locale 'es_AR' is not language and country"),
    "a phone prefix without plus": (attrs.evolve(CHILE, phone_prefix="56"), "phone_prefix '56' is not a plus"),
    "a mobile with its prefix": (
        attrs.evolve(CHILE, mobile=r"\+569[0-9]{8}"),
        "leave blanks, dashes and the prefix out",
    ),
    "a mobile that is too long": (attrs.evolve(CHILE, mobile="9[0-9]{14}"), "at most 15"),
    "a part of the address twice": (
        attrs.evolve(CHILE, address_parts=(("street", "Calle"), ("street", "Vía"))),
        "address_parts: street stands there twice",
    ),
    "a tax of the VAT that it does not name": (
        attrs.evolve(CHILE, withheld_of_vat=("iva",)),
        "withheld_of_vat: 'iva' is",
    ),
    "a tax twice": (attrs.evolve(CHILE, withheld_taxes=(("iva", "IVA"), ("iva", "IVA"))), "withheld_taxes: iva stands"),
    "a means of our own": (attrs.evolve(CHILE, means=(("cash", "Efectivo"),)), "means: cash is one of the hub's own"),
    "a means in capitals": (
        attrs.evolve(CHILE, means=(("Vale Vista", "Vale vista"),)),
        "means: 'Vale Vista' stands in",
    ),
    "a type twice": (attrs.evolve(CHILE, identity_types=(RUT, RUT)), "identity_types: RUT stands there twice"),
    "holidays that raise": (
        attrs.evolve(CHILE, holidays=Holidays(raises)),
        "holidays raised KeyError: 'weights' for 2000",
    ),
    "holidays that end": (
        attrs.evolve(CHILE, holidays=Holidays(lambda year: {2030: [date(2031, 1, 1)]}.get(year, ()))),
        "holidays gave 2031-01-01 for 2030: give dates of the year",
    ),
    "holidays that are no dates": (attrs.evolve(CHILE, holidays=Holidays(lambda _: ["1 January"])), "give dates"),
    "no name": (attrs.evolve(CHILE, name=" "), "name is empty"),
    "a value of the wrong type": (attrs.evolve(CHILE, currencies=None), "holds a value of the wrong type"),
}

AT_LOAD = {
    "a pattern that does not compile", "a pattern that never ends", "a check digit that raises", "an unknown zone",
    "a currency without words", "an unknown currency", "a locale with a dash", "a part of the address twice",
    "holidays that raise",
}  # fmt: skip


@pytest.mark.parametrize(("country", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_a_country_is_found_and_says_where(country: Country, said: str) -> None:
    findings = country_findings(country)
    assert [text for text in map(str, findings) if said in text], findings
    assert all(str(finding).startswith("CL: ") and ": " in str(finding)[4:] for finding in findings)


@pytest.mark.parametrize("name", sorted(AT_LOAD))
def test_the_record_alone_tells_what_a_hub_must_not_start_with(name: str) -> None:
    country, said = BROKEN[name]
    assert [fault for fault in country_faults(country) if said in fault]


def test_a_whole_country_proves_everything() -> None:
    assert country_findings(CHILE) == []
    assert [result.proof.name for result in prove_country(CHILE)] == [f"country CL: {p.name}" for p in COUNTRY_PROOFS]
    assert all(result.holds for result in prove_country(CHILE))
    dates = attrs.evolve(CHILE, holidays=frozenset({date(2026, 1, 1)}), identity_types=(), means=())
    assert country_findings(dates) == []


def test_one_cause_is_one_finding() -> None:
    assert len(country_findings(with_type(check_digit=raises))) == 1


@pytest.mark.parametrize(
    "pattern",
    ["[1-9][0-9]{4,9}", "(10|15|17|20)[0-9]{9}", r"\d{7,8}[\dK]", "^[^A-Z]{3}$", r"(\d)\1{3}", "(?=1).{3}", "a?b+?"],
)
def test_texts_are_made_that_a_pattern_lets_through_and_always_the_same(pattern: str) -> None:
    made = texts_for(pattern)
    assert made
    assert made == texts_for(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(ab|a|b)*c", "(x+x+)+y"])
def test_a_pattern_that_never_ends_is_found_while_its_text_is_short(pattern: str) -> None:
    assert 4 <= len(slow_text(pattern, texts_for(pattern)[:2])) <= 60
    assert slow_text("[0-9A-Z]{1,20}", texts_for("[0-9A-Z]{1,20}")[:2]) == ""


def test_a_record_that_is_none_says_so() -> None:
    assert country_faults("Chile") == ("it is str, not a Country",)
