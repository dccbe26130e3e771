"""Receive a notification or a browser return: prove it, store it durably, then acknowledge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs
import structlog

from hub.domain.message import MessageState
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment
from hub.flows.accounts.open_account import (
    CannotOpen,
    Locked,
    Opened,
    open_account,
    opened_by_token,
)
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Message, Reading, Reply, Verdict

from .burst import burst_of
from .follow_hints import hint
from .match_account import KNOWN, UNPROVEN, certainty, opened_beside
from .pack_message import digest_of
from .record_message import record_hint, record_proven, record_rejected
from .record_observations import Claim, record_observations
from .store_message import Fate, sealed_message, store_messages
from .store_unread import store_unread
from .verify_message import verdict_of

log = structlog.get_logger()

GAVE_UP: Final = "gave-up"
"""Behind a return address: where a provider sends the browser of a payer who gave up."""


@attrs.frozen
class Answer:
    """What to reply to the sender."""

    status: int
    reply: Reply = attrs.Factory(Reply)


def accept_all(_account_id: str) -> bool:
    """No limit."""
    return True


async def receive_notification(
    hub: Hub, token: str, message: Message, *, may_store: Callable[[str], bool] = accept_all
) -> Answer:
    """Take in a notification for the account of this address, or for the one beside it whose keys prove it.

    Args:
        may_store: Whether one more message that proves nothing is stored for the account; otherwise its sender is told
            to come back later. What proves itself never depends on it.

    Raises:
        Unavailable, Unopened: It cannot be stored; the caller answers 503, never a false 2xx.
    """
    try:
        opened = await opened_by_token(hub, token)
    except CannotOpen as why:
        await store_unread(hub, why, message, may_store)
        return Answer(503)
    if opened is None:
        return Answer(404)
    reading = verdict_of(hub, opened, message)
    if not opened.is_alone:
        try:
            opened, reading = await _match_account(hub, opened, reading, message)
        except Locked as locked:
            await store_unread(hub, locked, message, may_store)
            return Answer(503)
    now = hub.clock()
    # A message whose plugin wants to send a request has proved itself: schemes with a proof verify before they yield.
    if reading is not None and reading.verdict is not Verdict.VALID and not may_store(opened.record.id):
        log.warning("notifications_flood", provider=opened.record.provider, account=opened.record.id)
        return Answer(429)
    if reading is None:
        wanting = sealed_message(hub, opened.record, message, Fate(MessageState.DUE), now)
        await hub.store.write(lambda tx: store_messages(tx, hub, [wanting]))
        return Answer(200)
    if reading.verdict is Verdict.INVALID:
        await hub.store.write(lambda tx: record_rejected(tx, hub, opened, message, reading, now))
        return Answer(400 if reading.reply.status == 400 else 401)
    if reading.verdict is Verdict.UNSIGNED:
        await hub.store.write(lambda tx: record_hint(tx, hub, opened, message, reading, now))
        return Answer(reading.reply.status, reading.reply)
    if reading.settlement_lines:  # a job takes them by the door of all settlement lines
        wanting = sealed_message(hub, opened.record, message, Fate(MessageState.DUE, "valid"), now)
        await hub.store.write(lambda tx: store_messages(tx, hub, [wanting]))
        return Answer(reading.reply.status, reading.reply)
    burst = burst_of(hub)
    with burst.arrival(now) as in_burst:
        if in_burst:
            # A provider that delivers its backlog at once is acknowledged at the speed of one insert; a job books it.
            sealed = sealed_message(hub, opened.record, message, Fate(MessageState.DUE, "valid"), now)
            await burst.store(sealed, lambda items: hub.store.write(lambda tx: store_messages(tx, hub, items)))
        else:
            await hub.store.write(lambda tx: record_proven(tx, hub, opened, message, reading, now))
    return Answer(reading.reply.status, reading.reply)


async def _match_account(
    hub: Hub, own: Opened, reading: Reading | None, message: Message
) -> tuple[Opened, Reading | None]:
    """The account by whose keys a message is proven, best one of which it names payments; else that of the address.

    Raises:
        Locked: None that opens, and one does not open now.
    """
    best, how_sure = (own, reading), await certainty(hub, own, reading)
    if how_sure == KNOWN:
        return best
    others = await opened_beside(hub, own)
    for other in others.opened:
        theirs = verdict_of(hub, other, message)
        sure = await certainty(hub, other, theirs)
        if sure > how_sure:
            best, how_sure = (other, theirs), sure
    if how_sure == UNPROVEN and others.locked:
        raise others.locked
    return best


async def receive_return(
    hub: Hub, token: str, message: Message, *, may_store: Callable[[str], bool] = accept_all
) -> Payment | None:
    """Take in a browser's return; it proves nothing by itself, only by the provider's signature.

    Returns the payment whose page is shown next; None for an unknown token.
    """
    now = hub.clock()

    def load(tx: Tx) -> tuple[Payment, Opened | CannotOpen] | None:
        payment = tx.payments.by_return_token(token)
        record = tx.accounts.get(payment.account_id) if payment else None
        if payment is None or record is None:
            return None
        try:
            return payment, open_account(tx, hub, record, now)
        except CannotOpen as error:
            return payment, error

    loaded = await hub.store.read(load)
    if loaded is None:
        return None
    payment, opened = loaded
    if isinstance(opened, Opened):
        await _read_return(hub, payment, opened, message, now)
    elif payment.is_live:
        await store_unread(hub, opened, message, may_store)
    return payment


async def receive_giving_up(hub: Hub, token: str) -> Payment | None:
    """A browser comes back by the address of those who gave up.

    Whoever has the address can open it, and the session may be paid all the same: the provider is asked soon, and
    nothing is concluded.

    Returns the payment whose page is shown next; None for an unknown token.
    """
    now = hub.clock()
    payment = await hub.store.read(lambda tx: tx.payments.by_return_token(token))
    if payment and payment.is_live:
        await hub.store.write(lambda tx: hint(tx, payment, now))
    return payment


async def _read_return(hub: Hub, payment: Payment, opened: Opened, message: Message, now: datetime) -> None:
    reading = verdict_of(hub, opened, message)
    if reading is not None and reading.verdict is Verdict.VALID and reading.settlement_lines:
        wanting = sealed_message(hub, opened.record, message, Fate(MessageState.DUE, "valid"), now)
        await hub.store.write(lambda tx: store_messages(tx, hub, [wanting]))
    elif reading is not None and reading.verdict is Verdict.VALID and reading.observations:
        own = [item for item in reading.observations if item.reference in (None, payment.reference)]
        others = [item for item in reading.observations if item not in own]
        claims = [Claim(observation=item, source=ObservedBy.RETURN, digest=digest_of(message)) for item in own]

        def record(tx: Tx) -> None:
            current = tx.payments.get(payment.id)
            if current:
                record_observations(tx, hub, current, claims, now=now)
            if others:  # proven by the same account, whichever browser brought it
                record_proven(tx, hub, opened, message, attrs.evolve(reading, observations=tuple(others)), now)

        await hub.store.write(record)
    elif payment.is_live:
        await hub.store.write(lambda tx: hint(tx, payment, now))
