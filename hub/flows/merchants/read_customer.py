"""Read the form of a customer: identity by the country's rules, several mails and phones, one a line.

What is stored already is never judged again: it may have come by a file, under other rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from hub.domain.card_numbers import holds_card_number
from hub.domain.identity import FieldError, Invalid, read_document
from hub.domain.lengths import NAME, PHONE, too_long
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Customer
from hub.domain.text import Text
from hub_hookspecs import Country, IdentityDocument

from .choose_language import LANGUAGES

MAX_WAYS: Final = 6
"""Mails, and phones, of one customer."""
MAX_ADDRESS: Final = 300


@attrs.frozen(kw_only=True)
class CustomerForm:
    """A customer as typed.

    Attributes:
        emails, phones: One a line; the first one is written to.
        reminders: Whether mails that go out by themselves are wanted.
        same: It is the same customer although the identity is another: it was mistyped.
        apart: It is another customer than one who has the same number under another type.
        from_files: Files may change again what a person wrote.
    """

    name: str = ""
    identity_type: str = ""
    identity_number: str = ""
    check_digit: str = ""
    emails: str = ""
    phones: str = ""
    contact: str = ""
    address: str = ""
    language: str = ""
    reminders: bool = True
    same: bool = False
    apart: bool = False
    from_files: bool = False


def form_of(customer: Customer) -> CustomerForm:
    """A customer as the form shows it before anybody types."""
    document = customer.document
    return CustomerForm(
        name=customer.name,
        identity_type=document.type if document else "",
        identity_number=document.number if document else "",
        check_digit=(document.check_digit or "") if document else "",
        emails="\n".join(filter(None, (customer.email, *customer.other_emails))),
        phones="\n".join(customer.phones),
        contact=customer.contact,
        address=customer.address,
        language=customer.language,
        reminders=customer.unsubscribed_at is None,
    )


def read_customer(
    country: Country, form: CustomerForm, before: Customer, now: datetime
) -> tuple[Customer, tuple[FieldError, ...]]:
    """The customer that a form describes, and warnings.

    Raises:
        Invalid: With every error of the form.
    """
    problems: list[FieldError] = []
    document, warnings = _document(country, form, problems)
    emails = _emails(form.emails, before, problems)
    phones = _phones(form.phones, before, problems)
    texts = {
        "name": _line(form.name, before.name),
        "contact": _line(form.contact, before.contact),
        "address": _line(form.address, before.address),
    }
    if not texts["name"]:
        problems.append(FieldError("name", Text("customer.name_missing")))
    for name, text in texts.items():
        problems += too_long(name, text, MAX_ADDRESS if name == "address" else NAME)
        if not text.isprintable() and text != getattr(before, name):
            problems.append(FieldError(name, Text("field.unprintable")))
        if holds_card_number(text):
            problems.append(FieldError(name, Text("field.card_number")))
    if form.language not in LANGUAGES:
        problems.append(FieldError("language", Text("customer.language_unknown")))
    if problems:
        raise Invalid(tuple(problems))
    typed = attrs.evolve(
        before,
        name=texts["name"],
        contact=texts["contact"],
        address=texts["address"],
        document=document,
        email="".join(emails[:1]),
        other_emails=emails[1:],
        phone="".join(phones[:1]),
        other_phones=phones[1:],
        language=form.language,
        unsubscribed_at=None if form.reminders else before.unsubscribed_at or now,
    )
    return typed, warnings


def _document(
    country: Country, form: CustomerForm, problems: list[FieldError]
) -> tuple[IdentityDocument | None, tuple[FieldError, ...]]:
    """None where nothing was typed: not everybody's identity is known."""
    if not form.identity_number.strip() and not form.check_digit.strip():
        return None, ()
    reading = read_document(country, form.identity_type, form.identity_number, form.check_digit or None)
    problems += reading.errors
    return reading.document, reading.warnings


def _line(text: str, before: str) -> str:
    """One line with single blanks; what is stored already is never judged again."""
    line = " ".join(text.split())
    return before if line == " ".join(before.split()) else line


def _emails(text: str, before: Customer, problems: list[FieldError]) -> tuple[str, ...]:
    found, stored = [], {before.email, *before.other_emails}
    for line in _lines(text):
        try:
            found.append(line if line in stored else read_address(line).lower())
        except AddressRefused as refusal:
            problems.append(FieldError("emails", Text("email.refused", email=line[:80], why=refusal.message)))
    return _few("emails", found, problems)


def _phones(text: str, before: Customer, problems: list[FieldError]) -> tuple[str, ...]:
    found = _lines(text) if text != "\n".join(before.phones) else list(before.phones)
    for line in found:
        if line in before.phones:
            continue
        problems += too_long("phones", line, PHONE)
        if not line.isprintable() or sum(map(str.isdecimal, line)) < 6 or holds_card_number(line):
            problems.append(FieldError("phones", Text("customer.phone_invalid", phone=line[:PHONE])))
    return _few("phones", found, problems)


def _few(field: str, found: Iterable[str], problems: list[FieldError]) -> tuple[str, ...]:
    each = tuple(dict.fromkeys(found))
    if len(each) > MAX_WAYS:
        problems.append(FieldError(field, Text("customer.too_many", limit=MAX_WAYS)))
    return each


def _lines(text: str) -> list[str]:
    """One a line, or parted by a comma or a semicolon."""
    lines = text.replace(",", "\n").replace(";", "\n").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]
