"""What a provider tells of a capture beside its amount: who sent it, what it settles as, what it keeps of it.

Information alone. What was paid is the amount; fees and payouts are booked from settlement lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

import attrs

from hub_hookspecs import Money, Sender

from .captures import claims_in
from .observation import Seen
from .payment import Payment

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class ToldBesides:
    """What was said of one movement, by whichever channel said it first.

    Attributes:
        sender: Who really paid; often not the one who was asked.
        settled, rate: What reaches the merchant in another currency, and the rate as the provider writes it.
        fee: What the provider says that it keeps.
    """

    sender: Sender | None = None
    settled: Money | None = None
    rate: str | None = None
    fee: Money | None = None

    @property
    def sent_by(self) -> tuple[str, ...]:
        """The sender, as far as it was told."""
        said = attrs.astuple(self.sender) if self.sender else ()
        return tuple(text.strip() for text in said if text.strip())

    def keeps_of(self, gross: Money) -> Money | None:
        """The fee, where it can be taken from this amount."""
        return self.fee if self.fee is not None and self.fee.currency == gross.currency else None


NOTHING_TOLD: Final = ToldBesides()


def told_besides(payment: Payment, seen: Iterable[Seen]) -> dict[str, ToldBesides]:
    """What was told beside the amount of each movement of money."""
    claims: dict[str, list[Seen]] = {}
    for movement, item in claims_in(payment, seen):
        claims.setdefault(movement, []).append(item)
    return {
        movement: ToldBesides(
            sender=_first(item.observation.sender for item in items),
            settled=_first(item.observation.settled_amount for item in items),
            rate=_first(item.observation.settled_rate for item in items),
            fee=_first(item.observation.fee for item in items),
        )
        for movement, items in claims.items()
    }


def _first(said: Iterable[T | None]) -> T | None:
    return next((item for item in said if item is not None), None)
