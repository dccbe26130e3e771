"""A message as a row, and back; many are inserted by one statement."""

from __future__ import annotations

import functools
import itertools
import sqlite3
from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import ClauseElement

from hub.domain.message import MessageState, StoredMessage
from hub_hookspecs import Message, Mode, Source

from .rows import maybe_micros, maybe_moment, micros, moment
from .schema import raw_message

SIZES: Final = (64, 16, 4, 1)
"""Rows of one INSERT: the interpreter waits for its lock once a statement, not once a row."""

NAMES: Final = tuple(column.name for column in raw_message.columns)


@functools.lru_cache
def adding(count: int) -> tuple[ClauseElement, tuple[str, ...]]:
    """Insert so many rows; and the names of their values, one row after the other."""
    names = [[f"{name}_{row}" for name in NAMES] for row in range(count)]
    statement = insert(raw_message).values([dict(zip(NAMES, map(bindparam, row), strict=True)) for row in names])
    return statement, tuple(itertools.chain(*names))


def row_of(stored: StoredMessage, sealed: bytes, key_id: str) -> list[object]:
    """The values of a message in the order of ``NAMES``."""
    values = {
        "id": stored.id,
        "account": stored.account_id,
        "merchant": stored.merchant_id,
        "mode": stored.mode.value,
        "source": stored.message.source.value,
        "received_at": micros(stored.message.received_at),
        "digest": stored.digest,
        "key_id": key_id,
        "state": stored.state.value,
        "verdict": stored.verdict,
        "payment": stored.payment_id,
        "due_at": maybe_micros(stored.due_at),
        "tries": stored.tries,
        "trouble": stored.trouble,
        "sealed": sealed,
    }
    return [values[name] for name in NAMES]


def message_from(row: sqlite3.Row) -> StoredMessage:
    """A message with nothing in it: its content is sealed."""
    empty = Message(
        source=Source(row["source"]),
        method="",
        path="",
        query="",
        headers=(),
        body=b"",
        received_at=moment(row["received_at"]),
    )
    return StoredMessage(
        id=row["id"],
        account_id=row["account"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        message=empty,
        digest=row["digest"],
        state=MessageState(row["state"]),
        verdict=row["verdict"],
        payment_id=row["payment"],
        due_at=maybe_moment(row["due_at"]),
        tries=row["tries"],
        trouble=row["trouble"],
    )
