"""What holds for the requests that were sent."""

from __future__ import annotations

from collections.abc import Iterator

from hub.storage.guards import RowEvent, RowRefusal, Trigger, guard, rows_of
from hub.storage.schema import request_sent


def request_triggers() -> Iterator[Trigger]:
    """What was sent stays as it was recorded; old questions alone are pruned."""
    _, old = rows_of(request_sent)
    yield guard(
        "request_sent_unchanged",
        RowEvent("UPDATE", request_sent),
        RowRefusal("append_only", "request_sent is never changed"),
    )
    yield guard(
        "request_sent_kept",
        RowEvent("DELETE", request_sent, when=old.hook.not_in(("handle_notification", "query_payment"))),
        RowRefusal("append_only", "what charged, opened or gave back is never deleted"),
    )
