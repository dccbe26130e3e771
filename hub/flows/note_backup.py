"""Note that a backup was made, so that one that is too old can be told."""

from __future__ import annotations

from datetime import datetime

from .ports import Hub
from .raise_alerts import BACKUP


async def note_backup(hub: Hub, began: datetime, name: str) -> None:
    """A verified backup holds everything up to this moment."""
    await hub.store.write(lambda tx: tx.marks.set(BACKUP, name, began))
