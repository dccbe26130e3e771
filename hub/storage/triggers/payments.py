"""What holds for payments, their lines and their observations."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists, func, or_, select

from hub.domain.ledger import LedgerKind
from hub.storage.guards import (
    AliasedRow,
    Condition,
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
from hub.storage.schema import (
    ONE,
    account,
    balance,
    customer,
    ledger_account,
    observation,
    payable,
    payment,
    payment_line,
)

from .conditions import of_one_book, phase_goes_back


def payment_triggers() -> Iterator[Trigger]:
    """The triggers of payments, of their lines and of their observations."""
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
        RowEvent("UPDATE", payment, ("phase",), phase_goes_back(new, old)),
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
    yield never_deleted(payment)
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
            "a line is above what is due",
            exists(ONE)
            .select_from(payment_line.join(payable, payable.c.id == payment_line.c.payable))
            .where(
                payment_line.c.payment == new.id,
                payment_line.c.amount + payment_line.c.withheld + payment_line.c.credit > payable.c.due,
            ),
        ),
        RowRefusal("legal_send", "more credit is held than the customer has", _holds_too_much(new)),
    )


def _holds_too_much(new: AliasedRow) -> Condition:
    """Whether a payment holds credit, and the live payments of its customer hold more together than there is."""
    mine, line, live = payment_line.alias("holding"), payment_line.alias("held"), payment.alias("holder")
    held = (
        select(func.coalesce(func.sum(line.c.credit), 0))
        .select_from(line.join(live, live.c.id == line.c.payment))
        .where(
            live.c.customer == new.customer,
            live.c.mode == new.mode,
            live.c.currency == new.currency,
            line.c.live == 1,
        )
        .scalar_subquery()
    )
    booked = (
        select(func.coalesce(func.sum(balance.c.amount), 0))
        .select_from(balance.join(ledger_account, ledger_account.c.id == balance.c.ledger_account))
        .where(
            ledger_account.c.merchant == new.merchant,
            ledger_account.c.mode == new.mode,
            ledger_account.c.kind == LedgerKind.CUSTOMER_CREDIT.value,
            ledger_account.c.owner == new.customer,
            ledger_account.c.currency == new.currency,
        )
        .scalar_subquery()
    )
    holds = exists(ONE).where(mine.c.payment == new.id, mine.c.credit > 0)
    return and_(holds, held + booked > 0)


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
            ~of_one_book(payment, payment.c.id == new.payment, payable, payable.c.id == new.payable),
        ),
    )
    yield fixed(
        payment_line, "payment", "position", "payable", "number", "amount", "withheld", "withholdings", "credit", "rest"
    )
    yield never_deleted(payment_line)


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
