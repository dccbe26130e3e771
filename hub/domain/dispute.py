"""A dispute: the payer's bank wants a payment's money back, and the merchant may answer until a day."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import attrs

from hub_hookspecs import Mode, Money

from .ids import derived_id

REMINDERS: Final = (timedelta(days=3), timedelta(days=1))
"""How long before its last day the merchant is told of a dispute once more; the longest first."""

REMINDED: Final = "reminder"
"""How the occasion of a further mail about a dispute begins; that of the first is its stage."""


class DisputeStage(enum.StrEnum):
    """How far a dispute is: the bank asks, it took the money, or it is over."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"
    ARBITRATION = "arbitration"

    @property
    def has_taken(self) -> bool:
        """Whether the payer's bank has taken the money by then."""
        return self is not DisputeStage.INQUIRY


class DisputeOutcome(enum.StrEnum):
    """How a dispute ended: ``won`` keeps the money or brings it back, ``partly_won`` a part of what the bank had taken;
    ``lost`` and ``accepted`` give it up."""

    WON = "won"
    PARTLY_WON = "partly_won"
    LOST = "lost"
    ACCEPTED = "accepted"


@attrs.frozen(kw_only=True)
class Dispute:
    """One dispute of a payment, under the name that the provider's facts or a person gave it.

    Attributes:
        case: Names the chargeback entry, ``chargeback:<account>:<case>``. Of one case of a payment one dispute is open;
            an inquiry that ended is no answer to a bank that takes the money later.
        taken_as: What names that entry instead, where a person recorded the money of an inquiry that was open.
        amount: What is disputed.
        reason: As the provider or the bank words it.
        respond_by: Until when the merchant may answer.
        remind_at: When the merchant is told again; None where nothing is left to say.
        outcome: None while it is open.
        won: What the bank gave again, where it was won in part; the rest is lost.
    """

    id: str
    merchant_id: str
    mode: Mode
    payment_id: str
    case: str
    taken_as: str = ""
    amount: Money
    stage: DisputeStage
    reason: str = ""
    respond_by: datetime | None = None
    remind_at: datetime | None = None
    opened_at: datetime
    outcome: DisputeOutcome | None = None
    won: Money | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet whose the money is."""
        return self.outcome is None

    @property
    def entry_name(self) -> str:
        """What names the entry of its money in the books."""
        return self.taken_as or self.case

    def is_called(self, name: str) -> bool:
        """Whether news or a person of this name means it: by its case, or by its entry."""
        return bool(name) and name in (self.case, self.taken_as)

    def covers(self, stage: DisputeStage) -> bool:
        """Whether news of this stage is about this dispute, though it ended: one that took the money, or only asked."""
        return self.is_open or self.stage.has_taken or not stage.has_taken


def dispute_id(payment_id: str, case: str, stage: DisputeStage) -> str:
    """The id of the dispute that news of this stage opens: the same whoever tells it first."""
    return derived_id("dispute", payment_id, case, "taken" if stage.has_taken else "asked")


def further(one: DisputeStage, other: DisputeStage) -> DisputeStage:
    """The later of two stages; a dispute never goes back."""
    order = tuple(DisputeStage)
    return max(one, other, key=order.index)


def next_reminder(respond_by: datetime | None, now: datetime) -> datetime | None:
    """When the merchant is told again after now; None without a last day, or where each reminder's time has passed."""
    if respond_by is None:
        return None
    return next((respond_by - before for before in REMINDERS if respond_by - before > now), None)


def last_moment(day: date, zone: tzinfo) -> datetime:
    """The end of the last day for an answer, where the merchant is."""
    return datetime.combine(day, time(23, 59), zone)
