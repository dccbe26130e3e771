"""What holds for disputes."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, rows_of
from hub.storage.schema import dispute


def dispute_triggers() -> Iterator[Trigger]:
    """The triggers of disputes."""
    _, old = rows_of(dispute)
    yield fixed(dispute, "id", "merchant", "mode", "payment", "case_id", "currency", "opened_at")
    yield guard(
        "dispute_ends_once",
        RowEvent("UPDATE", dispute, when=old.outcome.is_not(None)),
        RowRefusal("append_only", "a dispute that ended is never changed"),
    )
    yield never_deleted(dispute)
