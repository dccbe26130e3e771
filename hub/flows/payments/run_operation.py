"""Refund, undo, cancel or capture a payment: committed as *sending* first, then sent once by a task of the process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import attrs

from hub.domain.decision import Decision
from hub.domain.operation import (
    Operation,
    OperationKind,
    OperationStatus,
    undo_due,
)
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.payment_checks import session_end_due
from hub.domain.text import Text
from hub.flows.accounts.open_account import is_locked
from hub.flows.ground.ports import Conflict, Hub, Tx, Unavailable
from hub.flows.ground.tell import tell
from hub.flows.operations.record_restore import is_from_a_backup
from hub_hookspecs import (
    Money,
    ProviderInfo,
    Way,
)

from .allow_capture import capturable
from .allow_refund import offered_refund
from .decide import NotAllowed, decide
from .read_hold import hold_of
from .record_observations import way_of
from .send_operation import HOOKS, send_operation

WAIT_SECONDS = 3.0
RULE = "rule"
"""Who decided where the hub acts by itself."""


async def refund_payment(
    hub: Hub,
    payment_id: str,
    *,
    amount: Money | None = None,
    by: str,
    note: str = "",
    decision: Decision | None = None,
) -> Operation:
    """Give a proven capture back, whole or as far as the provider can.

    Args:
        decision: Stored in the transaction that commits the sending, so that no refund is without one, nor the reverse.

    Raises:
        NotAllowed: Not paid, unknown, more than is left, or the provider cannot.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, _way: Way) -> Money:
        wanted = offered_refund(tx, hub, payment, amount)
        if decision and not decide(tx, hub, decision, now=hub.clock()).is_done:
            raise NotAllowed("second_person", Text("decision.other_person"))
        return wanted

    return await _start(hub, payment_id, OperationKind.REFUND, allow, by=by, note=note)


async def cancel_payment(hub: Hub, payment_id: str, *, by: str) -> Operation:
    """Withdraw a pending payment; only the provider's word cancels it.

    Raises:
        NotAllowed: Not pending, or the provider cannot.
    """

    def allow(_tx: Tx, payment: Payment, info: ProviderInfo, way: Way) -> Money:
        if payment.status is not Status.PENDING:
            raise NotAllowed("not_pending", Text("cancel.too_late"))
        if not way.cancel:
            raise NotAllowed("cannot", Text("cancel.not_possible", provider=info.name))
        return payment.amount

    return await _start(hub, payment_id, OperationKind.CANCEL, allow, by=by)


async def capture_payment(
    hub: Hub,
    payment_id: str,
    *,
    amount: Money | None = None,
    by: str,
    note: str = "",
    decision: Decision | None = None,
    wait: bool = True,
) -> Operation:
    """Take what was authorised, or a part of it; what is not taken lapses.

    Args:
        decision: As in ``refund_payment``; None where the hub captures by itself.

    Raises:
        NotAllowed: Nothing is held, it was captured, more than is held or due, or the provider cannot.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, _way: Way) -> Money:
        wanted = capturable(tx, hub, payment, amount)
        if decision and not decide(tx, hub, decision, now=hub.clock()).is_done:
            raise NotAllowed("second_person", Text("decision.other_person"))
        return wanted

    return await _start(hub, payment_id, OperationKind.CAPTURE, allow, by=by, note=note, wait=wait)


def may_end_session(tx: Tx, hub: Hub, payment: Payment, way: Way) -> bool:
    """Whether its session is to be ended at the provider by rule: once, and not of a payment from a restored backup."""
    if not session_end_due(payment, way, hub.clock(), hold_of(tx, hub, payment)) or is_from_a_backup(tx, payment):
        return False
    provider, record = hub.providers.get(payment.provider), tx.accounts.get(payment.account_id)
    if provider is None or HOOKS[OperationKind.CANCEL] not in provider.capabilities:
        return False
    if record is None or is_locked(tx, hub, record):
        return False
    asked = tx.operations.of_payment(payment.id)
    return not any(item.is_live or (item.kind is OperationKind.CANCEL and item.decided_by == RULE) for item in asked)


async def end_session(hub: Hub, payment_id: str) -> Operation | None:
    """End a session whose time is over at its provider, whose word decides; sent at most once.

    None where it may not be, or a colleague was first.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, way: Way) -> Money:
        if not may_end_session(tx, hub, payment, way):
            raise NotAllowed("not_due", Text("cancel.too_late"))
        return payment.amount

    with contextlib.suppress(NotAllowed):
        return await _start(hub, payment_id, OperationKind.CANCEL, allow, by=RULE, note="its time is over", wait=False)
    return None


async def undo_payment(hub: Hub, payment_id: str) -> Operation | None:
    """Undo a payment whose outcome stays unknown past its expiry and settle time; sent at most once.

    None when it is not due, was sent before, a colleague was first, or the payment is from a restored backup: it may
    have been paid since, and its payer may know.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, way: Way) -> Money:
        if not undo_due(payment, way, hub.clock()) or is_from_a_backup(tx, payment):
            raise NotAllowed("not_due", Text("undo.not_due"))
        return payment.amount

    with contextlib.suppress(NotAllowed):
        return await _start(hub, payment_id, OperationKind.UNDO, allow, by=RULE, note="outcome unknown", wait=False)
    return None


Allow = Callable[[Tx, Payment, ProviderInfo, Way], Money]


async def _start(
    hub: Hub,
    payment_id: str,
    kind: OperationKind,
    allow: Allow,
    *,
    by: str,
    note: str = "",
    wait: bool = True,
) -> Operation:
    if hub.stopping:
        raise Unavailable("the process is stopping: nothing new is sent")
    now, operation_id = hub.clock(), hub.fresh_id()
    references = {
        code: hub.random_text(provider.info.reference.length, provider.info.reference.alphabet)
        for code, provider in hub.providers.items()
    }

    def commit_sending(tx: Tx) -> Operation:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(payment_id)
        provider, way = hub.providers.get(payment.provider), way_of(hub, payment)
        if provider is None or way is None or HOOKS[kind] not in provider.capabilities:
            raise NotAllowed("cannot", Text("operation.not_offered", provider=payment.provider))
        record = tx.accounts.get(payment.account_id)
        if record is None or is_locked(tx, hub, record):
            raise NotAllowed("locked", Text("operation.locked"))
        operation = Operation(
            id=operation_id,
            payment_id=payment.id,
            account_id=payment.account_id,
            merchant_id=payment.merchant_id,
            mode=payment.mode,
            kind=kind,
            reference=references[payment.provider],
            amount=allow(tx, payment, provider.info, way),
            decided_by=by,
            note=note[:300],
            created_at=now,
        )
        tx.operations.add(operation)
        tx.operations.begin_sending(operation.id, hub.owner, now + LEASE)
        tell(tx, "operation_started", operation=operation.id, payment=payment.id, kind=kind.value)
        return attrs.evolve(
            operation, phase=Phase.SENDING, status=OperationStatus.UNKNOWN, owner=hub.owner, lease_until=now + LEASE
        )

    try:
        operation = await hub.store.write(commit_sending)
    except Conflict as conflict:
        raise NotAllowed("in_progress", Text("operation.exists")) from conflict
    task = asyncio.ensure_future(send_operation(hub, operation))
    hub.spawn(task)
    if wait:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), WAIT_SECONDS)
    return await hub.store.read(lambda tx: tx.operations.get(operation_id)) or operation
