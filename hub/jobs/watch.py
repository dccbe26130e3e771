"""The watch of a process: signs of life, alerts and housekeeping, beside the loop and not by it.

A loop that hangs must be told by somebody else.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import structlog

from hub.flows.ground.ports import Hub, Unavailable
from hub.flows.operations.prune import prune, send_heartbeat
from hub.flows.operations.raise_alerts import raise_alerts

log = structlog.get_logger()

EVERY_SECONDS: Final = 30.0
HOUSE_SECONDS: Final = 3600.0


class Watch:
    """Looks around every half minute until it is told to stop."""

    def __init__(self, hub: Hub, role: str, *, every: float = EVERY_SECONDS) -> None:
        self._hub = hub
        self._role = role
        self._every = every
        self._stopped = asyncio.Event()
        self._kept_at: float | None = None

    async def run(self) -> None:
        """Look around until stopped."""
        while not self._stopped.is_set():
            await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._every)

    async def look(self) -> None:
        """Look around once; never raises."""
        moment = asyncio.get_running_loop().time()
        try:
            await raise_alerts(self._hub)
            await send_heartbeat(self._hub, self._role)
            if self._kept_at is None or moment - self._kept_at >= HOUSE_SECONDS:
                self._kept_at = moment
                await prune(self._hub)
        except Unavailable as trouble:  # told already, past the database
            log.error("database_unavailable", error=str(trouble))
        except Exception:  # the next look comes all the same
            log.exception("watch_failed")

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
