"""Whom the rows of a file of invoices name: by identity number, by mail, or by a name that exactly one customer has.

There is never a guess between two: who may be several customers is nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.files.columns import reduced
from hub.domain.files.identity_types import fits_name, keeps_form, takes_any_text, types_for, types_named
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.identity import normalise_number, numbers_for, read_document
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Tx
from hub_hookspecs import Country, IdentityDocument, IdentityType

from .former_identity import formerly_had, is_named

Key = tuple[str, str, str]
"""What a row says of its customer: the key, the type of the identity document where the file names it, and a mail that
stands beside."""
Person = tuple[str, str]
"""Type and number of the document of somebody whom nobody knows."""
Understood = tuple[IdentityDocument | None, tuple[str, ...]]
"""The document that a row names, and every number that may be meant."""
LETTERS_OF_A_NAME: Final = 3


@attrs.frozen(kw_only=True)
class Named:
    """Whom a row names.

    Attributes:
        customer_id: None where nobody is known, or several are.
        several: More than one customer has what the row says, or one whose document is of another type.
        is_torn: Its number is of one customer, and its mail of another.
        by_name: Found by the name alone.
        is_former: Its number was a customer's until a person corrected it, and its name is another.
        document: Of somebody who is not known: what the file says of it, where it can be read.
        kind: The type of that document, where nobody wrote it.
    """

    customer_id: str | None = None
    several: bool = False
    is_torn: bool = False
    by_name: bool = False
    is_former: bool = False
    document: IdentityDocument | None = None
    kind: IdentityType | None = attrs.field(default=None, eq=False, repr=False)


def key_of(row: InvoiceRow) -> Key:
    """What tells the customers of a file apart."""
    return row.customer_key, row.identity_type, "" if "@" in row.customer_key else row.email.lower()


def customers_named(
    tx: Tx, merchant: Merchant, country: Country, rows: Iterable[InvoiceRow], read: dict[Key, Understood] | None = None
) -> Mapping[Key, Named]:
    """Whom each row names, found with as few queries for many rows as for one.

    Args:
        read: What was understood of other portions of the same file; what is new is added.
    """
    rows = tuple(rows)
    keys = dict.fromkeys(map(key_of, rows))
    understood = {} if read is None else read
    for key in keys:
        if "@" not in key[0] and key not in understood:
            document = _document(country, *key[:2])
            understood[key] = document, _numbers(country, key, document)
    documents = {key: understood[key][0] for key in keys if key in understood}
    numbers = {key: understood[key][1] for key in documents}
    found = tx.customers.found_by(
        merchant.id,
        numbers={number for several in numbers.values() for number in several},
        emails={mail for key, _type, beside in keys for mail in (key, beside) if "@" in mail},
    )
    by_number, by_mail = _indexed(found)
    named = {}
    for key in keys:
        if "@" in key[0]:
            ids = by_mail.get(key[0], set())
        else:
            document = documents[key]
            of_type = document.type if key[1] and document else None
            same = [customer for number in numbers[key] for customer in by_number.get(number, ())]
            ids = {
                customer.id
                for customer in same
                if of_type in (None, customer.document.type if customer.document else None)
                and _keeps_form(country, customer, key[0])
            }
            if is_of_another_type(same, ids):
                named[key] = Named(several=True)
                continue
        who = attrs.evolve(_one(ids, documents.get(key)), kind=_inferred(country, key, documents.get(key)))
        named[key] = _beside(who, by_mail.get(key[2], set()))
    named |= _named_formerly(tx, merchant, country, rows, numbers, named)
    open_names = {key for key, who in named.items() if who == Named(document=who.document) and _is_name(key[0])}
    if open_names:
        ids_of: dict[str, set[str]] = {}
        for customer_id, name in tx.customers.names(merchant.id):
            ids_of.setdefault(reduced(name), set()).add(customer_id)
        for key in open_names:
            if reduced(key[0]) in ids_of:
                found_by_name = _one(ids_of[reduced(key[0])], None)
                named[key] = _beside(attrs.evolve(found_by_name, by_name=True), by_mail.get(key[2], set()))
    return named


def _named_formerly(
    tx: Tx,
    merchant: Merchant,
    country: Country,
    rows: Iterable[InvoiceRow],
    numbers: Mapping[Key, tuple[str, ...]],
    named: Mapping[Key, Named],
) -> Mapping[Key, Named]:
    """Whom a number means that a person corrected since: its customer where each row has his name too, else nobody."""
    nobody = {key for key, who in named.items() if who.customer_id is None and not who.several and key in numbers}
    former = formerly_had(tx, merchant, country, {number for key in nobody for number in numbers[key]})
    if not former:
        return {}
    names: dict[Key, set[str]] = {}
    for row in rows:
        names.setdefault(key_of(row), set()).add(row.customer_name)
    found = {}
    for key in nobody:
        customers = {former[number].id: former[number] for number in numbers[key] if number in former}
        if customers:
            customer = next(iter(customers.values()))
            is_he = len(customers) == 1 and all(is_named(customer, name) for name in names[key])
            found[key] = Named(customer_id=customer.id) if is_he else Named(is_former=True)
    return found


def is_of_another_type(same: Collection[Customer], ids: Collection[str]) -> bool:
    """Whether a number is known, and under other types alone: a person's NIT has the digits of the cédula, so that
    this may be that customer, and is never a new one."""
    return bool(same) and not ids


def creatable(row: InvoiceRow, who: Named, merchant: Merchant, customer_id: str) -> Customer | None:
    """The customer whom nobody knows, where the row says who it is: a document, and a name that may be of its type."""
    if (
        who.customer_id is not None
        or who.several
        or who.is_torn
        or who.is_former
        or who.document is None
        or not row.customer_name
    ):
        return None
    if who.kind and not fits_name((who.kind,), row.customer_name):
        return None
    return Customer(
        id=customer_id,
        merchant_id=merchant.id,
        name=mask_card_numbers(row.customer_name),
        document=who.document,
        email=_mail(row.email),
        phone=mask_card_numbers(row.phone),
    )


def why_unknown(row: InvoiceRow, who: Named, created: Customer | None) -> Text:
    """Why a row has no customer, with the remedy that its own cells leave.

    Args:
        created: Whom it would create, where somebody said so.
    """
    if who.several:
        return Text("import.customer_several")
    if who.is_former:
        return Text("import.number_corrected")
    if created:
        return Text("import.customer_creatable")
    return Text("import.customer_undocumented") if row.customer_name else Text("import.customer_unknown")


def _mail(written: str) -> str:
    try:
        return read_address(written).lower() if written else ""
    except AddressRefused:
        return ""


def _indexed(found: Iterable[Customer]) -> tuple[dict[str, list[Customer]], dict[str, set[str]]]:
    by_number: dict[str, list[Customer]] = {}
    by_mail: dict[str, set[str]] = {}
    for customer in found:
        if customer.document:
            by_number.setdefault(customer.document.number, []).append(customer)
        if customer.email:
            by_mail.setdefault(customer.email.lower(), set()).add(customer.id)
    return by_number, by_mail


def _one(ids: set[str], document: IdentityDocument | None) -> Named:
    if len(ids) == 1:
        return Named(customer_id=next(iter(ids)))
    return Named(several=bool(ids), document=None if ids else document)


def _beside(who: Named, of_mail: set[str]) -> Named:
    """The same, unless the mail of the row is somebody else's."""
    is_torn = bool(of_mail) and who.customer_id is not None and who.customer_id not in of_mail
    return Named(is_torn=True) if is_torn else who


def _numbers(country: Country, key: Key, document: IdentityDocument | None) -> tuple[str, ...]:
    """Every number that may be meant."""
    return (document.number,) if key[1] and document else numbers_for(country, key[0])


def _document(country: Country, number: str, written_type: str) -> IdentityDocument | None:
    """The document that a row names: of the type that it says, or of the only one that fits."""
    named = types_named(country, written_type) if written_type else ()
    if written_type and not named:
        return None
    kinds = named
    if len(named) != 1:
        fitting = [kind for kind in types_for(country, number) if not takes_any_text(kind)]
        kinds = tuple(kind for kind in fitting if not named or kind in named)
    return read_document(country, kinds[0].code, number).document if len(kinds) == 1 else None


def _keeps_form(country: Country, customer: Customer, number: str) -> bool:
    """Whether a number may be a customer's as it is written: ``3-101-99988`` is of nobody who is a person, while
    ``52123456-1`` has the digits of one."""
    kind = country.identity_type(customer.document.type) if customer.document else None
    if customer.document is None or kind is None or normalise_number(kind, number) != customer.document.number:
        return True
    return keeps_form(country, kind, number)


def _inferred(country: Country, key: Key, document: IdentityDocument | None) -> IdentityType | None:
    """The type of a document where the number alone tells it."""
    is_written = len(types_named(country, key[1])) == 1 if key[1] else False
    return country.identity_type(document.type) if document and not is_written else None


def _is_name(key: str) -> bool:
    return "@" not in key and sum(map(str.isalpha, key)) >= LETTERS_OF_A_NAME
