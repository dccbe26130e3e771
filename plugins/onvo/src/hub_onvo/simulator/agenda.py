"""What is to happen later, by the stage's clock: when the clock is shifted, when something is asked, or by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from hub_hookspecs.testing.simulator import Stage


@attrs.frozen(kw_only=True)
class Entry:
    """One thing to do."""

    due: datetime
    act: Callable[[], None]


@attrs.define
class Agenda:
    """Everything that is to happen, earliest first."""

    stage: Stage
    _entries: list[Entry] = attrs.Factory(list)
    _alarms: set[asyncio.Task[None]] = attrs.Factory(set)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        self._entries.append(Entry(due=self.stage.now() + timedelta(seconds=seconds), act=act))
        alarm = asyncio.get_running_loop().create_task(self._ring(seconds))
        self._alarms.add(alarm)
        alarm.add_done_callback(self._alarms.discard)

    async def _ring(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.run()

    def run(self) -> None:
        """Do what is due by now, in its order; what that brings about and is due already, too."""
        while due := [entry for entry in self._entries if entry.due <= self.stage.now()]:
            entry = min(due, key=lambda item: item.due)
            self._entries.remove(entry)
            entry.act()

    def forget(self) -> None:
        """Nothing is to happen any more."""
        self._entries.clear()
        for alarm in self._alarms:
            alarm.cancel()
