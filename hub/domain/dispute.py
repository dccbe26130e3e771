"""A dispute: the payer's bank wants a payment's money back, and the merchant may answer until a day."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from hub_hookspecs import Mode, Money


class DisputeStage(enum.StrEnum):
    """How far a dispute is: the bank asks, it took the money, or it is over."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"
    ARBITRATION = "arbitration"


class DisputeOutcome(enum.StrEnum):
    """How a dispute ended: ``won`` keeps the money or brings it back, ``lost`` and ``accepted`` give it up."""

    WON = "won"
    LOST = "lost"
    ACCEPTED = "accepted"


@attrs.frozen(kw_only=True)
class Dispute:
    """One dispute of a payment, under the name that the provider's facts or a person gave it.

    Attributes:
        case: Unique for its payment; names the chargeback entry, ``chargeback:<account>:<case>``.
        amount: What is disputed.
        reason: As the provider or the bank words it.
        respond_by: Until when the merchant may answer.
        outcome: None while it is open.
    """

    id: str
    merchant_id: str
    mode: Mode
    payment_id: str
    case: str
    amount: Money
    stage: DisputeStage
    reason: str = ""
    respond_by: datetime | None = None
    opened_at: datetime
    outcome: DisputeOutcome | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet whose the money is."""
        return self.outcome is None
