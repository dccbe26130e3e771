"""Write a customer down by hand, or correct one: what a person wrote stands above what files state.

Who changes a customer's mail or identity may mean somebody else, or had somebody else written down: every link to the
statement that went out before opens no more, a statement that was still to leave does not, and what the payer typed for
earlier payments is forgotten. See docs/adr/0077.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import attrs

from hub.domain.card_numbers import holds_card_number
from hub.domain.customer_edit import (
    IN_FILES,
    WHO_IT_IS,
    CustomerEdit,
    CustomerField,
    as_text,
    changed_fields,
    identity_text,
)
from hub.domain.identity import FieldError, Invalid, read_document
from hub.domain.ids import derived_id
from hub.domain.lengths import NAME, PHONE, too_long
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.text import Text
from hub.flows.ground.open_link import revoked
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Country, IdentityDocument, Mode

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


class AlreadyThere(Exception):
    """Somebody has this identity; nothing was written.

    Attributes:
        found: Who it is.
        is_same_type: Whether the type is the same as well; else it may be another customer.
    """

    def __init__(self, found: Sequence[Customer], *, is_same_type: bool) -> None:
        super().__init__(", ".join(customer.id for customer in found))
        self.found = tuple(found)
        self.is_same_type = is_same_type


@attrs.frozen(kw_only=True)
class CustomerSaved:
    """What saving did.

    Attributes:
        changed: What a person changed.
        revoked: How many links that had gone out open no more.
    """

    customer: Customer
    changed: tuple[CustomerField, ...] = ()
    revoked: int = 0
    warnings: tuple[FieldError, ...] = ()


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


async def create_customer(
    hub: Hub, merchant: Merchant, form: CustomerForm, *, customer_id: str, by: str
) -> CustomerSaved:
    """Write a customer down; the same ``customer_id``, drawn when the form was shown, makes it once.

    Raises:
        Invalid: Every error of the form.
        AlreadyThere: Somebody has this identity.
        LookupError: The id is somebody else's.
    """
    country, now = hub.countries[merchant.company.country], hub.clock()
    blank = Customer(id=customer_id, merchant_id=merchant.id, name="")
    typed, warnings = _read(country, form, blank, now)

    def write(tx: Tx) -> CustomerSaved:
        if tx.customers.get(customer_id):
            return CustomerSaved(customer=customer_of(tx, merchant, customer_id))
        _refuse_known(tx, typed, form)
        changed = changed_fields(blank, typed)
        made = attrs.evolve(typed, by_hand=_by_hand((), changed))
        tx.customers.save(made)
        tx.customer_edits.add(_edits(blank, made, changed, by, now))
        tell(tx, "customer_created", merchant=merchant.id, customer=made.id)
        return CustomerSaved(customer=made, changed=changed, warnings=warnings)

    return await hub.store.write(write)


async def edit_customer(
    hub: Hub, merchant: Merchant, customer_id: str, form: CustomerForm, *, by: str
) -> CustomerSaved:
    """Correct a customer; every field that is another than before is recorded.

    Raises:
        LookupError: No such customer of this merchant; a shopper of the store is none.
        Invalid: Every error of the form; nothing changed.
        AlreadyThere: Another one has this identity.
    """
    country, now = hub.countries[merchant.company.country], hub.clock()

    def write(tx: Tx) -> CustomerSaved:
        before = customer_of(tx, merchant, customer_id)
        if before.is_shopper:
            raise LookupError(customer_id)
        typed, warnings = _read(country, form, before, now)
        changed = changed_fields(before, typed)
        if CustomerField.DOCUMENT in changed:
            _refuse_known(tx, typed, form)
            if before.document and not form.same:
                raise Invalid((FieldError("same", Text("customer.same_missing")),))
        kept = () if form.from_files else before.by_hand
        written = changed_fields(before, typed) if not form.from_files else ()
        after = attrs.evolve(typed, by_hand=_by_hand(kept, written))
        dead = 0
        if WHO_IT_IS & set(changed):
            after = attrs.evolve(after, remembered={})
            dead = _revoke_all(tx, after, now)
        if after != before:
            tx.customers.save(after)
            tx.customer_edits.add(_edits(before, after, changed, by, now))
            tell(tx, "customer_edited", merchant=merchant.id, customer=after.id, links_revoked=dead or None)
        return CustomerSaved(customer=after, changed=changed, revoked=dead, warnings=warnings)

    return await hub.store.write(write)


def _by_hand(before: Iterable[str], changed: Iterable[CustomerField]) -> tuple[str, ...]:
    return tuple(sorted({*before, *(field.value for field in changed if field in IN_FILES)}))


def _edits(
    before: Customer, after: Customer, changed: Iterable[CustomerField], by: str, now: datetime
) -> list[CustomerEdit]:
    return [
        CustomerEdit(
            id=derived_id("customer-edit", after.id, field.value, now.isoformat()),
            customer_id=after.id,
            merchant_id=after.merchant_id,
            field=field,
            before=as_text(before, field),
            after=as_text(after, field),
            by=by,
            at=now,
        )
        for field in changed
    ]


def _revoke_all(tx: Tx, customer: Customer, now: datetime) -> int:
    """Whoever holds a link of before sees nothing by it from now on, in whatever mode."""
    dead = 0
    for mode in Mode:
        while link := tx.links.find(LinkKind.STATEMENT, customer.id, mode, now):
            tx.links.save(revoked(link, now))
            dead += 1
    return dead


def _refuse_known(tx: Tx, typed: Customer, form: CustomerForm) -> None:
    """Offer who is there already instead of a second record.

    Raises:
        AlreadyThere: With them.
    """
    if typed.document is None:
        return
    found = [
        other for other in tx.customers.find(typed.merchant_id, number=typed.document.number) if other.id != typed.id
    ]
    same = [other for other in found if identity_text(other.document) == identity_text(typed.document)]
    if same or (found and not form.apart):
        raise AlreadyThere(same or found, is_same_type=bool(same))


def _read(
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
