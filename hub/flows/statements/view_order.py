"""View a store order: what was ordered, until when it is held, and how it can be paid."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain.conversion import Conversion
from hub.domain.disbursement import Disbursement
from hub.domain.dispute import Dispute
from hub.domain.entry_keys import DEBIT_NOTE
from hub.domain.held import Held, MoneyState, state_of, together
from hub.domain.intake import settled_by
from hub.domain.merchant import Customer, Link, LinkKind, Merchant, locale_in
from hub.domain.offer import Offered
from hub.domain.order import StoreOrder
from hub.domain.payable import Payable
from hub.domain.payment import Payment, Status
from hub.domain.receipt_document import MoneyBack
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of_many
from hub.flows.payments.offer_buttons import ON_PAGE, Showing, offered
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import payment_link_id, view_of
from hub_hookspecs import Channel, Mode, Money

from .place_order import order_mail_id


@attrs.frozen
class PaidOutOfOrder:
    """What of an order's money a disbursement paid out; the document may be of more."""

    made: Disbursement
    amount: Money


@attrs.frozen(kw_only=True)
class OrderView:
    """A store order as its shopper sees it.

    Attributes:
        buttons: Offered while it is owed, held and in no live payment.
        payment: The payment that holds it, else the one whose money paid it, if any.
        payment_url: That payment's page.
        held: What the books hold of all payments of it, in its currency.
        disputes: Of all payments of it; oldest first.
        conversions: Of money that came for it in another currency; those that were voided too.
        disbursements: What of its payments' money was paid out by hand; void ones too, the last number first.
        debit_notes: What its shopper owes because money went back that had been paid out before.
        credit: What of its payments' money is the shopper's credit, minor units of its currency.
        is_held: The stock is still reserved.
        language: In which the shop placed it, else the customer's own; empty where neither is known.
    """

    order: StoreOrder
    payable: Payable
    merchant: Merchant
    customer: Customer
    buttons: tuple[Offered, ...]
    payment: Payment | None
    payment_url: str
    held: Held
    disputes: tuple[Dispute, ...]
    is_held: bool
    link: Link | None
    simulated: bool
    language: str = ""
    conversions: tuple[Conversion, ...] = ()
    disbursements: tuple[PaidOutOfOrder, ...] = ()
    debit_notes: tuple[Payable, ...] = ()
    credit: int = 0

    @property
    def locale(self) -> str:
        """The language of the order's mails."""
        return locale_in(self.merchant, self.language)

    @property
    def is_live(self) -> bool:
        """It is being paid at this moment."""
        return self.payment is not None and self.payment.is_live

    @property
    def is_paid(self) -> bool:
        """Nothing is owed any more, and all of its price is here."""
        return self.payable.due == 0 and self.went is None

    @property
    def went(self) -> MoneyState | None:
        """What became of the money that had paid it, where less than its price is left: it is not owed again.

        Money that was there twice and went back once leaves it paid.
        """
        held = self.held
        if self.payable.due or not held.gone or held.left >= self.order.total.minor:
            return None
        return state_of((held,))

    @property
    def back(self) -> MoneyBack | None:
        """What became of its money, where something went back."""
        held = self.held
        if not held.gone:
            return None
        came, gone, left = (held.money(minor) for minor in (held.came, held.gone, held.left))
        return MoneyBack(state=state_of((held,)), came=came, back=gone, remains=left)


async def view_order(hub: Hub, token: str, *, locale: str = "") -> OrderView:
    """The order of a link.

    Args:
        locale: In which the buttons are drawn; the order's own language if it is empty.

    Raises:
        LinkClosed: Unknown, expired or revoked.
    """
    now = hub.clock()

    def read(tx: Tx) -> OrderView:
        link = open_link(tx, hub, LinkKind.ORDER, token, now)
        return order_of(tx, hub, link.target, now, Showing(link=link, locale=locale))

    return await hub.store.read(read)


def order_of(tx: Tx, hub: Hub, order_id: str, now: datetime, shown: Showing = ON_PAGE) -> OrderView:
    """The order in a reading transaction.

    Raises:
        LookupError: No such order.
    """
    order, payable = tx.orders.get(order_id), tx.payables.get(order_id)
    if order is None or payable is None:
        raise LookupError(order_id)
    merchant, customer = tx.merchants.get(order.merchant_id), tx.customers.get(order.customer_id)
    if merchant is None or customer is None:
        raise LookupError(order_id)
    payments = tx.payments.with_payables([order_id])
    chosen = next((item for item in payments if item.is_live), None) or _holding(tx, order_id, payments)
    page = tx.links.get(payment_link_id(chosen.id)) if chosen else None
    mail = tx.deliveries.get(order_mail_id(order_id))
    view = OrderView(
        order=order,
        payable=payable,
        merchant=merchant,
        customer=customer,
        buttons=(),
        payment=chosen,
        payment_url=url_of(hub, page) if page else "",
        held=held_for(tx, order),
        disputes=tx.disputes.of_payments([payment.id for payment in payments]),
        is_held=now < order.hold_until,
        link=shown.link,
        simulated=any(provider.is_simulated(order.mode) for provider in hub.providers.values()),
        conversions=tuple(made for payment in payments for made in tx.conversions.of_payment(payment.id)),
        disbursements=_disbursed_of(tx, order, payments),
        debit_notes=_debit_notes_of(tx, payments),
        credit=_credit_of(tx, order, payments),
        language=(mail.details.get("language", "") if mail else "") or customer.language,
    )
    if payable.is_offered(now) and not view.is_live:
        buttons = offered(tx, hub, merchant, order.mode, shown.offer(Channel.CHECKOUT, payable.balance, view.locale))
        return attrs.evolve(view, buttons=buttons)
    return view


def _holding(tx: Tx, order_id: str, payments: tuple[Payment, ...]) -> Payment | None:
    """The paid payment whose money settles the order; where none does any more, the first that was paid."""
    paid = [payment for payment in payments if payment.status is Status.PAID]
    settled = {payment.id: settled_by(tx.ledger.intakes_of(payment.id)).get(order_id, 0) for payment in paid}
    return max(paid, key=lambda payment: settled[payment.id], default=None)


def _credit_of(tx: Tx, order: StoreOrder, payments: tuple[Payment, ...]) -> int:
    """What these payments brought in the order's currency and nothing settled yet."""
    intakes = (intake for payment in payments for intake in tx.ledger.intakes_of(payment.id))
    return sum(intake.unapplied for intake in intakes if intake.currency == order.total.currency)


def _disbursed_of(tx: Tx, order: StoreOrder, payments: tuple[Payment, ...]) -> tuple[PaidOutOfOrder, ...]:
    """The documents that drew on what these payments brought, each with what of it was theirs."""
    own = {intake.key for payment in payments for intake in tx.ledger.intakes_of(payment.id)}
    found = []
    for made in tx.disbursements.of_customer(order.customer_id, order.mode) if own else ():
        entries = tx.ledger.keyed(made.merchant_id, made.mode, made.key)
        minor = sum(
            row.amount for entry in entries if entry.key == made.key for row in entry.drawn if row.intake in own
        )
        if minor:
            found.append(PaidOutOfOrder(made, Money(minor, made.paid.amount.currency)))
    return tuple(found)


def _debit_notes_of(tx: Tx, payments: tuple[Payment, ...]) -> tuple[Payable, ...]:
    """What bills money of these payments that went back after it was paid out."""
    keys = [
        (payment, intake.key)
        for payment in payments
        for intake in tx.ledger.intakes_of(payment.id)
        if intake.key.startswith(DEBIT_NOTE)
    ]
    entries = (entry for payment, key in keys for entry in tx.ledger.keyed(payment.merchant_id, payment.mode, key))
    return tx.payables.many(list(dict.fromkeys(entry.payable_id for entry in entries if entry.payable_id)))


def held_for(tx: Tx, order: StoreOrder) -> Held:
    """What the books hold of all payments of an order, in its currency."""
    payments = tx.payments.with_payables([order.id])
    found = held_of_many(tx, [payment.id for payment in payments if payment.status is Status.PAID])
    return together((item for held in found.values() for item in held), order.total.currency)


@attrs.frozen(kw_only=True)
class FoundOrder:
    """An order as its shop asks for it.

    Attributes:
        proof: The payment that paid it; None until then.
        page: Where the shopper pays.
    """

    view: OrderView
    proof: PaymentView | None
    page: str


async def find_order(hub: Hub, merchant: Merchant, mode: Mode, order_id: str) -> FoundOrder | None:
    """An order of this merchant; None for one that it does not have."""
    now = hub.clock()

    def read(tx: Tx) -> FoundOrder | None:
        order = tx.orders.get(order_id)
        if order is None or (order.merchant_id, order.mode) != (merchant.id, mode):
            return None
        view = order_of(tx, hub, order_id, now)
        paid = view.payment is not None and view.payment.status is Status.PAID
        link = tx.links.get(f"o{order_id}")
        return FoundOrder(
            view=view,
            proof=view_of(tx, hub, view.payment, now) if paid and view.payment else None,
            page=url_of(hub, link) if link and link.is_open(now) else "",
        )

    return await hub.store.read(read)
