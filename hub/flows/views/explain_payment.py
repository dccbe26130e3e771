"""Explain what a payment waits for, what comes next and when: by the rules that its checks follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.payment import Payment, Phase, Status
from hub.domain.payment_checks import WATCH, session_over_at
from hub.domain.text import Text
from hub.flows.ground.ports import Hub
from hub.flows.payments.payment_view import Shown
from hub.flows.payments.record_observations import way_of
from hub_hookspecs import QueryBy

from .view_payments import PaymentPage
from .view_record import PaymentRecord


@attrs.frozen
class Explained:
    """A payment's next part.

    Attributes:
        waits: What it waits for; None when for nothing.
        next: What comes next, each with its time.
    """

    waits: Text | None
    next: tuple[Text, ...]

    @property
    def lines(self) -> tuple[Text, ...]:
        """All of it."""
        return (self.waits or Text("waits.nothing"), *self.next)


def explain_payment(hub: Hub, page: PaymentPage, record: PaymentRecord, now: datetime) -> Explained:
    """What it waits for, and what comes next; moments stand on the company's clock."""
    payment = page.view.payment
    return Explained(_waits(page, payment), tuple(_next(hub, page, record, now)))


def _waits(page: PaymentPage, payment: Payment) -> Text | None:
    view, name = page.view, page.view.provider_name
    if payment.phase is not Phase.SENT:
        if payment.status is Status.CLOSED:
            return None
        if payment.lease_until is None:
            return Text("waits.word", provider=name)
        return Text("waits.sending", provider=name, moment=_here(page, payment.lease_until))
    if payment.status is Status.PAID:
        return Text("waits.receipt") if view.is_unrecorded else None
    if payment.status is Status.CLOSED:
        if not payment.is_unproven:
            return None
        return Text("waits.watched", moment=_here(page, (payment.ended_at or payment.created_at) + WATCH))
    match view.shown:
        case Shown.HOSTED_PAGE | Shown.POST_FORM:
            return Text("waits.payer_page", provider=name)
        case Shown.APPROVE:
            return Text("waits.payer_approves", provider=name)
        case Shown.QR:
            return Text("waits.payer_scans")
        case Shown.REFERENCE:
            return Text("waits.payer_reference")
        case Shown.RESERVED:
            return Text("waits.capture")
        case Shown.WAITING_RESULT:
            return Text("waits.result", provider=name)
        case Shown.UNKNOWN:
            return Text("waits.unknown", provider=name)
    return Text("waits.word", provider=name)


def _next(hub: Hub, page: PaymentPage, record: PaymentRecord, now: datetime) -> Iterator[Text]:
    payment, way = page.view.payment, way_of(hub, page.view.payment)
    if payment.is_live and payment.expires_at and now < payment.expires_at:
        yield Text("next.expires", moment=_here(page, payment.expires_at))
    if payment.next_check_at is None:
        yield Text("next.no_check")
    elif now >= payment.next_check_at:
        yield Text("next.check_due", moment=_here(page, payment.next_check_at))
    else:
        yield Text("next.check", moment=_here(page, payment.next_check_at))
    if payment.next_check_at and payment.status is Status.PAID:
        yield Text("next.asked_paid", provider=page.view.provider_name)
    if way and payment.is_live:
        if over := session_over_at(payment, way):
            yield Text("next.settles", moment=_here(page, over))
        if payment.next_check_at and way.query_by is QueryBy.NONE and payment.status is Status.PENDING:
            yield Text("next.silence", provider=page.view.provider_name)
    if record.undo_from:
        yield Text("next.undo", moment=_here(page, record.undo_from))
    opened = [review.opened_at for review in page.reviews if review.resolved_at is None]
    if opened:
        yield Text("next.review", moment=_here(page, min(opened)))


def _here(page: PaymentPage, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(page.view.merchant.company.zone))
