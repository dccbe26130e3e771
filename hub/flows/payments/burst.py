"""A burst of messages: what arrives while one commit is on its way to the disk is stored together by the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import attrs

from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Unavailable

T = TypeVar("T")
Write = Callable[[Sequence[T]], Awaitable[object]]

BURST: Final = 6
"""Messages that are being received at once beyond which they come faster than they can be booked."""

LASTS: Final = timedelta(milliseconds=250)
"""How long it counts as a burst after more arrived at once."""

MAX_ROWS: Final = 200
"""Items of one commit."""


@attrs.define(eq=False)
class Burst(Generic[T]):
    """Items that wait to be stored together, and who waits for each.

    Attributes:
        until: Until then it counts as a burst.
    """

    until: datetime | None = None
    _arriving: int = attrs.field(init=False, default=0)
    _arrived: list[tuple[T, asyncio.Future[None]]] = attrs.field(init=False, factory=list)
    _storing: asyncio.Task[None] | None = attrs.field(init=False, default=None)

    @contextlib.contextmanager
    def arrival(self, now: datetime) -> Iterator[bool]:
        """One more is being received until it is durable; whether it came in a burst."""
        self._arriving += 1
        try:
            if self._arriving > BURST:
                self.until = now + LASTS
            yield self.is_there(now)
        finally:
            self._arriving -= 1

    def is_there(self, now: datetime) -> bool:
        """Whether messages came faster than they can be booked, a moment ago at the latest."""
        return self.until is not None and now < self.until

    async def store(self, item: T, write: Write[T]) -> None:
        """Wait until the item is durable; it is written with all that arrived meanwhile.

        Args:
            write: Stores items durably, all or none.

        Raises:
            Unavailable: The database cannot write.
        """
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        self._arrived.append((item, durable))
        if self._storing is None:
            self._storing = loop.create_task(self._store_all(write))
        await durable

    async def _store_all(self, write: Write[T]) -> None:
        try:
            while self._arrived:
                taken, self._arrived = self._arrived[:MAX_ROWS], self._arrived[MAX_ROWS:]
                await _store_together(taken, write)
        finally:
            self._storing = None


async def _store_together(taken: list[tuple[T, asyncio.Future[None]]], write: Write[T]) -> None:
    """All at once; if that fails, one by one, so that only the one at fault fails."""
    try:
        await write([item for item, _durable in taken])
    except Exception as error:  # noqa: BLE001 - it is handed to who waits
        if len(taken) > 1 and not isinstance(error, Unavailable):
            for one in taken:
                await _store_together([one], write)
            return
        for _item, durable in taken:
            if not durable.done():
                durable.set_exception(error)
        return
    for _item, durable in taken:
        if not durable.done():
            durable.set_result(None)


BURSTS: Final = Slot[str, Burst[Any]]("bursts")


def burst_of(hub: Hub) -> Burst[Any]:
    """This process's burst."""
    return hub.remembered.of(BURSTS).setdefault("door", Burst())
