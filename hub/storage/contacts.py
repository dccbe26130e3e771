"""The contact log of a customer, and the channels that he authorised."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.reminder import ChannelWish, Contact, ContactState, ContactWhy
from hub_hookspecs import Mode

from .rows import micros, moment
from .schema import channel_wish, contact, literal
from .statements import Runs, changed

_contact = insert(contact).values({column.name: bindparam(column.name) for column in contact.columns})
SAVE = _contact.on_conflict_do_update(
    index_elements=[contact.c.id],
    set_={column.name: _contact.excluded[column.name] for column in (contact.c.at, contact.c.rule, contact.c.state)},
)
GET = select(contact).where(contact.c.id == bindparam("id"))
END = changed(contact, contact.c.state)
SINCE = (
    select(contact)
    .where(
        contact.c.customer == bindparam("customer"),
        contact.c.mode == bindparam("mode"),
        contact.c.at >= bindparam("since"),
        contact.c.state != literal(ContactState.DROPPED),
    )
    .order_by(contact.c.at)
)
NEWEST = (
    select(contact)
    .where(contact.c.customer == bindparam("customer"), contact.c.mode == bindparam("mode"))
    .order_by(contact.c.at.desc(), contact.c.id.desc())
    .limit(bindparam("limit"))
)
_wish = insert(channel_wish).values({column.name: bindparam(column.name) for column in channel_wish.columns})
SAVE_WISH = _wish.on_conflict_do_update(
    index_elements=[channel_wish.c.customer, channel_wish.c.channel],
    set_={
        column.name: _wish.excluded[column.name]
        for column in (channel_wish.c.is_authorised, channel_wish.c.by, channel_wish.c.at)
    },
)
WISHES = select(channel_wish).where(channel_wish.c.customer == bindparam("customer")).order_by(channel_wish.c.channel)


class Contacts:
    """Contacts about what customers owe."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def save(self, record: Contact) -> None:
        """Insert, or write when the same contact is made anew."""
        self._tx.run(
            SAVE,
            {
                "id": record.id,
                "merchant": record.merchant_id,
                "mode": record.mode.value,
                "customer": record.customer_id,
                "channel": record.channel,
                "why": record.why.value,
                "rule": record.rule,
                "by": record.by,
                "at": micros(record.at),
                "state": record.state.value,
            },
        )

    def get(self, contact_id: str) -> Contact | None:
        """A contact by id, which is its mail's."""
        row = self._tx.run(GET, {"id": contact_id}).fetchone()
        return None if row is None else _contact_of(row)

    def end(self, contact_id: str, state: ContactState) -> None:
        """Write what became of it."""
        self._tx.change(END, {"this": contact_id, "state": state.value})

    def since(self, customer_id: str, mode: Mode, since: datetime) -> tuple[Contact, ...]:
        """What was made, or may have been made, since then; oldest first."""
        values = {"customer": customer_id, "mode": mode.value, "since": micros(since)}
        return tuple(_contact_of(row) for row in self._tx.run(SINCE, values))

    def of(self, customer_id: str, mode: Mode, *, limit: int = 50) -> tuple[Contact, ...]:
        """Newest first."""
        values = {"customer": customer_id, "mode": mode.value, "limit": limit}
        return tuple(_contact_of(row) for row in self._tx.run(NEWEST, values))

    def save_wish(self, record: ChannelWish) -> None:
        """Write whether a customer authorised a channel."""
        self._tx.run(
            SAVE_WISH,
            {
                "customer": record.customer_id,
                "channel": record.channel,
                "is_authorised": int(record.is_authorised),
                "by": record.by,
                "at": micros(record.at),
            },
        )

    def wishes(self, customer_id: str) -> tuple[ChannelWish, ...]:
        """What a customer said of channels."""
        return tuple(
            ChannelWish(
                customer_id=row["customer"],
                channel=row["channel"],
                is_authorised=bool(row["is_authorised"]),
                by=row["by"],
                at=moment(row["at"]),
            )
            for row in self._tx.run(WISHES, {"customer": customer_id})
        )


def _contact_of(row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        channel=row["channel"],
        why=ContactWhy(row["why"]),
        rule=row["rule"],
        by=row["by"],
        at=moment(row["at"]),
        state=ContactState(row["state"]),
    )
