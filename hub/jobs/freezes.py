"""Freezes of earlier processes: what the watchdog left, and which plugin was at work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.quarantine_plugin import FROZEN, named
from hub.providers.at_work import busy_in

log = structlog.get_logger()

LONG: Final = 3.0
"""Seconds that a step must have lasted to be suspected; the others were at work by chance."""


def trace_of(folder: Path, role: str) -> Path:
    """Where a process that froze left its threads' whereabouts."""
    return folder / f"frozen-{role}.txt"


def notes_of(folder: Path, role: str) -> Path:
    """Where a process notes which plugin is at work."""
    return folder / f"at-work-{role}.bin"


async def note_freeze(hub: Hub, folder: Path, role: str) -> tuple[str, ...]:
    """Keep what the process before left if it froze: the plugins that had been at work too long.

    To be called before this process writes its own notes.
    """
    trace = trace_of(folder, role)
    try:
        ended, froze = trace.stat().st_mtime, trace.stat().st_size > 0
    except OSError:
        return ()
    if not froze:
        return ()
    culprits = sorted({busy.code for busy in busy_in(notes_of(folder, role)) if ended - busy.since >= LONG})
    names, at = [named(hub, code) for code in culprits], datetime.fromtimestamp(ended, UTC)
    kept = trace.with_name(f"frozen-{role}-last.txt")
    log.critical("process_had_frozen", at=at.isoformat(), plugins=names, trace=str(kept))

    def note(tx: Tx) -> None:
        for name in names or [""]:
            FROZEN.of(f"{at.isoformat()} {name}".rstrip()).set(tx, name or f"{role}: in no plugin", at)

    await hub.store.write(note)
    trace.replace(kept)
    return tuple(names)
