"""Customers of a merchant."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.merchant import Customer
from hub.domain.refusals import Conflict
from hub_hookspecs import IdentityDocument, Mode

from .rows import bare_digits, folded, json_text, maybe_micros, maybe_moment, pattern
from .schema import ZERO, customer, delivery, ledger_account, literal, withholding_agent, withholding_certificate
from .statements import Runs, among, changed

_insert = insert(customer).values({column.name: bindparam(column.name) for column in customer.columns})
SAVE = _insert.on_conflict_do_update(
    index_elements=[customer.c.id],
    set_={
        column.name: _insert.excluded[column.name]
        for column in customer.columns
        if column.name not in ("id", "merchant")
    },
    where=customer.c.merchant == _insert.excluded.merchant,
)
GET = select(customer).where(customer.c.id == bindparam("id"))
MANY = select(customer).where(among(customer.c.id, "ids"))
BY_NUMBER = select(customer).where(
    customer.c.merchant == bindparam("merchant"),
    customer.c.document_number == bindparam("number"),
    customer.c.document_number.is_not(None),
)
BY_EMAIL = select(customer).where(
    customer.c.merchant == bindparam("merchant"), func.lower(customer.c.email) == bindparam("email")
)
BY_NUMBERS = select(customer).where(
    customer.c.merchant == bindparam("merchant"),
    among(customer.c.document_number, "numbers"),
    customer.c.document_number.is_not(None),
)
BY_EMAILS = select(customer).where(
    customer.c.merchant == bindparam("merchant"), among(func.lower(customer.c.email), "emails")
)
NAMES = select(customer.c.id, customer.c.name).where(
    customer.c.merchant == bindparam("merchant"), customer.c.is_shopper == ZERO
)
OF = select(customer).where(customer.c.merchant == bindparam("merchant")).order_by(customer.c.name, customer.c.id)
JOINED = select(customer).where(customer.c.joined_to == bindparam("to")).order_by(customer.c.name, customer.c.id)
SEARCH = OF.where(customer.c.search.like(bindparam("pattern"), escape="\\"))
REMOVE = delete(customer).where(
    customer.c.id == bindparam("id"),
    ~exists().where(
        ledger_account.c.merchant == customer.c.merchant,
        ledger_account.c.mode.in_([literal(mode.value) for mode in Mode]),
        ledger_account.c.kind.in_([literal("receivable"), literal("customer_credit")]),
        ledger_account.c.owner == customer.c.id,
    ),
    ~exists().where(delivery.c.subject == customer.c.id),
    customer.c.by_hand == literal(""),
    ~exists().where(withholding_agent.c.customer == customer.c.id),
    ~exists().where(withholding_certificate.c.customer == customer.c.id),
)
REMEMBER = changed(customer, customer.c.remembered)


class Customers:
    """Customers of a merchant."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def save(self, customer: Customer) -> None:
        """Insert or replace by id.

        Raises:
            Conflict: ``walls`` when the id is another merchant's.
        """
        if self._tx.run(SAVE, _values(customer)).rowcount != 1:
            raise Conflict("walls", "the customer is another merchant's")

    def get(self, customer_id: str) -> Customer | None:
        """A customer by id."""
        row = self._tx.run(GET, {"id": customer_id}).fetchone()
        return None if row is None else _customer(row)

    def many(self, customer_ids: Collection[str]) -> tuple[Customer, ...]:
        """Customers in the order of the ids; unknown ids are left out."""
        rows = self._tx.run(MANY, {"ids": json_text(list(customer_ids))})
        found = {row["id"]: _customer(row) for row in rows}
        return tuple(found[customer_id] for customer_id in dict.fromkeys(customer_ids) if customer_id in found)

    def find(
        self, merchant_id: str, *, number: str = "", email: str = "", shoppers: bool = False
    ) -> tuple[Customer, ...]:
        """Customers whose identity number or mail equals the given one; with ``shoppers`` the store's shoppers too."""
        found: dict[str, Customer] = {}
        if number:
            rows = self._tx.run(BY_NUMBER, {"merchant": merchant_id, "number": number}).fetchall()
            found.update({row["id"]: _customer(row) for row in rows})
        if email:
            rows = self._tx.run(BY_EMAIL, {"merchant": merchant_id, "email": email.lower()}).fetchall()
            found.update({row["id"]: _customer(row) for row in rows})
        return tuple(found[key] for key in sorted(found) if shoppers or not found[key].is_shopper)

    def found_by(
        self, merchant_id: str, *, numbers: Collection[str] = (), emails: Collection[str] = ()
    ) -> tuple[Customer, ...]:
        """Customers who have one of these identity numbers or mails, for imports."""
        found: dict[str, Customer] = {}
        for statement, name, given in ((BY_NUMBERS, "numbers", numbers), (BY_EMAILS, "emails", emails)):
            if given:
                rows = self._tx.run(statement, {"merchant": merchant_id, name: json_text(sorted(set(given)))})
                found.update({row["id"]: _customer(row) for row in rows if row["id"] not in found})
        return tuple(found[key] for key in sorted(found) if not found[key].is_shopper)

    def names(self, merchant_id: str) -> tuple[tuple[str, str], ...]:
        """Id and name of each customer, for imports that name nobody otherwise."""
        return tuple((row["id"], row["name"]) for row in self._tx.run(NAMES, {"merchant": merchant_id}))

    def of(self, merchant_id: str, search: str = "", *, shoppers: bool = False) -> tuple[Customer, ...]:
        """Customers by name; the search text is looked for in name, number, mail and phone.

        Args:
            shoppers: The store's shoppers too.
        """
        values = {"merchant": merchant_id}
        if search.strip():
            rows = self._tx.run(SEARCH, {**values, "pattern": pattern(folded(search.strip()))})
        else:
            rows = self._tx.run(OF, values)
        return tuple(item for item in map(_customer, rows) if shoppers or not item.is_shopper)

    def joined_to(self, customer_id: str) -> tuple[Customer, ...]:
        """The shoppers who this customer is, as the merchant says."""
        return tuple(_customer(row) for row in self._tx.run(JOINED, {"to": customer_id}))

    def remove(self, customer_id: str) -> bool:
        """Remove a customer of whom nothing else was ever stored; False where something was."""
        try:
            with self._tx.whole():
                return self._tx.run(REMOVE, {"id": customer_id}).rowcount == 1
        except Conflict:
            return False

    def remember(self, customer_id: str, fields: Mapping[str, str]) -> None:
        """Store payer fields beside those that are stored already."""
        row = self._tx.run(GET, {"id": customer_id}).fetchone()
        if row is None:
            raise LookupError(f"no such row: {customer_id}")
        stored = {**json.loads(row["remembered"]), **fields}
        self._tx.change(REMEMBER, {"this": customer_id, "remembered": json_text(stored)})


def _values(record: Customer) -> dict[str, object]:
    document = record.document
    number = document.number + (document.check_digit or "") if document else None
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "name": record.name,
        "document_type": document.type if document else None,
        "document_number": document.number if document else None,
        "document_check": document.check_digit if document else None,
        "email": record.email,
        "phone": record.phone,
        "address": record.address,
        "other_emails": " ".join(record.other_emails),
        "remembered": json_text(dict(record.remembered)),
        "language": record.language,
        "search": folded(
            *(record.name, number, record.email, *record.other_emails, *record.phones, record.contact),
            *(digits for phone in record.phones if (digits := bare_digits(phone)) != phone),
        ),
        "unsubscribed_at": maybe_micros(record.unsubscribed_at),
        "is_shopper": int(record.is_shopper),
        "joined_to": record.joined_to,
        "joined_by": record.joined_by,
        "joined_at": maybe_micros(record.joined_at),
        "contact": record.contact,
        "other_phones": json_text(list(record.other_phones)),
        "by_hand": " ".join(record.by_hand),
    }


def _customer(row: sqlite3.Row) -> Customer:
    document = None
    if row["document_type"] is not None:
        document = IdentityDocument(row["document_type"], row["document_number"], row["document_check"])
    return Customer(
        id=row["id"],
        merchant_id=row["merchant"],
        name=row["name"],
        document=document,
        email=row["email"],
        phone=row["phone"],
        address=row["address"],
        other_emails=tuple(row["other_emails"].split()),
        remembered=json.loads(row["remembered"]) if row["remembered"] != "{}" else {},
        language=row["language"],
        unsubscribed_at=maybe_moment(row["unsubscribed_at"]),
        is_shopper=bool(row["is_shopper"]),
        joined_to=row["joined_to"],
        joined_by=row["joined_by"],
        joined_at=maybe_moment(row["joined_at"]),
        contact=row["contact"],
        other_phones=tuple(json.loads(row["other_phones"])) if row["other_phones"] != "[]" else (),
        by_hand=tuple(row["by_hand"].split()),
    )
