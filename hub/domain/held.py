"""What the books hold of a payment: what came, what went back, what is left, and what of it may be given back.

Read from its provider's clearing account: captures with their corrections, less returns, less chargebacks that stand.
What was paid out to the merchant still counts: it went from the provider to the bank, not back to the payer.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import attrs

from hub_hookspecs import Money

from .entry_keys import root_of


@attrs.frozen
class Cleared:
    """What one entry of a payment adds to its provider's clearing account."""

    key: str
    currency: str
    amount: int


class MoneyState(enum.StrEnum):
    """What became of the money of a payment that was paid."""

    HELD = "held"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"
    PARTLY_CHARGED_BACK = "partly_charged_back"
    CHARGED_BACK = "charged_back"
    NOT_RECEIVED = "not_received"


WITH_MONEY = frozenset({MoneyState.HELD, MoneyState.PARTLY_RETURNED, MoneyState.PARTLY_CHARGED_BACK})
"""States in which something of the money is still here."""


@attrs.frozen(kw_only=True)
class Held:
    """What the books hold of one payment in one currency. Minor units.

    Attributes:
        stated: What its captures were booked with: as the provider said, or as asked for where it said nothing.
        came: The same as people corrected it since.
        vouched: What of that the provider itself vouched for, capture by capture.
        returned: What went back to the payer.
        charged_back: What the payer's bank took back and did not give again.
    """

    currency: str
    stated: int = 0
    came: int = 0
    vouched: int = 0
    returned: int = 0
    charged_back: int = 0

    @property
    def gone(self) -> int:
        """What went back, whoever took it."""
        return self.returned + self.charged_back

    @property
    def left(self) -> int:
        """What came and did not go back."""
        return self.came - self.gone

    def money(self, minor: int) -> Money:
        """An amount in this currency."""
        return Money(minor, self.currency)


def held_in(cleared: Iterable[Cleared]) -> tuple[Held, ...]:
    """What is held of one payment, a record a currency, in the order in which they came.

    A correction counts with the entry that it corrects, so a dispute that was won is no chargeback any more.
    """
    booked: dict[str, dict[str, int]] = {}
    firsts: dict[tuple[str, str], int] = {}
    for item in cleared:
        root = root_of(item.key)
        sums = booked.setdefault(item.currency, {})
        sums[root] = sums.get(root, 0) + item.amount
        firsts.setdefault((item.currency, root), item.amount)
    return tuple(
        _held(currency, sums, {root: firsts[currency, root] for root in sums})
        for currency, sums in booked.items()
        if any(root.startswith("capture:") for root in sums)
    )


def _held(currency: str, sums: dict[str, int], firsts: dict[str, int]) -> Held:
    captures = [root for root in sums if root.startswith("capture:")]
    return Held(
        currency=currency,
        stated=sum(firsts[root] for root in captures),
        came=sum(sums[root] for root in captures),
        vouched=sum(min(firsts[root], sums[root]) for root in captures),
        returned=-sum(amount for root, amount in sums.items() if root.startswith("refund:")),
        charged_back=-sum(amount for root, amount in sums.items() if root.startswith("chargeback:")),
    )


def refundable_of(held: Held, reserved: int = 0) -> int:
    """What may be given back through the provider, minor units.

    Never more than it vouched for, though a person corrected the capture upwards.

    Args:
        reserved: What refunds that are on their way, or of unknown outcome, may take.
    """
    return max(0, held.vouched - held.gone - reserved)


def state_of(held: Iterable[Held]) -> MoneyState:
    """What became of a payment's money, in all its currencies."""
    items = tuple(held)
    some = any(item.left > 0 for item in items)
    if any(item.charged_back for item in items):
        return MoneyState.PARTLY_CHARGED_BACK if some else MoneyState.CHARGED_BACK
    if any(item.returned for item in items):
        return MoneyState.PARTLY_RETURNED if some else MoneyState.RETURNED
    return MoneyState.HELD if some else MoneyState.NOT_RECEIVED


def together(held: Iterable[Held], currency: str) -> Held:
    """What several payments hold in one currency."""
    items = [item for item in held if item.currency == currency]
    names = ("stated", "came", "vouched", "returned", "charged_back")
    return Held(currency=currency, **{name: sum(getattr(item, name) for item in items) for name in names})


def held_as(held: Iterable[Held], currency: str) -> Held:
    """What is held in the currency that was asked for; where nothing came in it, in the first that came."""
    items = tuple(held)
    own = next((item for item in items if item.currency == currency), None)
    return own or next(iter(items), Held(currency=currency))
