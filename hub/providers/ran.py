"""A driven exchange: what it concluded, and the requests on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from hub_hookspecs import (
    Conclusion,
    Mark,
)


@attrs.frozen(kw_only=True)
class StepRecord:
    """One request that was sent, or held back, for the operator's eyes; never its content.

    Attributes:
        hook: The hook that asked for it; ``authorize`` for the grant on the way.
        number: Which request of its hook, from 1; a harmless one that was repeated stands several times.
        path: Without the query string.
        status: Of the answer, if there was one.
        trouble: Why there is none.
        wrote: Whether its headers began to be written.
        started: When it was taken up, UTC.
    """

    hook: str
    number: int
    mark: Mark
    method: str
    host: str
    path: str
    status: int | None = None
    trouble: str | None = None
    milliseconds: int = 0
    wrote: bool = False
    started: datetime | None = None


@attrs.frozen
class Ran:
    """A driven exchange: what it concluded, and the requests on the way."""

    conclusion: Conclusion[Any]
    steps: tuple[StepRecord, ...] = ()

    @property
    def has_written(self) -> bool:
        """Whether any request began to be written."""
        return any(step.wrote for step in self.steps)
