"""The least part of what is asked for that may be paid."""

from __future__ import annotations

from collections.abc import Iterable

from hub.domain.merchant import Merchant
from hub.domain.offer import Offered
from hub.flows.ground.ports import Hub
from hub_hookspecs import EXPONENTS, Money


def least_part(hub: Hub, merchant: Merchant, offers: Iterable[Offered], asked: Money) -> Money | None:
    """The larger of the merchant's and the provider's minimum; None where no part may be paid, or nothing at all.

    Where several providers take it, the one that takes least counts; where nobody named a minimum it is nothing.
    """
    rules = [
        provider.info.currency_rule(asked.currency)
        for offer in offers
        if offer.button and (provider := hub.providers.get(offer.provider))
    ]
    theirs = [rule.minimum for rule in rules if rule]
    if not merchant.options.partial or not theirs:
        return None
    least = max(merchant.options.minimum.get(asked.currency, 0), min(theirs))
    if least >= asked.minor:
        return None
    unit = 10 ** EXPONENTS[asked.currency]
    return Money(least if least > unit else 0, asked.currency)
