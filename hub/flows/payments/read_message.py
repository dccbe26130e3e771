"""Read a stored message again from the start, with the requests that its plugin wants; a job does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from hub.domain.ids import derived_id
from hub.domain.message import MessageState, StoredMessage, review_of
from hub.domain.observation import ObservedBy
from hub.flows.accounts.open_account import CannotOpen, Locked, Opened, open_among
from hub.flows.ground.open_review import close_by_fact, open_review
from hub.flows.ground.ports import Hub, Tx, Unopened
from hub.flows.ground.roll_back import write_nothing
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import CROCKFORD, Conclusion, Message, Observation, Outcome, Reading, SettlementLine, Verdict

from .follow_hints import follow_hints, review_rejected
from .match_account import KNOWN, UNPROVEN, certainty, open_beside
from .pack_message import unpacked
from .record_message import PARKED_LONG, AppliedClaim, apply_observation, parked_money
from .store_unread import PAUSES, unlock, waits_for
from .verify_message import reading_of

MAX_TRIES = 12
PARKED_PAYMENT = "parked_payment"
LINES_TAKEN_IN = timedelta(seconds=120)
"""How long whoever reads a message has to take its lines; then it is read again."""


@attrs.frozen
class Read:
    """What became of a stored message when it was read.

    Attributes:
        asked: Its plugin wanted to send a request for it.
        trouble: Why it led nowhere; it is tried again, unless it is dead.
        reason: Which check failed, where it was rejected.
        lines: Settlement lines that it brings; the message stays due until they are taken (``done``).
        account_id: Whose lines they are.
    """

    state: MessageState
    verdict: str
    claims: tuple[AppliedClaim, ...] = ()
    asked: bool = False
    trouble: str = ""
    reason: str = ""
    lines: tuple[SettlementLine, ...] = ()
    account_id: str = ""
    due_at: datetime | None = None

    def done(self, tx: Tx, message_id: str) -> None:
        """Its lines are taken: the message is what it would have been without them."""
        found = tx.messages.get(message_id)
        if found and found[0].state is MessageState.DUE:
            known = [item.payment.id for item in self.claims if item.payment]
            payment_id = known[-1] if known else None
            tx.messages.settle(message_id, self.state, verdict=self.verdict, payment_id=payment_id, due_at=self.due_at)


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
        return await _wait(hub, message_id, waits_for(why), now, dry_run=dry_run)
    if loaded is None:
        return None
    own, stored, message = loaded
    try:
        asking = await ask_all(hub, own, message, dry_run=dry_run)
    except Locked as why:
        return await _wait(hub, message_id, waits_for(why), now, dry_run=dry_run)
    opened, conclusion, steps = asking.opened, asking.conclusion, asking.steps
    if conclusion is None:
        return Read(MessageState.DUE, stored.verdict, asked=True)
    done = hub.clock()
    source = ObservedBy.QUERY if asking.asked else ObservedBy(message.source.value)

    def write(tx: Tx) -> Read:
        if stored.trouble in PAUSES:
            unlock(tx, hub, stored, message)
        if conclusion.outcome is not Outcome.RESULT:
            return _later(tx, stored, conclusion.cause, done)
        read = _finish(tx, hub, opened, stored, source, reading_of(conclusion), done)
        for payment_id in dict.fromkeys(item.payment.id for item in read.claims if item.payment):
            tx.requests.add(payment_id, steps, at=done)
        return read

    return await (write_nothing(hub, write) if dry_run else hub.store.write(write))


@attrs.frozen(kw_only=True)
class Asking:
    """What the plugin concluded of a message under an account; None where it would have to ask, and only tries."""

    opened: Opened
    conclusion: Conclusion[Any] | None
    asked: bool
    steps: tuple[Any, ...] = ()


async def ask_all(hub: Hub, own: Opened, message: Message, *, dry_run: bool) -> Asking:
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


async def _certainty(hub: Hub, asking: Asking) -> int:
    if asking.conclusion is None:
        return KNOWN
    if asking.conclusion.outcome is not Outcome.RESULT:
        return UNPROVEN
    return await certainty(hub, asking.opened, reading_of(asking.conclusion))


async def _ask(hub: Hub, opened: Opened, message: Message, *, dry_run: bool) -> Asking:
    message = attrs.evolve(message, call_id=hub.random_text(10, CROCKFORD))
    account, account_id = opened.account, opened.record.id
    conclusion = hub.exchanger.peek(
        opened.provider, "handle_notification", account=account, account_id=account_id, message=message
    )
    if conclusion is not None or dry_run:
        return Asking(opened=opened, conclusion=conclusion, asked=False)
    ran = await hub.exchanger.run(
        opened.provider,
        "handle_notification",
        account=account,
        account_id=account_id,
        credentials=opened.record.credentials,
        message=message,
    )
    return Asking(opened=opened, conclusion=ran.conclusion, asked=True, steps=ran.steps)


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
    """It led nowhere: it is tried again after a growing pause, and given up at last."""
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
    """Do what the reading says, and store what became of the message."""
    if reading.verdict is Verdict.INVALID:
        # A browser's return without a signature is an everyday thing, and no forged notification.
        state = MessageState.DONE if source is ObservedBy.RETURN else MessageState.REJECTED
        tx.messages.settle(stored.id, state, verdict=reading.verdict, trouble=reading.reason)
        if state is MessageState.REJECTED:
            warn(tx, "message_rejected", message=stored.id, account=stored.account_id, reason=reading.reason)
        if stored.trouble in PAUSES and state is MessageState.REJECTED:  # nobody could look at it when it came
            review_rejected(tx, opened, stored.id, reading, now)
        return Read(state, reading.verdict, reason=reading.reason)
    if reading.verdict is Verdict.VALID:
        tx.accounts.record_notification(opened.record.id, now)
    if not reading.observations:
        follow_hints(tx, opened, stored.id, reading, now)
    claims = tuple(
        apply_observation(tx, hub, opened, item, source, stored.digest, now) for item in reading.observations
    )
    known = [item.payment for item in claims if item.payment]
    state = MessageState.PARKED if len(known) < len(claims) else MessageState.DONE
    money, due_at = parked_money(claims), None
    if money is None:
        _close_parked_review(tx, stored, now)
    elif now - stored.message.received_at < PARKED_LONG:
        due_at = stored.message.received_at + PARKED_LONG
    else:
        _review_parked(tx, opened, stored, money, now)
    payment_id = known[-1].id if known else None
    read = Read(state, reading.verdict, claims, asked=source is ObservedBy.QUERY, due_at=due_at)
    if reading.settlement_lines:  # a death before they are taken reads it again, and they are known by their ids
        tx.messages.settle(
            stored.id, MessageState.DUE, verdict=reading.verdict, payment_id=payment_id, due_at=now + LINES_TAKEN_IN
        )
        return attrs.evolve(read, lines=reading.settlement_lines, account_id=opened.record.id)
    tx.messages.settle(stored.id, state, verdict=reading.verdict, payment_id=payment_id, due_at=due_at)
    if state is MessageState.DONE:
        tell(tx, "message_read", message=stored.id, account=stored.account_id, payment=payment_id)
    elif stored.state is not state:
        tell(tx, "message_parked", message=stored.id, account=stored.account_id)
    return read


def _review_parked(tx: Tx, opened: Opened, stored: StoredMessage, money: Observation, now: datetime) -> None:
    """Proven money that still names no payment here: a person must find out whose it is."""
    named = money.reference or money.provider_reference or "no reference"
    what = "a payment" if money.amount is None else money.amount
    details = f"{opened.record.provider} proved {what} under {named}, unknown here"
    open_review(tx, review_of(PARKED_PAYMENT, stored, details, now, subject=f"message {stored.id[:10]}"))


def _close_parked_review(tx: Tx, stored: StoredMessage, now: datetime) -> None:
    """Nobody needs to find out any more whose money it is."""
    review = tx.reviews.get(derived_id("review", PARKED_PAYMENT, stored.id))
    if review is not None:
        close_by_fact(tx, review, "the payment became known, and the message was applied to it", now)
