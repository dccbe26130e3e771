"""Join a shopper of the store to a customer: only the merchant knows whether both are one."""

from __future__ import annotations

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.flows.ground.own_customer import customer_named, customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell


async def join_shopper(hub: Hub, merchant: Merchant, shopper_id: str, customer: str, *, by: str) -> Customer:
    """Say which customer a shopper is, or with nothing that it is none; their books stay apart.

    Who said so and when is kept; who says the same again changes nothing.

    Args:
        customer: Identity number or mail; empty to part them again.
        by: Whoever says so.

    Raises:
        LookupError: No such shopper of this merchant.
        Invalid: No customer is named by that, or several are.
    """
    now = hub.clock()
    country, key = hub.countries[merchant.company.country], customer.strip()

    def write(tx: Tx) -> Customer:
        shopper = customer_of(tx, merchant, shopper_id)
        if not shopper.is_shopper:
            raise LookupError(shopper_id)
        found = customer_named(tx, merchant, country, key.lower() if "@" in key else key) if key else ""
        if found is None:
            raise Invalid((FieldError("customer", Text("import.customer_unknown")),))
        if found == shopper.joined_to:
            return shopper
        joined = attrs.evolve(shopper, joined_to=found, joined_by=by, joined_at=now)
        tx.customers.save(joined)
        tell(tx, "shopper_joined", merchant=merchant.id, shopper=shopper.id, customer=found or None)
        return joined

    return await hub.store.write(write)
