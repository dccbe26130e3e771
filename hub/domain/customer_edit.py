"""What a person changed of a customer: who, when, what stood there before, and what files leave as it is since."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.text import Text
from hub_hookspecs import Country, IdentityDocument

from .merchant import Customer


class CustomerField(enum.StrEnum):
    """What a person may change of a customer."""

    NAME = "name"
    DOCUMENT = "document"
    EMAIL = "email"
    OTHER_EMAILS = "other_emails"
    PHONE = "phone"
    OTHER_PHONES = "other_phones"
    CONTACT = "contact"
    ADDRESS = "address"
    LANGUAGE = "language"
    REMINDERS = "reminders"


LABELS: Final[Mapping[CustomerField, Text]] = {
    CustomerField.NAME: Text("customer_field.name"),
    CustomerField.DOCUMENT: Text("customer_field.document"),
    CustomerField.EMAIL: Text("customer_field.email"),
    CustomerField.OTHER_EMAILS: Text("customer_field.other_emails"),
    CustomerField.PHONE: Text("customer_field.phone"),
    CustomerField.OTHER_PHONES: Text("customer_field.other_phones"),
    CustomerField.CONTACT: Text("customer_field.contact"),
    CustomerField.ADDRESS: Text("customer_field.address"),
    CustomerField.LANGUAGE: Text("customer_field.language"),
    CustomerField.REMINDERS: Text("customer_field.reminders"),
}
WHO_IT_IS: Final = frozenset({CustomerField.DOCUMENT, CustomerField.EMAIL})
"""Who changes one of these may have said that somebody else is meant: links that went out before open no more."""
IN_FILES: Final = frozenset(CustomerField) - {CustomerField.REMINDERS}
"""What files state too, or may state one day; a customer's wish is never in one."""


@attrs.frozen(kw_only=True)
class CustomerEdit:
    """One field of a customer that a person changed, for good: as it was, and as it is since, both as text."""

    id: str
    customer_id: str
    merchant_id: str
    field: CustomerField
    before: str
    after: str
    by: str
    at: datetime


def as_text(customer: Customer, field: CustomerField) -> str:
    """A field as it is kept: several of something one a line, an identity as ``identity_text``."""
    match field:
        case CustomerField.DOCUMENT:
            return identity_text(customer.document)
        case CustomerField.OTHER_EMAILS | CustomerField.OTHER_PHONES:
            return "\n".join(getattr(customer, field))
        case CustomerField.REMINDERS:
            return customer.unsubscribed_at.isoformat() if customer.unsubscribed_at else ""
        case _:
            text: str = getattr(customer, field)
            return text


def identity_text(document: IdentityDocument | None) -> str:
    """Type and number of an identity as they are kept and looked up, without the check digit."""
    return f"{document.type} {document.number}" if document else ""


def identity_from(country: Country, text: str) -> IdentityDocument | None:
    """The identity that is kept so, with the check digit that follows from it."""
    if not text:
        return None
    code, _blank, number = text.partition(" ")
    kind = country.identity_type(code)
    if kind is None or kind.check_digit is None or not re.fullmatch(kind.pattern, number):
        return IdentityDocument(code, number)
    return IdentityDocument(code, number, kind.check_digit(number))


def changed_fields(before: Customer, after: Customer) -> tuple[CustomerField, ...]:
    """What differs between the two; a check digit alone is no other identity."""
    return tuple(field for field in CustomerField if as_text(before, field) != as_text(after, field))


def left_by_files(customer: Customer, stated: Customer) -> Customer:
    """What a file states of a customer, but for the fields that a person wrote; those stay."""
    kept = {field.value: getattr(customer, field) for field in written(customer.by_hand)}
    return attrs.evolve(stated, **kept)


def written(by_hand: Iterable[str]) -> tuple[CustomerField, ...]:
    """The fields of a customer that a person wrote and that files leave as they are."""
    return tuple(CustomerField(name) for name in by_hand)
