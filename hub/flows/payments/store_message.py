"""Store messages, sealed; what is there already is counted, and taken up again where it has to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.message import LOCKED, UNSERVED, MessageState, StoredMessage
from hub.flows.accounts.reseal_secrets import refuse_forgotten
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import Message, Verdict

from .pack_message import digest_of, packed
from .record_observations import message_of

SealedMessage = tuple[StoredMessage, bytes, str]
"""A message's row, its sealed raw text, and the key that sealed it."""


@attrs.frozen
class Fate:
    """What becomes of a message when it is stored: as a row of it says."""

    state: MessageState
    verdict: str = ""
    due_at: datetime | None = None
    trouble: str = ""


def sealed_message(hub: Hub, record: ProviderAccount, message: Message, fate: Fate, now: datetime) -> SealedMessage:
    """A message of an account, ready to be stored."""
    digest = digest_of(message)
    row = message_of(record.id, digest)
    sealed, key_id = seal_message(hub, row, record.merchant_id, message)
    stored = StoredMessage(
        id=row,
        account_id=record.id,
        merchant_id=record.merchant_id,
        mode=record.mode,
        message=message,
        digest=digest,
        state=fate.state,
        verdict=fate.verdict,
        due_at=fate.due_at or now if fate.state is MessageState.DUE else fate.due_at,
        trouble=fate.trouble,
    )
    return stored, sealed, key_id


def seal_message(hub: Hub, row: str, merchant_id: str, message: Message) -> tuple[bytes, str]:
    """A message's sealed text, bound to its row, and the key that sealed it."""
    return hub.vault.seal(packed(message), table="raw_message", column="raw", row=row, merchant=merchant_id)


def _under_living_keys(tx: Tx, hub: Hub, messages: Sequence[SealedMessage]) -> Sequence[SealedMessage]:
    """Sealed again where the key was replaced meanwhile: within a write transaction none can be forgotten.

    Raises:
        Unopened: This process cannot read keys.json, and the key that it knows was forgotten.
    """
    stale = {key_id for key_id in {key_id for _, _, key_id in messages} if hub.vault.needs_resealing(key_id)}
    refuse_forgotten(tx, hub)
    if not stale:
        return messages
    return [
        (stored, *seal_message(hub, stored.id, stored.merchant_id, stored.message))
        if key_id in stale
        else (stored, sealed, key_id)
        for stored, sealed, key_id in messages
    ]


def store_messages(tx: Tx, hub: Hub, messages: Sequence[SealedMessage]) -> None:
    """Store messages; what is there already is counted, and taken up again where it has to be."""
    messages = _under_living_keys(tx, hub, messages)
    new = set(tx.messages.add_all(messages))
    for stored, _sealed, _key_id in messages:
        if stored.state is MessageState.PARKED:
            tell(tx, "message_parked", message=stored.id, account=stored.account_id)
        elif stored.trouble == LOCKED:
            warn(tx, "message_locked", message=stored.id, account=stored.account_id)
        elif stored.trouble == UNSERVED:
            warn(tx, "message_unserved", message=stored.id, account=stored.account_id)
        elif stored.state is not MessageState.REJECTED:
            log_accepted(tx, stored.account_id, stored.id, stored.verdict, new=stored.id in new)
        if stored.id in new:
            new.remove(stored.id)
            continue
        if stored.state is MessageState.DUE:
            _take_up_again(tx, stored)
        elif stored.state is MessageState.PARKED:
            _park_again(tx, stored)
        if stored.state is not MessageState.REJECTED:
            tx.messages.count("duplicates_ignored")
    tx.after_commit(hub.wake)


def log_accepted(tx: Tx, account_id: str, message_id: str, verdict: str, *, new: bool, payment: str = "") -> None:
    """Log that it is stored or booked, as its sender is answered; ``payment`` where it is known by then."""
    tell(tx, "message_accepted", message=message_id, account=account_id, verdict=verdict, payment=payment, new=new)


def _take_up_again(tx: Tx, stored: StoredMessage) -> None:
    """The same bytes came before and led nowhere, perhaps under a worse verifier; now they are acknowledged."""
    found = tx.messages.get(stored.id)
    if found is None or found[0].state is MessageState.DUE:
        return
    if found[0].state is not MessageState.DONE or found[0].verdict != Verdict.VALID:
        tx.messages.settle(
            stored.id, MessageState.DUE, verdict=stored.verdict, due_at=stored.due_at, trouble=stored.trouble
        )


def _park_again(tx: Tx, stored: StoredMessage) -> None:
    """The same bytes were refused or given up before; now they are genuine, and wait for their payment."""
    found = tx.messages.get(stored.id)
    if found is not None and found[0].state in (MessageState.REJECTED, MessageState.DEAD):
        tx.messages.settle(stored.id, stored.state, verdict=stored.verdict, due_at=stored.due_at)
