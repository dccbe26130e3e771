"""Note that a backup was made, so that one that is too old can be told."""

from __future__ import annotations

from datetime import datetime

from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .raise_alerts import BACKUP


async def note_backup(hub: Hub, began: datetime, name: str) -> None:
    """A verified backup holds everything up to this moment."""

    def note(tx: Tx) -> None:
        BACKUP.set(tx, name, began)
        tell(tx, "backup_made", file=name)

    await hub.store.write(note)
