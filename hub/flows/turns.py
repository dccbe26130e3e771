"""Turns: one at a time, and whoever is more urgent comes first."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import cast

import attrs

from .ports import Hub

Waiting = deque[asyncio.Future[None]]


@attrs.define(eq=False)
class Turns:
    """Who waits for a turn, by rank; the lowest rank is first, and in it who came first."""

    _busy: bool = attrs.field(init=False, default=False)
    _waiting: dict[int, Waiting] = attrs.field(init=False, factory=dict)

    @contextlib.asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the end of the block."""
        if self._busy:
            await self._called(rank)
        self._busy = True
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
        self._busy = False


def mail_turns(hub: Hub) -> Turns:
    """Those of this process's mails."""
    return cast("Turns", hub.noted.setdefault("mail_turns", Turns()))
