"""Refund, undo or cancel a payment: committed as *sending* first, sent once, concluded only by a clear answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import structlog

from hub.domain.decision import Decision
from hub.domain.held import held_as
from hub.domain.ids import derived_id
from hub.domain.message import review_of
from hub.domain.observation import ObservedBy
from hub.domain.operation import (
    DONE_BY,
    Operation,
    OperationKind,
    OperationStatus,
    operation_status,
    settled_at,
    undo_due,
)
from hub.domain.payment import LEASE, Payment, Phase, Status
from hub.domain.text import Text
from hub.flows.accounts.open_account import CannotOpen, Opened, is_locked, open_account
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Conflict, Hub, Tx, Unavailable
from hub.flows.ground.read_held import held_of, refundable_now
from hub.flows.ground.tell import tell, warn
from hub.flows.ground.write_outcome import write_outcome
from hub.flows.operations.note_restore import is_from_a_backup
from hub_hookspecs import (
    CROCKFORD,
    Cancel,
    Conclusion,
    Kind,
    Money,
    Observation,
    Outcome,
    ProviderInfo,
    Reason,
    Refund,
    RefundKind,
    Refunds,
    Way,
)

from .decide import NotAllowed as NotAllowed
from .decide import decide
from .record_observations import Claim, record_observations, rule_claim, way_of

log = structlog.get_logger()

WAIT_SECONDS = 3.0
TOLD_BY = {
    OperationKind.REFUND: frozenset({Kind.RETURNED, Kind.CHARGED_BACK, Kind.PAID}),
    OperationKind.UNDO: frozenset({Kind.RETURNED, Kind.CHARGED_BACK, Kind.PAID}),
    OperationKind.CANCEL: frozenset(
        {Kind.CANCELLED, Kind.PAID, Kind.EXPIRED, Kind.DECLINED, Kind.RETURNED, Kind.CHARGED_BACK}
    ),
}
"""What an answer tells of the payment; anything else it tells of the operation alone."""

HOOKS = {
    OperationKind.REFUND: "refund_payment",
    OperationKind.UNDO: "refund_payment",
    OperationKind.CANCEL: "cancel_payment",
}


async def refund_payment(
    hub: Hub,
    payment_id: str,
    *,
    amount: Money | None = None,
    by: str,
    note: str = "",
    decision: Decision | None = None,
    left: int | None = None,
) -> Operation:
    """Give a proven capture back, whole or as far as the provider can.

    Args:
        left: What was left to give back when it was decided, minor units.
        decision: Kept in the transaction that commits the sending, so that no refund is without one, nor the reverse.

    Raises:
        NotAllowed: Not paid, unknown, more than is left, or the provider cannot.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, _way: Way) -> Money:
        wanted = offered_refund(tx, hub, payment, amount, left=left)
        if decision and not decide(tx, hub, decision, now=hub.clock()).is_done:
            raise NotAllowed("second_person", Text("decision.other_person"))
        return wanted

    return await _start(hub, payment_id, OperationKind.REFUND, allow, by=by, note=note)


def refundable(tx: Tx, hub: Hub, payment: Payment, amount: Money | None = None, *, left: int | None = None) -> Money:
    """What may be given back: ``amount``, or all that the books hold of the payment and its provider vouched for.

    Args:
        left: What somebody saw to be left, minor units.

    Raises:
        NotAllowed: Not paid, unknown, more than is left, not what was seen, or the provider cannot.
    """
    provider, captured = hub.providers.get(payment.provider), _left(tx, payment)
    if payment.status is Status.UNKNOWN:
        raise NotAllowed("unknown", Text("refund.unknown"))
    if payment.status is not Status.PAID:
        raise NotAllowed("not_paid", Text("refund.not_paid"))
    if not captured:
        raise _nothing_left(tx, payment)
    if left not in (None, captured.minor):
        raise NotAllowed("changed", Text("refund.changed", left=captured))
    if provider is None:
        raise NotAllowed("cannot", Text("refund.not_installed", provider=payment.provider))
    info: ProviderInfo = provider.info
    wanted = captured if amount is None else amount  # nothing is an amount too, and not all
    if info.refunds is Refunds.NONE or HOOKS[OperationKind.REFUND] not in provider.capabilities:
        raise NotAllowed("cannot", Text("refund.not_here", provider=info.name))
    if info.refunds is Refunds.FULL and wanted != captured:
        raise NotAllowed("full_only", Text("refund.full_only", provider=info.name, amount=captured))
    if wanted.currency != captured.currency or not 0 < wanted.minor <= captured.minor:
        raise NotAllowed("amount", Text("refund.at_most", amount=captured))
    if info.refund_days and hub.clock() > payment.created_at + timedelta(days=info.refund_days):
        raise NotAllowed("too_late", Text("refund.too_late", provider=info.name, days=info.refund_days))
    return wanted


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


async def undo_payment(hub: Hub, payment_id: str) -> Operation | None:
    """Undo a payment whose outcome stays unknown past its expiry and settle time; sent at most once.

    None when it is not due, was sent before, a colleague was first, or the payment is from a restored backup: it may
    have been paid and told since.
    """

    def allow(tx: Tx, payment: Payment, _info: ProviderInfo, way: Way) -> Money:
        if not undo_due(payment, way, hub.clock()) or is_from_a_backup(tx, payment):
            raise NotAllowed("not_due", Text("undo.not_due"))
        return payment.amount

    with contextlib.suppress(NotAllowed):
        return await _start(hub, payment_id, OperationKind.UNDO, allow, by="rule", note="outcome unknown", wait=False)
    return None


def offered_refund(
    tx: Tx, hub: Hub, payment: Payment, amount: Money | None = None, *, left: int | None = None
) -> Money:
    """``refundable``, as far as the provider can: one that gives all back can give back no rest.

    Raises:
        NotAllowed: As ``refundable``.
    """
    wanted = refundable(tx, hub, payment, amount, left=left)
    info, whole = hub.providers[payment.provider].info, _vouched(tx, payment)
    if info.refunds is Refunds.FULL and wanted != whole:
        raise NotAllowed("full_only", Text("refund.full_only_rest", provider=info.name, amount=whole, left=wanted))
    return wanted


def _left(tx: Tx, payment: Payment) -> Money:
    return Money(refundable_now(tx, payment), payment.amount.currency)


def _vouched(tx: Tx, payment: Payment) -> Money:
    """What the provider captured of what was asked for, as far as the books agree."""
    held = held_as(held_of(tx, payment), payment.amount.currency)
    return held.money(held.vouched)


def _nothing_left(tx: Tx, payment: Payment) -> NotAllowed:
    held = held_as(held_of(tx, payment), payment.amount.currency)
    if held.left > 0 and held.currency != payment.amount.currency:
        came = held.money(held.left)
        return NotAllowed("currency", Text("refund.other_currency", amount=came))
    return NotAllowed("nothing_left", Text("refund.nothing_left"))


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


async def send_operation(hub: Hub, operation: Operation) -> None:
    """Drive the hook once and commit its outcome; never raises."""
    try:
        with structlog.contextvars.bound_contextvars(payment=operation.payment_id):
            conclusion, steps = await _perform(hub, operation)
    except asyncio.CancelledError:
        raise
    except Exception:  # a fault of ours: the outcome stays unknown
        log.exception("operation_failed", operation=operation.id)
        return
    now = hub.clock()

    def commit(tx: Tx) -> None:
        _commit(tx, hub, operation.id, conclusion, now)
        tx.requests.add(operation.payment_id, steps, at=now, operation_id=operation.id)

    await write_outcome(hub, commit)


async def _perform(hub: Hub, operation: Operation) -> tuple[Conclusion[Any], tuple[Any, ...]]:
    now = hub.clock()

    def load(tx: Tx) -> tuple[Payment, Money, Opened]:
        payment, record = tx.payments.get(operation.payment_id), tx.accounts.get(operation.account_id)
        if payment is None or record is None:
            raise LookupError(operation.payment_id)
        captured = _vouched(tx, payment) if operation.kind is OperationKind.REFUND else payment.amount
        return payment, captured, open_account(tx, hub, record, now)

    try:
        payment, captured, opened = await hub.store.read(load)
    except CannotOpen as error:
        return Conclusion(outcome=Outcome.NEVER_SENT, cause=str(error)), ()
    call_id = hub.random_text(10, CROCKFORD)
    common: dict[str, Any] = {
        "reference": payment.reference,
        "operation": operation.reference,
        "provider_reference": payment.provider_reference,
        "way": payment.way,
        "amount": operation.amount,
        "memory": payment.memory,
        "payer_fields": payment.payer.fields,
        "now": now,
        "call_id": call_id,
    }
    records: dict[str, Any]
    if operation.kind is OperationKind.CANCEL:
        records = {"cancel": Cancel(**common)}
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
    for observation in observations or ():
        _note(tx, operation, observation.kind, ObservedBy.ANSWER, observation.reason, "", now)
    if conclusion.outcome is Outcome.DECLINED:
        _note(tx, operation, Kind.DECLINED, ObservedBy.ANSWER, conclusion.reason, conclusion.cause, now)
    elif conclusion.outcome is Outcome.NEVER_SENT:
        _note(tx, operation, Kind.NEVER_SENT, ObservedBy.RULE, None, conclusion.cause, now)
    sent = attrs.evolve(operation, phase=Phase.SENT, ended_at=now)
    settle(tx, hub, sent, payment, tuple(observations or ()), now)


def _note(
    tx: Tx, operation: Operation, kind: Kind, source: ObservedBy, reason: Reason | None, note: str, now: datetime
) -> None:
    key = derived_id("operation_news", operation.id, kind)
    tx.operations.observe(key, operation.id, kind, source, reason=reason, note=note[:200], now=now)


def conclude_by_hand(
    tx: Tx, hub: Hub, operation: Operation, payment: Payment, kind: Kind, note: str, now: datetime
) -> Operation:
    """An operator knows what became of an operation without a clear answer."""
    _note(tx, operation, kind, ObservedBy.OPERATOR, None, note, now)
    ended = operation.ended_at or operation.lease_until or now
    sent = attrs.evolve(operation, phase=Phase.SENT, ended_at=ended)
    return settle(tx, hub, sent, payment, (), now, source=ObservedBy.OPERATOR)


def settle(
    tx: Tx,
    hub: Hub,
    operation: Operation,
    payment: Payment,
    observations: tuple[Observation, ...],
    now: datetime,
    *,
    source: ObservedBy = ObservedBy.ANSWER,
) -> Operation:
    """Derive the operation's status and let its news about the payment through the door."""
    kinds = [item[0] for item in tx.operations.seen(operation.id)]
    status, reason = operation_status(operation.kind, operation.phase, kinds)
    after = attrs.evolve(operation, status=status, reason=reason)
    after = attrs.evolve(after, next_check_at=_next_look(after, now))
    tx.operations.save(after)
    _tell_log(tx, operation, after)
    if after.kind is OperationKind.UNDO and after.status is OperationStatus.CLOSED and reason == Kind.DECLINED:
        _ask_a_person(tx, after, payment, now)
    claims = [
        attrs.evolve(claim, source=source) if claim.source is ObservedBy.ANSWER else claim
        for claim in _claims(payment, after, observations, way_of(hub, payment), now)
    ]
    if claims:
        record_observations(tx, hub, payment, claims, now=now)
    return after


def _tell_log(tx: Tx, before: Operation, after: Operation) -> None:
    if after.status is before.status:
        return
    kind, payment_id = after.kind.value, after.payment_id
    if after.status is OperationStatus.DONE:
        tell(tx, "operation_done", operation=after.id, payment=payment_id, kind=kind)
    elif after.status is OperationStatus.CLOSED:
        warn(tx, "operation_closed", operation=after.id, payment=payment_id, kind=kind, reason=after.reason)


def _ask_a_person(tx: Tx, operation: Operation, payment: Payment, now: datetime) -> None:
    """The provider would not undo what nobody knows: waiting teaches nothing more, and the payables stay locked."""
    details = f"payment {payment.reference} is {payment.status}, and undo {operation.reference} was refused"
    open_review(tx, review_of("unresolved", payment, details, now, payment_id=payment.id))


def _claims(
    payment: Payment, operation: Operation, observations: tuple[Observation, ...], way: Way | None, now: datetime
) -> list[Claim]:
    """What an operation's answer says about the payment itself: in the plugin's words, ours where it has none."""
    done, kinds = operation.status is OperationStatus.DONE, {item.kind for item in observations}
    told = [item for item in observations if item.kind in TOLD_BY[operation.kind]]
    if done and DONE_BY[operation.kind] not in kinds:
        told.append(Observation(kind=DONE_BY[operation.kind]))
    claims = []
    if operation.kind is OperationKind.UNDO and done and Kind.PAID not in kinds:
        paid = Observation(kind=Kind.PAID)
        claims.append(Claim(observation=paid, source=ObservedBy.ANSWER, note="proved by its undo"))
    claims += [_answer(operation, item) for item in told]
    nothing = operation.kind is OperationKind.UNDO and operation.reason == "nothing_to_return"
    if nothing and way and now >= settled_at(payment, way):
        claims.append(rule_claim(Kind.NEVER_EXISTED, "undo_found_nothing", f"operation {operation.reference}"))
    return claims


def _answer(operation: Operation, told: Observation) -> Claim:
    """What was told, with our own reference and amount where the provider names none of a return."""
    claim = Claim(observation=told, source=ObservedBy.ANSWER, note=operation.kind.value)
    if told.kind is not Kind.RETURNED:
        return claim
    named = bool(told.event_id)
    returned = attrs.evolve(
        told,
        reference=None,  # the hub knows which payment it asked about
        amount=told.amount or operation.amount,
        event_id=told.event_id or operation.reference,
        vouched=told.vouched if named else told.vouched | {"event_id"},
    )
    return attrs.evolve(claim, observation=returned, operation=operation.reference, occasion=operation.reference)


REVIEW_UNKNOWN_AFTER = timedelta(hours=1)


def _next_look(operation: Operation, now: datetime) -> datetime | None:
    """An unknown operation is looked at until a review stands for it; the request is never sent again."""
    if not operation.is_live:
        return None
    ended = operation.ended_at or operation.lease_until or operation.created_at
    first = ended + REVIEW_UNKNOWN_AFTER
    return first if now < first else now + timedelta(hours=24)


async def check_operation(hub: Hub, operation_id: str) -> None:
    """Look at an operation that is due; safe to run twice.

    What was never sent before its lease ended is unknown; after an hour a review stands for it.
    """
    now = hub.clock()

    def look(tx: Tx) -> None:
        operation = tx.operations.get(operation_id)
        if operation is None or not operation.is_live:
            return
        if operation.phase is Phase.SENDING and operation.lease_until and now < operation.lease_until:
            return
        if operation.phase is Phase.SENDING:
            operation = attrs.evolve(operation, phase=Phase.SENT, ended_at=operation.lease_until)
        ended = operation.ended_at or now
        if now >= ended + REVIEW_UNKNOWN_AFTER:
            details = f"{operation.kind} {operation.reference} of {operation.amount} got no clear answer"
            review = review_of("operation_unknown", operation, details, now, payment_id=operation.payment_id)
            open_review(tx, review)
        looked = attrs.evolve(operation, checks=operation.checks + 1, next_check_at=_next_look(operation, now))
        tx.operations.save(looked)

    await hub.store.write(look)
