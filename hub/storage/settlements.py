"""What providers stated that they paid out, line by line, and what each line settles here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.settlement import Awaited, LineState, StoredLine
from hub_hookspecs import Mode, Money, SettlementLine

from .chain import derived
from .rows import json_text, maybe_day, maybe_iso, maybe_micros, maybe_moment, micros, moment
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
)
from .statements import Runs, changed

ADD = (
    insert(settlement_line)
    .values({column.name: bindparam(column.name) for column in settlement_line.columns})
    .on_conflict_do_nothing(index_elements=[settlement_line.c.account, settlement_line.c.line])
)
GET = select(settlement_line).where(settlement_line.c.id == bindparam("this"))
BOOK = changed(settlement_line, settlement_line.c.state, settlement_line.c.payment, settlement_line.c.settles)
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
        *(entry.c.key, entry.c.payment, entry.c.currency, entry.c.at, entry.c.value_on),
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
SETTLED = select(settlement_line.c.settles).where(
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
CLEARING = (
    select(ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .join(whose, whose.c.id == bindparam("account"))
    .where(
        ledger_account.c.merchant == whose.c.merchant,
        ledger_account.c.mode == whose.c.mode,
        ledger_account.c.kind == literal("provider_clearing"),
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
        return self._tx.run(ADD, _values(stored)).rowcount == 1

    def get(self, account_id: str, line_id: str) -> StoredLine | None:
        """A line by the provider's id of it."""
        row = self._tx.run(GET, {"this": _id(account_id, line_id)}).fetchone()
        return None if row is None else _line(row)

    def book(self, account_id: str, line_id: str, *, payment_id: str, settles: str) -> None:
        """Record what an open line settles.

        Raises:
            Conflict: ``unique`` when another line settles it already.
        """
        values = {"state": LineState.BOOKED.value, "payment": payment_id, "settles": settles}
        self._tx.change(BOOK, {"this": _id(account_id, line_id), **values})

    def withdraw(self, account_id: str, line_id: str) -> None:
        """Withdraw a booked line that was wrong; its entries are corrected by the caller."""
        values = {"state": LineState.WITHDRAWN.value, "settles": None}
        self._tx.change(WITHDRAW, {"this": _id(account_id, line_id), **values})

    def of(
        self, account_id: str, state: LineState | None = None, *, payment_id: str | None = None
    ) -> tuple[StoredLine, ...]:
        """An account's lines in the order of their import."""
        statement, values = OF, {"account": account_id}
        if state is not None:
            statement, values["state"] = statement.where(IN_STATE), state.value
        if payment_id is not None:
            statement, values["payment"] = statement.where(OF_PAYMENT), payment_id
        return tuple(_line(row) for row in self._tx.run(statement, values))

    def authorised(self, account_id: str, authorisation: str) -> tuple[str, ...]:
        """Ids of the account's payments that were paid under this authorisation."""
        rows = self._tx.run(AUTHORISED, {"account": account_id, "authorisation": authorisation})
        return tuple(row["payment"] for row in rows)

    def awaited(self, account_id: str, *, payment_id: str | None = None) -> tuple[Awaited, ...]:
        """Captures, returns and chargebacks of an account that no booked line settles; oldest first."""
        values = {"account": account_id}
        statements = (SETTLED, MOVES)
        if payment_id is not None:
            values["payment"] = payment_id
            statements = (SETTLED.where(OF_PAYMENT), MOVES.where(MOVED_BY_PAYMENT))
        settled = {row["settles"] for row in self._tx.run(statements[0], values)}
        moves: dict[str, Awaited] = {}
        for row in self._tx.run(statements[1], values):
            key = _named(row["key"])
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
        rows = self._tx.run(CLEARING, {"account": account_id})
        return {row["currency"]: row["amount"] for row in rows if row["amount"]}


def _named(key: str) -> str:
    """A correction counts with the entry that it corrects."""
    return key.removeprefix("fix:").rpartition(":")[0] if key.startswith("fix:") else key


def _id(account_id: str, line_id: str) -> str:
    return derived(account_id, line_id)


def _values(record: StoredLine) -> dict[str, object]:
    line = record.line
    return {
        "id": _id(record.account_id, line.line_id),
        "account": record.account_id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "line": line.line_id,
        "reference": line.reference,
        "provider_reference": line.provider_reference,
        "authorisation": line.authorisation,
        "movement": line.movement,
        "currency": line.gross.currency,
        "gross": line.gross.minor,
        "fee": line.fee.minor if line.fee else 0,
        "fee_tax": line.fee_tax.minor if line.fee_tax else 0,
        "withheld": sum(part.minor for part in line.withholdings.values()),
        "withholdings": json_text({tax: part.minor for tax, part in line.withholdings.items()}),
        "net": line.net.minor,
        "occurred_at": maybe_micros(line.occurred_at),
        "settled_on": maybe_iso(line.settled_on),
        "source": record.source,
        "imported_at": micros(record.imported_at),
        "state": record.state.value,
        "payment": record.payment_id,
        "settles": record.settles,
    }


def _line(row: sqlite3.Row) -> StoredLine:
    def money(minor: int) -> Money:
        return Money(minor, row["currency"])

    return StoredLine(
        account_id=row["account"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        line=SettlementLine(
            line_id=row["line"],
            gross=money(row["gross"]),
            net=money(row["net"]),
            reference=row["reference"],
            provider_reference=row["provider_reference"],
            authorisation=row["authorisation"],
            movement=row["movement"],
            fee=money(row["fee"]) if row["fee"] else None,
            fee_tax=money(row["fee_tax"]) if row["fee_tax"] else None,
            withholdings={tax: money(minor) for tax, minor in json.loads(row["withholdings"]).items()},
            occurred_at=maybe_moment(row["occurred_at"]),
            settled_on=None if row["settled_on"] is None else date.fromisoformat(row["settled_on"]),
        ),
        source=row["source"],
        imported_at=moment(row["imported_at"]),
        state=LineState(row["state"]),
        payment_id=row["payment"],
        settles=row["settles"],
    )
