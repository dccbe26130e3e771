"""Turns: so many at a time, and whoever is more urgent comes first."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

import attrs

from .memory import Slot
from .ports import Hub

Waiting = deque[asyncio.Future[None]]


@attrs.define(eq=False)
class Turns:
    """Who waits for a turn, by rank; the lowest rank is first, and in it who came first.

    Attributes:
        places: How many have their turn together.
    """

    places: int = 1
    _taken: int = attrs.field(init=False, default=0)
    _waiting: dict[int, Waiting] = attrs.field(init=False, factory=dict)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for a turn."""
        return any(not call.done() for waiting in self._waiting.values() for call in waiting)

    @contextlib.asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the end of the block."""
        if self._taken < self.places:
            self._taken += 1
        else:
            await self._called(rank)  # whoever calls hands the place over
        try:
            yield
        finally:
            self._pass_on()

    async def _called(self, rank: int) -> None:
        call: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(rank, deque()).append(call)
        try:
            await call
        except asyncio.CancelledError:
            if not call.cancelled():  # it was called in this very moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for rank in sorted(self._waiting):
            while self._waiting[rank]:
                call = self._waiting[rank].popleft()
                if not call.done():
                    call.set_result(None)
                    return
        self._taken -= 1


TURNS: Final = Slot[str, Turns]("turns")


def mail_turns(hub: Hub) -> Turns:
    """Those of this process's mails: one is handed over at a time."""
    return hub.remembered.of(TURNS).setdefault("mails", Turns())


def drawing_turns(hub: Hub) -> Turns:
    """Those of this process's drawings: more together would only keep the threads from everybody else."""
    return hub.remembered.of(TURNS).setdefault("drawings", Turns(2))
