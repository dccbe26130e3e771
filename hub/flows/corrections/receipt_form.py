"""The form *Agregar recibo de caja* of a payment, prefilled, or the receipt that is there already."""

from __future__ import annotations

import attrs

from hub.domain.captures import captures_in
from hub.domain.held import Held
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.domain.text import Text
from hub.flows.ground.open_link import open_link
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_drawn import Subject, state_of
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of
from hub.flows.receipts.draft_receipt import ReceiptDraft, drafts_for_payment
from hub.flows.receipts.issue_receipt import is_issued


def why_no_money(held: tuple[Held, ...], currency: str) -> Text:
    """Why a paid payment has nothing to give a cash receipt for."""
    message = Text("receipt.no_money_corrected")
    if any(item.left > 0 for item in held if item.currency != currency):
        message = Text("receipt.no_money_other_currency")
    elif any(item.charged_back for item in held):
        message = Text("receipt.no_money_charged_back")
    elif any(item.returned for item in held):
        message = Text("receipt.no_money_returned")
    return message


@attrs.frozen
class ReceivedOnce:
    """One movement of a payment: the receipt that is there, else the one that would be issued."""

    movement: str
    draft: ReceiptDraft | None = None
    receipt: CashReceipt | None = None


@attrs.frozen(kw_only=True)
class ReceiptForm:
    """*Agregar recibo de caja*, prefilled; or the receipt that is already there.

    Attributes:
        movements: Each movement that has a receipt, or money for one; nearly always one.
        drawn: What all this was read from.
    """

    merchant: Merchant
    customer: Customer
    view: PaymentView
    movements: tuple[ReceivedOnce, ...]
    drawn: str
    link: Link | None = None

    @property
    def draft(self) -> ReceiptDraft | None:
        """The first receipt that is still to be recorded."""
        return next((item.draft for item in self.movements if item.draft), None)

    @property
    def receipt(self) -> CashReceipt | None:
        """The receipt of a payment that was captured once."""
        return self.movements[0].receipt if len(self.movements) == 1 else None

    @property
    def why_not(self) -> Text:
        """Why a paid payment has nothing to give a cash receipt for."""
        return why_no_money(self.view.held, self.view.payment.amount.currency)


async def receipt_form_by_token(hub: Hub, token: str) -> ReceiptForm:
    """The form behind the mail's link; shows only.

    Raises:
        LinkClosed: Unknown, expired or revoked.
    """
    now = hub.clock()

    def read(tx: Tx) -> ReceiptForm:
        link = open_link(tx, hub, LinkKind.RECEIPT, token, now)
        return attrs.evolve(_form(tx, hub, link.merchant_id, link.target), link=link)

    return await hub.store.read(read)


async def receipt_form(hub: Hub, merchant: Merchant, payment_id: str) -> ReceiptForm:
    """The form of one of the merchant's payments.

    Raises:
        LookupError: No such payment of this merchant.
    """
    return await hub.store.read(lambda tx: _form(tx, hub, merchant.id, own_payment(tx, merchant, payment_id)))


def own_payment(tx: Tx, merchant: Merchant, payment_id: str) -> str:
    """The id, of a payment of this merchant in the mode that its pages work in."""
    return own_record(tx.payments.get(payment_id), merchant, payment_id).id


def _form(tx: Tx, hub: Hub, merchant_id: str, payment_id: str) -> ReceiptForm:
    payment = tx.payments.get(payment_id)
    merchant = tx.merchants.get(merchant_id)
    if payment is None or merchant is None or payment.merchant_id != merchant_id:
        raise LookupError(payment_id)
    view = view_of(tx, hub, payment, hub.clock())
    movements = movements_of_payment(tx, hub, merchant, payment)
    drawn = state_of(Subject.PAYMENT, payment.id, payment.mode)(tx).mark
    return ReceiptForm(merchant=merchant, customer=view.customer, view=view, movements=movements, drawn=drawn)


def movements_of_payment(tx: Tx, hub: Hub, merchant: Merchant, payment: Payment) -> tuple[ReceivedOnce, ...]:
    """Each movement of a payment that has a receipt, or money for one, in the order in which they became known."""
    receipts = tx.receipts.standing(payment.id)
    drafts = [item for item in drafts_for_payment(tx, hub, merchant, payment) if not is_issued(receipts, item.movement)]
    by_movement = {
        **{item.movement or "": ReceivedOnce(item.movement or "", receipt=item) for item in receipts},
        **{item.movement: ReceivedOnce(item.movement, draft=item) for item in drafts},
    }
    captured = [taken.movement for taken in captures_in(payment, tx.payments.seen(payment.id))]
    converted = [item.movement or "" for item in receipts if item.came]
    return tuple(
        by_movement[movement] for movement in dict.fromkeys((*captured, *converted)) if movement in by_movement
    )
