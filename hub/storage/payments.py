"""Payments, their lines and their observations."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from hub.domain.observation import Seen
from hub.domain.payment import UNPROVEN, Flag, Payment
from hub.domain.refusals import Conflict
from hub_hookspecs import Mode

from .observations import add_observation, observations_of
from .payment_rows import derived_values, line_values, payment_from, payment_values
from .payment_search import BEHIND, LABEL, MARKED, NEWEST, TEXT, TEXT_OF, TYPED
from .rows import folded, json_text, micros, pattern
from .schema import ONE, ZERO, literal, operation, payment, payment_line
from .statements import Runs, among, changed, inserted

ADD = inserted(payment)
ADD_LINE = inserted(payment_line)
BEGIN = (
    update(payment)
    .where(payment.c.id == bindparam("this"), payment.c.phase == literal("created"))
    .values(
        phase=literal("sending"),
        status=case((payment.c.status == literal("created"), literal("unknown")), else_=payment.c.status),
        owner=bindparam("owner"),
        lease_until=bindparam("lease_until"),
        next_check_at=bindparam("lease_until"),
    )
)
SAVE = changed(
    payment,
    *(payment.c.phase, payment.c.status, payment.c.live, payment.c.reason, payment.c.flags, payment.c.memory),
    *(payment.c.action, payment.c.provider_reference, payment.c.expires_at, payment.c.ended_at),
    *(payment.c.next_check_at, payment.c.checks),
)
GET = select(payment).where(payment.c.id == bindparam("id"))
BY_REFERENCE = select(payment).where(
    payment.c.account == bindparam("account"), payment.c.reference == bindparam("reference")
)
BY_PROVIDER_REFERENCE = (
    select(payment)
    .where(
        payment.c.account == bindparam("account"),
        payment.c.provider_reference == bindparam("reference"),
        payment.c.provider_reference.is_not(None),
    )
    .order_by(payment.c.created_at, payment.c.id)
)
BY_RETURN_TOKEN = select(payment).where(
    payment.c.return_token == bindparam("token"), payment.c.return_token != literal("")
)
WITH = (
    select(payment)
    .where(payment.c.id.in_(select(payment_line.c.payment).where(among(payment_line.c.payable, "ids"))))
    .order_by(payment.c.created_at, payment.c.id)
)
LIVE_WITH = (
    select(payment)
    .where(
        payment.c.id.in_(
            select(payment_line.c.payment).where(among(payment_line.c.payable, "ids"), payment_line.c.live == ONE)
        )
    )
    .order_by(payment.c.created_at, payment.c.id)
)
COUNT_LIVE = (
    select(func.count()).select_from(payment).where(payment.c.account == bindparam("account"), payment.c.live == ONE)
)
IN_DOUBT = and_(
    payment.c.status == literal("closed"),
    or_(
        payment.c.reason.in_([literal(kind) for kind in sorted(UNPROVEN)]),
        payment.c.flags.like(literal(f'%"{Flag.CONFLICT}"%')),
    ),
    func.coalesce(payment.c.ended_at, payment.c.created_at) > bindparam("since"),
)
MOVING = or_(
    payment.c.live == ONE,
    payment.c.id.in_(
        select(operation.c.payment).where(operation.c.account == bindparam("account"), operation.c.live == ONE)
    ),
)
COUNT_OF = select(
    func.count().label("all"),
    func.coalesce(func.sum(case((MOVING, ONE), else_=ZERO)), ZERO).label("moving"),
    func.coalesce(func.sum(case((IN_DOUBT, ONE), else_=ZERO)), ZERO).label("in_doubt"),
).where(payment.c.account == bindparam("account"))
OF_CUSTOMER = (
    select(payment)
    .where(payment.c.customer == bindparam("customer"), payment.c.mode == bindparam("mode"))
    .order_by(payment.c.created_at.desc(), payment.c.id.desc())
)
LINES = select(payment_line).where(payment_line.c.payment == bindparam("payment")).order_by(payment_line.c.position)
LINES_OF = (
    select(payment_line)
    .where(among(payment_line.c.payment, "ids"))
    .order_by(payment_line.c.payment, payment_line.c.position)
)
DUE = (
    select(payment.c.id)
    .where(payment.c.next_check_at <= bindparam("now"), payment.c.next_check_at.is_not(None))
    .order_by(payment.c.next_check_at, payment.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(payment).where(among(payment.c.id, "ids")).values(next_check_at=bindparam("until"))
MAKE_DUE = (
    update(payment)
    .where(
        payment.c.id == bindparam("this"),
        or_(
            and_(payment.c.status != literal("paid"), payment.c.next_check_at.is_(None)),
            payment.c.next_check_at > bindparam("at"),
        ),
    )
    .values(next_check_at=bindparam("at"))
)
MAKE_ACCOUNT_DUE = (
    update(payment)
    .where(
        payment.c.account == bindparam("account"),
        payment.c.phase == literal("sent"),
        payment.c.status != literal("paid"),
        payment.c.next_check_at > bindparam("at"),
    )
    .values(next_check_at=bindparam("at"))
)


class Payments:
    """Payments and their observations."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, payment: Payment) -> None:
        """Insert with its lines, in phase created.

        Raises:
            Conflict: ``one_live`` when a payable is already in a live payment, ``unique`` for a used reference.
        """
        with self._tx.whole():
            self._tx.run(ADD, payment_values(payment))
            self._tx.add(ADD_LINE, line_values(payment))

    def begin_sending(self, payment_id: str, owner: str, lease_until: datetime) -> None:
        """created -> sending, by compare-and-set; status and next check follow; what is due is checked (I1, I3).

        Raises:
            Conflict: ``legal_send``.
        """
        values = {"this": payment_id, "owner": owner, "lease_until": micros(lease_until)}
        if self._tx.run(BEGIN, values).rowcount != 1:
            raise Conflict("legal_send", "the payment is not in phase created")

    def save(self, payment: Payment) -> None:
        """Write the derived and remembered columns: phase, status, reason, flags, memory, action, provider reference,
        expires_at, ended_at, next_check_at, checks.

        Raises:
            Conflict: ``legal_phase`` or ``legal_status`` when it would take back what is known.
        """
        self._tx.change(SAVE, {**derived_values(payment), "this": payment.id})

    def get(self, payment_id: str) -> Payment | None:
        """A payment by id."""
        return self._one(GET, id=payment_id)

    def by_reference(self, account_id: str, reference: str) -> Payment | None:
        """A payment by our reference."""
        return self._one(BY_REFERENCE, account=account_id, reference=reference)

    def by_provider_reference(self, account_id: str, provider_reference: str) -> Payment | None:
        """The first payment that the provider calls so."""
        return self._one(BY_PROVIDER_REFERENCE, account=account_id, reference=provider_reference)

    def by_return_token(self, token: str) -> Payment | None:
        """The payment that a browser's return address names."""
        return self._one(BY_RETURN_TOKEN, token=token)

    def live_with(self, payable_ids: Collection[str]) -> tuple[Payment, ...]:
        """Live payments that hold one of these payables; oldest first."""
        return self._many(LIVE_WITH, ids=json_text(list(payable_ids)))

    def count_live(self, account_id: str) -> int:
        """How many payments of an account may still be paid."""
        return int(self._tx.run(COUNT_LIVE, {"account": account_id}).fetchone()[0])

    def count_of(self, account_id: str, *, since: datetime) -> tuple[int, int, int]:
        """How many payments an account has, of how many money may move now, and how many were closed in doubt since."""
        row = self._tx.run(COUNT_OF, {"account": account_id, "since": micros(since)}).fetchone()
        return row["all"], row["moving"], row["in_doubt"]

    def with_payables(self, payable_ids: Collection[str]) -> tuple[Payment, ...]:
        """All payments with one of these payables; oldest first."""
        return self._many(WITH, ids=json_text(list(payable_ids)))

    def of_customer(self, customer_id: str, mode: Mode) -> tuple[Payment, ...]:
        """A customer's payments; newest first."""
        return self._many(OF_CUSTOMER, customer=customer_id, mode=mode.value)

    def search(
        self,
        *,
        merchant_id: str | None = None,
        mode: Mode | None = None,
        text: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        status: str = "",
        provider: str = "",
        amount: Collection[int] = (),
        after: str = "",
        limit: int = 200,
    ) -> tuple[Payment, ...]:
        """Newest first; text matches our or their reference, invoice number, mail, phone or name.

        Args:
            after: Id of the payment behind which the list goes on; empty for its beginning.
        """
        conditions: list[Any] = []
        values: dict[str, Any] = {"limit": limit}
        if merchant_id is not None:
            conditions.append(payment.c.merchant == bindparam("merchant"))
            values["merchant"] = merchant_id
        if mode is not None:
            conditions.append(payment.c.mode == bindparam("mode"))
            values["mode"] = mode.value
        if since is not None:
            conditions.append(payment.c.created_at >= bindparam("since"))
            values["since"] = micros(since)
        if until is not None:
            conditions.append(payment.c.created_at < bindparam("until"))
            values["until"] = micros(until)
        if status:
            conditions.append(payment.c.status == bindparam("status"))
            values["status"] = str(status)
        if provider:
            conditions.append(payment.c.provider == bindparam("provider"))
            values["provider"] = provider
        if amount:
            names = {f"amount_{at}": minor for at, minor in enumerate(amount)}
            conditions.append(or_(*(payment.c.amount == bindparam(name) for name in names)))
            values |= names
        if last := self.get(after) if after else None:
            conditions.append(BEHIND)
            values |= {"last_at": micros(last.created_at), "last_id": last.id}
        if text.strip():
            conditions.append(TEXT if merchant_id is None else TEXT_OF)
            values |= {"pattern": pattern(text.strip()), "folded": pattern(folded(text.strip()))}
        return self._many(NEWEST.where(and_(*conditions)) if conditions else NEWEST, **values)

    def typed(self, digits: str, *, limit: int = 200) -> tuple[Payment, ...]:
        """Newest first; those for whose method something was typed that has these digits in this order."""
        return self._many(TYPED, pattern=f"%{'%'.join(digits)}%", limit=limit)

    def marked(self, text: str, *, limit: int = 200) -> tuple[Payment, ...]:
        """Newest first; those one of whose references, numbers or authorisations is exactly this."""
        label = LABEL.fullmatch(text)
        series, number = (label[1], int(label[2])) if label else ("", -1)
        return self._many(MARKED, text=text, series=series, number=number, limit=limit)

    def observe(self, seen: Seen, observation_merchant: str, mode: Mode) -> bool:
        """Insert an observation; False when its key is already there."""
        return add_observation(self._tx, seen, observation_merchant, mode)

    def seen(self, payment_id: str) -> tuple[Seen, ...]:
        """Observations in stored order."""
        return observations_of(self._tx, payment_id)

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of payments whose check is due; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)

    def make_due(self, payment_id: str, at: datetime) -> None:
        """Bring the next check forward to ``at`` (never back); of a paid payment only where it has one."""
        self._tx.run(MAKE_DUE, {"this": payment_id, "at": micros(at)})

    def make_account_due(self, account_id: str, at: datetime) -> int:
        """Bring every awaited check of an account forward to ``at``; those whose sender may be alive keep theirs."""
        return self._tx.run(MAKE_ACCOUNT_DUE, {"account": account_id, "at": micros(at)}).rowcount

    def _one(self, statement: Any, **values: Any) -> Payment | None:
        row = self._tx.run(statement, values).fetchone()
        return None if row is None else payment_from(row, self._tx.run(LINES, {"payment": row["id"]}))

    def _many(self, statement: Any, **values: Any) -> tuple[Payment, ...]:
        rows = self._tx.run(statement, values).fetchall()
        lines: dict[str, list[sqlite3.Row]] = {row["id"]: [] for row in rows}
        if rows:
            for line in self._tx.run(LINES_OF, {"ids": json_text(list(lines))}):
                lines[line["payment"]].append(line)
        return tuple(payment_from(row, lines[row["id"]]) for row in rows)
