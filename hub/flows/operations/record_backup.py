"""Record that a backup was made, so that one that is too old is noticed."""

from __future__ import annotations

from datetime import datetime

from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .raise_alerts import BACKUP


async def record_backup(hub: Hub, began: datetime, name: str) -> None:
    """A verified backup holds everything up to this moment."""

    def record(tx: Tx) -> None:
        BACKUP.set(tx, name, began)
        tell(tx, "backup_made", file=name)

    await hub.store.write(record)
