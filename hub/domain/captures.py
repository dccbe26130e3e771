"""The captures of a payment: one a movement of money,
whichever channels claim it and however often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from hub_hookspecs import Kind, Money

from .hold import ASKED
from .observation import Seen
from .payment import Payment


@attrs.frozen(kw_only=True)
class Capture:
    """One proven movement of money into the merchant's account with the provider.

    Attributes:
        own_record: The provider vouched for no amount; ours stands for it.
        key: Of the observation that is booked.
        is_learnt: The provider did not say when it happened; ``at`` is when we learnt of it.
    """

    movement: str
    amount: Money
    own_record: bool
    key: str
    provider_reference: str | None
    authorisation: str | None
    at: datetime
    is_learnt: bool = False


def claims_in(payment: Payment, seen: Iterable[Seen]) -> tuple[tuple[str, Seen], ...]:
    """Each claim of money after the movement that it speaks of, under the name that it was first recorded by.

    A claim that names no movement (an undo that was done, a person, a payout line) speaks of the
    first that is named.
    """
    paid = [(item.observation.movement, item) for item in seen if item.observation.kind is Kind.PAID]
    first = next((movement for movement, _item in paid if movement), None)
    names: dict[str | None, str] = {}
    return tuple((names.setdefault(movement or first, movement or payment.reference), item) for movement, item in paid)


def captures_in(payment: Payment, seen: Iterable[Seen]) -> tuple[Capture, ...]:
    """One capture a movement; the first claim of a movement that was recorded is the one that is
    booked."""
    found: dict[str, Capture] = {}
    for movement, item in claims_in(payment, seen):
        if movement not in found:
            claim = item.observation
            stated = claim.amount if "amount" in claim.vouched else None
            ours = claim.amount if ASKED in claim.vouched else None
            found[movement] = Capture(
                movement=movement,
                amount=next((amount for amount in (stated, ours) if amount is not None), payment.amount),
                own_record=stated is None,
                key=item.key,
                provider_reference=claim.provider_reference,
                authorisation=claim.authorisation,
                at=claim.occurred_at or item.seen_at,
                is_learnt=claim.occurred_at is None,
            )
    return tuple(found.values())
