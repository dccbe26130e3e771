"""Note that a backup was restored: what was under way in it may have ended since, and nobody here knows."""

from __future__ import annotations

from hub.domain.payment import Payment

from .ports import Hub, Tx
from .tell import warn

RESTORED = "restored"


async def note_restore(hub: Hub, name: str) -> None:
    """From now on nothing that was under way in this backup is undone without a person."""
    now = hub.clock()

    def note(tx: Tx) -> None:
        tx.marks.set(RESTORED, name, now)
        warn(tx, "backup_restored", file=name)

    await hub.store.write(note)


def is_from_a_backup(tx: Tx, payment: Payment) -> bool:
    """Whether the payment was begun before the database was restored: it may be paid and told, or undone, by now."""
    restored = tx.marks.get(RESTORED)
    return restored is not None and payment.created_at < restored[1]
