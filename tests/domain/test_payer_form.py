"""Which fields concern a payer, and what may be chosen in them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.domain.payer_form import FieldRefused, checked_fields, choices_of, lacks
from hub.domain.text import Text
from hub_hookspecs import Choice, PayerField, PaymentForm, QueryBy, Starts, Terms, Way

KIND = PayerField(name="kind", label="Tipo", pattern="[A-Z]", choices=(Choice("P", "Persona"), Choice("E", "Empresa")))
FIRM = PayerField(name="firm", label="Empresa", pattern=".+", only_with={"kind": frozenset("E")})
POST = PayerField(name="post", label="Cargo", pattern=".+", only_with={"firm": frozenset({"Sol"})})
BANK = PayerField(name="bank", label="Banco", pattern="[0-9]{4}", fetched=True)
OFFERED = PaymentForm(
    choices={"bank": (Choice("1007", "Uno"), Choice("1551", "Dos", {"kind": frozenset("E")}), Choice("", "Elija"))}
)


def way(*fields: PayerField, terms: bool = False) -> Way:
    outcome = frozenset({"query"})
    session, ours = Starts.SESSION, QueryBy.OURS
    return Way(code="w", label="W", starts=session, outcome=outcome, query_by=ours, payer_fields=fields, terms=terms)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"kind": "P", "firm": "Sol", "post": "x"}, {"kind": "P"}),
        ({"kind": "E", "firm": "Luna", "post": "x"}, {"kind": "E", "firm": "Luna"}),
        ({"kind": "E", "firm": "Sol", "post": "x"}, {"kind": "E", "firm": "Sol", "post": "x"}),
    ],
)
def test_what_depends_on_what_is_not_asked_is_not_asked_either(given: Mapping[str, str], asked: object) -> None:
    assert checked_fields(way(POST, FIRM, KIND), given, {}) == asked


def test_two_fields_that_wait_for_each_other_are_asked_once_one_is_answered() -> None:
    one = PayerField(name="a", label="A", pattern=".*", only_with={"b": frozenset("1")})
    two = PayerField(name="b", label="B", pattern=".*", only_with={"a": frozenset("1")})
    assert checked_fields(way(one, two), {}, {}) == {}
    assert checked_fields(way(one, two), {"a": "1", "b": "1"}, {}) == {"a": "1", "b": "1"}


@pytest.mark.parametrize(
    ("kind", "bank", "text"),
    [
        ("P", "1551", "payment.choice_elsewhere"),
        ("E", "1551", ""),
        ("P", "9999", "payment.choice_gone"),
        ("P", "", "payment.choose"),
        ("P", " 1007 ", ""),
    ],
)
def test_only_what_is_offered_and_goes_with_the_rest_is_taken(kind: str, bank: str, text: str) -> None:
    asked, given = way(KIND, BANK), {"kind": kind, "bank": bank}
    if not text:
        assert checked_fields(asked, given, {}, OFFERED)["bank"] == bank.strip()
        return
    with pytest.raises(FieldRefused) as refused:
        checked_fields(asked, given, {}, OFFERED)
    assert refused.value.name == "bank"
    assert isinstance(refused.value.message, Text)
    assert refused.value.message.id == text


def test_a_choice_that_the_fields_own_pattern_refuses_is_not_offered() -> None:
    assert [choice.value for choice in choices_of(BANK, OFFERED)] == ["1007", "1551"]


def test_a_way_lacks_what_it_cannot_start_without() -> None:
    terms = Terms(code="c", label="Acepto", url="https://a.example", version="1")
    assert lacks(way(BANK), PaymentForm())
    assert not lacks(way(BANK), OFFERED)
    assert lacks(way(terms=True), PaymentForm())
    assert not lacks(way(terms=True), PaymentForm(terms=(terms,)))
