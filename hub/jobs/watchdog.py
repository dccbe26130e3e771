"""The watchdog: ends a process whose event loop has stood still for ten seconds;
the service manager starts it again.

It needs no interpreter lock, so code that holds it for ever is ended too.
What was sent is committed as *sending* before it leaves, so nothing is lost by it.
"""

from __future__ import annotations

import asyncio
import faulthandler
import sys
from pathlib import Path
from typing import IO, Any, Final

import structlog

log = structlog.get_logger()

SECONDS: Final = 10.0
REARMED_EVERY: Final = 1.0


class Watchdog:
    """Armed again and again by the event loop that it watches.

    Args:
        trace: Where the threads' whereabouts are written before the end; standard error where it cannot be opened.
    """

    def __init__(self, trace: Path, *, seconds: float = SECONDS) -> None:
        self._trace = trace
        self._seconds = seconds
        self._file: IO[Any] | None = None

    async def run(self) -> None:
        """Arm it until cancelled."""
        try:
            self._file = self._trace.open("w")
        except OSError:
            log.exception("watchdog_trace_not_opened")
        try:
            while True:
                self._arm()
                await asyncio.sleep(min(REARMED_EVERY, self._seconds / 3))
        finally:
            self.stop()

    def _arm(self) -> None:
        target = self._file or sys.__stderr__
        if target is not None:
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=target)

    def stop(self) -> None:
        """Watch no more; an empty trace means that nothing froze."""
        faulthandler.cancel_dump_traceback_later()
        if self._file is not None:
            self._file.close()
            self._file = None
