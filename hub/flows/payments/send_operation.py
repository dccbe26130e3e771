"""Send an operation to its provider, once, and commit what the exchange came to."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import attrs
import structlog

from hub.domain.observation import ObservedBy
from hub.domain.operation import Operation, OperationKind
from hub.domain.payment import Payment, Phase
from hub.flows.accounts.open_account import CannotOpen, Opened, open_account
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import vouched_for
from hub.flows.ground.write_outcome import write_outcome
from hub_hookspecs import CROCKFORD, Cancel, CaptureOrder, Conclusion, Kind, Money, Outcome, Refund, RefundKind

from .observe_operation import settle
from .operation_news import observe
from .read_hold import hold_of
from .read_known import Known, known_of

log = structlog.get_logger()

HOOKS = {
    OperationKind.REFUND: "refund_payment",
    OperationKind.UNDO: "refund_payment",
    OperationKind.CANCEL: "cancel_payment",
    OperationKind.CAPTURE: "capture_payment",
}


async def send_operation(hub: Hub, operation: Operation) -> None:
    """Drive the hook once and commit its outcome; never raises."""
    try:
        with structlog.contextvars.bound_contextvars(payment=operation.payment_id):
            conclusion, steps = await _perform(hub, operation)
    except asyncio.CancelledError:
        raise
    except Exception:  # a bug of ours: the outcome stays unknown
        log.exception("operation_failed", operation=operation.id)
        return
    now = hub.clock()

    def commit(tx: Tx) -> None:
        _commit(tx, hub, operation.id, conclusion, now)
        tx.requests.add(operation.payment_id, steps, at=now, operation_id=operation.id)

    await write_outcome(hub, commit)


async def _perform(hub: Hub, operation: Operation) -> tuple[Conclusion[Any], tuple[Any, ...]]:
    now = hub.clock()

    def load(tx: Tx) -> tuple[Payment, Money, Known, Opened]:
        payment, record = tx.payments.get(operation.payment_id), tx.accounts.get(operation.account_id)
        if payment is None or record is None:
            raise LookupError(operation.payment_id)
        captured = vouched_for(tx, payment) if operation.kind is OperationKind.REFUND else payment.amount
        if operation.kind is OperationKind.CAPTURE:
            hold = hold_of(tx, hub, payment)
            captured = hold.amount if hold and hold.amount else operation.amount
        return payment, captured, known_of(tx, payment, moves_money=True), open_account(tx, hub, record, now)

    try:
        payment, captured, known, opened = await hub.store.read(load)
    except CannotOpen as error:
        return Conclusion(outcome=Outcome.NEVER_SENT, cause=str(error)), ()
    call_id = hub.random_text(10, CROCKFORD)
    common: dict[str, Any] = {
        "reference": payment.reference,
        "operation": operation.reference,
        "provider_reference": payment.provider_reference,
        "way": payment.way,
        "amount": operation.amount,
        "memory": known.memory.agreed,
        "captures": known.captures,
        "payer_fields": payment.payer.fields,
        "now": now,
        "call_id": call_id,
    }
    records: dict[str, Any]
    if operation.kind is OperationKind.CANCEL:
        records = {"cancel": Cancel(**common)}
    elif operation.kind is OperationKind.CAPTURE:
        records = {"capture": CaptureOrder(authorised=captured, **common)}
    else:
        records = {"refund": Refund(kind=RefundKind(operation.kind.value), captured=captured, **common)}
    ran = await hub.exchanger.run(
        opened.provider,
        HOOKS[operation.kind],
        account=opened.account,
        account_id=operation.account_id,
        credentials=opened.record.credentials,
        lease_until=operation.lease_until,
        **records,
    )
    return ran.conclusion, ran.steps


def _commit(tx: Tx, hub: Hub, operation_id: str, conclusion: Conclusion[Any], now: datetime) -> None:
    operation = tx.operations.get(operation_id)
    payment = tx.payments.get(operation.payment_id) if operation else None
    if operation is None or payment is None:
        return
    observations = conclusion.value if conclusion.outcome is Outcome.RESULT else ()
    if operation.kind is OperationKind.CAPTURE:  # an answer about another payment says nothing of this one
        observations = [item for item in observations or () if item.reference in (None, payment.reference)]
    for observation in observations or ():
        observe(tx, operation, observation.kind, ObservedBy.ANSWER, observation.reason, "", now)
    if conclusion.outcome is Outcome.DECLINED:
        observe(tx, operation, Kind.DECLINED, ObservedBy.ANSWER, conclusion.reason, conclusion.cause, now)
    elif conclusion.outcome is Outcome.NEVER_SENT:
        observe(tx, operation, Kind.NEVER_SENT, ObservedBy.RULE, None, conclusion.cause, now)
    sent = attrs.evolve(operation, phase=Phase.SENT, ended_at=now)
    settle(tx, hub, sent, payment, tuple(observations or ()), now)
