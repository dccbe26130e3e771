"""What an entry is held to as it is sealed, and what its seal moves: the chain and the balances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.ledger import UNBOUND, Effect, LedgerKind
from hub.storage.chain import CHAIN_START
from hub.storage.guards import (
    AliasedRow,
    Condition,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    guard,
    never_deleted,
    row_in,
    rows_of,
)
from hub.storage.schema import (
    ONE,
    allocation,
    balance,
    chain,
    drawn,
    entry,
    intake,
    ledger_account,
    payable,
    posting,
    seal,
)

from .conditions import sum_of

SETTLING = tuple(effect.value for effect in Effect if effect is not Effect.REOPENED)

CREDIT_SIDE = (LedgerKind.CUSTOMER_CREDIT.value, LedgerKind.SUSPENSE.value)
"""Liabilities whose balance never becomes a debit (L6)."""

LEGS = posting.join(ledger_account, ledger_account.c.id == posting.c.ledger_account)


def seal_triggers() -> Iterator[Trigger]:
    """The triggers of seals, of chains and of balances."""
    yield from append_only(seal)
    yield _seal()
    yield _sealed()
    yield from _chain()
    yield never_deleted(balance)


def _seal() -> Trigger:
    new, _ = rows_of(seal)
    own = posting.c.entry == new.entry
    return guard(
        "seal_checks",
        RowEvent("INSERT", seal),
        RowRefusal(
            "balanced",
            "an entry has two postings or more",
            select(func.count()).select_from(posting).where(own).scalar_subquery() < 2,
        ),
        RowRefusal(
            "balanced", "an entry sums to zero", select(func.sum(posting.c.amount)).where(own).scalar_subquery() != 0
        ),
        RowRefusal("walls", "an entry is of one merchant, mode and currency", _of_two_books(new)),
        RowRefusal("applied", "receivables move by what is settled", _is_not_applied(new)),
        RowRefusal(
            "walls",
            "what is settled is owed by the customer whose receivable moves",
            exists(ONE)
            .select_from(allocation.join(payable, payable.c.id == allocation.c.payable))
            .where(
                allocation.c.entry == new.entry,
                ~exists(ONE)
                .select_from(LEGS)
                .where(own, ledger_account.c.kind == "receivable", ledger_account.c.owner == payable.c.customer),
            ),
        ),
        RowRefusal("intake", "credit moves by what is brought in, allocated and drawn", _is_not_drawn(new)),
        RowRefusal("chain", "a seal follows the last one", _is_out_of_turn(new)),
    )


def _of_two_books(new: AliasedRow) -> Condition:
    """Whether a seal's entry is not the merchant's, or one of its legs is not the entry's."""
    return or_(
        ~row_in(entry, id=new.entry, merchant=new.merchant, mode=new.mode),
        exists(ONE)
        .select_from(LEGS.join(entry, entry.c.id == posting.c.entry))
        .where(
            posting.c.entry == new.entry,
            or_(
                ledger_account.c.merchant != entry.c.merchant,
                ledger_account.c.mode != entry.c.mode,
                ledger_account.c.currency != entry.c.currency,
            ),
        ),
    )


def _moved(new: AliasedRow, kind: str) -> ColumnElement[int]:
    """What a seal's entry adds to the accounts of a kind."""
    return (
        select(func.coalesce(func.sum(posting.c.amount), 0))
        .select_from(LEGS)
        .where(posting.c.entry == new.entry, ledger_account.c.kind == kind)
        .scalar_subquery()
    )


def _is_not_applied(new: AliasedRow) -> Condition:
    signed = case((allocation.c.effect.in_(SETTLING), -allocation.c.amount), else_=allocation.c.amount)
    applied = sum_of(signed, allocation.c.entry == new.entry)
    kind = select(entry.c.kind).where(entry.c.id == new.entry).scalar_subquery()
    return and_(_moved(new, "receivable") != applied, kind.not_in([each.value for each in UNBOUND]))


def _is_not_drawn(new: AliasedRow) -> Condition:
    allocated = sum_of(allocation.c.amount, allocation.c.entry == new.entry, allocation.c.effect == "allocated")
    returned = sum_of(drawn.c.amount, drawn.c.entry == new.entry)
    brought_in = sum_of(intake.c.amount, intake.c.entry == new.entry)
    return or_(
        _moved(new, "customer_credit") != allocated + returned - brought_in,
        row_in(allocation, entry=new.entry, effect="allocated", intake=None),
    )


def _is_out_of_turn(new: AliasedRow) -> Condition:
    def head(column: ColumnElement[Any], start: Any) -> ColumnElement[Any]:
        last = select(column).where(chain.c.merchant == new.merchant, chain.c.mode == new.mode).scalar_subquery()
        return func.coalesce(last, start)

    return or_(new.seq != 1 + head(chain.c.seq, 0), new.prev_hash != head(chain.c.hash, CHAIN_START))


def _sealed() -> Trigger:
    new, _ = rows_of(seal)
    overdrawn = (
        exists(ONE)
        .select_from(LEGS.join(balance, balance.c.ledger_account == ledger_account.c.id))
        .where(posting.c.entry == new.entry, ledger_account.c.kind.in_(CREDIT_SIDE), balance.c.amount > 0)
    )
    return Trigger(
        "seal_books",
        RowEvent("INSERT", seal),
        (RowRefusal("credit", "more is taken than the customer or the suspense account has", overdrawn),),
        moves=(_next_head(new), _next_balances(new)),
    )


def _next_head(new: AliasedRow) -> ClauseElement:
    head = insert(chain).inline().values(merchant=new.merchant, mode=new.mode, seq=new.seq, hash=new.hash)
    return head.on_conflict_do_update(
        index_elements=[chain.c.merchant, chain.c.mode], set_={"seq": head.excluded.seq, "hash": head.excluded.hash}
    )


def _next_balances(new: AliasedRow) -> ClauseElement:
    moved = (
        select(posting.c.ledger_account, func.sum(posting.c.amount))
        .where(posting.c.entry == new.entry)
        .group_by(posting.c.ledger_account)
    )
    added = insert(balance).from_select(["ledger_account", "amount"], moved)
    return added.on_conflict_do_update(
        index_elements=[balance.c.ledger_account], set_={"amount": balance.c.amount + added.excluded.amount}
    )


def _chain() -> Iterator[Trigger]:
    new, old = rows_of(chain)
    yield guard(
        "chain_forward",
        RowEvent("UPDATE", chain),
        RowRefusal(
            "chain",
            "the head moves to the next seal alone",
            or_(
                new.seq != old.seq + 1, ~row_in(seal, merchant=new.merchant, mode=new.mode, seq=new.seq, hash=new.hash)
            ),
        ),
    )
    yield never_deleted(chain)
