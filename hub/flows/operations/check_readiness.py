"""Check readiness: whether this process can take in notifications of money now, and what of it is impaired."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator
from typing import Final

import attrs

from hub.flows.ground.marks import NamedMark
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Unavailable

from .check_keys import lost_keys

PROBE_SECONDS = 7.0
"""The database itself gives up waiting for a lock after five."""

CHECKED_EVERY = 60.0
LOOP_SECONDS = 30.0
LOOP_DEAD_SECONDS = 60.0
OPENED_EVERY = 5.0
GUARDS: Final = "guards"
NEVER: Final[tuple[float, tuple[str, ...]]] = (-math.inf, ())
CHECKED: Final = Slot[str, tuple[float, tuple[str, ...]]]("guards")
"""When the guards of the database were looked at, and what was wrong."""

OPENED: Final = Slot[int, tuple[float, tuple[str, ...]]]("keys")
"""The same of what the keys do not open, by the state of the key file."""

PROBE: Final = NamedMark("probe")
"""Written to see whether a page of the database can be."""

REMEDIES = {
    "database": "free the disk, end whoever holds the lock, or give this user the right to write",
    "guards": "run payment-hub migrate; if it stays, restore a backup beside it and compare",
    "keys": "put the keys.json of this data folder back: the process takes it up by itself; docs/operating.md, Keys",
    "loop": "restart the process; if it comes again, look at its log",
    "stopping": "it is ending: send requests elsewhere, and start it again",
}
"""What helps, by part; ``payment-hub doctor`` says more."""


@attrs.frozen(kw_only=True)
class Readiness:
    """How this process is.

    Attributes:
        problems: What keeps it from being ready, by part: ``database``, ``guards``, ``keys``, ``loop``.
        loop_age: Seconds since the loop looked for work; None where this process has no loop.
        quarantined: Codes of plugins and countries that are not served; the others work.
    """

    problems: tuple[tuple[str, str], ...]
    loop_age: float | None
    quarantined: tuple[str, ...]
    stopping: bool

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return not self.problems and not self.stopping


def loop_age(hub: Hub) -> float | None:
    """Seconds since the loop looked for work; None where this process has none."""
    return None if hub.heartbeat is None else time.monotonic() - hub.heartbeat


def is_alive(hub: Hub) -> bool:
    """Whether the loop, where there is one, still turns."""
    age = loop_age(hub)
    return age is None or age < LOOP_DEAD_SECONDS


async def check_readiness(hub: Hub) -> Readiness:
    """Look now; at the guards of the schema once a minute, at what the keys open every few seconds."""
    problems = [
        *[("database", text) for text in await _database(hub)],
        *[("guards", text) for text in await _guards(hub)],
        *[("keys", text) for text in await _keys(hub)],
        *[("loop", text) for text in _loop(hub)],
    ]
    return Readiness(
        problems=tuple(problems),
        loop_age=loop_age(hub),
        quarantined=tuple(sorted({failure.code for failure in hub.quarantined})),
        stopping=hub.stopping,
    )


async def _database(hub: Hub) -> tuple[str, ...]:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await hub.store.write(lambda _tx: None)
            if hub.store.write_error:  # a lock was to be had; whether a page can be written, only writing one shows
                now = hub.clock()
                await hub.store.write(lambda tx: PROBE.set(tx, "", now))
    except Unavailable as error:
        return (str(error),)
    except TimeoutError:
        return ("it does not answer",)
    return ()


async def _guards(hub: Hub) -> tuple[str, ...]:
    checked, moment = hub.remembered.of(CHECKED), time.monotonic()
    at, problems = checked.get(GUARDS, NEVER)
    if moment - at < CHECKED_EVERY:
        return problems
    try:
        problems = tuple(await asyncio.to_thread(hub.store.problems))
    except Unavailable as error:
        return (str(error),)
    checked[GUARDS] = (moment, problems)
    return problems


async def _keys(hub: Hub) -> tuple[str, ...]:
    """What the keys that this process holds do not open."""
    hub.vault.follow()
    opened, changes, moment = hub.remembered.of(OPENED), hub.vault.changes, time.monotonic()
    at, lost = opened.get(changes, NEVER)
    if moment - at < OPENED_EVERY:
        return lost
    lost = await hub.store.read(lambda tx: lost_keys(tx, hub))
    opened.clear()
    opened[changes] = (moment, lost)
    return lost


def _loop(hub: Hub) -> Iterator[str]:
    age = loop_age(hub)
    if age is not None and age > LOOP_SECONDS:
        yield f"it has not looked for work for {age:.0f} s"
