"""What a provider tells of disputes: a case is one dispute, whichever news tells of it and in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import attrs

from hub_hookspecs import DisputeStage as Told
from hub_hookspecs import Kind, Money

from .dispute import DisputeOutcome, DisputeStage
from .observation import Seen

ENDS: Final = {Told.WON: DisputeOutcome.WON, Told.LOST: DisputeOutcome.LOST}
ORDER: Final = tuple(Told)
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen(kw_only=True)
class ToldDispute:
    """All that was told of one case.

    Attributes:
        amount: As it was last stated.
        has_taken: Money of it was charged back.
        is_answered: The merchant has answered the bank, or it is over: no last day matters any more.
        ends: How it ended as the provider last said.
        won: What the news of a case that was won states, where they state an amount.
    """

    case: str
    amount: Money | None
    reason: str
    answer_by: datetime | None
    has_taken: bool
    is_answered: bool
    ends: DisputeOutcome | None
    won: Money | None

    @property
    def stage(self) -> DisputeStage:
        """How far it is: one that took nothing only asks, whatever its provider calls it."""
        return DisputeStage.CHARGEBACK if self.has_taken else DisputeStage.INQUIRY


def told_disputes(seen: Iterable[Seen]) -> dict[str, ToldDispute]:
    """What was told, by case: of two claims that of the later stage counts, then the later one."""
    cases: dict[str, list[Seen]] = {}
    for item in seen:
        if item.observation.dispute:
            cases.setdefault(item.observation.dispute.case, []).append(item)
    return {case: _together(case, items) for case, items in cases.items()}


def _together(case: str, items: list[Seen]) -> ToldDispute:
    ordered = sorted(items, key=_place)
    said = [item.observation.dispute for item in ordered if item.observation.dispute]
    amounts = [item.observation.amount for item in ordered if item.observation.amount is not None]
    days = [dispute.answer_by for dispute in said if dispute.answer_by]
    wins = [item for item in ordered if item.observation.dispute and item.observation.dispute.stage is Told.WON]
    given = [item.observation.amount for item in wins if item.observation.kind is not Kind.CHARGED_BACK]
    ends = [ENDS[dispute.stage] for dispute in said if dispute.stage in ENDS]
    return ToldDispute(
        case=case,
        amount=amounts[-1] if amounts else None,
        reason=next((dispute.reason for dispute in reversed(said) if dispute.reason), ""),
        answer_by=days[-1] if days else None,
        has_taken=any(item.observation.kind is Kind.CHARGED_BACK for item in items),
        is_answered=any(ORDER.index(dispute.stage) >= ORDER.index(Told.ANSWERED) for dispute in said),
        ends=ends[-1] if ends else None,
        won=next((amount for amount in reversed(given) if amount is not None), None),
    )


def _place(item: Seen) -> tuple[int, datetime]:
    """Won and lost are of one rank: the later of them is how it ended, and where no time is told the one heard last."""
    dispute = item.observation.dispute
    rank = min(ORDER.index(dispute.stage), ORDER.index(Told.WON)) if dispute else -1
    return rank, item.observation.occurred_at or LONG_AGO
