"""What holds for decisions."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, rows_of
from hub.storage.schema import decision


def decision_triggers() -> Iterator[Trigger]:
    """The triggers of decisions."""
    _, old = rows_of(decision)
    yield fixed(
        decision,
        *("id", "merchant", "mode", "kind", "subject", "payment", "content", "currency", "amount"),
        *("by", "why", "evidence", "evidence_name", "evidence_digest", "via", "proposed_at"),
    )
    yield guard(
        "decision_ends_once",
        RowEvent("UPDATE", decision, when=or_(old.done_at.is_not(None), old.superseded == 1)),
        RowRefusal("append_only", "a decision that took effect is never changed"),
    )
    yield never_deleted(decision)
