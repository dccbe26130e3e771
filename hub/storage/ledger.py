"""Double-entry records: written once under their key, sealed, chained; balances follow by trigger."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import and_, bindparam, case, func, literal_column, null, or_, select, union, union_all

from hub.domain.held import Cleared
from hub.domain.intake import Intake, as_far_as_free
from hub.domain.ledger import Entry, EntryKind, Erasure
from hub.domain.payable import Payable, Step
from hub.domain.payment import Payment
from hub_hookspecs import Mode

from .audit import export_audit, export_sealed
from .credit import credit_of, credit_used, held_credit
from .entries import (
    KEYED,
    MONEY_BOOKED,
    MONEY_COUNTING,
    OF_CUSTOMER,
    OF_PAYABLE,
    OF_PAYMENT,
    entries_in,
    entry_id,
    source,
)
from .intakes import INTAKE, INTAKES_OF_PAYMENT, TIMES, UNAPPLIED, applied_to, disbursed_of, intakes_in
from .rows import json_text, micros
from .schema import ZERO, allocation, balance, entry, erasure, ledger_account, literal, posting, seal
from .sealing import head_of, write_entries, write_entry
from .statements import Runs, among, changed, inserted
from .verify import problems_in

ADD_ERASURE = inserted(erasure)
ERASE = changed(entry, entry.c.note, entry.c.note_salt)
PAYMENT_OF = select(entry.c.payment).where(
    entry.c.merchant == bindparam("merchant"), entry.c.mode == bindparam("mode"), entry.c.key == bindparam("key")
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
STEPS = union_all(
    select(seal.c.seq, posting.c.amount, null().label("intake"))
    .select_from(entry)
    .join(seal, seal.c.entry == entry.c.id)
    .join(posting, posting.c.entry == entry.c.id)
    .join(ledger_account, ledger_account.c.id == posting.c.ledger_account)
    .where(
        entry.c.merchant == bindparam("merchant"),
        entry.c.mode == bindparam("mode"),
        or_(
            and_(entry.c.key >= bindparam("first"), entry.c.key < bindparam("last")),
            and_(entry.c.payable == bindparam("payable"), entry.c.kind == literal("debit_note")),
        ),
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

TOUCHED = union(
    select(allocation.c.payable, entry.c.kind, entry.c.key, entry.c.at)
    .join(entry, entry.c.id == allocation.c.entry)
    .where(
        among(allocation.c.payable, "payables"),
        allocation.c.effect != literal("outside"),
        entry.c.at >= bindparam("since"),
    ),
    select(entry.c.payable, entry.c.kind, entry.c.key, entry.c.at).where(
        among(entry.c.payable, "payables"), entry.c.payable.is_not(None), entry.c.at >= bindparam("since")
    ),
).order_by(literal_column("at"), literal_column("key"))
"""What settled a payable here, or took that back; neither its bills nor what files said."""

BALANCES = (
    select(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency, balance.c.amount)
    .join(balance, balance.c.ledger_account == ledger_account.c.id)
    .where(ledger_account.c.merchant == bindparam("merchant"), ledger_account.c.mode == bindparam("mode"))
    .order_by(ledger_account.c.kind, ledger_account.c.owner, ledger_account.c.currency)
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
        return write_entry(self._tx, entry)

    def write_many(self, entries: Sequence[Entry]) -> None:
        """The same of many, as an import does, sealed in this order: all or none.

        Raises:
            Conflict: As ``write``; and ``unique`` where a key is already there.
        """
        write_entries(self._tx, entries)

    def entries(self, merchant_id: str, mode: Mode, *, payment_id: str | None = None) -> tuple[Entry, ...]:
        """Entries in the order in which they were sealed."""
        values = {"merchant": merchant_id, "mode": mode.value}
        return (
            entries_in(self._tx, values)
            if payment_id is None
            else entries_in(self._tx, {**values, "payment": payment_id}, OF_PAYMENT)
        )

    def keyed(self, merchant_id: str, mode: Mode, key: str) -> tuple[Entry, ...]:
        """The entry of this key, and those whose keys begin with it and a colon; in the order of their sealing."""
        values = {"merchant": merchant_id, "mode": mode.value, "key": key, "first": f"{key}:", "last": f"{key};"}
        return entries_in(self._tx, values, KEYED)

    def of_customer(self, merchant_id: str, mode: Mode, customer_id: str) -> tuple[Entry, ...]:
        """Every entry that moved what a customer owes or has to his credit, in the order of their sealing.

        An invoice that has moved to another customer is left out: booked here, and reversed.
        """
        values = {"merchant": merchant_id, "mode": mode.value, "customer": customer_id}
        return entries_in(self._tx, values, OF_CUSTOMER)

    def of_payable(self, payable: Payable) -> tuple[Entry, ...]:
        """Every entry that bills an invoice, settles it or is on it, in the order of their sealing."""
        bills = {"first": f"bill:{payable.id}:", "last": f"bill:{payable.id};"}
        values = {"merchant": payable.merchant_id, "mode": payable.mode.value, "payable": payable.id, **bills}
        return entries_in(self._tx, values, OF_PAYABLE)

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
            return entries_in(self._tx, values, MONEY_BOOKED)
        first, last = days
        return entries_in(self._tx, {**values, "first": first.isoformat(), "last": last.isoformat()}, MONEY_COUNTING)

    def cleared(self, payment_ids: Collection[str]) -> Mapping[str, tuple[Cleared, ...]]:
        """What the entries of payments add to their providers' clearing accounts, by payment, in their order."""
        found: dict[str, list[Cleared]] = {payment_id: [] for payment_id in payment_ids}
        for row in self._tx.run(CLEARED, {"payments": json_text(list(payment_ids))}):
            found[row["payment"]].append(Cleared(row["key"], row["currency"], row["amount"]))
        return {payment_id: tuple(rows) for payment_id, rows in found.items()}

    def is_of_another(self, payment: Payment, key: str) -> bool:
        """Whether there is an entry of this key that is not this payment's."""
        values = {"merchant": payment.merchant_id, "mode": payment.mode.value, "key": key}
        row = self._tx.run(PAYMENT_OF, values).fetchone()
        return row is not None and row["payment"] != payment.id

    def settled_here(self, payable_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """By payable: all that was ever settled of it here, and what of it was due again; minor units."""
        rows = self._tx.run(SETTLED_HERE, {"payables": json_text(list(payable_ids))})
        return {row["payable"]: (int(row["settled"]), int(row["reopened"])) for row in rows}

    def touched(self, payable_ids: Collection[str], since: datetime) -> tuple[tuple[str, EntryKind, str], ...]:
        """(payable id, kind, key) of each entry booked since then that settled one of these, or took that back."""
        values = {"payables": json_text(list(payable_ids)), "since": micros(since)}
        return tuple((row["payable"], EntryKind(row["kind"]), row["key"]) for row in self._tx.run(TOUCHED, values))

    def intake(self, merchant_id: str, mode: Mode, key: str) -> Intake | None:
        """An intake as it stands, by its entry's key."""
        found = intakes_in(self._tx, INTAKE, {"this": entry_id(merchant_id, mode, key)})
        return found[0] if found else None

    def intakes_of(self, payment_id: str) -> tuple[Intake, ...]:
        """The intakes of a payment; oldest first."""
        return intakes_in(self._tx, INTAKES_OF_PAYMENT, {"payment": payment_id})

    def unapplied(self, customer_id: str, mode: Mode, currency: str) -> tuple[Intake, ...]:
        """A customer's intakes that have something left; oldest first."""
        values = {"customer": customer_id, "mode": mode.value, "currency": currency}
        return intakes_in(self._tx, UNAPPLIED, values)

    def disbursed(self, payment_id: str) -> Mapping[str, int]:
        """What of a payment's intakes was paid out to its customer and not voided, by their keys; minor units."""
        return disbursed_of(self._tx, payment_id)

    def steps(self, payable: Payable) -> tuple[Step, ...]:
        """Each change of what a payable owes, in the order of their sealing."""
        bills = {"first": f"bill:{payable.id}:", "last": f"bill:{payable.id};"}
        values = {"merchant": payable.merchant_id, "mode": payable.mode.value, "payable": payable.id, **bills}
        return tuple(Step(row["amount"], row["intake"]) for row in self._tx.run(STEPS, values).fetchall())

    def times(self, merchant_id: str, mode: Mode, intake_key: str) -> Mapping[str, int]:
        """How often an intake was allocated to, or taken back from, each payable."""
        values = {"intake": entry_id(merchant_id, mode, intake_key)}
        return {row["payable"]: row["times"] for row in self._tx.run(TIMES, values)}

    def head(self, merchant_id: str, mode: Mode) -> tuple[int, str]:
        """How many entries the hash chain holds, and its last hash."""
        return head_of(self._tx, merchant_id, mode)

    def balances(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, str, int], ...]:
        """(kind, owner, currency, balance) of every ledger account."""
        rows = self._tx.run(BALANCES, {"merchant": merchant_id, "mode": mode.value})
        return tuple((row["kind"], row["owner"], row["currency"], row["amount"]) for row in rows)

    def credit_of(self, customer_id: str, mode: Mode) -> Mapping[str, int]:
        """A customer's credit by currency, minor units, positive."""
        return credit_of(self._tx, customer_id, mode)

    def held_credit(self, customer_id: str, mode: Mode) -> Mapping[str, int]:
        """What live payments hold of a customer's credit, by currency, minor units."""
        return held_credit(self._tx, customer_id, mode)

    def free_credit(self, customer_id: str, mode: Mode) -> Mapping[str, int]:
        """A customer's credit less what live payments hold of it, by currency, minor units, never below zero.

        This much may be applied, paid out or given back; a currency of which nothing is free is left out.
        """
        held = self.held_credit(customer_id, mode)
        free = {key: minor - held.get(key, 0) for key, minor in self.credit_of(customer_id, mode).items()}
        return {currency: minor for currency, minor in free.items() if minor > 0}

    def free_intakes(self, customer_id: str, mode: Mode, currency: str) -> tuple[Intake, ...]:
        """A customer's intakes with what is free of them, oldest first: what is held is left of the newest."""
        free = self.free_credit(customer_id, mode).get(currency, 0)
        return as_far_as_free(self.unapplied(customer_id, mode, currency), free)

    def credit_used(self, payment: Payment) -> Mapping[str, int]:
        """What a payment's captures let the customer's credit settle, by payable; whatever became of it since."""
        return credit_used(self._tx, payment)

    def applied_to(self, intake_key: str, merchant_id: str, mode: Mode) -> tuple[tuple[str, int], ...]:
        """(payable id, amount) that an intake settled, in the order it did; what was re-opened since is left out."""
        return applied_to(self._tx, entry_id(merchant_id, mode, intake_key))

    def erase_note(self, merchant_id: str, mode: Mode, key: str, erasure: Erasure) -> None:
        """Erase the text of an entry; what is sealed of it stays, and so does who erased it.

        Raises:
            Conflict: ``unique`` when it was erased before.
        """
        this = entry_id(merchant_id, mode, key)
        values = {"entry": this, "by": erasure.by, "why": erasure.why, "at": micros(erasure.at)}
        self._tx.run(ADD_ERASURE, values)
        self._tx.change(ERASE, {"this": this, "note": "", "note_salt": ""})

    def export_sealed(self, path: str, merchant_id: str, mode: Mode, upto: int) -> None:
        """Write the entries of a book up to a position of its chain to a new SQLite file."""
        export_sealed(self._tx, path, merchant_id=merchant_id, mode=mode, upto=upto)

    def export_audit(self, path: str, merchant_id: str, mode: Mode) -> int:
        """Write a book to a new SQLite file of its own; the number of rows.

        Raises:
            FileExistsError: There is a file at this path.
        """
        return export_audit(self._tx, path, merchant_id=merchant_id, mode=mode)

    def verify(self) -> tuple[str, ...]:
        """Every broken invariant in words; empty when the books are right."""
        return tuple(problems_in(self._tx))
