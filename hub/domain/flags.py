"""What is odd about a payment: its flags, and the movements that a person is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from hub_hookspecs import Kind, Money
from hub_hookspecs.payment import CLOSING_KINDS

from .captures import Capture, captures_in, claims_in
from .known_returns import Return
from .observation import Seen
from .payment import OURS, Flag, Payment
from .returns import NOTHING_CORRECTED, left_of, returns_in

CONTRADICTING = "contradicting_claims"
"""Two claims of one movement that cannot both be right; no flag says so but ``needs_review``."""

LEARNED_OTHERWISE = "learned_otherwise"
"""A provider taught two values of what later requests need; none that moves money is given either."""

RETURNED_BILL = "returned_bill"
"""The money of a bill was returned: is it still owed, is there a credit note, or was it never due?"""

DOUBTED_RETURN = "doubted_return"
"""News of a return that may be one that a person or a payout line told of already; nothing is booked of it."""


def flags_of(
    payment: Payment,
    seen: Iterable[Seen],
    *,
    shares_paid_payable: bool = False,
    offered_until: datetime | None = None,
    corrected: Mapping[str, int] = NOTHING_CORRECTED,
    asked: Money | None = None,
) -> frozenset[Flag]:
    """Everything that is odd in a set of observations.

    Args:
        asked: What was to be taken, where that is not what the payment is for: a part of what was held.
        corrected: What people found that captures and returns truly came to, minor units, by their keys.
        shares_paid_payable: Together with another paid payment it brought more for a payable than that is for.
        offered_until: The earliest end of what the payment's payables were offered for.
    """
    items, wanted = tuple(seen), payment.amount if asked is None else asked
    kinds = {item.observation.kind for item in items}
    paid = [item.observation for item in items if item.observation.kind is Kind.PAID]
    amounts = [claim.amount for claim in paid if claim.amount is not None]
    captures = captures_in(payment, items)
    first_paid = min((item.seen_at for item in items if item.observation.kind is Kind.PAID), default=None)
    tests = {
        Flag.AMOUNT_MISMATCH: any(
            amount.currency == wanted.currency and amount.minor != wanted.minor for amount in amounts
        ),
        Flag.CURRENCY_MISMATCH: any(amount.currency != wanted.currency for amount in amounts),
        Flag.DUPLICATE_CHARGE: len(captures) > 1 or bool(paid and shares_paid_payable),
        Flag.LATE: bool(paid)
        and (bool(kinds & OURS) or bool(offered_until and first_paid and first_paid >= offered_until)),
        Flag.CONFLICT: (bool(paid) and bool(kinds.intersection(CLOSING_KINDS)))
        or (Kind.ACCEPTED in kinds and bool(kinds & {Kind.NEVER_SENT, Kind.NEVER_EXISTED}))
        or (Kind.AUTHORISED in kinds and bool(kinds & OURS)),
        Flag.ORPHAN_REFUND: bool(kinds & {Kind.RETURNED, Kind.CHARGED_BACK}) and not paid,
        Flag.OVER_REFUND: bool(paid) and _exceeds(captures, returns_in(items), corrected),
    }
    flags = {flag for flag, holds in tests.items() if holds}
    claims = claims_in(payment, items)
    if flags - {Flag.LATE} or any(_differ(claims, taken.movement) for taken in captures):
        flags.add(Flag.NEEDS_REVIEW)
    return frozenset(flags)


def occasions_of(
    payment: Payment,
    seen: Iterable[Seen],
    *,
    shares_paid_payable: bool = False,
    corrected: Mapping[str, int] = NOTHING_CORRECTED,
    asked: Money | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """The movements that something is odd about, by its cause; each of them asks a person once.

    The first capture of a payment has no name here, so that what is said of the whole payment is said of it. A cause
    that is about no single movement is left out.

    Args:
        shares_paid_payable: As in ``flags_of``.
        corrected: As in ``flags_of``.
        asked: As in ``flags_of``.
    """
    items, wanted = tuple(seen), payment.amount if asked is None else asked
    captures, returns = captures_in(payment, items), returns_in(items)
    claims = claims_in(payment, items)
    uneven = [
        (movement, amount.currency)
        for movement, amount in ((movement, item.observation.amount) for movement, item in claims)
        if amount is not None and amount != wanted
    ]
    own = wanted.currency
    found = {
        Flag.DUPLICATE_CHARGE.value: [taken.movement for taken in captures[0 if shares_paid_payable else 1 :]],
        Flag.AMOUNT_MISMATCH.value: [movement for movement, currency in uneven if currency == own],
        Flag.CURRENCY_MISMATCH.value: [movement for movement, currency in uneven if currency != own],
        CONTRADICTING: [taken.movement for taken in captures if _differ(claims, taken.movement)],
    }
    first = [taken.movement for taken in captures[:1]]
    named = {
        cause: tuple(dict.fromkeys("" if movement in first else movement for movement in movements))
        for cause, movements in found.items()
        if movements
    }
    back = {
        Flag.OVER_REFUND.value: tuple(
            item.name
            for at, item in enumerate(returns)
            if captures and _exceeds(captures, returns[: at + 1], corrected)
        ),
        Flag.ORPHAN_REFUND.value: () if captures else tuple(item.name for item in returns),
    }
    return {**named, **{cause: names for cause, names in back.items() if names}}


def _exceeds(captures: Iterable[Capture], returns: Iterable[Return], corrected: Mapping[str, int]) -> bool:
    return any(minor < 0 for minor in left_of(captures, returns, corrected).values())


def _differ(claims: Iterable[tuple[str, Seen]], movement: str) -> bool:
    """Two claims of one movement with different authorisations or provider ids: perhaps two captures.

    A channel that does not know one contradicts nobody.
    """
    own = [item.observation for name, item in claims if name == movement]
    authorisations = {claim.authorisation for claim in own if claim.authorisation}
    references = {claim.provider_reference for claim in own if claim.provider_reference}
    return len(authorisations) > 1 or len(references) > 1
