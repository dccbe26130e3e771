"""A process that serves or works: its loop, its watch, its watchdog, and an end in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import structlog

from hub.bootstrap import OpenedHub
from hub.flows.operations.quarantine_plugin import FROZEN, quarantine_frozen
from hub.providers.at_work import AtWork

from .embedded import Loop
from .freezes import note_freeze, notes_of, trace_of
from .watch import Watch
from .watchdog import Watchdog

log = structlog.get_logger()

GRACE: Final = 70.0
"""Seconds that running exchanges get to end; what remains is *unknown* and looked at after its lease."""


class Process:
    """Everything beside the pages.

    Args:
        role: ``serve`` or ``worker``: each has its own notes in the data folder.
        works: Whether it does what is due.
        failed: Called when the loop ended by itself.
    """

    def __init__(
        self, opened: OpenedHub, role: str, *, works: bool = True, failed: Callable[[], None] | None = None
    ) -> None:
        self._opened = opened
        self._hub = opened.hub
        self._role = role
        self._works = works
        self._failed = failed
        self._loop: Loop | None = None
        self._watch = Watch(opened.hub, role)
        self._tasks: list[asyncio.Task[None]] = []
        self._working: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._ends_at = 0.0
        self._at_work = AtWork()

    async def start(self) -> None:
        """Look at how the process before ended, then begin."""
        folder = self._opened.settings.data
        if await note_freeze(self._hub, folder, self._role):
            quarantine_frozen(self._hub, await self._hub.store.read(FROZEN.all))
        try:
            self._at_work = AtWork(notes_of(folder, self._role))
        except OSError:
            log.exception("work_is_not_noted")
        self._opened.record_work(self._at_work)
        self._tasks.append(asyncio.create_task(Watchdog(trace_of(folder, self._role)).run()))
        self._tasks.append(asyncio.create_task(self._watch.run()))
        if self._works:
            self._loop = Loop(self._hub)
            self._working = asyncio.create_task(self._loop.run())
            self._working.add_done_callback(self._ended)

    def _ended(self, _task: asyncio.Task[None]) -> None:
        if self._ending is None and self._failed:
            self._failed()  # without the loop it would look alive and send no mail

    def begin_to_stop(self) -> None:
        """From now on nothing new is sent; to be called at the signal, while open requests are still answered."""
        self._hub.stopping = True
        if self._ending is None:
            self._ends_at = asyncio.get_running_loop().time() + GRACE
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        self._watch.stop()
        loop_ends = self._loop.stop(GRACE) if self._loop else _at_once()
        await asyncio.gather(loop_ends, self._opened.tasks.finish(GRACE))

    async def stop(self) -> None:
        """Let what runs end, for ``GRACE`` seconds since the signal, then close everything."""
        self.begin_to_stop()
        if self._ending:
            await self._ending
        if self._working:
            with contextlib.suppress(Exception):  # it was logged when it failed
                await self._working
        left = self._ends_at - asyncio.get_running_loop().time()
        await self._opened.close(max(0.0, left))  # what was being committed at the signal was sent after all
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._at_work.close()


async def _at_once() -> None:
    """Nothing to wait for."""
