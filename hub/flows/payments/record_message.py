"""Record a message that its plugin has read: proven, rejected, or no more than a hint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from hub.domain.known_returns import BACK
from hub.domain.message import MessageState
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.flows.accounts.open_account import Opened
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import warn
from hub_hookspecs import Kind, Message, Observation, Reading, Source

from .follow_hints import apply_hints, follow_hints, review_rejected
from .match_account import payment_for
from .pack_message import digest_of
from .record_observations import Claim, message_of, record_observations
from .store_message import Fate, log_accepted, sealed_message, store_messages

PARKED_LONG = timedelta(hours=1)
"""How long proven money may name no payment of ours before a person is asked."""

MONEY = frozenset({Kind.PAID, *BACK})
"""Kinds of news by which money moved."""


@attrs.frozen
class AppliedClaim:
    """One claim of a message, and what it did to the payment that it is about.

    Attributes:
        payment: After it; None where no payment here is meant.
        before: Its status before.
        new: Whether the claim was not known yet.
    """

    observation: Observation
    payment: Payment | None = None
    before: Status | None = None
    new: bool = False


def record_rejected(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """Stored, replayable after a plugin's fix; nothing becomes due.

    One that names a live payment opens a review: with a faulty plugin it may be the only notification that ever comes.
    """
    fate = Fate(MessageState.REJECTED, reading.verdict, trouble=reading.reason)
    rejected = sealed_message(hub, opened.record, message, fate, now)
    store_messages(tx, hub, [rejected])
    warn(tx, "message_rejected", message=rejected[0].id, account=opened.record.id, reason=reading.reason)
    review_rejected(tx, opened, rejected[0].id, reading, now)


def record_hint(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """An unsigned message proves nothing; it may only bring a check forward, once per 30 s."""
    sealed = sealed_message(hub, opened.record, message, Fate(MessageState.DONE, reading.verdict), now)
    store_messages(tx, hub, [sealed])
    apply_hints(tx, opened, reading, now)


def record_proven(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """Through the door, one payment after another; what names no payment we know is parked."""
    source, digest, observations = ObservedBy(message.source.value), digest_of(message), reading.observations
    claims = [apply_observation(tx, hub, opened, item, source, digest, now) for item in observations]
    if message.source is Source.NOTIFICATION:
        tx.accounts.record_notification(opened.record.id, now)
    if any(item.payment is None for item in claims):
        fate = Fate(MessageState.PARKED, "valid", due_at=now + PARKED_LONG if parked_money(claims) else None)
        store_messages(tx, hub, [sealed_message(hub, opened.record, message, fate, now)])
    elif not observations:
        fate = Fate(MessageState.DONE, "valid", trouble=reading.reason)
        sealed = sealed_message(hub, opened.record, message, fate, now)
        store_messages(tx, hub, [sealed])
        follow_hints(tx, opened, sealed[0].id, reading, now)
    else:
        new = any(item.new for item in claims)
        payment_id = next(item.payment.id for item in claims if item.payment)
        message_id = message_of(opened.record.id, digest)
        log_accepted(tx, opened.record.id, message_id, "valid", new=new, payment=payment_id)
        if not new:
            tx.messages.count("duplicates_ignored")


def apply_observation(
    tx: Tx, hub: Hub, opened: Opened, observation: Observation, source: ObservedBy, digest: str, now: datetime
) -> AppliedClaim:
    """One proven claim through the door; one that names no payment we know does nothing."""
    payment = payment_for(tx, opened.record.id, observation)
    if payment is None:
        return AppliedClaim(observation)
    claim = Claim(observation=observation, source=source, digest=digest)
    recorded = record_observations(tx, hub, payment, [claim], now=now)
    return AppliedClaim(observation, recorded.payment, payment.status, bool(recorded.new))


def parked_money(claims: Iterable[AppliedClaim]) -> Observation | None:
    """Money that was proven to have come or gone, or a dispute, of a payment that is not known here."""
    unknown = (item.observation for item in claims if item.payment is None)
    return next((claim for claim in unknown if claim.kind in MONEY or claim.dispute), None)
