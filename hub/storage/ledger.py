"""Double-entry records: written once under their key, sealed, chained; balances follow by trigger."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert

from hub.domain import moved
from hub.domain.held import Cleared
from hub.domain.ledger import (
    Applied,
    Drawn,
    Effect,
    Entry,
    EntryKind,
    Erasure,
    Intake,
    LedgerKind,
    Posting,
    Share,
)
from hub.domain.payable import Payable, Step
from hub.domain.payment import Payment
from hub_hookspecs import Mode

from .audit import export_audit
from .chain import CHAIN_START, FORMAT, SEALED, chained, derived, digest_of, new_salt
from .rows import json_text, micros, moment
from .schema import (
    ZERO,
    allocation,
    balance,
    chain,
    customer,
    drawn,
    entry,
    erasure,
    intake,
    ledger_account,
    literal,
    payable,
    payment,
    posting,
    seal,
)
from .statements import Runs, among, changed, inserted
from .verify import problems_in

ADD = (
    insert(entry)
    .values({column.name: bindparam(column.name) for column in entry.columns})
    .on_conflict_do_nothing(index_elements=[entry.c.merchant, entry.c.mode, entry.c.key])
)
ADD_ACCOUNT = (
    insert(ledger_account)
    .values({column.name: bindparam(column.name) for column in ledger_account.columns})
    .on_conflict_do_nothing(index_elements=[ledger_account.c.id])
)
ADD_POSTING = inserted(posting)
ADD_INTAKE = inserted(intake)
ADD_ALLOCATION = inserted(allocation)
ADD_DRAWN = inserted(drawn)
ADD_SEAL = inserted(seal)
ADD_ERASURE = inserted(erasure)
ERASE = changed(entry, entry.c.note, entry.c.note_salt)
HEAD = select(chain.c.seq, chain.c.hash).where(
    chain.c.merchant == bindparam("merchant"), chain.c.mode == bindparam("mode")
)
ID_OF = select(entry.c.id).where(
    entry.c.merchant == bindparam("merchant"), entry.c.mode == bindparam("mode"), entry.c.key == bindparam("key")
)
PAYMENT_OF = select(entry.c.payment).where(
    entry.c.merchant == bindparam("merchant"), entry.c.mode == bindparam("mode"), entry.c.key == bindparam("key")
)
INTAKES = select(intake, entry.c.key, entry.c.merchant, entry.c.mode).join(entry, entry.c.id == intake.c.entry)
IN_ORDER = (seal.c.seq, intake.c.entry)
INTAKES_OF_PAYMENT = (
    INTAKES.join(seal, seal.c.entry == entry.c.id)
    .where(intake.c.payment == bindparam("payment"), intake.c.payment.is_not(None))
    .order_by(*IN_ORDER)
)
INTAKE = INTAKES.where(intake.c.entry == bindparam("this"))
UNAPPLIED = (
    INTAKES.join(seal, seal.c.entry == entry.c.id)
    .where(
        intake.c.customer == bindparam("customer"),
        entry.c.mode == bindparam("mode"),
        intake.c.currency == bindparam("currency"),
        intake.c.allocated + intake.c.returned < intake.c.amount,
    )
    .order_by(*IN_ORDER)
)
TIMES = (
    select(allocation.c.payable, func.count().label("times"))
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("allocated"),
    )
    .group_by(allocation.c.payable)
)

AT_ONCE = (
    select(
        allocation.c.payable,
        func.sum(
            case((allocation.c.effect == literal("reopened"), -allocation.c.amount), else_=allocation.c.amount)
        ).label("settled"),
    )
    .join(entry, entry.c.id == allocation.c.entry)
    .where(among(allocation.c.payable, "payables"), allocation.c.effect != literal("outside"))
    .group_by(allocation.c.payable, entry.c.at)
    .subquery()
)
"""What each moment settled of a payable here; what one payment gives up and another takes over at once is nothing."""
SETTLED_HERE = select(
    AT_ONCE.c.payable,
    func.sum(case((AT_ONCE.c.settled > ZERO, AT_ONCE.c.settled), else_=ZERO)).label("settled"),
    func.sum(case((AT_ONCE.c.settled < ZERO, -AT_ONCE.c.settled), else_=ZERO)).label("reopened"),
).group_by(AT_ONCE.c.payable)

IN_CHAIN = and_(seal.c.merchant == bindparam("merchant"), seal.c.mode == bindparam("mode"))
OF_CHAIN = and_(
    func.coalesce(seal.c.merchant, literal("")) == bindparam("merchant"),
    func.coalesce(seal.c.mode, literal("")) == bindparam("mode"),
)
"""The same for a few entries that are found otherwise: in this form no index leads through the whole chain."""

ENTRIES = (
    select(
        entry,
        intake.c.customer.label("intake_of"),
        erasure.c.by.label("erased_by"),
        erasure.c.why.label("erased_why"),
        erasure.c.at.label("erased_at"),
    )
    .join(seal, seal.c.entry == entry.c.id)
    .join(intake, intake.c.entry == entry.c.id, isouter=True)
    .join(erasure, erasure.c.entry == entry.c.id, isouter=True)
    .order_by(seal.c.seq)
)
POSTINGS = (
    select(posting.c.entry, posting.c.amount, ledger_account.c.kind, ledger_account.c.owner)
    .join(seal, seal.c.entry == posting.c.entry)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .order_by(posting.c.entry, posting.c.position)
)
source = entry.alias("source")
APPLIED = (
    select(
        allocation.c.entry,
        allocation.c.payable,
        allocation.c.effect,
        allocation.c.amount,
        source.c.key.label("intake_key"),
    )
    .join(seal, seal.c.entry == allocation.c.entry)
    .join(source, source.c.id == allocation.c.intake, isouter=True)
    .order_by(allocation.c.entry, allocation.c.position)
)
DRAWN = (
    select(drawn.c.entry, drawn.c.amount, source.c.key)
    .join(seal, seal.c.entry == drawn.c.entry)
    .join(source, source.c.id == drawn.c.intake)
    .order_by(drawn.c.entry, drawn.c.position)
)
WHOLE_CHAIN = tuple(statement.where(IN_CHAIN) for statement in (ENTRIES, POSTINGS, APPLIED, DRAWN))
CLEARED = (
    select(entry.c.payment, entry.c.key, entry.c.currency, posting.c.amount)
    .join(seal, seal.c.entry == entry.c.id)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .where(
        among(entry.c.payment, "payments"),
        entry.c.payment.is_not(None),
        ledger_account.c.kind == literal("provider_clearing"),
    )
    .order_by(seal.c.seq)
)
OF_PAYMENT = select(entry.c.id).where(entry.c.payment == bindparam("payment"), entry.c.payment.is_not(None))

KEYED = select(entry.c.id).where(
    entry.c.merchant == bindparam("merchant"),
    entry.c.mode == bindparam("mode"),
    or_(entry.c.key == bindparam("key"), and_(entry.c.key >= bindparam("first"), entry.c.key < bindparam("last"))),
)

OF_MONEY = select(entry.c.id).where(
    entry.c.merchant == bindparam("merchant"),
    entry.c.mode == bindparam("mode"),
    entry.c.kind.in_([literal(kind.value) for kind in moved.OF_MONEY]),
)
BOOKED_IN = and_(entry.c.at >= bindparam("since"), entry.c.at < bindparam("until"))
COUNTING_IN = or_(
    entry.c.value_on.between(bindparam("first"), bindparam("last")),
    and_(entry.c.value_on.is_(None), BOOKED_IN),
)
MONEY_BOOKED, MONEY_COUNTING = OF_MONEY.where(BOOKED_IN), OF_MONEY.where(COUNTING_IN)

BY_HAND = ("manual", "credit", "fix")
"""How the keys begin of entries that need neither a payment nor a payable."""

OF_CUSTOMER = union(
    select(entry.c.id)
    .select_from(payable)
    .join(
        entry,
        and_(
            entry.c.merchant == payable.c.merchant,
            entry.c.mode == payable.c.mode,
            entry.c.key >= literal("bill:") + payable.c.id + literal(":"),
            entry.c.key < literal("bill:") + payable.c.id + literal(";"),
        ),
    )
    .where(payable.c.customer == bindparam("customer"), payable.c.mode == bindparam("mode")),
    select(allocation.c.entry)
    .join(payable, payable.c.id == allocation.c.payable)
    .where(payable.c.customer == bindparam("customer"), payable.c.mode == bindparam("mode")),
    select(entry.c.id)
    .join(payment, payment.c.id == entry.c.payment)
    .where(
        payment.c.customer == bindparam("customer"),
        payment.c.mode == bindparam("mode"),
        entry.c.payment.is_not(None),
    ),
    *(
        select(entry.c.id)
        .join(posting, posting.c.entry == entry.c.id)
        .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
        .where(
            entry.c.merchant == bindparam("merchant"),
            entry.c.mode == bindparam("mode"),
            entry.c.key >= literal(f"{beginning}:"),
            entry.c.key < literal(f"{beginning};"),
            ledger_account.c.owner == bindparam("customer"),
        )
        for beginning in BY_HAND
    ),
)
"""Every entry moves a receivable by a bill or an allocation row, and a credit by an intake, an allocation or a draw."""

STEPS = union_all(
    select(seal.c.seq, posting.c.amount, null().label("intake"))
    .select_from(entry)
    .join(seal, seal.c.entry == entry.c.id)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .where(
        entry.c.merchant == bindparam("merchant"),
        entry.c.mode == bindparam("mode"),
        entry.c.key >= bindparam("first"),
        entry.c.key < bindparam("last"),
        ledger_account.c.kind == literal("receivable"),
    ),
    select(
        seal.c.seq,
        case((allocation.c.effect == literal("reopened"), allocation.c.amount), else_=-allocation.c.amount),
        source.c.key,
    )
    .select_from(allocation)
    .join(seal, seal.c.entry == allocation.c.entry)
    .join(source, source.c.id == allocation.c.intake, isouter=True)
    .where(allocation.c.payable == bindparam("payable")),
).order_by(literal_column("seq"))
"""What is billed of a payable, and what settles it."""

BALANCES = (
    select(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(ledger_account.c.merchant == bindparam("merchant"), ledger_account.c.mode == bindparam("mode"))
    .order_by(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency)
)
CREDIT_OF = (
    select(ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(
        ledger_account.c.merchant
        == select(customer.c.merchant).where(customer.c.id == bindparam("customer")).scalar_subquery(),
        ledger_account.c.mode == bindparam("mode"),
        ledger_account.c.kind == literal("customer_credit"),
        ledger_account.c.owner == bindparam("customer"),
        balance.c.amount != ZERO,
    )
    .order_by(ledger_account.c.currency)
)
SETTLED = (
    select(allocation.c.payable, func.sum(allocation.c.amount).label("amount"), func.min(seal.c.seq).label("first"))
    .join(seal, seal.c.entry == allocation.c.entry)
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("allocated"),
    )
    .group_by(allocation.c.payable)
    .order_by(literal_column("first"), allocation.c.payable)
)
REOPENED = (
    select(allocation.c.payable, func.sum(allocation.c.amount).label("amount"))
    .where(
        allocation.c.intake == bindparam("intake"),
        allocation.c.intake.is_not(None),
        allocation.c.effect == literal("reopened"),
    )
    .group_by(allocation.c.payable)
)


class Ledger:
    """Double-entry records."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def write(self, entry: Entry) -> bool:
        """Insert and seal an entry with its postings, applied rows and intake; False when its key is already there.

        Raises:
            Conflict: ``payable_due`` (more than is due), ``intake_unapplied``, ``credit``, ``applied``, ``walls``.
        """
        with self._tx.whole():
            entry_id = _entry_id(entry.merchant_id, entry.mode, entry.key)
            values = _entry_values(entry, entry_id)
            if self._tx.run(ADD, values).rowcount != 1:
                return False
            self._post(entry, entry_id)
            if entry.intake_of is not None:
                self._take_in(entry, entry_id)
            if entry.applied:
                self._tx.run(ADD_ALLOCATION, _allocation_values(entry, entry_id))
            if entry.drawn:
                self._tx.run(ADD_DRAWN, _drawn_values(entry, entry_id))
            self._seal(entry, values)
            return True

    def entries(self, merchant_id: str, mode: Mode, *, payment_id: str | None = None) -> tuple[Entry, ...]:
        """Entries in the order in which they were sealed."""
        values = {"merchant": merchant_id, "mode": mode.value}
        return (
            self._entries(values)
            if payment_id is None
            else self._entries({**values, "payment": payment_id}, OF_PAYMENT)
        )

    def keyed(self, merchant_id: str, mode: Mode, key: str) -> tuple[Entry, ...]:
        """The entry of this key, and those whose keys begin with it and a colon; in the order of their sealing."""
        values = {"merchant": merchant_id, "mode": mode.value, "key": key, "first": f"{key}:", "last": f"{key};"}
        return self._entries(values, KEYED)

    def of_customer(self, merchant_id: str, mode: Mode, customer_id: str) -> tuple[Entry, ...]:
        """Every entry that moved what a customer owes or has to his credit, in the order of their sealing.

        An invoice that has moved to another customer is left out: booked here, and reversed.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "customer": customer_id}
        return self._entries(values, OF_CUSTOMER)

    def of_money(
        self,
        merchant_id: str,
        mode: Mode,
        since: datetime,
        until: datetime,
        *,
        days: tuple[date, date] | None = None,
    ) -> tuple[Entry, ...]:
        """The entries that movements are made of, booked in [since, until), in the order of their sealing.

        Args:
            days: First and last day, which [since, until) are; then what counts for one of them is meant.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "since": micros(since), "until": micros(until)}
        if days is None:
            return self._entries(values, MONEY_BOOKED)
        first, last = days
        return self._entries({**values, "first": first.isoformat(), "last": last.isoformat()}, MONEY_COUNTING)

    def cleared(self, payment_ids: Collection[str]) -> Mapping[str, tuple[Cleared, ...]]:
        """What the entries of payments add to their providers' clearing accounts, by payment, in their order."""
        found: dict[str, list[Cleared]] = {payment_id: [] for payment_id in payment_ids}
        for row in self._tx.run(CLEARED, {"payments": json_text(list(payment_ids))}):
            found[row["payment"]].append(Cleared(row["key"], row["currency"], row["amount"]))
        return {payment_id: tuple(rows) for payment_id, rows in found.items()}

    def has(self, merchant_id: str, mode: Mode, key: str) -> bool:
        """Whether there is an entry of this key."""
        values = {"merchant": merchant_id, "mode": mode.value, "key": key}
        return self._tx.run(ID_OF, values).fetchone() is not None

    def is_of_another(self, payment: Payment, key: str) -> bool:
        """Whether there is an entry of this key that is not this payment's."""
        values = {"merchant": payment.merchant_id, "mode": payment.mode.value, "key": key}
        row = self._tx.run(PAYMENT_OF, values).fetchone()
        return row is not None and row["payment"] != payment.id

    def settled_here(self, payable_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """By payable: all that was ever settled of it here, and what of it was due again; minor units."""
        rows = self._tx.run(SETTLED_HERE, {"payables": json_text(list(payable_ids))})
        return {row["payable"]: (int(row["settled"]), int(row["reopened"])) for row in rows}

    def intake(self, merchant_id: str, mode: Mode, key: str) -> Intake | None:
        """An intake as it stands, by its entry's key."""
        row = self._tx.run(INTAKE, {"this": _entry_id(merchant_id, mode, key)}).fetchone()
        return None if row is None else self._intake(row)

    def intakes_of(self, payment_id: str) -> tuple[Intake, ...]:
        """The intakes of a payment; oldest first."""
        return tuple(self._intake(row) for row in self._tx.run(INTAKES_OF_PAYMENT, {"payment": payment_id}).fetchall())

    def unapplied(self, customer_id: str, mode: Mode, currency: str) -> tuple[Intake, ...]:
        """A customer's intakes that have something left; oldest first."""
        values = {"customer": customer_id, "mode": mode.value, "currency": currency}
        return tuple(self._intake(row) for row in self._tx.run(UNAPPLIED, values).fetchall())

    def steps(self, payable: Payable) -> tuple[Step, ...]:
        """Each change of what a payable owes, in the order of their sealing."""
        bills = {"first": f"bill:{payable.id}:", "last": f"bill:{payable.id};"}
        values = {"merchant": payable.merchant_id, "mode": payable.mode.value, "payable": payable.id, **bills}
        return tuple(Step(row["amount"], row["intake"]) for row in self._tx.run(STEPS, values).fetchall())

    def times(self, merchant_id: str, mode: Mode, intake_key: str) -> Mapping[str, int]:
        """How often an intake was allocated to, or taken back from, each payable."""
        values = {"intake": _entry_id(merchant_id, mode, intake_key)}
        return {row["payable"]: row["times"] for row in self._tx.run(TIMES, values)}

    def head(self, merchant_id: str, mode: Mode) -> tuple[int, str]:
        """How many entries the hash chain holds, and its last hash."""
        row = self._tx.run(HEAD, {"merchant": merchant_id, "mode": mode.value}).fetchone()
        return (row["seq"], row["hash"]) if row else (0, CHAIN_START)

    def balances(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, str, int], ...]:
        """(kind, owner, currency, balance) of every ledger account."""
        rows = self._tx.run(BALANCES, {"merchant": merchant_id, "mode": mode.value})
        return tuple((row["kind"], row["owner"], row["currency"], row["amount"]) for row in rows)

    def credit_of(self, customer_id: str, mode: Mode) -> Mapping[str, int]:
        """A customer's credit by currency, minor units, positive."""
        rows = self._tx.run(CREDIT_OF, {"customer": customer_id, "mode": mode.value})
        return {row["currency"]: -row["amount"] for row in rows}

    def applied_to(self, intake_key: str, merchant_id: str, mode: Mode) -> tuple[tuple[str, int], ...]:
        """(payable id, amount) that an intake settled, in the order it did; what was re-opened since is left out."""
        values = {"intake": _entry_id(merchant_id, mode, intake_key)}
        back = {row["payable"]: int(row["amount"]) for row in self._tx.run(REOPENED, values)}
        rows = self._tx.run(SETTLED, values)
        net = [(row["payable"], int(row["amount"]) - back.get(row["payable"], 0)) for row in rows]
        return tuple((payable_id, amount) for payable_id, amount in net if amount > 0)

    def erase_note(self, merchant_id: str, mode: Mode, key: str, erasure: Erasure) -> None:
        """Erase the text of an entry; what is sealed of it stays, and so does who erased it.

        Raises:
            Conflict: ``unique`` when it was erased before.
        """
        entry_id = _entry_id(merchant_id, mode, key)
        values = {"entry": entry_id, "by": erasure.by, "why": erasure.why, "at": micros(erasure.at)}
        self._tx.run(ADD_ERASURE, values)
        self._tx.change(ERASE, {"this": entry_id, "note": "", "note_salt": ""})

    def export_audit(self, path: str, merchant_id: str, mode: Mode) -> int:
        """Write a book to a new SQLite file of its own; the number of rows.

        Raises:
            FileExistsError: There is a file at this path.
        """
        return export_audit(self._tx, path, merchant_id=merchant_id, mode=mode)

    def verify(self) -> tuple[str, ...]:
        """Every broken invariant in words; empty when the books are right."""
        return tuple(problems_in(self._tx))

    def _post(self, entry: Entry, entry_id: str) -> None:
        legs = [(posting, _account_values(entry, posting)) for posting in entry.postings]
        self._tx.run(ADD_ACCOUNT, [account for _, account in legs])
        self._tx.run(
            ADD_POSTING,
            [
                {"entry": entry_id, "position": position, "ledger_account": account["id"], "amount": posting.amount}
                for position, (posting, account) in enumerate(legs)
            ],
        )

    def _take_in(self, entry: Entry, entry_id: str) -> None:
        amount = -sum(posting.amount for posting in entry.postings if posting.kind is LedgerKind.CUSTOMER_CREDIT)
        values = {"entry": entry_id, "customer": entry.intake_of, "payment": entry.payment_id}
        self._tx.run(ADD_INTAKE, {**values, "currency": entry.currency, "amount": amount})

    def _entries(
        self, values: Mapping[str, str | int], which: Select[Any] | CompoundSelect[Any] | None = None
    ) -> tuple[Entry, ...]:
        statements = WHOLE_CHAIN if which is None else _narrowed(which)
        rows, postings, applied, taken = (self._tx.run(statement, values).fetchall() for statement in statements)
        legs: dict[str, list[Posting]] = {}
        for row in postings:
            legs.setdefault(row["entry"], []).append(Posting(LedgerKind(row["kind"]), row["owner"], row["amount"]))
        settled: dict[str, list[Applied]] = {}
        for row in applied:
            settled.setdefault(row["entry"], []).append(_applied(row))
        drew: dict[str, list[Drawn]] = {}
        for row in taken:
            drew.setdefault(row["entry"], []).append(Drawn(row["key"], row["amount"]))
        return tuple(_entry(row, legs[row["id"]], settled.get(row["id"], ()), drew.get(row["id"], ())) for row in rows)

    def _intake(self, row: sqlite3.Row) -> Intake:
        mode = Mode(row["mode"])
        return Intake(
            key=row["key"],
            merchant_id=row["merchant"],
            mode=mode,
            customer_id=row["customer"],
            currency=row["currency"],
            amount=row["amount"],
            allocated=row["allocated"],
            returned=row["returned"],
            payment_id=row["payment"],
            shares=tuple(Share(*share) for share in self.applied_to(row["key"], row["merchant"], mode)),
        )

    def _seal(self, entry: Entry, values: Mapping[str, Any]) -> None:
        chain = {"merchant": entry.merchant_id, "mode": entry.mode.value}
        head = self._tx.run(HEAD, chain).fetchone()
        seq, before = (head["seq"], head["hash"]) if head else (0, CHAIN_START)
        legs = [field for leg in entry.postings for field in (leg.kind.value, leg.owner, leg.amount)]
        sealed = chained(before, [FORMAT, *(values[name] for name in SEALED), *legs])
        row = {"entry": values["id"], "seq": seq + 1, "version": FORMAT, "prev_hash": before, "hash": sealed}
        self._tx.run(ADD_SEAL, {**chain, **row})


def _entry_id(merchant_id: str, mode: Mode, key: str) -> str:
    return derived(merchant_id, mode.value, key)


def _entry_values(entry: Entry, entry_id: str) -> dict[str, Any]:
    salt = new_salt() if entry.note else ""
    return {
        "id": entry_id,
        "merchant": entry.merchant_id,
        "mode": entry.mode.value,
        "key": entry.key,
        "kind": entry.kind.value,
        "currency": entry.currency,
        "at": micros(entry.at),
        "value_on": entry.value_on and entry.value_on.isoformat(),
        "payment": entry.payment_id,
        "payable": entry.payable_id,
        "observation": entry.observation,
        "own_record": int(entry.own_record),
        "note": entry.note,
        "note_salt": salt,
        "note_digest": digest_of(entry.note, salt),
    }


def _account_values(entry: Entry, posting: Posting) -> dict[str, Any]:
    parts = (entry.merchant_id, entry.mode.value, posting.kind.value, posting.owner, entry.currency)
    names = ("merchant", "mode", "kind", "owner", "currency")
    return {"id": derived(*parts), **dict(zip(names, parts, strict=True))}


def _allocation_values(entry: Entry, entry_id: str) -> list[dict[str, Any]]:
    return [
        {
            "entry": entry_id,
            "position": position,
            "payable": applied.payable_id,
            "effect": applied.effect.value,
            "amount": applied.amount,
            "intake": None if applied.intake is None else _entry_id(entry.merchant_id, entry.mode, applied.intake),
        }
        for position, applied in enumerate(entry.applied)
    ]


def _drawn_values(entry: Entry, entry_id: str) -> list[dict[str, Any]]:
    return [
        {
            "entry": entry_id,
            "position": position,
            "intake": _entry_id(entry.merchant_id, entry.mode, row.intake),
            "amount": row.amount,
        }
        for position, row in enumerate(entry.drawn)
    ]


@functools.lru_cache
def _narrowed(which: Select[Any] | CompoundSelect[Any]) -> tuple[Select[Any], ...]:
    """The four statements of entries for some of them: ids that ``which`` selects."""
    return (
        ENTRIES.where(OF_CHAIN, entry.c.id.in_(which)),
        POSTINGS.where(OF_CHAIN, posting.c.entry.in_(which)),
        APPLIED.where(OF_CHAIN, allocation.c.entry.in_(which)),
        DRAWN.where(OF_CHAIN, drawn.c.entry.in_(which)),
    )


def _applied(row: sqlite3.Row) -> Applied:
    return Applied(
        payable_id=row["payable"], effect=Effect(row["effect"]), amount=row["amount"], intake=row["intake_key"]
    )


def _entry(row: sqlite3.Row, postings: Iterable[Posting], applied: Iterable[Applied], drew: Iterable[Drawn]) -> Entry:
    return Entry(
        key=row["key"],
        kind=EntryKind(row["kind"]),
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        currency=row["currency"],
        postings=tuple(postings),
        at=moment(row["at"]),
        value_on=date.fromisoformat(row["value_on"]) if row["value_on"] else None,
        applied=tuple(applied),
        drawn=tuple(drew),
        intake_of=row["intake_of"],
        payment_id=row["payment"],
        payable_id=row["payable"],
        observation=row["observation"],
        own_record=bool(row["own_record"]),
        note=row["note"],
        erased=_erasure(row),
    )


def _erasure(row: sqlite3.Row) -> Erasure | None:
    return Erasure(row["erased_by"], row["erased_why"], moment(row["erased_at"])) if row["erased_by"] else None
