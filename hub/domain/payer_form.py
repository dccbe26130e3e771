"""What a payer is asked before a payment starts: fields, the choices in force, and what is accepted.

A field may depend on others (``PayerField.only_with``), and so may a choice. Nobody is asked what does not concern
him, and what he sends of it all the same is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from hub.domain.card_numbers import holds_card_number
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.text import Text
from hub_hookspecs import AcceptedTerms, Choice, PayerField, PaymentForm, Terms, Way

Values = Mapping[str, str]
NOTHING: Final[Values] = MappingProxyType({})
NO_FORM: Final = PaymentForm()


class FieldRefused(Exception):
    """A payer field holds what it may not; ``name`` says which, ``message`` why."""

    def __init__(self, name: str, message: Text | str) -> None:
        super().__init__(name)
        self.name = name
        self.message = message


@attrs.frozen(kw_only=True)
class Shown:
    """One of the terms as a payer was shown it.

    Attributes:
        version: What create_payment gets once it is accepted.
        words: Of label and address, as they stood there: ``words_of``.
    """

    code: str
    version: str = attrs.field(repr=False)
    words: str


def is_fetched(way: Way) -> bool:
    """Whether its provider is asked for choices or terms before a payer is."""
    return way.terms or any(field.fetched for field in way.payer_fields)


def lacks(way: Way, form: PaymentForm) -> bool:
    """Whether something that the way cannot start without is not in the form."""
    fetched = [field for field in way.payer_fields if field.fetched]
    return (way.terms and not form.terms) or not all(choices_of(field, form) for field in fetched)


def choices_of(field: PayerField, form: PaymentForm = NO_FORM) -> tuple[Choice, ...]:
    """What may be chosen now; nothing where the payer types. What the field's own pattern refuses is not offered."""
    choices = form.choices.get(field.name, ()) if field.fetched else field.choices
    return tuple(choice for choice in choices if re.fullmatch(field.pattern, choice.value))


def is_chosen(field: PayerField) -> bool:
    """Whether its value is chosen, and not typed."""
    return field.fetched or bool(field.choices)


def goes_with(only_with: Mapping[str, frozenset[str]], values: Values) -> bool:
    """Whether other fields have one of the values that something depends on."""
    return all(values.get(name) in allowed for name, allowed in only_with.items())


def checked_fields(way: Way, values: Values, remembered: Values, form: PaymentForm = NO_FORM) -> dict[str, str]:
    """The fields that concern this payer, checked against what is offered now.

    An empty one falls back to what is remembered.

    Raises:
        FieldRefused: The first one that is wrong.
    """
    given = {field.name: _given(field, values, remembered) for field in way.payer_fields}
    asked = asked_of(way, given)
    return {field.name: _checked(field, given, form) for field in way.payer_fields if field.name in asked}


def asked_of(way: Way, given: Values) -> frozenset[str]:
    """Names of the fields that concern a payer who answers this."""
    asked = frozenset(field.name for field in way.payer_fields)
    while True:  # a field that depends on one that is not asked is not asked either
        answers = {name: value for name, value in given.items() if name in asked}
        left = frozenset(
            field.name for field in way.payer_fields if field.name in asked and goes_with(field.only_with, answers)
        )
        if left == asked:
            return asked
        asked = left


def _given(field: PayerField, values: Values, remembered: Values) -> str:
    text = values.get(field.name, "")
    text = re.sub(r"[\s\-.]", "", text) if field.kind == "tel" and not is_chosen(field) else text.strip()
    return text or remembered.get(field.name, "")


def _checked(field: PayerField, given: Values, form: PaymentForm) -> str:
    value = given[field.name]
    if is_chosen(field):
        return _chosen(field, value, given, form)
    if not re.fullmatch(field.pattern, value):
        raise FieldRefused(field.name, field.error or f"Revise: {field.label}")
    if field.kind == "email" and value:
        try:
            value = read_address(value)
        except AddressRefused as refusal:
            raise FieldRefused(field.name, field.error or refusal.message) from None
    if holds_card_number(value):
        raise FieldRefused(field.name, Text("payment.card_number"))
    return value


def _chosen(field: PayerField, value: str, given: Values, form: PaymentForm) -> str:
    if not value:
        raise FieldRefused(field.name, field.error or Text("payment.choose"))
    choice = next((choice for choice in choices_of(field, form) if choice.value == value), None)
    if choice is None:
        raise FieldRefused(field.name, Text("payment.choice_gone"))
    if not goes_with(choice.only_with, given):
        raise FieldRefused(field.name, Text("payment.choice_elsewhere"))
    return value


def words_of(terms: Terms) -> str:
    """What tells terms from others of the same code: what was said of them, and where they are read."""
    return hashlib.sha256(f"{terms.label}\n{terms.url}".encode()).hexdigest()[:16]


def is_as_shown(shown: tuple[Shown, ...], form: PaymentForm) -> bool:
    """Whether the terms in force are the ones that stood there, whatever token proves it this time."""
    return [(item.code, item.words) for item in shown] == [(item.code, words_of(item)) for item in form.terms]


def has_accepted(way: Way, form: PaymentForm, accepted: tuple[AcceptedTerms, ...]) -> bool:
    """Whether the payer accepted all that the way asks for, and nothing else."""
    wanted = [item.code for item in form.terms] if way.terms else []
    return [item.code for item in accepted] == wanted and (bool(wanted) or not way.terms)
