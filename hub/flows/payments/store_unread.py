"""Store what nobody here can read yet, and take it up once its keys or its plugin are here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from hub.domain.message import LOCKED, UNSERVED, MessageState, StoredMessage
from hub.flows.accounts.open_account import CannotOpen, Locked, is_locked
from hub.flows.accounts.reseal_secrets import refuse_forgotten
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Message

from .store_message import Fate, seal_message, sealed_message, store_messages

log = structlog.get_logger()

PAUSES = {LOCKED: timedelta(minutes=5), UNSERVED: timedelta(hours=1)}
"""How soon a message that nobody here can read is tried again, if key or plugin do not come before."""


async def store_unread(hub: Hub, why: CannotOpen, message: Message, may_store: Callable[[str], bool]) -> None:
    """Store it, since nobody knows whether its sender sends it again: a job reads it as soon as the account opens."""
    record, trouble = why.record, waits_for(why)
    log.error("account_not_opened", provider=record.provider, account=record.id)
    if not may_store(record.id):
        log.warning("notifications_flood", provider=record.provider, account=record.id)
        return
    now = hub.clock()
    fate = Fate(MessageState.DUE, due_at=now + PAUSES[trouble], trouble=trouble)
    unread = sealed_message(hub, record, message, fate, now)
    await hub.store.write(lambda tx: store_messages(tx, hub, [unread]))


def waits_for(why: CannotOpen) -> str:
    """What a message waits for while its account cannot be opened."""
    return LOCKED if isinstance(why, Locked) else UNSERVED


def unlock(tx: Tx, hub: Hub, stored: StoredMessage, message: Message) -> None:
    """It can be read at last: its tries begin anew, and it is sealed again, since the key that it lay under may go."""
    refuse_forgotten(tx, hub)
    tx.messages.take_up(stored.id, stored.due_at or hub.clock())
    tx.messages.reseal(stored.id, *seal_message(hub, stored.id, stored.merchant_id, message))


async def take_up_locked(hub: Hub) -> int:
    """Make due what waited for keys or plugins that are here now; how many messages that are."""

    def opening(tx: Tx) -> list[tuple[str, str, str]]:
        return [
            (trouble, account_id, key_id)
            for trouble in PAUSES
            for account_id, key_id, _count in tx.messages.waiting(trouble)
            if hub.vault.knows(key_id) and _is_readable(tx, hub, account_id)
        ]

    groups = await hub.store.read(opening)
    if not groups:
        return 0
    now = hub.clock()
    return await hub.store.write(lambda tx: sum(tx.messages.make_waiting_due(*group, now) for group in groups))


def _is_readable(tx: Tx, hub: Hub, account_id: str) -> bool:
    record = tx.accounts.get(account_id)
    return record is not None and record.provider in hub.providers and not is_locked(tx, hub, record)
