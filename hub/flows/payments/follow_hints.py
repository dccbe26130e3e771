"""Follow what a message names without claiming it: a check comes sooner, or a person is asked to look."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.domain.message import review_of
from hub.domain.payment import Payment, Status
from hub.flows.accounts.open_account import Opened
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Tx
from hub_hookspecs import Reading, Verdict

from .match_account import payments_named

HINT_EVERY = timedelta(seconds=30)


def review_rejected(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    """A message failed its proof: a person looks at each live payment that it names."""
    tx.messages.count("forged_refused")
    failed = f", and failed its proof{f': {reading.reason}' if reading.reason else ''}"
    for payment in payments_named(tx, opened.record, reading.hints[:5]):
        if payment.is_live:
            _request_review(tx, payment, "rejected_signature", message_id, failed, now)


def _request_review(tx: Tx, payment: Payment, cause: str, message_id: str, reason: str, now: datetime) -> None:
    """A message names this payment, and a person is to look at it, once a cause."""
    named = f"message {message_id[:10]}"
    details = f"{named} names payment {payment.reference}{reason}"
    open_review(tx, review_of(cause, payment, details, now, payment_id=payment.id, subject=named))


def apply_hints(tx: Tx, opened: Opened, reading: Reading, now: datetime) -> None:
    """Bring the next check forward of each payment that is named, and is live or paid and watched."""
    for payment in payments_named(tx, opened.record, reading.hints[:5]):
        if payment.is_live or (payment.status is Status.PAID and payment.next_check_at):
            hint(tx, payment, now)


def follow_hints(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    """It claims nothing: what it names is asked about; where it is genuine and not understood, a person is too."""
    apply_hints(tx, opened, reading, now)
    if reading.verdict is Verdict.VALID and reading.reason:
        _review_unclear(tx, opened, message_id, reading, now)


def _review_unclear(tx: Tx, opened: Opened, message_id: str, reading: Reading, now: datetime) -> None:
    """Its plugin does not know what it says of a payment: a person looks at each unpaid one."""
    for reference in reading.hints[:5]:
        payment = tx.payments.by_reference(opened.record.id, reference)
        if payment and payment.status is not Status.PAID:
            _request_review(tx, payment, "unclear_message", message_id, f"; {reading.reason}", now)


def hint(tx: Tx, payment: Payment, now: datetime) -> None:
    """Bring the next check forward to the end of the running half minute: however many hints come, that is one query.

    Half minutes count from the end of the exchange, so that no memory of the last hint is needed.
    """
    start = payment.ended_at or payment.created_at
    tx.payments.make_due(payment.id, start + ((now - start) // HINT_EVERY + 1) * HINT_EVERY)
