"""What providers stated that they paid out, line by line, and what each line settles here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo

import attrs
from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.entry_keys import counts_with, reverses
from hub.domain.ledger import LedgerKind
from hub.domain.settlement import Awaited, LineKind, LineState, StatedBefore, StoredLine

from .rows import maybe_day, maybe_moment, micros, moment
from .schema import (
    ZERO,
    account,
    balance,
    entry,
    ledger_account,
    literal,
    observation,
    payment,
    posting,
    seal,
    settlement_line,
    settlement_said,
)
from .settlement_rows import line_in, row_id, said_in, values_of
from .statements import Runs, changed

ADD = (
    insert(settlement_line)
    .values({column.name: bindparam(column.name) for column in settlement_line.columns})
    .on_conflict_do_nothing(index_elements=[settlement_line.c.account, settlement_line.c.line])
)
GET = select(settlement_line).where(settlement_line.c.id == bindparam("this"))
BOOK = changed(
    settlement_line,
    *(settlement_line.c.state, settlement_line.c.kind, settlement_line.c.named),
    *(settlement_line.c.payment, settlement_line.c.settles),
)
KEEP = insert(settlement_said).values({column.name: bindparam(column.name) for column in settlement_said.columns})
STATED = tuple(column for column in settlement_line.columns if column.name in settlement_said.columns.keys()[2:])
RESTATE = changed(
    settlement_line,
    *STATED,
    *(settlement_line.c.restated, settlement_line.c.payment, settlement_line.c.settles),
)
SAID = select(settlement_said).where(settlement_said.c.line == bindparam("line")).order_by(settlement_said.c.number)
WITHDRAW = changed(settlement_line, settlement_line.c.state, settlement_line.c.settles)
OF = (
    select(settlement_line)
    .where(settlement_line.c.account == bindparam("account"))
    .order_by(settlement_line.c.imported_at, settlement_line.c.line)
)
whose = account.alias("whose")


def _about(*kinds: str) -> ColumnElement[bool]:
    """Entries of these kinds, and their corrections."""
    return or_(
        entry.c.kind.in_([literal(kind) for kind in kinds]),
        *(entry.c.key.like(literal(f"fix:{kind}:%")) for kind in kinds),
    )


MOVES = (
    select(
        *(entry.c.key, entry.c.payment, entry.c.currency, entry.c.at, entry.c.value_on, entry.c.observation),
        func.sum(posting.c.amount).label("minor"),
    )
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .join(seal, seal.c.entry == entry.c.id)
    .join(whose, whose.c.id == bindparam("account"))
    .where(
        ledger_account.c.merchant == whose.c.merchant,
        ledger_account.c.mode == whose.c.mode,
        ledger_account.c.kind == literal("provider_clearing"),
        ledger_account.c.owner == whose.c.id,
        _about("capture", "refund", "chargeback"),
    )
    .group_by(entry.c.id)
    .order_by(func.min(seal.c.seq))
)
BY_PAYMENT = (
    select(entry.c.payment)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .join(payment, payment.c.id == entry.c.payment)
    .where(
        payment.c.account == bindparam("account"),
        ledger_account.c.kind == literal("provider_clearing"),
        ledger_account.c.owner == payment.c.account,
    )
    .group_by(entry.c.payment)
)


HELD = BY_PAYMENT.where(_about("capture", "refund", "chargeback"), payment.c.created_at >= bindparam("since")).having(
    func.sum(posting.c.amount) > ZERO
)
TAKEN_BACK = BY_PAYMENT.where(_about("chargeback")).having(func.sum(posting.c.amount) < ZERO)
SETTLED = select(settlement_line.c.settles, settlement_line.c.gross).where(
    settlement_line.c.account == bindparam("account"), settlement_line.c.settles.is_not(None)
)
EARLIEST = select(
    func.min(settlement_line.c.occurred_at).label("occurred_at"),
    func.min(settlement_line.c.settled_on).label("settled_on"),
).where(settlement_line.c.account == bindparam("account"))
SETTLED_SINCE = (
    select(
        func.min(case((entry.c.value_on.is_(None), entry.c.at))).label("at"),
        func.min(entry.c.value_on).label("value_on"),
    )
    .join(
        settlement_line,
        and_(
            entry.c.merchant == settlement_line.c.merchant,
            entry.c.mode == settlement_line.c.mode,
            entry.c.key == settlement_line.c.settles,
        ),
    )
    .where(settlement_line.c.account == bindparam("account"), settlement_line.c.settles.is_not(None))
)
IN_TRANSIT_SINCE = select(func.min(settlement_line.c.imported_at).label("since")).where(
    settlement_line.c.account == bindparam("account"),
    settlement_line.c.state == literal("booked"),
    settlement_line.c.in_transit == literal_column("1"),
    settlement_line.c.imported_at > bindparam("after"),
)
IN_STATE = settlement_line.c.state == bindparam("state")
OF_PAYMENT = and_(settlement_line.c.payment == bindparam("payment"), settlement_line.c.payment.is_not(None))
MOVED_BY_PAYMENT = and_(entry.c.payment == bindparam("payment"), entry.c.payment.is_not(None))
AUTHORISED = (
    select(observation.c.payment)
    .where(
        observation.c.account == bindparam("account"),
        observation.c.kind == literal("paid"),
        observation.c.authorisation == bindparam("authorisation"),
    )
    .distinct()
    .order_by(observation.c.payment)
)
BALANCES = (
    select(ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .join(whose, whose.c.id == bindparam("account"))
    .where(
        ledger_account.c.merchant == whose.c.merchant,
        ledger_account.c.mode == whose.c.mode,
        ledger_account.c.kind == bindparam("kind"),
        ledger_account.c.owner == whose.c.id,
    )
)


class Settlements:
    """What providers stated that they paid out."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, stored: StoredLine) -> bool:
        """Insert; False when the account has a line of this id already."""
        return self._tx.run(ADD, values_of(stored)).rowcount == 1

    def get(self, account_id: str, line_id: str) -> StoredLine | None:
        """A line by the provider's id of it."""
        row = self._tx.run(GET, {"this": row_id(account_id, line_id)}).fetchone()
        return None if row is None else line_in(row)

    def book(self, account_id: str, line_id: str, *, named: str, payment_id: str, settles: str) -> None:
        """Record what an open line settles, and what stands for it in the keys of its entries.

        Raises:
            Conflict: ``unique`` when another line settles it already.
        """
        self._booked(account_id, line_id, named, LineKind.PAYMENT, payment_id, settles)

    def book_to_account(self, account_id: str, line_id: str, *, named: str, kind: LineKind) -> None:
        """Record that an open line is about no payment, and what stands for it in the keys of its entries."""
        self._booked(account_id, line_id, named, kind, None, None)

    def _booked(
        self, account_id: str, line_id: str, named: str, kind: LineKind, payment_id: str | None, settles: str | None
    ) -> None:
        values = {"state": LineState.BOOKED.value, "kind": kind.value, "named": named}
        money = {"payment": payment_id, "settles": settles}
        self._tx.change(BOOK, {"this": row_id(account_id, line_id), **values, **money})

    def restate(self, before: StoredLine, now: StoredLine, at: datetime) -> None:
        """Let a line that is not booked say something else, or take it up again; what it said before is kept."""
        this = row_id(before.account_id, before.line.line_id)
        kept = values_of(before)
        names = [column.name for column in STATED]
        said = {name: kept[name] for name in names}
        self._tx.run(KEEP, {"line": this, "number": before.restated, "replaced_at": micros(at), **said})
        told = values_of(attrs.evolve(now, state=LineState.OPEN))
        values = {name: told[name] for name in names}
        more = {"restated": before.restated + 1, "payment": None, "settles": None}
        self._tx.change(RESTATE, {"this": this, **values, **more})

    def said_before(self, account_id: str, line_id: str) -> tuple[StatedBefore, ...]:
        """What a line said before it was stated anew, oldest first."""
        rows = self._tx.run(SAID, {"line": row_id(account_id, line_id)})
        return tuple(said_in(row, line_id) for row in rows)

    def withdraw(self, account_id: str, line_id: str) -> None:
        """Withdraw a booked line that was wrong; its entries are corrected by the caller."""
        values = {"state": LineState.WITHDRAWN.value, "settles": None}
        self._tx.change(WITHDRAW, {"this": row_id(account_id, line_id), **values})

    def of(
        self, account_id: str, state: LineState | None = None, *, payment_id: str | None = None
    ) -> tuple[StoredLine, ...]:
        """An account's lines in the order of their import."""
        statement, values = OF, {"account": account_id}
        if state is not None:
            statement, values["state"] = statement.where(IN_STATE), state.value
        if payment_id is not None:
            statement, values["payment"] = statement.where(OF_PAYMENT), payment_id
        return tuple(line_in(row) for row in self._tx.run(statement, values))

    def authorised(self, account_id: str, authorisation: str) -> tuple[str, ...]:
        """Ids of the account's payments that were paid under this authorisation."""
        rows = self._tx.run(AUTHORISED, {"account": account_id, "authorisation": authorisation})
        return tuple(row["payment"] for row in rows)

    def awaited(self, account_id: str, *, payment_id: str | None = None, apart: bool = False) -> tuple[Awaited, ...]:
        """Captures, returns and chargebacks of an account that no booked line settles; oldest first.

        Args:
            apart: What a bank took and gave again counts as two movements, though no line has settled one of them.
        """
        values = {"account": account_id}
        statements = (SETTLED, MOVES)
        if payment_id is not None:
            values["payment"] = payment_id
            statements = (SETTLED.where(OF_PAYMENT), MOVES.where(MOVED_BY_PAYMENT))
        settled = {row["settles"]: row["gross"] for row in self._tx.run(statements[0], values)}
        moves: dict[str, Awaited] = {}
        netted: set[str] = set()
        for row in self._tx.run(statements[1], values):
            named = reverses(row["key"])
            if named is None and settled.get(row["key"], row["minor"]) != row["minor"]:
                netted.add(row["key"])  # one line told of what was taken and of what was given again
            key = counts_with(row["key"], settled, apart=apart, is_movement=row["observation"] is not None)
            if named and named in netted and row["key"] not in settled:
                key = named
            before = moves.get(key)
            moves[key] = Awaited(
                key=key,
                payment_id=row["payment"],
                currency=row["currency"],
                minor=row["minor"] + (before.minor if before else 0),
                at=before.at if before else moment(row["at"]),
                value_on=before.value_on if before else maybe_day(row["value_on"]),
            )
        return tuple(move for key, move in moves.items() if key not in settled and move.minor)

    def held(self, account_id: str, *, since: datetime | None = None) -> frozenset[str]:
        """Ids of the payments, made since, of which not everything that was captured went back."""
        values = {"account": account_id, "since": micros(since) if since else 0}
        return frozenset(row["payment"] for row in self._tx.run(HELD, values))

    def taken_back(self, account_id: str) -> frozenset[str]:
        """Ids of the payments of which the payer's bank took money back, and did not give it up again."""
        return frozenset(row["payment"] for row in self._tx.run(TAKEN_BACK, {"account": account_id}))

    def covered_since(self, account_id: str, days: int, zone: tzinfo) -> date | None:
        """The first day of payments that the account's lines speak of.

        Args:
            days: How long before its payout a payment may have been made.
            zone: Where the merchant is.
        """
        line = self._tx.run(EARLIEST, {"account": account_id}).fetchone()
        settled = self._tx.run(SETTLED_SINCE, {"account": account_id}).fetchone()
        found = [moment(at).astimezone(zone).date() for at in (line["occurred_at"], settled["at"]) if at is not None]
        if settled["value_on"] is not None:
            found.append(date.fromisoformat(settled["value_on"]))
        if line["settled_on"] is not None:
            found.append(date.fromisoformat(line["settled_on"]) - timedelta(days=days))
        return min(found, default=None)

    def clearing(self, account_id: str) -> Mapping[str, int]:
        """What the account has to pay out by the books, by currency."""
        return self._balances(account_id, LedgerKind.PROVIDER_CLEARING)

    def reserved(self, account_id: str) -> Mapping[str, int]:
        """What the provider keeps back until it releases it, by currency."""
        return self._balances(account_id, LedgerKind.PROVIDER_RESERVE)

    def in_transit(self, account_id: str) -> Mapping[str, int]:
        """What was settled without word of what reached the bank, by currency."""
        return self._balances(account_id, LedgerKind.IN_TRANSIT)

    def in_transit_since(self, account_id: str, after: datetime | None) -> datetime | None:
        """When the first line in transit came in, of those that came after a moment."""
        values = {"account": account_id, "after": micros(after) if after else 0}
        row = self._tx.run(IN_TRANSIT_SINCE, values).fetchone()
        return maybe_moment(row["since"])

    def _balances(self, account_id: str, kind: LedgerKind) -> Mapping[str, int]:
        rows = self._tx.run(BALANCES, {"account": account_id, "kind": kind.value})
        return {row["currency"]: row["amount"] for row in rows if row["amount"]}
