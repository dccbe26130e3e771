"""What holds for operations, and for what was observed of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hub.storage.guards import (
    AliasedRow,
    RowEvent,
    RowRefusal,
    Trigger,
    append_only,
    fixed,
    guard,
    never_deleted,
    row_in,
    rows_of,
)
from hub.storage.schema import ONE, entry, ledger_account, observation, operation, operation_news, payment, posting

from .conditions import phase_goes_back, sum_of


def operation_triggers() -> Iterator[Trigger]:
    """The triggers of operations."""
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
        RowRefusal(
            "legal_send",
            "only what is held is captured",
            and_(
                new.kind == "capture",
                or_(
                    ~row_in(payment, id=new.payment, status="pending"),
                    ~row_in(observation, payment=new.payment, kind="authorised"),
                ),
            ),
        ),
        RowRefusal(
            "legal_send",
            "more would be captured than is held",
            and_(new.kind == "capture", new.amount > _authorised(new)),
        ),
        RowRefusal("legal_send", "it was captured", and_(new.kind == "capture", _was_captured(new))),
    )
    yield guard(
        "operation_forward",
        RowEvent(
            "UPDATE", operation, ("phase", "live"), or_(phase_goes_back(new, old), and_(old.live == 0, new.live == 1))
        ),
        RowRefusal("legal_phase", "an operation never goes back"),
    )
    yield fixed(operation, *("id", "payment", "account", "merchant", "mode", "kind", "reference", "amount", "currency"))
    yield never_deleted(operation)
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
    return sum_of(
        operation.c.amount,
        operation.c.payment == new.payment,
        operation.c.id != new.id,
        operation.c.kind.in_(("refund", "undo")),
        operation.c.live == 1,
    )


def _authorised(new: AliasedRow) -> ColumnElement[int]:
    """The least that was authorised; what the payment is for, where no amount was stated."""
    asked = select(payment.c.amount).where(payment.c.id == new.payment).scalar_subquery()
    stated = (
        select(func.min(observation.c.amount))
        .where(observation.c.payment == new.payment, observation.c.kind == "authorised")
        .scalar_subquery()
    )
    return func.min(asked, func.coalesce(stated, asked))


def _was_captured(new: AliasedRow) -> ColumnElement[bool]:
    """Whether another capture of the payment was executed, or may have been."""
    other = operation.alias("other")
    return exists(ONE).where(
        other.c.payment == new.payment,
        other.c.id != new.id,
        other.c.kind == "capture",
        other.c.status.in_(("unknown", "done")),
    )
