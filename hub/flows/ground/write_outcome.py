"""Write the outcome of an exchange: a database that cannot write for a moment loses no answer of a provider."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

import structlog

from .ports import Hub, Tx, Unavailable

T = TypeVar("T")

log = structlog.get_logger()

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 5.0, 10.0, 10.0, 15.0, 15.0)
"""Seconds between tries, about a minute in all; what is not written by then stays unknown and is asked about."""


async def write_outcome(hub: Hub, fn: Callable[[Tx], T], *, synced: bool = True) -> T:
    """``hub.store.write``, tried again while the database cannot write.

    Raises:
        Unavailable: It could not for a minute.
    """
    for pause in PAUSES:
        try:
            return await hub.store.write(fn, synced=synced)
        except Unavailable as error:
            with contextlib.suppress(OSError):  # where the log stands on the same full disk
                log.error("outcome_not_written_yet", error=str(error), again_in=pause)
            await asyncio.sleep(pause)
    return await hub.store.write(fn, synced=synced)
