"""A request that went to a provider, or was held back: for the operator's eyes, never its content."""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class RequestSent:
    """One request of a hook call.

    Attributes:
        operation_id: Of a refund, undo or cancel; empty for the payment itself.
        hook: The hook that asked for it; ``authorize`` for the grant on the way.
        number: Which request of its hook call, from 1; one that was repeated stands several times.
        mark: ``harmless``, ``opens_session`` or ``charging``.
        path: Without the query string.
        status: Of the answer; None where there is none, ``trouble`` then says why.
        wrote: Whether its headers began to be written.
        started: When it was taken up.
        at: When the outcome of its hook call was committed.
    """

    payment_id: str
    operation_id: str = ""
    hook: str
    number: int
    mark: str
    method: str
    host: str
    path: str
    status: int | None
    trouble: str
    milliseconds: int
    wrote: bool
    started: datetime
    at: datetime
