"""Allow a refund: what may be given back of a payment, by the books and by what its provider can."""

from __future__ import annotations

from datetime import timedelta

from hub.domain.acts import Act
from hub.domain.held import held_as
from hub.domain.ledger import EntryKind
from hub.domain.operation import OperationKind, OperationStatus
from hub.domain.payment import Payment, Status
from hub.domain.text import Text
from hub.flows.books.read_intakes import intakes_in
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of, refundable_now, vouched_for
from hub_hookspecs import Money, ProviderInfo, Refunds

from .decide import NotAllowed, refuse_under_way
from .send_operation import HOOKS


def refundable(tx: Tx, hub: Hub, payment: Payment, amount: Money | None = None) -> Money:
    """What may be given back: ``amount``, or all that the books hold of the payment and its provider vouched for.

    Raises:
        NotAllowed: Not paid, unknown, a refund of it unknown, a dispute of it open, more than is left,
            credit that a live payment holds, or the provider cannot.
    """
    provider, captured = hub.providers.get(payment.provider), _left(tx, payment)
    if payment.status is Status.UNKNOWN:
        raise NotAllowed("unknown", Text("refund.unknown"))
    if payment.status is not Status.PAID:
        raise NotAllowed("not_paid", Text("refund.not_paid"))
    refuse_under_way(tx, Act.REFUND, payment, hub.clock())
    if not captured:
        raise _nothing_left(tx, payment)
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
    _refuse_held(tx, payment, wanted)
    return wanted


def offered_refund(tx: Tx, hub: Hub, payment: Payment, amount: Money | None = None) -> Money:
    """``refundable``, as far as the provider can: one that gives all back can give back no rest.

    Raises:
        NotAllowed: As ``refundable``.
    """
    wanted = refundable(tx, hub, payment, amount)
    info, whole = hub.providers[payment.provider].info, vouched_for(tx, payment)
    if info.refunds is Refunds.FULL and wanted != whole:
        raise NotAllowed("full_only", Text("refund.full_only_rest", provider=info.name, amount=whole, left=wanted))
    if info.refunds_per_payment and _times(tx, payment) >= info.refunds_per_payment:
        raise NotAllowed("once", Text("refund.once", provider=info.name))
    return wanted


def _times(tx: Tx, payment: Payment) -> int:
    """How often money of a payment went back, or is on its way back, whoever asked for it."""
    asked = [item for item in tx.operations.of_payment(payment.id) if item.kind is OperationKind.REFUND]
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    booked = [entry for entry in entries if entry.kind is EntryKind.REFUND]
    return max(len([item for item in asked if item.status is not OperationStatus.CLOSED]), len(booked))


def _refuse_held(tx: Tx, payment: Payment, wanted: Money) -> None:
    """Refuse to give back credit that a live payment of the customer holds: what is unapplied goes back first."""
    held = tx.ledger.held_credit(payment.customer_id, payment.mode).get(wanted.currency, 0)
    if not held:
        return
    unapplied = sum(intake.unapplied for intake in intakes_in(tx, payment, wanted.currency))
    credit = tx.ledger.credit_of(payment.customer_id, payment.mode).get(wanted.currency, 0)
    if credit - min(wanted.minor, unapplied) < held:
        raise NotAllowed("credit_held", Text("credit.held", held=Money(held, wanted.currency)))


def _left(tx: Tx, payment: Payment) -> Money:
    return Money(refundable_now(tx, payment), payment.amount.currency)


def _nothing_left(tx: Tx, payment: Payment) -> NotAllowed:
    held = held_as(held_of(tx, payment), payment.amount.currency)
    if held.left > 0 and held.currency != payment.amount.currency:
        came = held.money(held.left)
        return NotAllowed("currency", Text("refund.other_currency", amount=came))
    return NotAllowed("nothing_left", Text("refund.nothing_left"))
