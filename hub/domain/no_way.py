"""Why nothing of a currency can be paid online here, where no provider is offered."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Final

from hub.domain.offer import Absence, Offered
from hub.domain.text import Text


class NoWay(enum.StrEnum):
    """Why there is no button at all."""

    AMOUNT = "amount"
    FOR_NOW = "for_now"
    CURRENCY = "currency"
    NO_PROVIDER = "no_provider"

    @property
    def is_whatever_is_chosen(self) -> bool:
        """Whether another amount would change nothing."""
        return self is not NoWay.AMOUNT


BY_ABSENCE: Final = {
    Absence.BELOW_MINIMUM: NoWay.AMOUNT,
    Absence.MERCHANT_MINIMUM: NoWay.AMOUNT,
    Absence.ABOVE_MAXIMUM: NoWay.AMOUNT,
    Absence.TOO_FINE: NoWay.AMOUNT,
    Absence.NEEDS_REVALIDATION: NoWay.FOR_NOW,
    Absence.SUSPENDED: NoWay.FOR_NOW,
    Absence.PAUSED: NoWay.FOR_NOW,
    Absence.PROVIDER_DOWN: NoWay.FOR_NOW,
    Absence.LOCKED: NoWay.FOR_NOW,
    Absence.PLUGIN_FAILED: NoWay.FOR_NOW,
    Absence.CURRENCY: NoWay.CURRENCY,
}
"""What each absence comes to; any other means that there is no provider here."""


def no_way(offers: Collection[Offered]) -> NoWay | None:
    """Why none is offered; what the payer himself can change counts first, what nobody can last."""
    if any(offer.button for offer in offers):
        return None
    found = {BY_ABSENCE.get(offer.absence, NoWay.NO_PROVIDER) for offer in offers if offer.absence}
    return next((why for why in NoWay if why in found), NoWay.NO_PROVIDER)


def why_text(why: NoWay, company: str, currency: str) -> Text:
    """The reason in the payer's words."""
    match why:
        case NoWay.AMOUNT:
            return Text("no_way.amount")
        case NoWay.FOR_NOW:
            return Text("no_way.for_now")
        case NoWay.CURRENCY:
            return Text("no_way.currency", company=company, currency=currency)
        case NoWay.NO_PROVIDER:
            return Text("no_way.no_provider", company=company)
