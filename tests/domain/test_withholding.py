"""What a rate gives: exactly, from its minimum base on, in what the currency is written in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.countries.co import COUNTRY as COLOMBIA
from hub.domain.withholding import (
    Basis,
    RateUnit,
    WithholdingRate,
    WithholdingTerms,
    basis_of,
    read_rate,
    valid_rates,
)
from hub_hookspecs import Money

SERVICES = WithholdingRate(
    id="r",
    merchant_id="m",
    tax="retefuente",
    concept="Servicios",
    parts=40_000,
    unit=RateUnit.PERCENT,
    minimum_base=Money(10_000_000, "COP"),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 6, 30),
    added_by="contadora",
    added_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "unit", "parts"),
    [
        ("2,5", RateUnit.PERCENT, 25_000),
        ("2.5", RateUnit.PERCENT, 25_000),
        ("9,66", RateUnit.PER_MILLE, 9_660),
        ("15", RateUnit.PERCENT, 150_000),
        ("0,0001", RateUnit.PERCENT, 1),
        ("0,0001", RateUnit.PER_MILLE, None),
        ("100", RateUnit.PERCENT, 1_000_000),
        ("101", RateUnit.PERCENT, None),
        ("0", RateUnit.PERCENT, None),
        ("-1", RateUnit.PERCENT, None),
        ("dos", RateUnit.PERCENT, None),
    ],
)
def test_a_rate_is_read_as_people_write_it_and_kept_exactly(text: str, unit: RateUnit, parts: int | None) -> None:
    assert read_rate(text, unit) == parts


def test_below_the_minimum_base_nothing_is_withheld() -> None:
    assert SERVICES.of(9_999_999) == 0
    assert SERVICES.of(10_000_000) == 400_000


def test_pesos_are_rounded_to_whole_ones_half_up() -> None:
    assert SERVICES.of(12_345_600) == 493_800, "4 % of 123.456,00 is 4.938,24"
    assert SERVICES.of(12_346_250) == 493_900, "4 % of 123.462,50 is 4.938,50"


@given(base=st.integers(10_000_000, 10**12), parts=st.integers(1, 1_000_000))
def test_what_is_withheld_is_never_further_from_the_exact_amount_than_half_a_peso(base: int, parts: int) -> None:
    rate = attrs.evolve(SERVICES, parts=parts)

    assert rate.of(base) % 100 == 0
    assert abs(rate.of(base) - Fraction(base * parts, 1_000_000)) <= 50


@given(base=st.integers(0, 10**12))
def test_where_cents_are_written_they_are_withheld(base: int) -> None:
    rate = attrs.evolve(SERVICES, minimum_base=Money(0, "CRC"), parts=20_000)

    assert abs(rate.of(base) - Fraction(base * 2, 100)) <= Fraction(1, 2)


def test_the_rate_of_an_invoice_is_the_one_of_its_own_day() -> None:
    later = attrs.evolve(SERVICES, id="s", parts=35_000, valid_from=date(2026, 7, 1), valid_to=None)

    def ids(day: date, currency: str = "COP") -> list[str]:
        return [rate.id for rate in valid_rates((SERVICES, later), on=day, currency=currency)]

    assert (ids(date(2026, 6, 30)), ids(date(2026, 7, 1)), ids(date(2025, 12, 31))) == (["r"], ["s"], [])
    assert ids(date(2026, 6, 30), "USD") == []


def test_in_colombia_the_tax_of_the_vat_is_reckoned_on_the_vat() -> None:
    assert {tax: basis_of(tax, COLOMBIA) for tax, _name in COLOMBIA.withheld_taxes} == {
        "retefuente": Basis.SUBTOTAL,
        "reteiva": Basis.VAT,
        "reteica": Basis.SUBTOTAL,
    }


@pytest.mark.parametrize(
    ("terms", "withheld", "before", "waits"),
    [
        (WithholdingTerms(), 99_999, 0, False),
        (WithholdingTerms(cap=5_000), 5_000, 0, False),
        (WithholdingTerms(cap=5_000), 5_001, 0, True),
        (WithholdingTerms(cap=5_000), 1, 5_000, True),
        (WithholdingTerms(cap=5_000), 0, 6_000, False),
        (WithholdingTerms(cap_parts=30_000), 3_000, 0, False),
        (WithholdingTerms(cap_parts=30_000), 3_001, 0, True),
        (WithholdingTerms(cap=50_000, cap_parts=30_000), 3_001, 0, True),
    ],
)
def test_what_is_above_the_cap_of_an_invoice_waits(
    terms: WithholdingTerms, withheld: int, before: int, waits: bool
) -> None:
    assert terms.waits(withheld, total=100_000, before=before) is waits
