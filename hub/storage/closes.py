"""Closed months: which entries a close is of, what they come to, and what was dated into it afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import and_, bindparam, case, func, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.ledger import Entry, EntryKind
from hub.domain.month import Month
from hub.domain.month_close import AccountFigure, LateEntry, MonthClose, OpenItem, OpenKind, Reopening, Span
from hub_hookspecs import Mode, Money

from .entries import IN_CHAIN, entries_in
from .rows import json_text, micros, moment
from .schema import (
    ONE,
    ZERO,
    entry,
    late_reason,
    ledger_account,
    literal,
    month_close,
    month_reopening,
    observation,
    posting,
    seal,
    series,
)
from .statements import Runs, inserted

ADD = inserted(month_close)
REOPEN = inserted(month_reopening)
ADD_REASON = inserted(late_reason)
ALL = (
    select(
        month_close,
        month_reopening.c.by.label("reopened_by"),
        month_reopening.c.why.label("reopened_why"),
        month_reopening.c.at.label("reopened_at"),
    )
    .join(month_reopening, month_reopening.c.close == month_close.c.id, isouter=True)
    .order_by(month_close.c.month, month_close.c.n)
)
OF = ALL.where(month_close.c.merchant == bindparam("merchant"), month_close.c.mode == bindparam("mode"))
STANDING = OF.where(month_reopening.c.close.is_(None))
GET = ALL.where(month_close.c.id == bindparam("id"))
LAST_NUMBERS = select(series.c.series, series.c.next).where(
    series.c.merchant == bindparam("merchant"), series.c.mode == bindparam("mode")
)
HASH_AT = select(seal.c.hash).where(IN_CHAIN, seal.c.seq == bindparam("seq"))


def within(prefix: str = "") -> ColumnElement[bool]:
    """Whether an entry is in the books up to a position and a day."""
    return and_(
        seal.c.seq <= bindparam(f"{prefix}seq"),
        or_(
            entry.c.value_on <= bindparam(f"{prefix}last"),
            and_(entry.c.value_on.is_(None), entry.c.at < bindparam(f"{prefix}until")),
        ),
    )


OPENING = func.coalesce(func.sum(case((within("before_"), posting.c.amount), else_=ZERO)), ZERO)
MOVED_UP = func.coalesce(
    func.sum(case((and_(not_(within("before_")), posting.c.amount > ZERO), posting.c.amount), else_=ZERO)), ZERO
)
MOVED_DOWN = func.coalesce(
    func.sum(case((and_(not_(within("before_")), posting.c.amount < ZERO), -posting.c.amount), else_=ZERO)), ZERO
)
FIGURES = (
    select(
        ledger_account.c.kind,
        ledger_account.c.owner,
        ledger_account.c.currency,
        OPENING.label("opening"),
        MOVED_UP.label("debit"),
        MOVED_DOWN.label("credit"),
    )
    .select_from(seal)
    .join(entry, entry.c.id == seal.c.entry)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .where(IN_CHAIN, within())
    .group_by(ledger_account.c.id)
    .order_by(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency)
)
IN_CLOSE = and_(IN_CHAIN, within(), not_(within("before_")))
SEALS = select(seal.c.hash).join(entry, entry.c.id == seal.c.entry).where(IN_CLOSE).order_by(seal.c.seq)
ANY: Final = 2**62
"""A position that no chain reaches."""
NEWS = (
    select(seal.c.seq)
    .join(entry, entry.c.id == seal.c.entry)
    .join(observation, observation.c.id == entry.c.observation)
    .where(IN_CHAIN, seal.c.seq > bindparam("after"), observation.c.source != literal("operator"))
    .limit(ONE)
)
PIECE: Final = 2_000
"""Entries that are read at once."""
POSITIONS = (
    select(seal.c.seq)
    .join(entry, entry.c.id == seal.c.entry)
    .where(IN_CLOSE, seal.c.seq > bindparam("after"))
    .order_by(seal.c.seq)
    .limit(bindparam("limit"))
)
PIECE_OF = select(seal.c.entry).join(entry, entry.c.id == seal.c.entry).where(IN_CLOSE, seal.c.seq > bindparam("after"))
BROUGHT = (
    select(func.sum(posting.c.amount)).where(posting.c.entry == entry.c.id, posting.c.amount > ZERO).scalar_subquery()
)
LATE = (
    select(
        *(entry.c.id, entry.c.key, entry.c.kind, entry.c.value_on, entry.c.at, entry.c.currency, entry.c.payment),
        BROUGHT.label("amount"),
        late_reason.c.by,
        late_reason.c.why,
    )
    .select_from(seal)
    .join(entry, entry.c.id == seal.c.entry)
    .join(late_reason, late_reason.c.entry == entry.c.id, isouter=True)
    .where(IN_CHAIN, seal.c.seq > bindparam("after"), within())
    .order_by(seal.c.seq)
    .limit(bindparam("limit"))
)
"""What was booked after a position for days that it closes."""


class Closes:
    """Closed months of every company and mode."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, close: MonthClose) -> None:
        """Insert a close.

        Raises:
            Conflict: ``closed`` where this month or a later one stands closed; ``from_ledger`` for another chain.
        """
        self._tx.run(ADD, _values(close))

    def reopen(self, close_id: str, reopening: Reopening) -> None:
        """Open a closed month again.

        Raises:
            Conflict: ``closed`` where a later month stands closed; ``unique`` where it is open again already.
        """
        values = {"close": close_id, "by": reopening.by, "why": reopening.why, "at": micros(reopening.at)}
        self._tx.run(REOPEN, values)

    def get(self, close_id: str) -> MonthClose | None:
        """A close by id."""
        row = self._tx.run(GET, {"id": close_id}).fetchone()
        return _close(row) if row else None

    def every(self) -> tuple[MonthClose, ...]:
        """Every close of every book, by month."""
        return tuple(_close(row) for row in self._tx.run(ALL))

    def of(self, merchant_id: str, mode: Mode) -> tuple[MonthClose, ...]:
        """Every close of a book, also those that were opened again; by month."""
        return tuple(_close(row) for row in self._tx.run(OF, {"merchant": merchant_id, "mode": mode.value}))

    def standing(self, merchant_id: str, mode: Mode) -> tuple[MonthClose, ...]:
        """The closes of a book that stand; by month."""
        return tuple(_close(row) for row in self._tx.run(STANDING, {"merchant": merchant_id, "mode": mode.value}))

    def last(self, merchant_id: str, mode: Mode) -> MonthClose | None:
        """The last month that stands closed."""
        standing = self.standing(merchant_id, mode)
        return standing[-1] if standing else None

    def last_numbers(self, merchant_id: str, mode: Mode) -> Mapping[str, int]:
        """The last number of each series of documents."""
        rows = self._tx.run(LAST_NUMBERS, {"merchant": merchant_id, "mode": mode.value})
        return {row["series"]: row["next"] - 1 for row in rows}

    def hash_at(self, merchant_id: str, mode: Mode, seq: int) -> str | None:
        """The hash of the chain at a position; None where the chain does not reach so far."""
        row = self._tx.run(HASH_AT, {"merchant": merchant_id, "mode": mode.value, "seq": seq}).fetchone()
        return row["hash"] if row else None

    def figures(self, merchant_id: str, mode: Mode, span: Span, before: Span) -> tuple[AccountFigure, ...]:
        """What each ledger account comes to in some books, and what of it those before did not have."""
        rows = self._tx.run(FIGURES, book_values(merchant_id, mode, span, before))
        return tuple(AccountFigure(**dict(zip(row.keys(), row, strict=True))) for row in rows)

    def seals(self, merchant_id: str, mode: Mode, span: Span, before: Span) -> Iterator[str]:
        """The hashes of the entries in some books that those before did not have, in their order."""
        return (row["hash"] for row in self._tx.run(SEALS, book_values(merchant_id, mode, span, before)))

    def entries(self, merchant_id: str, mode: Mode, span: Span, before: Span) -> Iterator[Entry]:
        """The entries of some books that those before did not have, in their order; some of them in memory."""
        values, after = book_values(merchant_id, mode, span, before), 0
        while found := self._tx.run(POSITIONS, {**values, "after": after, "limit": PIECE}).fetchall():
            to = found[-1]["seq"]
            yield from entries_in(self._tx, {**values, "after": after, "seq": to}, PIECE_OF)
            after = to

    def problems(self, close: MonthClose) -> tuple[str, ...]:
        """What the books say otherwise than they did when a month was closed."""
        from .verify_closes import problems_of

        return tuple(problems_of(self._tx, close))

    def late(self, close: MonthClose, upto: int, *, limit: int = ANY) -> tuple[LateEntry, ...]:
        """What was booked after a close, up to a position, for a day that the close covers; the first of it."""
        return tuple(_late(row, close.zone) for row in self._late(close, close.seq, upto, limit))

    def dated_into(self, close: MonthClose, after: int, apart_from: Collection[EntryKind]) -> tuple[str, ...]:
        """Ids of the entries after a position that somebody dated into a close's months.

        None where any of them is what a provider told: then they are news, and their days the provider's. Entries of
        some kinds are ``apart_from`` them.
        """
        place = {"merchant": close.merchant_id, "mode": close.mode.value, "after": after}
        if self._tx.run(NEWS, place).fetchone():
            return ()
        return tuple(row["id"] for row in self._late(close, after, ANY) if row["kind"] not in apart_from)

    def last_of(self, merchant_id: str) -> tuple[MonthClose, ...]:
        """The last month that stands closed of each book of a merchant."""
        return tuple(close for mode in Mode if (close := self.last(merchant_id, mode)))

    def _late(self, close: MonthClose, after: int, upto: int, limit: int = ANY) -> list[sqlite3.Row]:
        span = attrs.evolve(close.span, seq=upto)
        values = book_values(close.merchant_id, close.mode, span, span)
        return self._tx.run(LATE, {**values, "after": after, "limit": limit}).fetchall()

    def give_reason(self, entry_ids: Iterable[str], close_id: str, reason: Reopening) -> None:
        """Say of entries who dated them into a closed month, and why."""
        rows = [
            {"entry": entry_id, "close": close_id, "by": reason.by, "why": reason.why, "at": micros(reason.at)}
            for entry_id in entry_ids
        ]
        self._tx.add(ADD_REASON, rows)


def book_values(merchant_id: str, mode: Mode, span: Span, before: Span) -> dict[str, Any]:
    """The values of a statement about some books and those before."""
    values: dict[str, Any] = {"merchant": merchant_id, "mode": mode.value}
    for prefix, one in (("", span), ("before_", before)):
        values |= {f"{prefix}seq": one.seq, f"{prefix}last": one.last.isoformat(), f"{prefix}until": micros(one.until)}
    return values


def _values(close: MonthClose) -> dict[str, object]:
    return {
        "id": close.id,
        "merchant": close.merchant_id,
        "mode": close.mode.value,
        "month": str(close.month),
        "n": close.n,
        "zone": close.zone,
        "seq": close.seq,
        "head": close.head,
        "before": close.before,
        "receipts": json_text(dict(sorted(close.receipts.items()))),
        "totals": json_text(
            [[item.kind, item.currency, item.opening, item.debit, item.credit] for item in close.totals]
        ),
        "entries": close.entries,
        "digest": close.digest,
        "open": json_text([_open_values(item) for item in close.open]),
        "by": close.by,
        "why": close.why,
        "at": micros(close.at),
    }


def _open_values(item: OpenItem) -> list[object]:
    return [item.kind.value, item.count, dict(item.amounts), item.until.isoformat() if item.until else None]


def _close(row: sqlite3.Row) -> MonthClose:
    reopened: datetime | None = moment(row["reopened_at"]) if row["reopened_at"] is not None else None
    return MonthClose(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        month=Month.read(row["month"]),
        n=row["n"],
        zone=row["zone"],
        seq=row["seq"],
        head=row["head"],
        before=row["before"],
        receipts=json.loads(row["receipts"]),
        totals=tuple(
            AccountFigure(kind=kind, owner="", currency=currency, opening=opening, debit=debit, credit=credit)
            for kind, currency, opening, debit, credit in json.loads(row["totals"])
        ),
        entries=row["entries"],
        digest=row["digest"],
        open=tuple(
            OpenItem(
                kind=OpenKind(kind), count=count, amounts=amounts, until=date.fromisoformat(until) if until else None
            )
            for kind, count, amounts, until in json.loads(row["open"])
        ),
        by=row["by"],
        why=row["why"],
        at=moment(row["at"]),
        reopened=Reopening(row["reopened_by"], row["reopened_why"], reopened) if reopened else None,
    )


def _late(row: sqlite3.Row, zone: str) -> LateEntry:
    at = moment(row["at"])
    return LateEntry(
        key=row["key"],
        kind=EntryKind(row["kind"]),
        value_on=date.fromisoformat(row["value_on"]) if row["value_on"] else at.astimezone(ZoneInfo(zone)).date(),
        at=at,
        amount=Money(row["amount"], row["currency"]),
        payment_id=row["payment"],
        by=row["by"] or "",
        why=row["why"] or "",
    )
