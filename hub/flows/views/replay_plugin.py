"""Replay what a provider told through the plugin that is installed now, dry: what would it read otherwise?

Only what is stored can be replayed: messages that were not booked at once. Answers are never stored. Nothing is sent,
nothing is written; what is told are kinds, amounts and our references, never what a message holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

import attrs

from hub.domain.captures import captures_in
from hub.domain.message import StoredMessage
from hub.domain.observation import ObservedBy, Seen, dedupe_key
from hub.domain.payment import Payment, Status, status_of
from hub.flows.accounts.open_account import CannotOpen, Opened
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.match_account import payment_for
from hub.flows.payments.read_message import ask_all, load_message
from hub.flows.payments.verify_message import reading_of
from hub_hookspecs import Ask, Message, Observation, Outcome, Reading, Verdict

MAX_REPLAYED = 100_000
HEARD = frozenset({ObservedBy.NOTIFICATION, ObservedBy.RETURN})
ANSWERED = frozenset({ObservedBy.QUERY, ObservedBy.ANSWER})


@attrs.frozen(kw_only=True)
class Difference:
    """What is read otherwise now.

    Attributes:
        message: Id of the message; empty for what all of a payment's messages come to.
        payment: Our reference; empty where it is about none of ours.
        what: ``verdict``, ``observation``, ``status`` or ``money``.
    """

    message: str
    payment: str
    what: str
    before: str
    after: str


@attrs.frozen
class Asks:
    """A message whose plugin wants to ask its provider first; the answer is not stored."""

    message: str
    request: str


@attrs.frozen(kw_only=True)
class Replay:
    """What came of it.

    Attributes:
        read: Messages that were read again.
        unread: Those that the keys that are here do not open.
        unkept: Observations by notification or return whose message was booked at once, so that it is not stored.
        answers: Observations by a query or an answer, which are never stored as they came.
    """

    differences: tuple[Difference, ...]
    asks: tuple[Asks, ...]
    read: int
    unread: int
    unkept: int
    answers: int


@attrs.frozen
class _Reread:
    """One message, and what is read in it now."""

    stored: StoredMessage
    opened: Opened
    reading: Reading


async def replay_plugin(hub: Hub, accounts: Collection[str], since: datetime) -> Replay:
    """Read the stored messages of these accounts again, and compare with what was recorded of them."""
    stored = await hub.store.read(lambda tx: tx.messages.of(accounts=accounts, since=since, limit=MAX_REPLAYED))
    oldest_first = sorted(stored, key=lambda item: (item.message.received_at, item.id))
    done = [await _read(hub, item) for item in oldest_first]
    again = [item for item in done if isinstance(item, _Reread)]
    asks = [item for item in done if isinstance(item, Asks)]

    def compare(tx: Tx) -> Replay:
        comparison = _Comparison(tx)
        comparison.know(
            payment for payment in tx.payments.search(since=since, limit=MAX_REPLAYED) if payment.account_id in accounts
        )
        for item in again:
            comparison.compare(item)
        rows = [row for row in comparison.rows if row.seen_at >= since]
        kept = {(item.account_id, item.digest) for item in stored}
        return Replay(
            differences=(*comparison.differences, *comparison.outcomes()),
            asks=tuple(asks),
            read=len(again),
            unread=len(done) - len(again) - len(asks),
            unkept=sum(row.source in HEARD and (row.account_id, row.digest) not in kept for row in rows),
            answers=sum(row.source in ANSWERED for row in rows),
        )

    return await hub.store.read(compare)


async def _read(hub: Hub, stored: StoredMessage) -> _Reread | Asks | None:
    now = hub.clock()
    try:
        loaded = await hub.store.read(lambda tx: load_message(tx, hub, stored.id, now))
        if loaded is None:
            return None
        own, current, message = loaded
        asking = await ask_all(hub, own, message, dry_run=True)
    except CannotOpen:
        return None
    if asking.conclusion is None:
        return Asks(stored.id, _request(hub, asking.opened, message))
    if asking.conclusion.outcome is not Outcome.RESULT:
        return _Reread(current, asking.opened, Reading(verdict=Verdict.INVALID, reason="the plugin failed"))
    return _Reread(current, asking.opened, reading_of(asking.conclusion))


def _request(hub: Hub, opened: Opened, message: Message) -> str:
    """Method and host; a path may hold what opens something."""
    step = hub.exchanger.first_step(opened.provider, "handle_notification", account=opened.account, message=message)
    return f"{step.request.method} {step.request.url.host}" if isinstance(step, Ask) else ""


@attrs.define
class _Comparison:
    """What was recorded of payments, and what is read otherwise."""

    tx: Tx
    differences: list[Difference] = attrs.Factory(list)
    _payments: dict[str, Payment] = attrs.Factory(dict)
    _seen: dict[str, dict[str, Seen]] = attrs.Factory(dict)
    _after: dict[str, dict[str, Seen]] = attrs.Factory(dict)

    @property
    def rows(self) -> Iterator[Seen]:
        """All observations of the payments that are known."""
        return (row for rows in self._seen.values() for row in rows.values())

    def know(self, payments: Iterable[Payment]) -> None:
        """Read what was recorded of payments."""
        for payment in payments:
            if payment.id not in self._payments:
                self._payments[payment.id] = payment
                self._seen[payment.id] = {row.key: row for row in self.tx.payments.seen(payment.id)}
                self._after[payment.id] = dict(self._seen[payment.id])

    def compare(self, item: _Reread) -> None:
        """One message: its verdict, what it says that was not recorded, what was recorded and it says no longer."""
        before = self.tx.payments.get(item.stored.payment_id) if item.stored.payment_id else None
        said = [(payment_for(self.tx, item.opened.record.id, claim), claim) for claim in item.reading.observations]
        self.know(payment for payment in (before, *(payment for payment, _claim in said)) if payment)
        if item.stored.verdict and item.stored.verdict != item.reading.verdict:
            about = before.reference if before else ""
            self._differs(item, about, "verdict", item.stored.verdict, item.reading.verdict.value)
        kept = {self._claimed(item, payment, claim) for payment, claim in said if payment}
        for row in list(self.rows):
            if (row.account_id, row.digest) == (item.opened.record.id, item.stored.digest) and row.key not in kept:
                self._after[row.payment_id].pop(row.key, None)
                reference = self._payments[row.payment_id].reference
                self._differs(item, reference, "observation", _worded(row.observation), "nothing")

    def _claimed(self, item: _Reread, payment: Payment, claim: Observation) -> str:
        """The key of a claim; one that was not recorded so is a difference."""
        rows = self._seen[payment.id]
        key = _key_in(item, payment, claim, rows)
        was, now = _worded(rows[key].observation) if key in rows else "nothing", _worded(claim)
        if was != now:
            self._differs(item, payment.reference, "observation", was, now)
            self._after[payment.id][key] = _as_seen(item, payment, claim, key)
        return key

    def _differs(self, item: _Reread, payment: str, what: str, before: str, after: str) -> None:
        difference = Difference(message=item.stored.id, payment=payment, what=what, before=before, after=after)
        self.differences.append(difference)

    def outcomes(self) -> Iterator[Difference]:
        """Status and money of each payment, as the rules derive them from the one set and from the other."""
        for payment_id, payment in self._payments.items():
            old, new = tuple(self._seen[payment_id].values()), tuple(self._after[payment_id].values())
            if old == new:
                continue
            for what, told in (("status", _status), ("money", _money)):
                before, after = told(payment, old), told(payment, new)
                if before != after:
                    yield Difference(message="", payment=payment.reference, what=what, before=before, after=after)


def _key_in(item: _Reread, payment: Payment, observation: Observation, rows: Mapping[str, Seen]) -> str:
    """The key of the row that the claim is: by what it vouches for, else the one that this message left of its kind."""
    key = dedupe_key(item.opened.record.id, payment.id, observation)
    if key in rows:
        return key
    alike = [
        row.key
        for row in rows.values()
        if row.digest == item.stored.digest
        and (row.observation.kind, row.observation.movement) == (observation.kind, observation.movement)
    ]
    return alike[0] if alike else key


def _as_seen(item: _Reread, payment: Payment, observation: Observation, key: str) -> Seen:
    return Seen(
        key=key,
        payment_id=payment.id,
        account_id=payment.account_id,
        source=ObservedBy(item.stored.message.source.value),
        observation=observation,
        seen_at=item.stored.message.received_at,
        digest=item.stored.digest,
    )


def _status(payment: Payment, seen: tuple[Seen, ...]) -> str:
    status, reason = status_of(payment.phase, (item.observation.kind for item in seen))
    return f"{status.value} ({reason})" if status is Status.CLOSED else status.value


def _money(payment: Payment, seen: tuple[Seen, ...]) -> str:
    return " and ".join(sorted(str(capture.amount) for capture in captures_in(payment, seen))) or "none"


def _worded(claim: Observation) -> str:
    """Kind and amount; ids of the provider's may be anything, and are not told."""
    proven = "" if claim.amount is None or "amount" in claim.vouched else " (not vouched)"
    return f"{claim.kind.value} {claim.amount}{proven}" if claim.amount else claim.kind.value
