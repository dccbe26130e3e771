"""Every trigger, in one list: what CHECK, UNIQUE and foreign keys cannot say.

Each migration ends by dropping and re-creating them all, and start-up compares the database with this list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.ledger import Effect, EntryKind, LedgerKind

from .chain import CHAIN_START
from .guards import (
    AliasedRow,
    Condition,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    kept,
    row_in,
    rows_of,
)
from .schema import (
    ONE,
    account,
    allocation,
    balance,
    cash_receipt,
    chain,
    customer,
    decision,
    drawn,
    entry,
    erasure,
    intake,
    ledger_account,
    observation,
    operation,
    operation_news,
    payable,
    payment,
    payment_line,
    posting,
    request_sent,
    seal,
    series,
    series_gap,
    settlement_line,
)

SETTLING = tuple(effect.value for effect in Effect if effect is not Effect.REOPENED)
UNBOUND = (EntryKind.BILL.value,)
"""Entries that move receivables without an allocation row of the same size."""

CREDIT_SIDE = (LedgerKind.CUSTOMER_CREDIT.value, LedgerKind.SUSPENSE.value)
"""Liabilities whose balance never becomes a debit (L6)."""


def _sum_of(amount: ColumnElement[Any], *where: Condition) -> ColumnElement[int]:
    return select(func.coalesce(func.sum(amount), 0)).where(*where).scalar_subquery()


def _payments() -> Iterator[Trigger]:
    new, old = rows_of(payment)
    yield guard(
        "payment_begins",
        RowEvent("INSERT", payment),
        RowRefusal(
            "legal_send", "a payment begins in phase created", or_(new.phase != "created", new.status != "created")
        ),
        RowRefusal(
            "walls",
            "account and customer are of the same merchant and mode",
            or_(
                ~row_in(account, id=new.account, merchant=new.merchant, mode=new.mode),
                ~row_in(customer, id=new.customer, merchant=new.merchant),
            ),
        ),
    )
    yield _payment_sends(new, old)
    yield guard(
        "payment_phase_forward",
        RowEvent("UPDATE", payment, ("phase",), _phase_back(new, old)),
        RowRefusal("legal_phase", "a phase never goes back"),
    )
    yield guard(
        "payment_status_forward",
        RowEvent(
            "UPDATE",
            payment,
            ("status", "live"),
            or_(and_(old.live == 0, new.live == 1), and_(old.status == "paid", new.status != "paid")),
        ),
        RowRefusal("legal_status", "closed never becomes live again, paid stays paid"),
    )
    yield fixed(
        payment, *("id", "merchant", "mode", "account", "customer", "reference", "currency", "amount", "created_at")
    )
    yield kept(payment)
    yield from _payment_lines()
    yield from _observations()


def _payment_sends(new: AliasedRow, old: AliasedRow) -> Trigger:
    mine, other = payment_line.alias("mine"), payment_line.alias("other")
    return guard(
        "payment_sends",
        RowEvent("UPDATE", payment, ("phase",), and_(old.phase == "created", new.phase != "created")),
        RowRefusal("legal_send", "sending comes before sent", new.phase != "sending"),
        RowRefusal("legal_send", "the payment is no longer live", or_(old.live == 0, new.live == 0)),
        RowRefusal(
            "legal_send",
            "the lines are not the amount of the payment",
            new.amount.is_distinct_from(
                select(func.sum(payment_line.c.amount)).where(payment_line.c.payment == new.id).scalar_subquery()
            ),
        ),
        RowRefusal(
            "legal_send",
            "another live payment holds a payable",
            exists(ONE)
            .select_from(mine.join(other, other.c.payable == mine.c.payable))
            .where(mine.c.payment == new.id, other.c.payment != new.id, other.c.live == 1),
        ),
        RowRefusal(
            "legal_send",
            "a line is above what is due, or its payable is cancelled",
            exists(ONE)
            .select_from(payment_line.join(payable, payable.c.id == payment_line.c.payable))
            .where(
                payment_line.c.payment == new.id,
                or_(
                    payment_line.c.amount + payment_line.c.withheld > payable.c.due, payable.c.cancelled_at.is_not(None)
                ),
            ),
        ),
    )


def _phase_back(new: AliasedRow, old: AliasedRow) -> Condition:
    return or_(and_(old.phase == "sending", new.phase == "created"), and_(old.phase == "sent", new.phase != "sent"))


def _payment_lines() -> Iterator[Trigger]:
    new, _ = rows_of(payment_line)
    yield guard(
        "payment_line_fits",
        RowEvent("INSERT", payment_line),
        RowRefusal(
            "legal_send", "lines are added before anything is sent", ~row_in(payment, id=new.payment, phase="created")
        ),
        RowRefusal(
            "walls",
            "payable and payment are of one merchant, mode and currency",
            ~_of_one_book(payment, payment.c.id == new.payment, payable, payable.c.id == new.payable),
        ),
    )
    yield fixed(payment_line, "payment", "position", "payable", "number", "amount", "withheld", "withholdings")
    yield kept(payment_line)


def _of_one_book(one: Any, this: Condition, other: Any, that: Condition) -> Condition:
    """Whether these two rows are of one merchant, mode and currency."""
    together = and_(other.c.merchant == one.c.merchant, other.c.mode == one.c.mode, other.c.currency == one.c.currency)
    return exists(ONE).select_from(one.join(other, together)).where(this, that)


def _observations() -> Iterator[Trigger]:
    new, _ = rows_of(observation)
    yield guard(
        "observation_fits",
        RowEvent("INSERT", observation),
        RowRefusal(
            "walls",
            "observation and payment are of one account, merchant and mode",
            ~row_in(payment, id=new.payment, account=new.account, merchant=new.merchant, mode=new.mode),
        ),
    )
    yield from append_only(observation)


def _operations() -> Iterator[Trigger]:
    new, old = rows_of(operation)
    yield guard(
        "operation_begins",
        RowEvent("INSERT", operation),
        RowRefusal("legal_send", "an operation begins in phase created", new.phase != "created"),
        RowRefusal(
            "walls",
            "operation and payment are of one account, merchant and mode",
            ~row_in(
                payment,
                id=new.payment,
                account=new.account,
                merchant=new.merchant,
                mode=new.mode,
                currency=new.currency,
            ),
        ),
    )
    yield guard(
        "operation_sends",
        RowEvent("UPDATE", operation, ("phase",), and_(old.phase == "created", new.phase != "created")),
        RowRefusal("legal_send", "sending comes before sent", new.phase != "sending"),
        RowRefusal("legal_send", "the operation is no longer live", or_(old.live == 0, new.live == 0)),
        RowRefusal(
            "legal_send",
            "more would go back than the books hold",
            and_(new.kind == "refund", _on_its_way_back(new) + new.amount > _held(new)),
        ),
        RowRefusal(
            "legal_send",
            "only an unknown payment is undone",
            and_(new.kind == "undo", ~row_in(payment, id=new.payment, status="unknown")),
        ),
        RowRefusal(
            "legal_send",
            "only a live payment is cancelled",
            and_(new.kind == "cancel", ~row_in(payment, id=new.payment, live=1)),
        ),
    )
    yield guard(
        "operation_forward",
        RowEvent(
            "UPDATE", operation, ("phase", "live"), or_(_phase_back(new, old), and_(old.live == 0, new.live == 1))
        ),
        RowRefusal("legal_phase", "an operation never goes back"),
    )
    yield fixed(operation, *("id", "payment", "account", "merchant", "mode", "kind", "reference", "amount", "currency"))
    yield kept(operation)
    yield from append_only(operation_news)


def _held(new: AliasedRow) -> ColumnElement[int]:
    """What the books hold of an operation's payment with its provider."""
    kinds = ("capture", "refund", "chargeback")
    legs = entry.join(posting, posting.c.entry == entry.c.id).join(
        ledger_account,
        and_(ledger_account.c.id == posting.c.ledger_account, ledger_account.c.kind == "provider_clearing"),
    )
    return (
        select(func.coalesce(func.sum(posting.c.amount), 0))
        .select_from(legs)
        .where(
            entry.c.payment == new.payment,
            entry.c.payment.is_not(None),
            entry.c.currency == new.currency,
            or_(entry.c.kind.in_(kinds), *(entry.c.key.like(f"fix:{kind}:%") for kind in kinds)),
        )
        .scalar_subquery()
    )


def _on_its_way_back(new: AliasedRow) -> ColumnElement[int]:
    """What other live operations of the same payment may still give back."""
    return _sum_of(
        operation.c.amount,
        operation.c.payment == new.payment,
        operation.c.id != new.id,
        operation.c.kind != "cancel",
        operation.c.live == 1,
    )


def _decisions() -> Iterator[Trigger]:
    _, old = rows_of(decision)
    yield fixed(
        decision,
        *("id", "merchant", "mode", "kind", "subject", "payment", "content", "currency", "amount"),
        *("by", "why", "evidence", "evidence_name", "evidence_digest", "via", "proposed_at"),
    )
    yield guard(
        "decision_ends_once",
        RowEvent("UPDATE", decision, when=or_(old.done_at.is_not(None), old.superseded == 1)),
        RowRefusal("append_only", "a decision that took effect is never changed"),
    )
    yield kept(decision)


def _requests() -> Iterator[Trigger]:
    """What was sent stays as it was noted; old questions alone are forgotten."""
    _, old = rows_of(request_sent)
    yield guard(
        "request_sent_unchanged",
        RowEvent("UPDATE", request_sent),
        RowRefusal("append_only", "request_sent is never changed"),
    )
    yield guard(
        "request_sent_kept",
        RowEvent("DELETE", request_sent, when=old.hook.not_in(("handle_notification", "query_payment"))),
        RowRefusal("append_only", "what charged, opened or gave back is never deleted"),
    )


def _payables() -> Iterator[Trigger]:
    new, old = rows_of(payable)
    yield guard(
        "payable_begins",
        RowEvent("INSERT", payable),
        RowRefusal(
            "from_ledger",
            "what is settled comes from the ledger alone",
            or_(*(getattr(new, effect) != 0 for effect in Effect)),
        ),
        RowRefusal(
            "walls", "the customer is of the same merchant", ~row_in(customer, id=new.customer, merchant=new.merchant)
        ),
    )
    for effect in Effect:
        settled = _sum_of(allocation.c.amount, allocation.c.payable == new.id, allocation.c.effect == effect)
        yield guard(
            f"payable_{effect}_from_ledger",
            RowEvent("UPDATE", payable, (effect.value,)),
            RowRefusal("from_ledger", "what is settled comes from the ledger alone", getattr(new, effect) != settled),
        )
    yield guard(
        "payable_not_in_payment",
        RowEvent(
            "UPDATE",
            payable,
            ("total", "customer"),
            and_(
                or_(old.total != new.total, old.customer != new.customer), row_in(payment_line, payable=old.id, live=1)
            ),
        ),
        RowRefusal("legal_revision", "the payable is in a live payment"),
    )
    yield guard(
        "payable_moves_unsettled",
        RowEvent("UPDATE", payable, ("customer",), and_(old.customer != new.customer, old.due != old.total)),
        RowRefusal("legal_revision", "what is settled in part stays with its customer"),
    )
    yield fixed(payable, "id", "merchant", "mode", "kind", "number", "currency", "created_at")
    yield kept(payable)


def _ledger() -> Iterator[Trigger]:
    for table in (ledger_account, posting, seal, allocation, drawn, erasure):
        yield from append_only(table)
    yield from _entries()
    for table in (posting, allocation, intake, drawn):
        yield guard(
            f"{table}_unsealed",
            RowEvent("INSERT", table),
            RowRefusal("sealed", "the entry is sealed", row_in(seal, entry=rows_of(table)[0].entry)),
        )
    yield from _allocations()
    yield from _drawn()
    yield from _intake()
    yield _seal()
    yield _sealed()
    yield from _chain()
    yield kept(balance)


def _entries() -> Iterator[Trigger]:
    new, old = rows_of(entry)
    yield fixed(
        entry,
        *("id", "merchant", "mode", "key", "kind", "currency", "at", "value_on", "payment", "payable"),
        *("observation", "own_record", "note_digest"),
    )
    yield guard(
        "entry_note",
        RowEvent("UPDATE", entry, ("note", "note_salt"), or_(new.note != old.note, new.note_salt != old.note_salt)),
        RowRefusal("append_only", "a note can be erased, and not be changed", or_(new.note != "", new.note_salt != "")),
        RowRefusal("accounted_for", "who erases a note says so, and why", ~row_in(erasure, entry=new.id)),
    )
    yield kept(entry)
    yield guard(
        "entry_fits",
        RowEvent("INSERT", entry, when=new.payment.is_not(None)),
        RowRefusal(
            "walls",
            "entry and payment are of one merchant and mode",
            ~row_in(payment, id=new.payment, merchant=new.merchant, mode=new.mode),
        ),
    )
    yield guard(
        "entry_is_on",
        RowEvent("INSERT", entry, when=new.payable.is_not(None)),
        RowRefusal(
            "walls",
            "entry and payable are of one merchant, mode and currency",
            ~row_in(payable, id=new.payable, merchant=new.merchant, mode=new.mode, currency=new.currency),
        ),
    )


def _allocations() -> Iterator[Trigger]:
    new, _ = rows_of(allocation)
    yield guard(
        "allocation_fits",
        RowEvent("INSERT", allocation),
        RowRefusal(
            "walls",
            "payable and entry are of one merchant, mode and currency",
            ~_of_one_book(entry, entry.c.id == new.entry, payable, payable.c.id == new.payable),
        ),
        RowRefusal(
            "walls",
            "entry and intake are of one merchant, mode and currency",
            and_(new.intake.is_not(None), ~_in_one_book(new)),
        ),
        RowRefusal(
            "walls",
            "payable and intake are of one customer",
            and_(
                new.intake.is_not(None),
                ~exists(ONE)
                .select_from(intake.join(payable, payable.c.customer == intake.c.customer))
                .where(intake.c.entry == new.intake, payable.c.id == new.payable),
            ),
        ),
    )
    for effect in Effect:
        counter = payable.c[effect]
        yield Trigger(
            f"allocation_moves_{effect}",
            RowEvent("INSERT", allocation, when=new.effect == effect),
            moves=(update(payable).where(payable.c.id == new.payable).values({counter: counter + new.amount}),),
        )
    yield Trigger(
        "allocation_moves_intake",
        RowEvent("INSERT", allocation, when=and_(new.effect == "allocated", new.intake.is_not(None))),
        moves=(
            update(intake)
            .where(intake.c.entry == new.intake)
            .values({intake.c.allocated: intake.c.allocated + new.amount}),
        ),
    )


def _in_one_book(new: AliasedRow) -> Condition:
    """Whether the entry of a row, and the entry that brought its intake, are of one merchant, mode and currency."""
    intakes = entry.alias("intakes")
    return _of_one_book(entry, entry.c.id == new.entry, intakes, intakes.c.id == new.intake)


def _drawn() -> Iterator[Trigger]:
    new, _ = rows_of(drawn)
    yield guard(
        "drawn_fits",
        RowEvent("INSERT", drawn),
        RowRefusal("walls", "entry and intake are of one merchant, mode and currency", ~_in_one_book(new)),
    )
    yield Trigger(
        "drawn_moves_intake",
        RowEvent("INSERT", drawn),
        moves=(
            update(intake)
            .where(intake.c.entry == new.intake)
            .values({intake.c.returned: intake.c.returned + new.amount}),
        ),
    )


def _intake() -> Iterator[Trigger]:
    new, _ = rows_of(intake)
    yield guard(
        "intake_begins",
        RowEvent("INSERT", intake),
        RowRefusal("from_ledger", "an intake begins unapplied", or_(new.allocated != 0, new.returned != 0)),
    )
    allocated = _sum_of(allocation.c.amount, allocation.c.intake == new.entry, allocation.c.effect == "allocated")
    yield guard(
        "intake_allocated_from_ledger",
        RowEvent("UPDATE", intake, ("allocated",)),
        RowRefusal("from_ledger", "what is allocated comes from the ledger alone", new.allocated != allocated),
    )
    returned = _sum_of(drawn.c.amount, drawn.c.intake == new.entry)
    yield guard(
        "intake_returned_from_ledger",
        RowEvent("UPDATE", intake, ("returned",)),
        RowRefusal("from_ledger", "what went back comes from the ledger alone", new.returned != returned),
    )
    yield fixed(intake, "entry", "customer", "payment", "currency", "amount")
    yield kept(intake)


LEGS = posting.join(ledger_account, ledger_account.c.id == posting.c.ledger_account)


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
    applied = _sum_of(signed, allocation.c.entry == new.entry)
    kind = select(entry.c.kind).where(entry.c.id == new.entry).scalar_subquery()
    return and_(_moved(new, "receivable") != applied, kind.not_in(UNBOUND))


def _is_not_drawn(new: AliasedRow) -> Condition:
    allocated = _sum_of(allocation.c.amount, allocation.c.entry == new.entry, allocation.c.effect == "allocated")
    returned = _sum_of(drawn.c.amount, drawn.c.entry == new.entry)
    brought_in = _sum_of(intake.c.amount, intake.c.entry == new.entry)
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
    yield kept(chain)


def _documents() -> Iterator[Trigger]:
    _, old = rows_of(cash_receipt)
    yield fixed(
        cash_receipt,
        *("id", "merchant", "mode", "series", "number", "customer", "payment", "movement", "received_on", "issued_at"),
        *("issued_by", "means", "currency", "cash", "advance", "lines", "words", "clause", "concept", "issuer"),
        *("received_from", "notes", "bank_account", "provider", "provider_reference", "authorisation"),
    )
    yield guard(
        "cash_receipt_void_once",
        RowEvent("UPDATE", cash_receipt, ("void_reason", "voided_at"), old.voided_at.is_not(None)),
        RowRefusal("append_only", "a receipt is voided once"),
    )
    yield kept(cash_receipt)
    yield from _series()
    yield from _gaps()


def _stands(new: AliasedRow) -> ColumnElement[int]:
    """The next number of a row's series, before the row."""
    next_number = (
        select(series.c.next)
        .where(series.c.merchant == new.merchant, series.c.mode == new.mode, series.c.series == new.series)
        .scalar_subquery()
    )
    return func.coalesce(next_number, 1)


def _series() -> Iterator[Trigger]:
    new, old = rows_of(series)

    def left_out(first: ColumnElement[int]) -> Condition:
        return row_in(
            series_gap, merchant=new.merchant, mode=new.mode, series=new.series, last=new.next - 1, first=first
        )

    yield guard(
        "series_begins",
        RowEvent("INSERT", series),
        RowRefusal("append_only", "a series begins at one", and_(new.next != 2, ~left_out(_stands(new)))),
    )
    yield guard(
        "series_forward",
        RowEvent("UPDATE", series),
        RowRefusal(
            "append_only",
            "a series counts on by one, but for a gap that is accounted for",
            and_(new.next != old.next + 1, ~left_out(old.next)),
        ),
    )
    yield kept(series)


def _gaps() -> Iterator[Trigger]:
    new, _ = rows_of(series_gap)
    yield guard(
        "series_gap_fits",
        RowEvent("INSERT", series_gap),
        RowRefusal("append_only", "a gap begins where its series stands", new.first != _stands(new)),
    )
    after = insert(series).inline().values(merchant=new.merchant, mode=new.mode, series=new.series, next=new.last + 1)
    yield Trigger(
        "series_gap_moves",
        RowEvent("INSERT", series_gap),
        moves=(
            after.on_conflict_do_update(
                index_elements=[series.c.merchant, series.c.mode, series.c.series], set_={"next": after.excluded.next}
            ),
        ),
    )
    yield from append_only(series_gap)


def _settlements() -> Iterator[Trigger]:
    new, old = rows_of(settlement_line)
    yield guard(
        "settlement_line_fits",
        RowEvent("INSERT", settlement_line),
        RowRefusal(
            "walls",
            "line and account are of one merchant and mode",
            ~row_in(account, id=new.account, merchant=new.merchant, mode=new.mode),
        ),
    )
    yield fixed(
        settlement_line,
        *("id", "account", "merchant", "mode", "line", "reference", "provider_reference", "authorisation", "movement"),
        *("currency", "gross", "fee", "fee_tax", "withheld", "withholdings", "net", "occurred_at", "settled_on"),
        *("source", "imported_at"),
    )
    yield guard(
        "settlement_line_forward",
        RowEvent("UPDATE", settlement_line, ("state", "settles", "payment"), old.state != "open"),
        RowRefusal(
            "append_only",
            "a booked line is withdrawn at most",
            or_(old.state != "booked", new.state != "withdrawn", new.payment.is_distinct_from(old.payment)),
        ),
    )
    yield kept(settlement_line)


TRIGGERS: tuple[Trigger, ...] = (
    *(
        *_payments(),
        *_operations(),
        *_decisions(),
        *_requests(),
        *_payables(),
        *_ledger(),
        *_documents(),
        *_settlements(),
    ),
)
