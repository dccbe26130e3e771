"""Who a customer was when something happened: a document of then is not rewritten by a correction, and whoever holds it
learns nothing of today's customer."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.customer_edit import identity_from
from hub.domain.merchant import Customer
from hub_hookspecs import Country

from .ports import Tx


def is_another_since(tx: Tx, customer_id: str, moment: datetime) -> bool:
    """Whether a person changed the mail or the identity of a customer at that moment or later."""
    changed_at = tx.customer_edits.who_it_is_since(customer_id)
    return changed_at is not None and changed_at >= moment


def as_then(tx: Tx, customer: Customer, country: Country, moment: datetime) -> Customer:
    """The customer with the identity of that moment."""
    before = tx.customer_edits.identity_until(customer.id, moment)
    return customer if before is None else attrs.evolve(customer, document=identity_from(country, before))
