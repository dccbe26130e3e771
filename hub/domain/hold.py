"""A hold: money of a payer that the provider keeps for us and nobody has taken yet.

It settles nothing and is booked nowhere. Either it is captured, or it lapses and the payer has it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub_hookspecs import Kind, Money, Observation, Way

from .observation import Seen
from .payment import Payment

ASKED: Final = "asked"
"""Among what is vouched for: the amount is what our own capture asked for, since the provider stated none."""


@attrs.frozen(kw_only=True)
class Hold:
    """What was authorised of one payment; a function of the set of observations, but for what is under way.

    Attributes:
        amount: At most this may be taken: the least of what was stated, or what was asked for where nothing was. None
            where another currency was stated: then nobody knows what may be.
        until: When it lapses, as the provider says; the latest of what was said.
        since: When we first knew of it.
        unclear_since: When a capture was sent whose outcome is unknown.
        due_from: From when the hub is to capture it by itself; None where it is not, or not any more.
    """

    amount: Money | None
    until: datetime | None
    since: datetime
    unclear_since: datetime | None = None
    due_from: datetime | None = None

    def lapsed_at(self, way: Way) -> datetime | None:
        """From when it has lapsed for certain, if nothing was taken."""
        return None if self.until is None else self.until + timedelta(minutes=way.settle_minutes)


def hold_in(payment: Payment, seen: Iterable[Seen]) -> Hold | None:
    """The hold of a payment; None where nothing was authorised."""
    held = [item for item in seen if item.observation.kind is Kind.AUTHORISED]
    if not held:
        return None
    stated = [amount for item in held if (amount := item.observation.amount) is not None]
    is_clear = all(amount.currency == payment.amount.currency for amount in stated)
    ends = [item.observation.expires_at for item in held if item.observation.expires_at]
    return Hold(
        amount=min([payment.amount, *stated], key=lambda amount: amount.minor) if is_clear else None,
        until=max(ends, default=None),
        since=min(item.seen_at for item in held),
    )


def holds_still(news: Iterable[Observation], now: datetime) -> bool:
    """Whether the provider, asked after a hold's end, tells of one that it does not say to be over."""
    return any(item.kind is Kind.AUTHORISED and (item.expires_at is None or item.expires_at > now) for item in news)
