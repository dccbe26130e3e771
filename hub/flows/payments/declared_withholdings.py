"""What a payer declares to withhold: whether it may be, and what of it waits for the merchant's word."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.payment import Withholding
from hub.domain.withholding import WithholdingRate, terms_of, valid_rates
from hub.flows.ground.ports import Tx
from hub_hookspecs import Country


def may_withhold(tx: Tx, merchant: Merchant, country: Country, customer_id: str) -> bool:
    """Whether a customer may declare what it withholds: anybody where private business does, once the merchant says so;
    where the State alone does, the customers that the merchant marked."""
    if not merchant.options.withholdings:
        return False
    return country.withholdings or (country.state_withholds and tx.withholding_agents.has(customer_id))


def can_be(tx: Tx, merchant: Merchant, country: Country, payable: Payable, parts: Sequence[Withholding]) -> bool:
    """Whether each tax is named once, by a rate of the invoice's day and within its tolerance where there is one."""
    taxes = {item.tax for item in parts}
    if len(taxes) != len(parts) or not taxes <= dict(country.withheld_taxes).keys():
        return False
    if any(not 0 < item.amount <= item.base for item in parts):
        return False
    rates = valid_rates(tx.withholding_rates.of(merchant.id), on=payable.issued_on, currency=payable.currency)
    return all(_fits(merchant, payable, item, [rate for rate in rates if rate.tax == item.tax]) for item in parts)


def _fits(merchant: Merchant, payable: Payable, item: Withholding, rates: Sequence[WithholdingRate]) -> bool:
    rate = next((rate for rate in rates if rate.id == item.rate_id), None)
    if rate is None:
        return not rates and not item.rate_id
    due, tolerance = rate.of(item.base), terms_of(merchant.options, payable.currency).tolerance
    return item.base <= payable.total and due > 0 and abs(item.amount - due) <= tolerance


def with_waiting(tx: Tx, merchant: Merchant, payable: Payable, parts: Sequence[Withholding]) -> tuple[Withholding, ...]:
    """The same, marked where they are above what a payer's word alone settles of one invoice."""
    withheld = sum(item.amount for item in parts)
    terms = terms_of(merchant.options, payable.currency)
    waits = terms.waits(withheld, total=payable.total, before=payable.withheld)
    return tuple(attrs.evolve(item, waits=waits) for item in parts)
