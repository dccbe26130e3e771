"""Read what a money form is drawn from, by what it is about."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

import attrs

from hub.domain.conversion import Conversion
from hub.domain.disbursement import Disbursement
from hub.domain.drawn_from import DrawnFrom, Part
from hub.domain.ledger import EntryKind
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub_hookspecs import Mode

from .as_drawn import State
from .ports import Hub, Tx
from .read_held import held_of


class Subject(enum.StrEnum):
    """What a form is about; a line of an account is named ``account:line``."""

    CUSTOMER = "customer"
    PAYMENT = "payment"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    DISBURSEMENT = "disbursement"
    CONVERSION = "conversion"
    REVIEW = "review"
    ACCOUNT = "account"
    LINE = "line"


def state_of(subject: Subject, this: str, mode: Mode) -> State:
    """How to read what a form about this is drawn from; of what is not there, nothing."""
    return lambda tx: DrawnFrom(_parts(tx, subject, this, mode))


async def drawn_from(hub: Hub, subject: Subject, this: str, mode: Mode) -> str:
    """What a form carries; read before what the form shows, so that it is never newer."""
    return await hub.store.read(lambda tx: state_of(subject, this, mode)(tx).mark)


def _parts(tx: Tx, subject: Subject, this: str, mode: Mode) -> Mapping[Part, object]:
    match subject:
        case Subject.CUSTOMER:
            return _customer(tx, this, mode)
        case Subject.PAYMENT:
            payment = tx.payments.get(this)
            return {**_customer(tx, payment.customer_id, payment.mode), **_payment(tx, payment)} if payment else {}
        case Subject.INVOICE:
            bill = tx.payables.get(this)
            return {Part.DUE: [bill.due, bill.revision], **_live(tx, bill.id)} if bill else {}
        case Subject.REVIEW:
            return _review(tx, this)
        case Subject.ACCOUNT:
            return _account(tx, this)
        case Subject.LINE:
            account, _, line = this.partition(":")
            return _line(tx, account, line)
        case Subject.RECEIPT:
            return _customer_of(tx, tx.receipts.get(this))
        case Subject.DISBURSEMENT:
            return _customer_of(tx, tx.disbursements.get(this))
        case Subject.CONVERSION:
            return _customer_of(tx, tx.conversions.get(this))


def _customer_of(tx: Tx, made: CashReceipt | Disbursement | Conversion | None) -> dict[Part, object]:
    return _customer(tx, made.customer_id, made.mode) if made else {}


def _customer(tx: Tx, customer_id: str, mode: Mode) -> dict[Part, object]:
    free = tx.ledger.free_credit(customer_id, mode)
    return {
        Part.DUE: {payable.id: payable.due for payable in tx.payables.open_of(customer_id, mode)},
        Part.CREDIT: [dict(free), _used(tx, customer_id, mode, free)],
        Part.LIVE: sorted(payment.id for payment in tx.payments.of_customer(customer_id, mode) if payment.is_live),
    }


def _used(tx: Tx, customer_id: str, mode: Mode, currencies: Iterable[str]) -> dict[str, int]:
    """How often each intake with something left was used or taken back: as much may be free again as there was."""
    intakes = [intake for currency in currencies for intake in tx.ledger.unapplied(customer_id, mode, currency)]
    return {intake.key: sum(tx.ledger.times(intake.merchant_id, mode, intake.key).values()) for intake in intakes}


def _live(tx: Tx, payable_id: str) -> dict[Part, object]:
    return {Part.LIVE: sorted(payment.id for payment in tx.payments.live_with([payable_id]))}


def _payment(tx: Tx, payment: Payment) -> dict[Part, object]:
    """The payment's own; what is about it is never taken away, only added to."""
    disputes = tx.disputes.of_payments([payment.id])
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    return {
        Part.MONEY: [[attrs.astuple(held) for held in held_of(tx, payment)], len(entries)],
        Part.REFUND: [[item.id, item.status] for item in tx.operations.of_payment(payment.id)],
        Part.DISPUTE: [[item.id, item.stage, str(item.respond_by), item.outcome] for item in disputes],
        Part.DECIDED: [[item.id, item.is_done] for item in tx.decisions.of(payment.id)],
    }


def _review(tx: Tx, review_id: str) -> dict[Part, object]:
    review = tx.reviews.get(review_id)
    payment = tx.payments.get(review.payment_id) if review and review.payment_id else None
    own = {Part.REVIEW: str(review.resolved_at)} if review else {}
    return {**(_payment(tx, payment) if payment else {}), **own}


def _account(tx: Tx, account_id: str) -> dict[Part, object]:
    """What is on its way from a provider, and how often somebody said what arrived of it."""
    account = tx.accounts.get(account_id)
    if account is None:
        return {}
    entries = tx.ledger.keyed(account.merchant_id, account.mode, f"{EntryKind.PAYOUT.value}:{account_id}")
    moving = [dict(tx.settlements.in_transit(account_id)), dict(tx.settlements.reserved(account_id))]
    return {Part.PAYOUT: [*moving, len(entries)]}


def _line(tx: Tx, account_id: str, line_id: str) -> dict[Part, object]:
    stored = tx.settlements.get(account_id, line_id)
    return {Part.LINE: [stored.state, stored.kind, stored.restated]} if stored else {}
