"""Take a message: read it, and take the settlement lines that it brings by the door of all lines; safe to run twice."""

from __future__ import annotations

from hub.flows.ground.ports import Hub
from hub.flows.payments.read_message import Read, read_message

from .reconcile import take_lines


async def take_message(hub: Hub, message_id: str) -> Read | None:
    """``read_message``, and then what it brings: it is done once its lines are stored.

    Whoever dies in between leaves it due; a line is known by its id, so that it is taken once.
    """
    read = await read_message(hub, message_id)
    if read is None or not read.lines:
        return read
    account = await hub.store.read(lambda tx: tx.accounts.get(read.account_id))
    if account is not None:
        await take_lines(hub, account, read.lines, f"message {message_id[:10]}")
    await hub.store.write(lambda tx: read.done(tx, message_id))
    return read
