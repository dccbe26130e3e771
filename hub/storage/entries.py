"""Entries as they are read: a whole chain of them, or some, in the order in which they were sealed."""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, bindparam, func, or_, select, union

from hub.domain import moved
from hub.domain.ledger import Applied, Drawn, Effect, Entry, EntryKind, Erasure, LedgerKind, Posting
from hub_hookspecs import Mode

from .chain import derived
from .rows import moment
from .schema import allocation, drawn, entry, erasure, intake, ledger_account, literal, payable, payment, posting, seal
from .statements import Runs

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

BY_HAND = ("manual", "credit", "disburse", "exchange", "fix")
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


OF_PAYABLE = union(
    select(entry.c.id).where(
        entry.c.merchant == bindparam("merchant"),
        entry.c.mode == bindparam("mode"),
        entry.c.key >= bindparam("first"),
        entry.c.key < bindparam("last"),
    ),
    select(allocation.c.entry).where(allocation.c.payable == bindparam("payable")),
    select(entry.c.id).where(entry.c.payable == bindparam("payable"), entry.c.payable.is_not(None)),
)
"""Every entry that bills a payable or settles it, or is on it without moving it."""

GROWING = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
"""An id of ours in the key of an entry."""


def entry_id(merchant_id: str, mode: Mode, key: str) -> str:
    """The id of the entry of this key.

    It begins with the id that the key names, where that grows with time: what is booked together is stored together.
    """
    whole = derived(merchant_id, mode.value, key)
    found = GROWING.search(key)
    return found[0] + whole[: -len(found[0])] if found else whole


def entries_in(
    tx: Runs, values: Mapping[str, str | int], which: Select[Any] | CompoundSelect[Any] | None = None
) -> tuple[Entry, ...]:
    """All entries of a chain, or those whose ids ``which`` selects."""
    statements = WHOLE_CHAIN if which is None else _narrowed(which)
    rows, postings, applied, taken = (tx.run(statement, values).fetchall() for statement in statements)
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
