"""What holds for payables: what is settled of them comes from the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, or_

from hub.domain.ledger import Effect
from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, row_in, rows_of
from hub.storage.schema import allocation, customer, payable, payment_line

from .conditions import sum_of


def payable_triggers() -> Iterator[Trigger]:
    """The triggers of payables."""
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
        settled = sum_of(allocation.c.amount, allocation.c.payable == new.id, allocation.c.effect == effect)
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
                or_(and_(old.total != new.total, old.kind == "invoice"), old.customer != new.customer),
                row_in(payment_line, payable=old.id, live=1),
            ),
        ),
        RowRefusal("legal_revision", "the payable is in a live payment"),
    )
    yield guard(
        "payable_moves_unsettled",
        RowEvent("UPDATE", payable, ("customer",), and_(old.customer != new.customer, old.due != old.total)),
        RowRefusal("legal_revision", "what is settled in part stays with its customer"),
    )
    yield guard(
        "payable_currency_when_voided",
        RowEvent("UPDATE", payable, ("currency",), old.currency != new.currency),
        RowRefusal(
            "legal_revision",
            "only a voided bill, or one whose import was taken back, is billed anew in another currency",
            or_(
                and_(or_(old.voided_at.is_(None), old.rebilled_at.is_not(None)), old.undone_at.is_(None)),
                old.kind != "invoice",
            ),
        ),
    )
    yield fixed(payable, "id", "merchant", "mode", "kind", "number", "created_at")
    yield never_deleted(payable)
