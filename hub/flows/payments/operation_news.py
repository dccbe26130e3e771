"""News of an operation, stored once a kind, and what it is by them; a payment that ended ends its capture or cancel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from hub.domain.ids import derived_id
from hub.domain.known_returns import KnownReturn, sort_out
from hub.domain.observation import ObservedBy, Seen
from hub.domain.operation import Operation, OperationKind, OperationStatus, operation_status
from hub.domain.payment import OURS, Payment, Phase, Status
from hub.flows.ground.open_review import close_by_fact
from hub.flows.ground.ports import Tx
from hub.flows.ground.tell import tell, warn
from hub_hookspecs import Kind, Money, Reason

UNKNOWN = "operation_unknown"
"""The cause of a review of an operation without a clear answer."""

REVIEW_UNKNOWN_AFTER = timedelta(hours=1)

TELLS = frozenset({ObservedBy.NOTIFICATION, ObservedBy.QUERY})
"""Channels by which a provider tells of a refund besides answering it."""

ENDED_BY_NEWS = frozenset({OperationKind.CAPTURE, OperationKind.REFUND})
"""What may be over by news of its payment."""

REFUND_CHECKS = (15, 60, 300, 900, 3600)
"""Seconds after which a provider is asked what became of a refund that it neither did nor refused."""


def next_check_of(operation: Operation, now: datetime) -> datetime | None:
    """An unknown operation is looked at until a review stands for it; the request is never sent again."""
    if not operation.is_live:
        return None
    ended = operation.ended_at or operation.lease_until or operation.created_at
    seconds = REFUND_CHECKS if operation.kind is OperationKind.REFUND else (3600,)
    moments = (ended + timedelta(seconds=second) for second in seconds)
    return next((moment for moment in moments if now < moment), now + timedelta(hours=24))


def observe(
    tx: Tx, operation: Operation, kind: Kind, source: ObservedBy, reason: Reason | None, note: str, now: datetime
) -> None:
    """Store what was observed of an operation, once a kind."""
    key = derived_id("operation_news", operation.id, kind)
    tx.operations.observe(key, operation.id, kind, source, reason=reason, note=note[:200], now=now)


def derive(tx: Tx, operation: Operation, now: datetime) -> Operation:
    """Save what an operation is by all that was observed of it."""
    kinds = [item[0] for item in tx.operations.seen(operation.id)]
    status, reason = operation_status(operation.kind, operation.phase, kinds)
    after = attrs.evolve(operation, status=status, reason=reason)
    after = attrs.evolve(after, next_check_at=next_check_of(after, now))
    tx.operations.save(after)
    _log_change(tx, operation, after)
    _close_review(tx, after, now)
    return after


def end_by_payment(tx: Tx, payment: Payment, now: datetime) -> None:
    """A capture or cancel without a clear answer is over once the payment is: its end says whether it was executed.

    What we closed ourselves says nothing of it.
    """
    if payment.is_live or (payment.status is Status.CLOSED and payment.reason in OURS):
        return
    said = f"the payment is {payment.status} {payment.reason}".strip()
    for operation in tx.operations.of_payment(payment.id):
        if operation.is_live and operation.kind in (OperationKind.CAPTURE, OperationKind.CANCEL):
            observe(tx, operation, _shown_by(payment, operation), ObservedBy.RULE, None, said, now)
            derive(tx, operation, now)


def _shown_by(payment: Payment, operation: Operation) -> Kind:
    if payment.status is Status.PAID:
        return Kind.PAID
    was_cancelled = operation.kind is OperationKind.CANCEL and payment.reason == Kind.CANCELLED
    return Kind.CANCELLED if was_cancelled else Kind.DECLINED


def end_refunds(tx: Tx, payment: Payment, seen: Iterable[Seen], now: datetime) -> None:
    """A refund without a clear answer was done where the provider tells besides that as much went back since.

    What another refund's answer told of, or what ended another one, is no news of this one. Of several that are under
    way nobody knows which it was. Nothing is booked here: what went back is, by its own news.
    """
    refunds = [item for item in tx.operations.of_payment(payment.id) if item.kind is OperationKind.REFUND]
    asked = [item for item in refunds if item.is_live]
    if len(asked) != 1 or asked[0].phase is not Phase.SENT:
        return
    items = tuple(seen)
    notes = (note for item in refunds for _kind, _reason, note, _at in tx.operations.seen(item.id))
    taken = {word for note in notes for word in note.split()}
    told = [item for item in _told_since(items, asked[0].created_at) if taken.isdisjoint(item.keys)]
    if parts := _coming_to(asked[0].amount, told):
        note = " ".join(("told besides its answer:", *(part.first.key for part in parts)))
        observe(tx, asked[0], Kind.RETURNED, parts[0].source, None, note, now)
        derive(tx, asked[0], now)


def _coming_to(amount: Money, told: Sequence[KnownReturn]) -> Sequence[KnownReturn]:
    """The first that is of this amount; else all, where together they come to it: of two captures each went back."""
    one = [item for item in told if item.amount == amount]
    if one:
        return one[:1]
    parts = [item.amount for item in told if item.amount is not None and item.amount.currency == amount.currency]
    return told if len(parts) == len(told) and sum(part.minor for part in parts) == amount.minor else ()


def _told_since(seen: tuple[Seen, ...], since: datetime) -> Iterable[KnownReturn]:
    """Returns that the provider first told of after this, and that are nobody else's: no refund's, and no record's."""
    at, sorted_out = {item.key: item.seen_at for item in seen}, sort_out(seen)
    recorded = {news.place for news in sorted_out.pairs.values()}
    for known in sorted_out.standing:
        is_own = known.operation is None and known.place not in recorded
        is_since = min(at[key] for key in known.keys) >= since
        if known.first.kind is Kind.RETURNED and known.source in TELLS and is_own and is_since:
            yield known


def _log_change(tx: Tx, before: Operation, after: Operation) -> None:
    if after.status is before.status:
        return
    kind, payment_id = after.kind.value, after.payment_id
    if after.status is OperationStatus.DONE:
        tell(tx, "operation_done", operation=after.id, payment=payment_id, kind=kind)
    elif after.status is OperationStatus.CLOSED:
        warn(tx, "operation_closed", operation=after.id, payment=payment_id, kind=kind, reason=after.reason)


def _close_review(tx: Tx, operation: Operation, now: datetime) -> None:
    """Nobody has to find out any more whether it was executed."""
    review = tx.reviews.get(derived_id("review", UNKNOWN, operation.id))
    if review and not operation.is_live:
        close_by_fact(tx, review, f"{operation.kind} {operation.reference} is {operation.status}", now)
