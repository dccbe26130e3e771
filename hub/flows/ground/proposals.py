"""What one person proposed and a second one has not approved: whether it still stands, and how it ends without.

A proposal to close what a complete list lacks stands on its import: it ends with it, in the same commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from hub.domain.decision import Decision, DecisionKind, is_same_person
from hub.domain.import_run import KEPT, ImportRun, RunState
from hub.domain.merchant import Role
from hub.domain.text import Text

from .ports import Tx
from .tell import tell

MAY_CLOSE: Final = frozenset({Role.OWNER, Role.ACCOUNTANT})
"""Who of a company says what becomes of what a complete list lacks."""
GONE: Final = (RunState.UNDOING, RunState.UNDONE)
"""An import that is taken back."""


def why_lapsed(tx: Tx, proposed: Decision, now: datetime) -> Text | None:
    """Why nobody may second a proposal any more; None for one that stands."""
    if proposed.kind is not DecisionKind.CLOSE_MISSING:
        return None
    run = tx.imports.get(proposed.evidence.text) if proposed.evidence.text else None
    if proposed.evidence.text and (run is None or run.state in GONE):
        return Text("proposal.undone")
    if now - proposed.proposed_at >= KEPT:
        return Text("proposal.too_old", days=KEPT.days)
    members = tx.merchants.members(proposed.merchant_id)
    if any(member.role not in MAY_CLOSE and is_same_person(member.email, proposed.by) for member in members):
        return Text("proposal.no_right", by=proposed.by)
    return None


def standing_proposals(tx: Tx, now: datetime) -> tuple[Decision, ...]:
    """What waits for a second person and may be approved; oldest first."""
    return tuple(item for item in tx.decisions.waiting() if not why_lapsed(tx, item, now))


def closing_proposed(tx: Tx, run: ImportRun, now: datetime) -> Decision | None:
    """What was proposed to be closed by this import, while it stands."""
    waiting = tx.decisions.waiting_for(DecisionKind.CLOSE_MISSING, f"{run.merchant_id}:{run.mode}")
    stands = waiting and waiting.evidence.text == run.id and not why_lapsed(tx, waiting, now)
    return waiting if stands else None


def withdraw(tx: Tx, proposed: Decision, *, by: str = "", why: str = "") -> Decision:
    """End a proposal of which nothing happened: nobody approves it any more, and the same may be proposed anew.

    Args:
        by: Who refused it; empty where nobody did.
    """
    ended = attrs.evolve(proposed, superseded=True)
    if by and not is_same_person(by, proposed.by):
        ended = attrs.evolve(ended, seconded_by=by, second_why=why)
    tx.decisions.save(ended)
    tell(tx, "decision_withdrawn", decision=proposed.id, kind=proposed.kind.value, about=proposed.subject)
    return ended


def withdraw_closing(tx: Tx, run: ImportRun) -> None:
    """End what was proposed to be closed by an import that is taken back."""
    waiting = tx.decisions.waiting_for(DecisionKind.CLOSE_MISSING, f"{run.merchant_id}:{run.mode}")
    if waiting and waiting.evidence.text == run.id:
        withdraw(tx, waiting)


def withdraw_of(tx: Tx, merchant_id: str, person: str) -> None:
    """End all that somebody proposed who does not belong to the company any more."""
    for item in tx.decisions.waiting():
        if item.merchant_id == merchant_id and is_same_person(item.by, person):
            withdraw(tx, item)


def withdraw_lapsed(tx: Tx, now: datetime) -> int:
    """End what nobody may second any more; how many."""
    lapsed = tuple(_lapsed(tx, now))
    for item in lapsed:
        withdraw(tx, item)
    return len(lapsed)


def _lapsed(tx: Tx, now: datetime) -> Iterator[Decision]:
    return (item for item in tx.decisions.waiting() if why_lapsed(tx, item, now))
