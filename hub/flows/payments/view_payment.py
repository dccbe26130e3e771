"""View a payment: put together what is known of it; its money as the books have it."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain import entry_keys, ledger
from hub.domain.captures import Capture, captures_in
from hub.domain.held import held_as
from hub.domain.intake import Intake, settled_by
from hub.domain.merchant import LinkKind
from hub.domain.observation import Seen, tries_in
from hub.domain.operation import OperationKind
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, Status
from hub.domain.payment_checks import session_over_at
from hub.domain.receipt import Deduction, name_of_less
from hub.domain.told_besides import NOTHING_TOLD, told_besides
from hub.flows.books.read_intakes import (
    billed_again,
    by_movement,
    converted_to,
    intakes_in,
    is_unrecorded,
    left_by_movement,
    paid_out_of,
)
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import deducted_of, held_of
from hub.flows.ground.who_then import is_another_since
from hub_hookspecs import ApproveInApp, Country, Instrument, Kind, Money, Reason, ReasonKind, ShowReference

from .payment_view import LineView, PaymentView, shown_for
from .read_hold import hold_of


def instrument_of(seen: tuple[Seen, ...]) -> Instrument | None:
    """What was paid with; before that, what the newest try was made with."""
    paid = [item for item in seen if item.observation.kind is Kind.PAID]
    found = [item.observation.instrument for item in paid or reversed(seen) if item.observation.instrument]
    return found[0] if found else None


def payment_link_id(payment_id: str) -> str:
    """Id of the link to a payment's page."""
    return f"p{payment_id}"


async def view_payment_by_token(hub: Hub, token: str) -> PaymentView:
    """The payment of a link.

    Raises:
        LinkClosed: Unknown, expired or revoked.
    """
    now = hub.clock()

    def read(tx: Tx) -> PaymentView:
        link = open_link(tx, hub, LinkKind.PAYMENT, token, now)
        payment = tx.payments.get(link.target)
        if payment is None:
            raise LookupError(link.target)
        return view_of(tx, hub, payment, now)

    return await hub.store.read(read)


async def view_payment_by_return(hub: Hub, token: str) -> PaymentView | None:
    """The payment whose return address has this token."""
    now = hub.clock()

    def read(tx: Tx) -> PaymentView | None:
        payment = tx.payments.by_return_token(token)
        return view_of(tx, hub, payment, now) if payment else None

    return await hub.store.read(read)


async def view_payment(hub: Hub, payment_id: str) -> PaymentView | None:
    """The payment with this id."""
    now = hub.clock()

    def read(tx: Tx) -> PaymentView | None:
        payment = tx.payments.get(payment_id)
        return view_of(tx, hub, payment, now) if payment else None

    return await hub.store.read(read)


def in_language(hub: Hub, view: PaymentView, locale: str) -> PaymentView:
    """The view with the provider's own texts in this language."""
    provider = hub.providers.get(view.payment.provider)
    way = provider.info_for(locale).way(view.payment.way) if provider else None
    if provider is None or way is None:
        return view
    action = view.payment.action
    match action:
        case ApproveInApp():
            action = attrs.evolve(action, hint=provider.said(action.hint, locale))
        case ShowReference():
            steps = tuple(provider.said(step, locale) for step in action.instructions)
            action = attrs.evolve(action, label=provider.said(action.label, locale), instructions=steps)
    return attrs.evolve(view, way_label=way.label, payment=attrs.evolve(view.payment, action=action))


def view_of(tx: Tx, hub: Hub, payment: Payment, now: datetime) -> PaymentView:
    """Put together what is known of a payment."""
    merchant = tx.merchants.get(payment.merchant_id)
    customer = tx.customers.get(payment.customer_id)
    if merchant is None or customer is None:
        raise LookupError(f"payment {payment.reference} has lost its merchant or customer")
    seen = tx.payments.seen(payment.id)
    captures = captures_in(payment, seen)
    payables = {payable.id: payable for payable in tx.payables.many([line.payable_id for line in payment.lines])}
    provider = hub.providers.get(payment.provider)
    way = provider.info.way(payment.way) if provider else None
    held, currency = held_of(tx, payment) if captures else (), payment.amount.currency
    came = held_as(held, currency)
    intakes = intakes_in(tx, payment, currency)
    country = hub.countries[merchant.company.country]
    lines, used = _lines(tx, country, payment, payables, intakes, proven=bool(captures))
    credit = Money(sum(intake.unapplied for intake in intakes), currency)
    link = tx.links.get(payment_link_id(payment.id))
    cancelling = payment.is_live and any(
        item.kind is OperationKind.CANCEL and item.is_live for item in tx.operations.of_payment(payment.id)
    )
    receipts = tx.receipts.standing(payment.id)
    can_cancel = bool(way and way.cancel and provider and "cancel_payment" in provider.capabilities)
    hold = hold_of(tx, hub, payment, seen) if payment.is_live else None
    return PaymentView(
        payment=payment,
        merchant=merchant,
        country=country,
        customer=customer,
        provider_name=provider.info.name if provider else payment.provider,
        way_label=way.label if way else "",
        shown=shown_for(payment, held, now, hold),
        amount=came.money(came.came) if held else payment.amount,
        captured=came.money(came.came) if held and came.currency == currency else None,
        held=held,
        lines=lines,
        used=used,
        tries=tries_in(seen),
        last_try=_last(seen, Kind.TRY_DECLINED) if payment.is_live else None,
        reason=_last(seen, Kind.DECLINED),
        authorisation=next((taken.authorisation for taken in captures if taken.authorisation), "") or "",
        instrument=instrument_of(seen),
        paid_at=captures[0].at if captures else None,
        is_learnt=bool(captures) and captures[0].is_learnt,
        credit=credit or None,
        paid_out=Money(paid_out_of(tx, payment, intakes), currency) or None,
        billed_again=Money(billed_again(intakes), currency) or None,
        exchanged=Money(converted_to(tx, payment, currency), currency) or None,
        seen=seen,
        cash_receipts=receipts,
        is_unrecorded=is_unrecorded(tx, payment, receipts),
        is_order=any(payable.kind is PayableKind.ORDER for payable in payables.values()),
        back_url=_back(tx, hub, payment, payables, now),
        url=url_of(hub, link) if link else "",
        link=link,
        can_cancel=can_cancel and payment.status is Status.PENDING and not cancelling and hold is None,
        cancelling=cancelling,
        held_until=session_over_at(payment, way) if way and not can_cancel and hold is None else None,
        hold=hold,
        told=next(iter(told_besides(payment, seen).values()), NOTHING_TOLD),
    )


def of_movement(tx: Tx, view: PaymentView, movement: str) -> PaymentView:
    """The view of a payment that was captured several times, narrowed to one capture; an empty name is the first."""
    payment, captures = view.payment, captures_in(view.payment, view.seen)
    if len(captures) < 2:
        return view
    taken = next((item for item in captures if item.movement == movement), captures[0])
    amount = _booked(tx, payment, taken)
    intakes = tuple(by_movement(payment, tx.ledger.intakes_of(payment.id)).get(taken.movement, ()))
    payables = {payable.id: payable for payable in tx.payables.many([line.payable_id for line in payment.lines])}
    receipts = tuple(receipt for receipt in view.cash_receipts if receipt.movement == taken.movement)
    credit = Money(sum(intake.unapplied for intake in intakes), amount.currency)
    lines, used = _lines(tx, view.country, payment, payables, intakes, proven=True, observation=taken.key)
    return attrs.evolve(
        view,
        amount=amount,
        captured=amount if amount.currency == payment.amount.currency else None,
        lines=lines,
        used=used,
        authorisation=taken.authorisation or "",
        told=told_besides(payment, view.seen)[taken.movement],
        paid_at=taken.at,
        is_learnt=taken.is_learnt,
        credit=credit or None,
        paid_out=Money(paid_out_of(tx, payment, intakes), amount.currency) or None,
        billed_again=Money(billed_again(intakes), amount.currency) or None,
        cash_receipts=receipts,
        is_unrecorded=view.is_unrecorded and not receipts and left_by_movement(tx, payment).get(taken.movement, 0) > 0,
    )


def _booked(tx: Tx, payment: Payment, taken: Capture) -> Money:
    """What a capture brought in by the books, corrections included."""
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    own = [entry for entry in entries if entry_keys.movement_in(entry.key, payment) == taken.movement]
    if not own:
        return taken.amount
    return Money(sum(entry.moved(ledger.LedgerKind.PROVIDER_CLEARING) for entry in own), taken.amount.currency)


def _lines(
    tx: Tx,
    country: Country,
    payment: Payment,
    payables: dict[str, Payable],
    intakes: tuple[Intake, ...],
    *,
    proven: bool,
    observation: str = "",
) -> tuple[tuple[LineView, ...], tuple[LineView, ...]]:
    """What the payment did to its payables, and what its credit or a deduction with its receipt settled besides."""
    applied = settled_by(intakes)
    asked = {line.payable_id: line.amount for line in payment.lines}
    less = deducted_of(tx, payment, observation) if proven else _declared(payment)
    credits = tx.ledger.credit_used(payment) if proven else {line.payable_id: line.credit for line in payment.lines}
    besides = [key for key in dict.fromkeys((*applied, *(item.payable_id for item in less))) if key not in asked]
    found = {**payables, **{item.id: item for item in tx.payables.many(besides)}}
    currency, unclear = payment.amount.currency, tx.payables.in_clarification(found)
    views = {
        key: LineView(
            payable_id=key,
            number=payable.number,
            asked=Money(asked.get(key, 0), currency),
            applied=Money(applied.get(key, 0), currency),
            left=payable.balance,
            withheld=Money(sum(item.amount for item in less if item.payable_id == key and item.tax), currency),
            discount=Money(sum(item.amount for item in less if item.payable_id == key and not item.tax), currency),
            credit=Money(credits.get(key, 0), currency),
            less=tuple(
                (name_of_less(item.tax, country), Money(item.amount, currency))
                for item in less
                if item.payable_id == key
            ),
            in_clarification=key in unclear,
        )
        for key, payable in found.items()
    }
    own = tuple(attrs.evolve(views[line.payable_id], number=line.number) for line in payment.lines)
    return own, tuple(views[key] for key in besides)


def _declared(payment: Payment) -> tuple[Deduction, ...]:
    """What the payer declared to keep back, before anything is booked of it."""
    return tuple(
        Deduction(payable_id=line.payable_id, tax=withheld.tax, amount=withheld.amount)
        for line in payment.lines
        for withheld in line.withholdings
    )


def _last(seen: tuple[Seen, ...], kind: Kind) -> Reason | None:
    found = [item.observation for item in seen if item.observation.kind is kind]
    return (found[-1].reason or Reason(ReasonKind.OTHER)) if found else None


def _back(tx: Tx, hub: Hub, payment: Payment, payables: dict[str, Payable], now: datetime) -> str:
    for payable in payables.values():
        if payable.kind is PayableKind.ORDER:
            order_link = tx.links.get(f"o{payable.id}")
            return url_of(hub, order_link) if order_link and order_link.is_open(now) else ""
    if is_another_since(tx, payment.customer_id, payment.created_at):  # whoever holds this page may be a stranger
        return ""
    link = tx.links.find(LinkKind.STATEMENT, payment.customer_id, payment.mode, now)
    return url_of(hub, link) if link else ""
