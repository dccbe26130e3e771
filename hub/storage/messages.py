"""Raw messages, encrypted, and named counters."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.message import MessageState, StoredMessage

from .message_rows import SIZES, adding, message_from, row_of
from .rows import json_list, maybe_micros, micros, moment, pattern
from .schema import ONE, counter, literal, raw_message
from .statements import Runs, among, changed

KNOWN = select(raw_message.c.account, raw_message.c.digest).where(
    among(raw_message.c.account, "accounts"), among(raw_message.c.digest, "digests")
)
GET = select(raw_message).where(raw_message.c.id == bindparam("id"))
SETTLE = changed(
    raw_message,
    *(raw_message.c.state, raw_message.c.verdict, raw_message.c.payment, raw_message.c.due_at, raw_message.c.trouble),
)
TAKE_UP = changed(raw_message, raw_message.c.state, raw_message.c.due_at, raw_message.c.tries)
OF = select(raw_message).order_by(raw_message.c.received_at.desc(), raw_message.c.id).limit(bindparam("limit"))
OF_PAYMENT = (
    select(raw_message)
    .where(raw_message.c.payment == bindparam("payment"), raw_message.c.payment.is_not(None))
    .order_by(raw_message.c.received_at, raw_message.c.id)
)
BEGINNING = (
    select(raw_message).where(raw_message.c.id.like(bindparam("pattern"), escape="\\")).order_by(raw_message.c.id)
)
DUE = (
    select(raw_message.c.id)
    .where(raw_message.c.due_at <= bindparam("now"), raw_message.c.due_at.is_not(None))
    .order_by(raw_message.c.due_at, raw_message.c.id)
    .limit(bindparam("limit"))
)
CLAIM = (
    update(raw_message)
    .where(among(raw_message.c.id, "ids"))
    .values(due_at=bindparam("until"), tries=raw_message.c.tries + ONE)
)
MAKE_ACCOUNT_DUE = (
    update(raw_message)
    .where(
        raw_message.c.account == bindparam("account"),
        raw_message.c.state == literal("due"),
        raw_message.c.due_at > bindparam("at"),
    )
    .values(due_at=bindparam("at"))
)
_waiting = (
    raw_message.c.due_at.is_not(None),
    raw_message.c.state == literal("due"),
    raw_message.c.trouble == bindparam("trouble"),
)
WAITING = (
    select(raw_message.c.account, raw_message.c.key_id, func.count().label("count"))
    .where(*_waiting)
    .group_by(raw_message.c.account, raw_message.c.key_id)
    .order_by(raw_message.c.account, raw_message.c.key_id)
)
MAKE_WAITING_DUE = (
    update(raw_message)
    .where(*_waiting, raw_message.c.account == bindparam("account"), raw_message.c.key_id == bindparam("key"))
    .values(due_at=bindparam("at"))
)
PARKED = (
    select(raw_message.c.id)
    .where(raw_message.c.account == bindparam("account"), raw_message.c.state == literal("parked"))
    .order_by(raw_message.c.received_at, raw_message.c.id)
)
OTHERWISE = (
    select(raw_message.c.id, raw_message.c.merchant, raw_message.c.sealed)
    .where(raw_message.c.key_id != bindparam("key"), raw_message.c.id > bindparam("after"))
    .order_by(raw_message.c.id)
    .limit(bindparam("limit"))
)
RESEAL = changed(raw_message, raw_message.c.sealed, raw_message.c.key_id)
KEYS = select(raw_message.c.key_id, func.count().label("count")).group_by(raw_message.c.key_id)
COUNT_IN = select(func.count().label("count")).where(raw_message.c.state == bindparam("state"))
PRUNE_REJECTED = delete(raw_message).where(
    raw_message.c.state == literal("rejected"), raw_message.c.received_at < bindparam("before")
)
REJECTED = (
    select(raw_message.c.account, raw_message.c.digest, raw_message.c.received_at)
    .where(raw_message.c.state == literal("rejected"), raw_message.c.received_at > bindparam("since"))
    .order_by(raw_message.c.account, raw_message.c.received_at, raw_message.c.id)
)
COUNTS = select(raw_message.c.state, raw_message.c.verdict, func.count().label("count")).group_by(
    raw_message.c.state, raw_message.c.verdict
)
COUNTERS = select(counter)
_counted = insert(counter).values(name=bindparam("name"), value=bindparam("by"))
COUNT = _counted.on_conflict_do_update(
    index_elements=[counter.c.name], set_={"value": counter.c.value + _counted.excluded.value}
)


class Messages:
    """Raw messages, encrypted."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add_all(self, messages: Sequence[tuple[StoredMessage, bytes, str]]) -> frozenset[str]:
        """Insert all of (message, sealed, key id) at once; the ids of those that were not stored already."""
        new = {(stored.account_id, stored.digest): (stored, sealed, key) for stored, sealed, key in reversed(messages)}
        accounts, digests = map(json_list, zip(*new, strict=True)) if new else ("[]", "[]")
        for row in self._tx.run(KNOWN, {"accounts": accounts, "digests": digests}).fetchall():
            new.pop((row["account"], row["digest"]), None)
        rows = [row_of(*message) for message in new.values()]
        while rows:
            size = next(size for size in SIZES if size <= len(rows))
            statement, names = adding(size)
            self._tx.run(statement, dict(zip(names, itertools.chain(*rows[:size]), strict=True)))
            rows = rows[size:]
        return frozenset(stored.id for stored, _sealed, _key in new.values())

    def get(self, message_id: str) -> tuple[StoredMessage, bytes] | None:
        """The row (with an empty message) and the sealed raw text."""
        row = self._tx.run(GET, {"id": message_id}).fetchone()
        if row is None:
            return None
        return message_from(row), row["sealed"]

    def of(
        self,
        *,
        accounts: Collection[str] | None = None,
        states: Collection[str] = (),
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[StoredMessage, ...]:
        """Messages without their content, newest first.

        Args:
            accounts: Only of these; None for all.
        """
        statement, values = OF, dict[str, object](limit=limit)
        if accounts is not None:
            statement, values["accounts"] = (
                statement.where(among(raw_message.c.account, "accounts")),
                json_list(accounts),
            )
        if states:
            statement = statement.where(among(raw_message.c.state, "states"))
            values["states"] = json_list(states)
        if since is not None:
            statement, values["since"] = statement.where(raw_message.c.received_at >= bindparam("since")), micros(since)
        return tuple(message_from(row) for row in self._tx.run(statement, values))

    def of_payment(self, payment_id: str) -> tuple[StoredMessage, ...]:
        """Messages that were applied to a payment, without their content; oldest first."""
        return tuple(message_from(row) for row in self._tx.run(OF_PAYMENT, {"payment": payment_id}))

    def named(self, beginning: str) -> tuple[StoredMessage, ...]:
        """Messages whose id begins so, without their content."""
        rows = self._tx.run(BEGINNING, {"pattern": pattern(beginning).removeprefix("%")})
        return tuple(message_from(row) for row in rows)

    def take_up(self, message_id: str, due_at: datetime) -> None:
        """Let a message be continued again, with all its tries."""
        self._tx.change(
            TAKE_UP, {"this": message_id, "state": MessageState.DUE.value, "due_at": micros(due_at), "tries": 0}
        )

    def settle(
        self,
        message_id: str,
        state: MessageState,
        *,
        verdict: str = "",
        payment_id: str | None = None,
        due_at: datetime | None = None,
        trouble: str = "",
    ) -> None:
        """Write what became of a message."""
        values = {
            "this": message_id,
            "state": state.value,
            "verdict": verdict,
            "payment": payment_id,
            "due_at": maybe_micros(due_at),
            "trouble": trouble[:200],
        }
        self._tx.change(SETTLE, values)

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of messages that are due; each one's due time moves to ``until``, and a try is counted."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_list(ids), "until": micros(until)})
        return tuple(ids)

    def make_account_due(self, account_id: str, at: datetime) -> int:
        """Bring the next try of an account's messages forward to ``at``."""
        return self._tx.run(MAKE_ACCOUNT_DUE, {"account": account_id, "at": micros(at)}).rowcount

    def parked(self, account_id: str) -> tuple[str, ...]:
        """Ids of messages that wait for their payment; oldest first."""
        return tuple(row["id"] for row in self._tx.run(PARKED, {"account": account_id}))

    def waiting(self, trouble: str) -> tuple[tuple[str, str, int], ...]:
        """(account id, key id, how many) of the messages that are due and have this trouble."""
        rows = self._tx.run(WAITING, {"trouble": trouble})
        return tuple((row["account"], row["key_id"], row["count"]) for row in rows)

    def make_waiting_due(self, trouble: str, account_id: str, key_id: str, at: datetime) -> int:
        """Set the next try of such messages to ``at``."""
        values = {"trouble": trouble, "account": account_id, "key": key_id, "at": micros(at)}
        return self._tx.run(MAKE_WAITING_DUE, values).rowcount

    def key_ids(self) -> Mapping[str, int]:
        """How many messages are sealed under each key."""
        return {row["key_id"]: row["count"] for row in self._tx.run(KEYS)}

    def sealed_otherwise(self, key_id: str, limit: int, *, after: str = "") -> tuple[tuple[str, str, bytes], ...]:
        """(id, merchant id, sealed) of messages sealed under another key than this one, by id, from ``after`` on."""
        rows = self._tx.run(OTHERWISE, {"key": key_id, "limit": limit, "after": after})
        return tuple((row["id"], row["merchant"], row["sealed"]) for row in rows)

    def reseal(self, message_id: str, sealed: bytes, key_id: str) -> None:
        """Replace the ciphertext of a message by another one of the same text."""
        self._tx.change(RESEAL, {"this": message_id, "sealed": sealed, "key_id": key_id})

    def counts(self) -> Mapping[str, int]:
        """Number of messages by state and by ``state:verdict``, and every named counter."""
        found: dict[str, int] = {row["name"]: row["value"] for row in self._tx.run(COUNTERS)}
        for row in self._tx.run(COUNTS):
            found[row["state"]] = found.get(row["state"], 0) + row["count"]
            if row["verdict"]:
                found[f"{row['state']}:{row['verdict']}"] = row["count"]
        return found

    def count_in(self, state: str) -> int:
        """How many messages are in a state."""
        return int(self._tx.run(COUNT_IN, {"state": state}).fetchone()["count"])

    def prune_rejected(self, before: datetime) -> int:
        """Delete messages that failed their proof and arrived before this moment."""
        return self._tx.run(PRUNE_REJECTED, {"before": micros(before)}).rowcount

    def rejected_since(self, since: datetime) -> tuple[tuple[str, str, datetime], ...]:
        """(account id, digest, arrival) of messages that arrived after this moment and failed their proof."""
        rows = self._tx.run(REJECTED, {"since": micros(since)})
        return tuple((row["account"], row["digest"], moment(row["received_at"])) for row in rows)

    def count(self, name: str, by: int = 1) -> None:
        """Add to a named counter (duplicates ignored, forged refused)."""
        self._tx.run(COUNT, {"name": name, "by": by})
