"""Refuse what must not be done while money is under way, by the table of acts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from hub.domain.acts import RULES, Act, Pending, Rule, why_refused
from hub.domain.identity import FieldError, Invalid
from hub.domain.operation import OperationKind
from hub.domain.payment import Payment
from hub.domain.payment_checks import is_watched
from hub.domain.text import Text

from .ports import Tx

GIVES_BACK = frozenset({OperationKind.REFUND, OperationKind.UNDO})


def refuse_while(
    tx: Tx,
    act: Act,
    now: datetime,
    *,
    payables: Collection[str] = (),
    payments: Iterable[Payment] = (),
    field: str = "invoices",
) -> frozenset[Pending]:
    """What is under way that the act may meet; the caller warns or asks a person where the table says so.

    Args:
        payables: Ids of what the act changes; all their payments count.
        payments: Whose money the act is about.

    Raises:
        Invalid: The act is refused while one of them is under way; says which invoices it is about.
    """
    met = dict(pending_of(tx, now, payables=payables, payments=payments))
    if why := _objection(act, met):
        raise Invalid((FieldError(field, why),))
    return frozenset(met)


def objection_to(tx: Tx, act: Act, now: datetime, *, payables: Collection[str]) -> Text | None:
    """Why the act is refused now, for who refuses a row of a file or a payer; None where it is not."""
    return _objection(act, dict(pending_of(tx, now, payables=payables)))


def _objection(act: Act, met: Mapping[Pending, Payment]) -> Text | None:
    for pending, payment in met.items():
        if RULES[act][pending] is Rule.REFUSED:
            return why_refused(pending, ", ".join(line.number for line in payment.lines))
    return None


def pending_of(
    tx: Tx, now: datetime, *, payables: Collection[str] = (), payments: Iterable[Payment] = ()
) -> Iterator[tuple[Pending, Payment]]:
    """What is under way, with a payment that shows it."""
    known = {payment.id: payment for payment in payments}
    if payables:
        known |= {payment.id: payment for payment in tx.payments.with_payables(payables)}
    for payment in known.values():
        if payment.is_live:
            yield Pending.LIVE, payment
        elif is_watched(payment, now):
            yield Pending.UNPROVEN, payment
        if any(
            operation.is_live and operation.kind in GIVES_BACK for operation in tx.operations.of_payment(payment.id)
        ):
            yield Pending.REFUND_UNKNOWN, payment
    for dispute in tx.disputes.of_payments(list(known)):
        if dispute.is_open:
            yield Pending.DISPUTE_OPEN, known[dispute.payment_id]
