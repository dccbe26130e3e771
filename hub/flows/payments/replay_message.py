"""Replay a stored message: through the door that it came to, under the verifier that is installed now."""

from __future__ import annotations

from datetime import timedelta

import attrs

from hub.domain.message import MessageState, StoredMessage
from hub.flows.ground.ports import Hub, Tx

from .read_message import Read, read_message

LED_NOWHERE = (MessageState.PARKED, MessageState.REJECTED, MessageState.DEAD)
"""What a replay in bulk is about, unless somebody says otherwise."""

RESERVED = timedelta(seconds=120)
"""How long the running loop leaves a message alone that is replayed here; after a crash it takes it up."""


@attrs.frozen
class Replayed:
    """A message as it was, and what became of it; ``read`` is None where nobody here can read it."""

    stored: StoredMessage
    read: Read | None


async def replay_message(hub: Hub, message_id: str, *, dry_run: bool = False) -> Replayed:
    """Read a stored message again, whatever became of it before; safe to run twice.

    Observations are a set and a message without a proof proves nothing, so a replay can neither book twice nor let
    a forged message in.

    Args:
        dry_run: Only say what would become of it: nothing is sent, and nothing stays written.

    Raises:
        LookupError: No such message.
    """
    now = hub.clock()
    found = await hub.store.read(lambda tx: tx.messages.get(message_id))
    if found is None:
        raise LookupError(f"there is no message {message_id!r}: payment-hub message list")
    stored = found[0]
    if await hub.store.read(lambda tx: _is_unreadable(tx, hub, stored)):
        return Replayed(stored, None)
    if not dry_run:
        await hub.store.write(lambda tx: tx.messages.take_up(message_id, now + RESERVED))
    return Replayed(stored, await read_message(hub, message_id, dry_run=dry_run))


def _is_unreadable(tx: Tx, hub: Hub, stored: StoredMessage) -> bool:
    account = tx.accounts.get(stored.account_id)
    return account is None or account.provider not in hub.providers
