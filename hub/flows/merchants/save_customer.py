"""Write a customer down by hand, or correct one: what a person wrote stands above what files state.

Who changes a customer's mail or identity may mean somebody else, or had somebody else written down: every link to the
statement that went out before opens no more, a statement that was still to leave does not, and what the payer typed for
earlier payments is forgotten. See docs/adr/0077.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from hub.domain.customer_edit import (
    IN_FILES,
    WHO_IT_IS,
    CustomerEdit,
    CustomerField,
    as_text,
    changed_fields,
    identity_text,
)
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.text import Text
from hub.flows.ground.open_link import revoked
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Mode

from .read_customer import CustomerForm, read_customer


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
    typed, warnings = read_customer(country, form, blank, now)

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
        typed, warnings = read_customer(country, form, before, now)
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
