"""View a payment's record: its operations, the requests that were sent, what people decided, what they may do now."""

from __future__ import annotations

import contextlib
from datetime import datetime

import attrs

from hub.domain.decision import Decision
from hub.domain.message import StoredMessage
from hub.domain.operation import Operation, OperationKind, settled_at
from hub.domain.payment import Payment, Phase, Status
from hub.domain.request_sent import RequestSent
from hub.domain.text import Text
from hub.flows.books.standing_returns import BouncedReturn, StandingReturn, bounced_returns, standing_returns
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.record_restore import is_from_a_backup
from hub.flows.payments.allow_capture import capturable
from hub.flows.payments.allow_refund import offered_refund
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.record_observations import way_of, zone_of
from hub.flows.payments.release_payment import is_hosted, releasable_from
from hub.flows.payments.send_operation import HOOKS
from hub_hookspecs import Kind, Money, Reason


@attrs.frozen
class OperationEvent:
    """One thing that is known of an operation."""

    kind: Kind
    reason: Reason | None
    note: str
    at: datetime
    source: str


@attrs.frozen
class OperationView:
    """A refund, undo or cancel, and what is known of it."""

    operation: Operation
    events: tuple[OperationEvent, ...]


@attrs.frozen(kw_only=True)
class PaymentRecord:
    """What belongs to one payment beside its own observations.

    Attributes:
        messages: Those that were stored and applied to it; one that was booked at once is not stored.
        refundable: What a refund by the provider would give back now; None where there is none, ``why_not`` says why.
        cancellable: Whether the provider can be asked to cancel it now.
        release_from: From when its merchant may give the invoices back; None when not at all.
        undo_from: From when the hub undoes it by itself unless something is reported; None when it does not.
        hosted: The payer acts on a page of the provider.
        bounceable: Its refunds that are booked and stand, each of which may come back.
        bounced: Those that came back.
    """

    operations: tuple[OperationView, ...]
    requests: tuple[RequestSent, ...]
    messages: tuple[StoredMessage, ...]
    decisions: tuple[Decision, ...]
    refundable: Money | None
    why_not: Text | None
    capturable: Money | None
    cancellable: bool
    release_from: datetime | None
    undo_from: datetime | None
    hosted: bool
    bounceable: tuple[StandingReturn, ...] = ()
    bounced: tuple[BouncedReturn, ...] = ()

    @property
    def open_operation(self) -> Operation | None:
        """The operation whose outcome nobody knows."""
        return next((view.operation for view in self.operations if view.operation.is_live), None)

    @property
    def waiting(self) -> tuple[Decision, ...]:
        """Decisions that wait for a second person."""
        return tuple(item for item in self.decisions if not item.is_done and not item.superseded)


async def view_record(hub: Hub, payment_id: str) -> PaymentRecord:
    """The record of a payment.

    Raises:
        LookupError: No such payment.
    """

    def read(tx: Tx) -> PaymentRecord:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        return record_of(tx, hub, payment)

    return await hub.store.read(read)


def record_of(tx: Tx, hub: Hub, payment: Payment) -> PaymentRecord:
    """``view_record`` inside a reading transaction."""
    operations = tuple(_operation(tx, item) for item in tx.operations.of_payment(payment.id))
    is_open = any(view.operation.is_live for view in operations)
    left, why_not = refund_offered(tx, hub, payment)
    return PaymentRecord(
        operations=operations,
        requests=tx.requests.of(payment.id),
        messages=tx.messages.of_payment(payment.id),
        decisions=tx.decisions.of(payment.id),
        refundable=left,
        why_not=why_not,
        capturable=None if is_open else _capturable(tx, hub, payment),
        cancellable=not is_open and _is_cancellable(hub, payment),
        release_from=release_from(hub, payment),
        undo_from=_undo_from(tx, hub, payment) if not operations else None,
        hosted=is_hosted(payment),
        bounceable=() if is_open or payment.status is not Status.PAID else standing_returns(tx, payment),
        bounced=bounced_returns(tx, payment, zone_of(tx.merchants.get(payment.merchant_id))),
    )


def _operation(tx: Tx, operation: Operation) -> OperationView:
    seen, sources = tx.operations.seen(operation.id), tx.operations.sources(operation.id)
    events = (OperationEvent(*item, source) for item, source in zip(seen, sources, strict=True))
    return OperationView(operation, tuple(events))


def _capturable(tx: Tx, hub: Hub, payment: Payment) -> Money | None:
    """What a person may take of held money now."""
    with contextlib.suppress(NotAllowed):
        return capturable(tx, hub, payment)
    return None


def _is_cancellable(hub: Hub, payment: Payment) -> bool:
    provider, way = hub.providers.get(payment.provider), way_of(hub, payment)
    can = provider is not None and HOOKS[OperationKind.CANCEL] in provider.capabilities
    return bool(can and way and way.cancel) and payment.status is Status.PENDING


def _undo_from(tx: Tx, hub: Hub, payment: Payment) -> datetime | None:
    way = way_of(hub, payment)
    if way is None or not way.undo or payment.status is not Status.UNKNOWN or is_from_a_backup(tx, payment):
        return None
    return settled_at(payment, way)


def refund_offered(tx: Tx, hub: Hub, payment: Payment) -> tuple[Money | None, Text | None]:
    """What a refund by the provider would give back now, or why there is none."""
    if any(operation.is_live for operation in tx.operations.of_payment(payment.id)):
        return None, Text("operation.in_progress")
    try:
        return offered_refund(tx, hub, payment), None
    except NotAllowed as refusal:
        return None, refusal.message


def release_from(hub: Hub, payment: Payment) -> datetime | None:
    """From when its merchant may give the invoices back; None when not at all."""
    start = None
    with contextlib.suppress(NotAllowed):
        start = releasable_from(hub, payment)
    if start is None or payment.phase is Phase.CREATED:
        return None
    if payment.phase is Phase.SENDING and payment.lease_until:
        return max(start, payment.lease_until)
    return start
