"""The payment report: what moved in a period, per provider and currency, under the seal of the books."""

from __future__ import annotations

import enum
from datetime import date, datetime

import attrs

from hub.domain.letterhead import Letterhead
from hub.domain.text import Text
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class Seal:
    """The head of a merchant's books: a rewriting of anything before it would show.

    Attributes:
        number: How many entries it covers.
        hash: SHA-256 in hexadecimal.
        at: The moment at which it was the head.
    """

    number: int
    hash: str
    at: datetime


class Direction(enum.StrEnum):
    """Which way money went."""

    RECEIVED = "received"
    RETURNED = "returned"
    CHARGED_BACK = "charged_back"


@attrs.frozen(kw_only=True)
class ReportMovement:
    """Money that came, or went back.

    Attributes:
        at: When it moved, as the provider said, else when we learnt of it.
        on: The day, where a person named that alone.
        is_correction: It corrects what was booked before.
        numbers: Of the invoices or the order.
        provider: Who brought it; without a provider how it came.
        amount: Positive, whichever way it went; negative where a correction takes some of it back.
        cash_receipt: Label of the cash receipt that is recorded.
    """

    direction: Direction
    at: datetime
    on: date | None = None
    is_correction: bool = False
    customer: str
    numbers: tuple[str, ...]
    provider: Text | str
    instrument: Text | str = ""
    provider_reference: str = ""
    authorisation: str = ""
    reference: str
    cash_receipt: str = ""
    amount: Money


@attrs.frozen(kw_only=True)
class PaymentsTotal:
    """What one provider moved in one currency; ``net`` is what came less what went back."""

    provider: Text | str
    count: int
    received: Money
    returned: Money

    @property
    def net(self) -> Money:
        """Negative where more went back than came."""
        return self.received - self.returned


@attrs.frozen(kw_only=True)
class PaymentsDocument:
    """The payment report: every movement of a period, with totals per provider and currency.

    Attributes:
        since, until: First and last day, where the merchant is.
        movements: Oldest first.
    """

    letterhead: Letterhead
    since: date
    until: date
    made_at: datetime
    movements: tuple[ReportMovement, ...]
    seal: Seal

    @property
    def totals(self) -> tuple[PaymentsTotal, ...]:
        """One a provider and currency."""
        keys = {(item.provider, item.amount.currency) for item in self.movements}
        return tuple(self._total(provider, currency) for provider, currency in sorted(keys, key=str))

    def _total(self, provider: Text | str, currency: str) -> PaymentsTotal:
        own = [item for item in self.movements if (item.provider, item.amount.currency) == (provider, currency)]
        zero = Money(0, currency)
        came = [item.amount for item in own if item.direction is Direction.RECEIVED]
        back = [item.amount for item in own if item.direction is not Direction.RECEIVED]
        return PaymentsTotal(provider=provider, count=len(own), received=sum(came, zero), returned=sum(back, zero))
