"""Read a hold: what was authorised of a payment, and what is under way to capture it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from hub.domain.account import CaptureChoice
from hub.domain.hold import ASKED, Hold, hold_in
from hub.domain.observation import Seen
from hub.domain.operation import Operation, OperationKind, OperationStatus
from hub.domain.payment import Payment, Phase
from hub.flows.ground.ports import Hub, Tx
from hub.flows.operations.record_restore import is_from_a_backup
from hub_hookspecs import Kind, Money, Observation

HOOK = "capture_payment"
FIRST = timedelta(seconds=1)
"""How long after it was heard of the hub captures: whoever told of it is answered first."""

MOST = timedelta(hours=6)


def captures_sent(tx: Tx, payment: Payment) -> tuple[Operation, ...]:
    """The captures of a payment that were asked for; oldest first."""
    return tuple(item for item in tx.operations.of_payment(payment.id) if item.kind is OperationKind.CAPTURE)


def hold_of(tx: Tx, hub: Hub, payment: Payment, seen: Sequence[Seen] | None = None) -> Hold | None:
    """The hold of a payment, with what is known of its captures; None where nothing was authorised."""
    hold = hold_in(payment, tx.payments.seen(payment.id) if seen is None else seen)
    if hold is None or not payment.is_live:
        return hold
    operations = tx.operations.of_payment(payment.id)
    unclear = [item for item in operations if item.is_live and item.kind is OperationKind.CAPTURE]
    since = next((item.ended_at or item.lease_until or item.created_at for item in unclear), None)
    return attrs.evolve(hold, unclear_since=since, due_from=_due_from(tx, hub, payment, hold, operations))


def _due_from(tx: Tx, hub: Hub, payment: Payment, hold: Hold, operations: Sequence[Operation]) -> datetime | None:
    """From when the hub is to capture by itself: nobody chose otherwise, and nothing that may move money was sent.

    One that provably never left is tried again, ever more rarely. One of a restored backup may be captured already.
    """
    provider, account = hub.providers.get(payment.provider), tx.accounts.get(payment.account_id)
    way = provider.info.way(payment.way) if provider else None
    if provider is None or way is None or not way.authorises or HOOK not in provider.capabilities:
        return None
    if account is None or account.capture is not CaptureChoice.AT_ONCE or is_from_a_backup(tx, payment):
        return None
    if any(item.kind is not OperationKind.CAPTURE or not never_left(item) for item in operations):
        return None
    begun = payment.lease_until if payment.phase is not Phase.SENT and payment.lease_until else hold.since
    tried = [item.ended_at or item.created_at for item in operations]
    return tried[-1] + min(max(tried[-1] - begun, FIRST), MOST) if tried else begun + FIRST


def never_left(operation: Operation) -> bool:
    """Whether it is certain that the provider never heard of it."""
    return operation.status is OperationStatus.CLOSED and operation.reason == Kind.NEVER_SENT


def asked_of(tx: Tx, payment: Payment, seen: Iterable[Seen]) -> Money:
    """What was to be taken: what our capture said, where one may have been executed; else what was asked for.

    One that we hold for over, since its payment ended or a person said so, may have been executed all the same.
    """
    if not any(item.observation.kind is Kind.AUTHORISED for item in seen):
        return payment.amount
    sent = [item for item in captures_sent(tx, payment) if not never_left(item) and not _refused(tx, item)]
    standing = [item for item in sent if item.status is not OperationStatus.CLOSED]
    return next((item.amount for item in reversed(standing or sent)), payment.amount)


def _refused(tx: Tx, operation: Operation) -> bool:
    """Whether the provider itself answered that it would not; then it names why."""
    told = tx.operations.seen(operation.id)
    return any(kind is Kind.DECLINED and reason is not None for kind, reason, _note, _at in told)


def as_captured(tx: Tx, payment: Payment, news: Observation) -> Observation:
    """News of money, with the amount of our capture where the provider vouches for none: a part is no whole."""
    if news.kind is not Kind.PAID or (news.amount is not None and "amount" in news.vouched):
        return news
    asked = asked_of(tx, payment, tx.payments.seen(payment.id))
    return news if asked == payment.amount else attrs.evolve(news, amount=asked, vouched=news.vouched | {ASKED})
