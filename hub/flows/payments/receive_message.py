"""Receive a notification or a browser return: prove it, store it durably, then acknowledge.

Also continues messages that need a request of their own: the hook is run again from the start, by a job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import structlog

from hub.domain.account import ProviderAccount
from hub.domain.ids import derived_id
from hub.domain.message import LOCKED, UNSERVED, MessageState, StoredMessage, review_of
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.flows.accounts.open_account import (
    CannotOpen,
    Locked,
    Opened,
    is_locked,
    open_account,
    open_among,
    opened_by_token,
)
from hub.flows.accounts.reseal_secrets import refuse_forgotten
from hub.flows.ground.open_review import close_review, open_review
from hub.flows.ground.ports import Hub, Tx, Unopened
from hub.flows.ground.roll_back import write_nothing
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import Conclusion, Kind, Message, Observation, Outcome, Reading, Reply, Source, Verdict

from .burst import burst_of
from .record_observations import Claim, message_of, record_observations
from .whose_message import KNOWN, UNPROVEN, certainty, open_beside, opened_beside, payment_for, payments_named

log = structlog.get_logger()

MAX_TRIES = 12
PARKED_LONG = timedelta(hours=1)
"""How long proven money may name no payment of ours before a person is asked."""

PAUSES = {LOCKED: timedelta(minutes=5), UNSERVED: timedelta(hours=1)}
"""How soon a message that nobody here can read is tried again, if key or plugin do not come before."""

PARKED_PAYMENT = "parked_payment"
HINT_EVERY = timedelta(seconds=30)


@attrs.frozen
class Heard:
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


@attrs.frozen
class Read:
    """What became of a stored message when it was read.

    Attributes:
        asked: Its plugin wanted to send a request for it.
        trouble: Why it led nowhere; it is tried again, unless it is dead.
        reason: Which check failed, where it was rejected.
    """

    state: MessageState
    verdict: str
    news: tuple[Heard, ...] = ()
    asked: bool = False
    trouble: str = ""
    reason: str = ""


@attrs.frozen
class Answer:
    """What to reply to the sender."""

    status: int
    reply: Reply = attrs.Factory(Reply)


def keep_all(_account_id: str) -> bool:
    """No limit."""
    return True


async def receive_notification(
    hub: Hub, token: str, message: Message, *, may_keep: Callable[[str], bool] = keep_all
) -> Answer:
    """Take in a notification for the account of this address, or for the one beside it whose keys prove it.

    Args:
        may_keep: Whether one more message that proves nothing is kept for the account; otherwise its sender is told
            to come back later. News that proves itself never depends on it.

    Raises:
        Unavailable, Unopened: It cannot be kept; the caller answers 503, never a false 2xx.
    """
    try:
        opened = await opened_by_token(hub, token)
    except CannotOpen as why:
        await _keep_unread(hub, why, message, may_keep)
        return Answer(503)
    if opened is None:
        return Answer(404)
    reading = _verdict_of(hub, opened, message)
    if not opened.is_alone:
        try:
            opened, reading = await _whose(hub, opened, reading, message)
        except Locked as locked:
            await _keep_unread(hub, locked, message, may_keep)
            return Answer(503)
    now = hub.clock()
    # A message whose plugin wants to send a request has proved itself: schemes with a proof verify before they yield.
    if reading is not None and reading.verdict is not Verdict.VALID and not may_keep(opened.record.id):
        log.warning("notifications_flood", provider=opened.record.provider, account=opened.record.id)
        return Answer(429)
    if reading is None:
        wanting = _sealed(hub, opened.record, message, Fate(MessageState.DUE), now)
        await hub.store.write(lambda tx: _keep(tx, hub, [wanting]))
        return Answer(200)
    if reading.verdict is Verdict.INVALID:
        await hub.store.write(lambda tx: _reject(tx, hub, opened, message, reading, now))
        return Answer(400 if reading.reply.status == 400 else 401)
    if reading.verdict is Verdict.UNSIGNED:
        await hub.store.write(lambda tx: _hint(tx, hub, opened, message, reading, now))
        return Answer(reading.reply.status, reading.reply)
    burst = burst_of(hub)
    with burst.arrival(now) as in_burst:
        if in_burst:
            # A provider that delivers its backlog at once is acknowledged at the speed of one insert; a job books it.
            kept = _sealed(hub, opened.record, message, Fate(MessageState.DUE, "valid"), now)
            await burst.store(kept, lambda items: hub.store.write(lambda tx: _keep(tx, hub, items)))
        else:
            await hub.store.write(lambda tx: _record(tx, hub, opened, message, reading, now))
    return Answer(reading.reply.status, reading.reply)


async def _whose(hub: Hub, own: Opened, reading: Reading | None, message: Message) -> tuple[Opened, Reading | None]:
    """The account by whose keys a message is proven, best one of which it names payments; else that of the address.

    Raises:
        Locked: None that opens, and one does not open now.
    """
    best, how_sure = (own, reading), await certainty(hub, own, reading)
    if how_sure == KNOWN:
        return best
    others = await opened_beside(hub, own)
    for other in others.opened:
        told = _verdict_of(hub, other, message)
        sure = await certainty(hub, other, told)
        if sure > how_sure:
            best, how_sure = (other, told), sure
    if how_sure == UNPROVEN and others.locked:
        raise others.locked
    return best


async def _keep_unread(hub: Hub, why: CannotOpen, message: Message, may_keep: Callable[[str], bool]) -> None:
    """Nobody knows whether its sender comes again: a job reads it as soon as the account opens."""
    record, trouble = why.record, trouble_of(why)
    log.error("account_not_opened", provider=record.provider, account=record.id)
    if not may_keep(record.id):
        log.warning("notifications_flood", provider=record.provider, account=record.id)
        return
    now = hub.clock()
    fate = Fate(MessageState.DUE, due_at=now + PAUSES[trouble], trouble=trouble)
    unread = _sealed(hub, record, message, fate, now)
    await hub.store.write(lambda tx: _keep(tx, hub, [unread]))


def trouble_of(why: CannotOpen) -> str:
    """What a message waits for while its account cannot be opened."""
    return LOCKED if isinstance(why, Locked) else UNSERVED


def _verdict_of(hub: Hub, opened: Opened, message: Message) -> Reading | None:
    """What the plugin reads in the message without a request; None when it wants one. Any fault counts as invalid."""
    conclusion = hub.exchanger.peek(
        opened.provider,
        "handle_notification",
        account=opened.account,
        account_id=opened.record.id,
        message=message,
    )
    if conclusion is None:
        return None
    return reading_of(conclusion)


def reading_of(conclusion: Conclusion[Any]) -> Reading:
    """The reading that a conclusion carries; a plugin that failed has proved nothing."""
    if conclusion.outcome is Outcome.RESULT and isinstance(conclusion.value, Reading):
        return conclusion.value
    log.error("handle_notification_failed", cause=conclusion.cause)
    return Reading(verdict=Verdict.INVALID, reason=f"the plugin failed: {conclusion.plugin_said or 'no answer'}")


PIECE = 2000
"""Bytes hashed at once: above 2,047 the interpreter's lock is let go, and getting it back costs more than the hash."""


def digest_of(message: Message) -> str:
    """SHA-256 of everything that makes a message the same message."""
    parts = (message.source, message.method, message.path, message.query, repr(message.headers))
    digest = hashlib.sha256("\x1f".join(parts).encode() + b"\x1f")
    for start in range(0, len(message.body), PIECE):
        digest.update(message.body[start : start + PIECE])
    return digest.hexdigest()


Kept = tuple[StoredMessage, bytes, str]
"""A message's row, its sealed raw text, and the key that sealed it."""


@attrs.frozen
class Fate:
    """What becomes of a message when it is kept: as a row of it says."""

    state: MessageState
    verdict: str = ""
    due_at: datetime | None = None
    trouble: str = ""


def _sealed(hub: Hub, record: ProviderAccount, message: Message, fate: Fate, now: datetime) -> Kept:
    digest = digest_of(message)
    row = message_of(record.id, digest)
    sealed, key_id = _seal(hub, row, record.merchant_id, message)
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


def _seal(hub: Hub, row: str, merchant_id: str, message: Message) -> tuple[bytes, str]:
    return hub.vault.seal(packed(message), table="raw_message", column="raw", row=row, merchant=merchant_id)


def _under_living_keys(tx: Tx, hub: Hub, messages: Sequence[Kept]) -> Sequence[Kept]:
    """Sealed again where the key was replaced meanwhile: within a write transaction none can be forgotten.

    Raises:
        Unopened: This process cannot read keys.json, and the key that it knows was forgotten.
    """
    stale = {key_id for key_id in {key_id for _, _, key_id in messages} if hub.vault.needs_resealing(key_id)}
    refuse_forgotten(tx, hub)
    if not stale:
        return messages
    return [
        (stored, *_seal(hub, stored.id, stored.merchant_id, stored.message))
        if key_id in stale
        else (stored, sealed, key_id)
        for stored, sealed, key_id in messages
    ]


def _keep(tx: Tx, hub: Hub, messages: Sequence[Kept]) -> None:
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
            _tell_accepted(tx, stored.account_id, stored.id, stored.verdict, new=stored.id in new)
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


def _tell_accepted(tx: Tx, account_id: str, message_id: str, verdict: str, *, new: bool, payment: str = "") -> None:
    """It is stored or booked, and its sender is told so; ``payment`` where it is known by then."""
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


def _reject(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """Kept, replayable after a plugin's fix; nothing becomes due.

    One that names a live payment opens a review, so that a faulty plugin version cannot swallow its only news.
    """
    fate = Fate(MessageState.REJECTED, reading.verdict, trouble=reading.reason)
    rejected = _sealed(hub, opened.record, message, fate, now)
    _keep(tx, hub, [rejected])
    warn(tx, "message_rejected", message=rejected[0].id, account=opened.record.id, reason=reading.reason)
    _note_rejected(tx, opened, rejected[0].id, reading, now)


def _note_rejected(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    tx.messages.count("forged_refused")
    failed = f", and failed its proof{f': {reading.reason}' if reading.reason else ''}"
    for payment in payments_named(tx, opened.record, reading.hints[:5]):
        if payment.is_live:
            _ask_a_person(tx, payment, "rejected_signature", message_id, failed, now)


def _ask_a_person(tx: Tx, payment: Payment, cause: str, message_id: str, said: str, now: datetime) -> None:
    """A message names this payment, and a person is to look at it, once a cause."""
    named = f"message {message_id[:10]}"
    details = f"{named} names payment {payment.reference}{said}"
    open_review(tx, review_of(cause, payment, details, now, payment_id=payment.id, subject=named))


def _hint(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """Unsigned news proves nothing; it may only bring a check forward, once per 30 s."""
    _keep(tx, hub, [_sealed(hub, opened.record, message, Fate(MessageState.DONE, reading.verdict), now)])
    _apply_hints(tx, opened, reading, now)


def _apply_hints(tx: Tx, opened: Opened, reading: Reading, now: datetime) -> None:
    for payment in payments_named(tx, opened.record, reading.hints[:5]):
        if payment.is_live:
            hint(tx, payment, now)


def _follow_hints(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    """It claims nothing: what it names is asked about; where it is genuine and not understood, a person is too."""
    _apply_hints(tx, opened, reading, now)
    if reading.verdict is Verdict.VALID and reading.reason:
        _ask_what_it_means(tx, opened, message_id, reading, now)


def _ask_what_it_means(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    for reference in reading.hints[:5]:
        payment = tx.payments.by_reference(opened.record.id, reference)
        if payment and payment.status is not Status.PAID:
            _ask_a_person(tx, payment, "unclear_message", message_id, f"; {reading.reason}", now)


def hint(tx: Tx, payment: Payment, now: datetime) -> None:
    """Bring the next check forward to the end of the running half minute: however many hints come, that is one query.

    Half minutes count from the end of the exchange, so that no memory of the last hint is needed.
    """
    start = payment.ended_at or payment.created_at
    tx.payments.make_due(payment.id, start + ((now - start) // HINT_EVERY + 1) * HINT_EVERY)


def _record(tx: Tx, hub: Hub, opened: Opened, message: Message, reading: Reading, now: datetime) -> None:
    """Through the door, one payment after another; what names no payment we know is parked."""
    source, digest, observations = ObservedBy(message.source.value), digest_of(message), reading.observations
    news = [apply_observation(tx, hub, opened, item, source, digest, now) for item in observations]
    if message.source is Source.NOTIFICATION:
        tx.accounts.heard(opened.record.id, now)
    if any(item.payment is None for item in news):
        due_at = now + PARKED_LONG if _parked_money(news) else None
        _keep(tx, hub, [_sealed(hub, opened.record, message, Fate(MessageState.PARKED, "valid", due_at), now)])
    elif not observations:
        fate = Fate(MessageState.DONE, "valid", trouble=reading.reason)
        kept = _sealed(hub, opened.record, message, fate, now)
        _keep(tx, hub, [kept])
        _follow_hints(tx, opened, kept[0].id, reading, now)
    else:
        new = any(item.new for item in news)
        payment_id = next(item.payment.id for item in news if item.payment)
        message_id = message_of(opened.record.id, digest)
        _tell_accepted(tx, opened.record.id, message_id, "valid", new=new, payment=payment_id)
        if not new:
            tx.messages.count("duplicates_ignored")


def apply_observation(
    tx: Tx, hub: Hub, opened: Opened, observation: Observation, source: ObservedBy, digest: str, now: datetime
) -> Heard:
    """One proven claim through the door; one that names no payment we know does nothing."""
    payment = payment_for(tx, opened.record.id, observation)
    if payment is None:
        return Heard(observation)
    claim = Claim(observation=observation, source=source, digest=digest)
    recorded = record_observations(tx, hub, payment, [claim], now=now)
    return Heard(observation, recorded.payment, payment.status, bool(recorded.new))


def _parked_money(news: Iterable[Heard]) -> Observation | None:
    """Money that was proven for a payment that is not known here."""
    return next(
        (item.observation for item in news if item.payment is None and item.observation.kind is Kind.PAID), None
    )


async def read_message(hub: Hub, message_id: str, *, dry_run: bool = False) -> Read | None:
    """Continue a stored message: run its hook again, with the requests it wants; safe to run twice.

    Args:
        dry_run: Only say what would become of it: nothing is sent, and nothing stays written.

    Returns:
        None when there is no such message. What the keys that are here do not open, or no plugin that is served here
        reads, waits for them, however long.
    """
    now = hub.clock()
    try:
        loaded = await hub.store.read(lambda tx: load_message(tx, hub, message_id, now))
    except CannotOpen as why:
        return await _wait(hub, message_id, trouble_of(why), now, dry_run=dry_run)
    if loaded is None:
        return None
    own, stored, message = loaded
    try:
        asking = await _ask_all(hub, own, message, dry_run=dry_run)
    except Locked as why:
        return await _wait(hub, message_id, trouble_of(why), now, dry_run=dry_run)
    opened, conclusion, steps = asking.opened, asking.conclusion, asking.steps
    if conclusion is None:
        return Read(MessageState.DUE, stored.verdict, asked=True)
    done = hub.clock()
    source = ObservedBy.QUERY if asking.asked else ObservedBy(message.source.value)

    def write(tx: Tx) -> Read:
        if stored.trouble in PAUSES:
            _unlock(tx, hub, stored, message)
        if conclusion.outcome is not Outcome.RESULT:
            return _later(tx, stored, conclusion.cause, done)
        read = _finish(tx, hub, opened, stored, source, reading_of(conclusion), done)
        for payment_id in dict.fromkeys(item.payment.id for item in read.news if item.payment):
            tx.requests.add(payment_id, steps, at=done)
        return read

    return await (write_nothing(hub, write) if dry_run else hub.store.write(write))


@attrs.frozen(kw_only=True)
class _Asking:
    """What the plugin concluded of a message under an account; None where it would have to ask, and only tries."""

    opened: Opened
    conclusion: Conclusion[Any] | None
    asked: bool
    steps: tuple[Any, ...] = ()


async def _ask_all(hub: Hub, own: Opened, message: Message, *, dry_run: bool) -> _Asking:
    """Read a message under its account; where that does not prove it, also under those beside it.

    Raises:
        Locked: None that opens proves it, and one does not open now.
    """
    best = await _ask(hub, own, message, dry_run=dry_run)
    how_sure = await _certainty(hub, best)
    if own.is_alone or how_sure == KNOWN:
        return best
    now = hub.clock()
    others = await hub.store.read(lambda tx: open_beside(tx, hub, own.record, now))
    for other in others.opened:
        asking = await _ask(hub, other, message, dry_run=dry_run)
        sure = await _certainty(hub, asking)
        if sure > how_sure:
            best, how_sure = asking, sure
    if how_sure == UNPROVEN and others.locked:
        raise others.locked
    return best


async def _certainty(hub: Hub, asking: _Asking) -> int:
    if asking.conclusion is None:
        return KNOWN
    if asking.conclusion.outcome is not Outcome.RESULT:
        return UNPROVEN
    return await certainty(hub, asking.opened, reading_of(asking.conclusion))


async def _ask(hub: Hub, opened: Opened, message: Message, *, dry_run: bool) -> _Asking:
    message = attrs.evolve(message, call_id=hub.random_text(10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    account, account_id = opened.account, opened.record.id
    conclusion = hub.exchanger.peek(
        opened.provider, "handle_notification", account=account, account_id=account_id, message=message
    )
    if conclusion is not None or dry_run:
        return _Asking(opened=opened, conclusion=conclusion, asked=False)
    ran = await hub.exchanger.run(
        opened.provider,
        "handle_notification",
        account=account,
        account_id=account_id,
        credentials=opened.record.credentials,
        message=message,
    )
    return _Asking(opened=opened, conclusion=ran.conclusion, asked=True, steps=ran.steps)


async def _wait(hub: Hub, message_id: str, trouble: str, now: datetime, *, dry_run: bool) -> Read | None:
    """Nothing is concluded of a message that nobody here can read; it is not given up either."""

    def wait(tx: Tx) -> Read | None:
        found = tx.messages.get(message_id)
        if found is None:
            return None
        stored = found[0]
        if stored.state is MessageState.DUE and not dry_run:
            due_at = now + PAUSES[trouble]
            tx.messages.settle(stored.id, stored.state, verdict=stored.verdict, due_at=due_at, trouble=trouble)
        return Read(stored.state, stored.verdict, trouble=trouble)

    return await (hub.store.read(wait) if dry_run else hub.store.write(wait))


def _unlock(tx: Tx, hub: Hub, stored: StoredMessage, message: Message) -> None:
    """It can be read at last: its tries begin anew, and it is sealed again, since the key that it lay under may go."""
    refuse_forgotten(tx, hub)
    tx.messages.take_up(stored.id, stored.due_at or hub.clock())
    tx.messages.reseal(stored.id, *_seal(hub, stored.id, stored.merchant_id, message))


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


def load_message(tx: Tx, hub: Hub, message_id: str, now: datetime) -> tuple[Opened, StoredMessage, Message] | None:
    """A stored message, opened, with the account that it came for.

    Raises:
        CannotOpen: The account's provider is not served here, or the keys open neither account nor message.
    """
    found = tx.messages.get(message_id)
    record = tx.accounts.get(found[0].account_id) if found else None
    if found is None or record is None:
        return None
    stored, sealed = found
    opened = open_among(tx, hub, record, now)
    try:
        raw = hub.vault.open(sealed, table="raw_message", column="raw", row=stored.id, merchant=stored.merchant_id)
    except Unopened as error:
        raise Locked(record, str(error)) from error
    return opened, stored, unpacked(raw)


def _later(tx: Tx, stored: StoredMessage, trouble: str, now: datetime) -> Read:
    current = tx.messages.get(stored.id)
    tries = current[0].tries if current else stored.tries
    if tries >= MAX_TRIES:
        tx.messages.settle(stored.id, MessageState.DEAD, verdict=stored.verdict, trouble=trouble)
        warn(tx, "message_dead", message=stored.id, account=stored.account_id)
        return Read(MessageState.DEAD, stored.verdict, asked=True, trouble=trouble)
    pause = timedelta(seconds=min(3600, 5 * 2**tries))
    tx.messages.settle(stored.id, MessageState.DUE, verdict=stored.verdict, due_at=now + pause, trouble=trouble)
    return Read(MessageState.DUE, stored.verdict, asked=True, trouble=trouble)


def _finish(
    tx: Tx, hub: Hub, opened: Opened, stored: StoredMessage, source: ObservedBy, reading: Reading, now: datetime
) -> Read:
    if reading.verdict is Verdict.INVALID:
        # A browser's return without a signature is an everyday thing, and no forged notification.
        state = MessageState.DONE if source is ObservedBy.RETURN else MessageState.REJECTED
        tx.messages.settle(stored.id, state, verdict=reading.verdict, trouble=reading.reason)
        if state is MessageState.REJECTED:
            warn(tx, "message_rejected", message=stored.id, account=stored.account_id, reason=reading.reason)
        if stored.trouble in PAUSES and state is MessageState.REJECTED:  # nobody could look at it when it came
            _note_rejected(tx, opened, stored.id, reading, now)
        return Read(state, reading.verdict, reason=reading.reason)
    if reading.verdict is Verdict.VALID:
        tx.accounts.heard(opened.record.id, now)
    if not reading.observations:
        _follow_hints(tx, opened, stored.id, reading, now)
    news = tuple(apply_observation(tx, hub, opened, item, source, stored.digest, now) for item in reading.observations)
    known = [item.payment for item in news if item.payment]
    state = MessageState.PARKED if len(known) < len(news) else MessageState.DONE
    money, due_at = _parked_money(news), None
    if money is None:
        _found_at_last(tx, stored, now)
    elif now - stored.message.received_at < PARKED_LONG:
        due_at = stored.message.received_at + PARKED_LONG
    else:
        _ask_about(tx, opened, stored, money, now)
    payment_id = known[-1].id if known else None
    tx.messages.settle(stored.id, state, verdict=reading.verdict, payment_id=payment_id, due_at=due_at)
    if state is MessageState.DONE:
        tell(tx, "message_read", message=stored.id, account=stored.account_id, payment=payment_id)
    elif stored.state is not state:
        tell(tx, "message_parked", message=stored.id, account=stored.account_id)
    return Read(state, reading.verdict, news, asked=source is ObservedBy.QUERY)


def _ask_about(tx: Tx, opened: Opened, stored: StoredMessage, money: Observation, now: datetime) -> None:
    """Proven money that still names no payment here: a person must find out whose it is."""
    named = money.reference or money.provider_reference or "no reference"
    details = f"{opened.record.provider} proved {money.amount or 'a payment'} under {named}, unknown here"
    open_review(tx, review_of(PARKED_PAYMENT, stored, details, now, subject=f"message {stored.id[:10]}"))


def _found_at_last(tx: Tx, stored: StoredMessage, now: datetime) -> None:
    review = tx.reviews.get(derived_id("review", PARKED_PAYMENT, stored.id))
    if review is not None and review.resolved_at is None:
        close_review(tx, review, "the payment became known, and the message was applied to it", now)


async def receive_return(
    hub: Hub, token: str, message: Message, *, may_keep: Callable[[str], bool] = keep_all
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
        await _keep_unread(hub, opened, message, may_keep)
    return payment


async def _read_return(hub: Hub, payment: Payment, opened: Opened, message: Message, now: datetime) -> None:
    reading = _verdict_of(hub, opened, message)
    if reading is not None and reading.verdict is Verdict.VALID and reading.observations:
        own = [item for item in reading.observations if item.reference in (None, payment.reference)]
        others = [item for item in reading.observations if item not in own]
        claims = [Claim(observation=item, source=ObservedBy.RETURN, digest=digest_of(message)) for item in own]

        def record(tx: Tx) -> None:
            current = tx.payments.get(payment.id)
            if current:
                record_observations(tx, hub, current, claims, now=now)
            if others:  # proven by the same account, whichever browser brought it
                _record(tx, hub, opened, message, attrs.evolve(reading, observations=tuple(others)), now)

        await hub.store.write(record)
    elif payment.is_live:
        await hub.store.write(lambda tx: hint(tx, payment, now))


def packed(message: Message) -> bytes:
    """A message as bytes, for the vault: length-prefixed fields, so that any body survives."""
    fields = [
        message.source.value.encode(),
        message.method.encode(),
        message.path.encode("utf-8", "surrogateescape"),
        message.query.encode("utf-8", "surrogateescape"),
        message.received_at.isoformat().encode(),
        message.body,
    ]
    for name, value in message.headers:
        fields += [name.encode("latin-1", "replace"), value.encode("latin-1", "replace")]
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def unpacked(raw: bytes) -> Message:
    """The message that was packed."""
    fields: list[bytes] = []
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        fields.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    source, method, path, query, received, body, *headers = fields
    return Message(
        source=Source(source.decode()),
        method=method.decode(),
        path=path.decode("utf-8", "surrogateescape"),
        query=query.decode("utf-8", "surrogateescape"),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in zip(headers[::2], headers[1::2], strict=True)
        ),
        body=body,
        received_at=datetime.fromisoformat(received.decode()),
    )
