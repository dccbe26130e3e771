"""Record a cash receipt: from the merchant's mail, from its pages, or for money received outside the hub."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from hub.domain.acts import Act
from hub.domain.bank_reference import LONGEST, plain_reference
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Share
from hub.domain.lengths import BANK_ACCOUNT, REMARKS, too_long
from hub.domain.merchant import LinkKind, Merchant, Parties
from hub.domain.payment import Status
from hub.domain.receipt import CashReceipt, Deduction, means_by_hand
from hub.domain.text import Refusal, Text
from hub.flows.ground.open_link import open_link
from hub.flows.ground.own_customer import customer_of, invoices_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.receipts.issue_by_hand import ReceivedByHand, issue_by_hand
from hub.flows.receipts.issue_receipt import Issuing, issue_for_movement
from hub_hookspecs import Money

from .receipt_form import movements_of_payment, own_payment, why_no_money
from .settle_report import open_report, resolve_report


async def record_by_token(
    hub: Hub, token: str, *, movement: str = "", notes: str = "", bank_account: str = ""
) -> CashReceipt:
    """Record the cash receipt of the mail's link, once; the same one again afterwards.

    Args:
        movement: Which one, where the payment was captured several times; else the first.

    Raises:
        LinkClosed: Unknown, expired or revoked.
        Invalid: The payment is not proven, or the words are too long.
    """
    signed = _signed(hub, "enlace del correo", notes, bank_account)

    def write(tx: Tx) -> CashReceipt:
        link = open_link(tx, hub, LinkKind.RECEIPT, token, signed.at)
        return _record(tx, hub, link.merchant_id, link.target, movement, signed)

    return await hub.store.write(write)


async def record_for_payment(
    hub: Hub,
    merchant: Merchant,
    payment_id: str,
    *,
    by: str,
    movement: str = "",
    notes: str = "",
    bank_account: str = "",
    deductions: Sequence[Deduction] = (),
) -> CashReceipt:
    """Record the cash receipt of a payment from the merchant's pages, once.

    Args:
        movement: Which one, where the payment was captured several times; else the first.
        deductions: What the payer kept back or was let off, on invoices of this customer.

    Raises:
        LookupError: No such payment of this merchant.
        Invalid: The payment is not proven, a deduction cannot be, or the words are too long.
    """
    signed = _signed(hub, by, notes, bank_account, deductions)

    def write(tx: Tx) -> CashReceipt:
        return _record(tx, hub, merchant.id, own_payment(tx, merchant, payment_id), movement, signed)

    return await hub.store.write(write)


def _signed(
    hub: Hub,
    by: str,
    notes: str,
    bank_account: str = "",
    deductions: Sequence[Deduction] = (),
    *,
    bank_reference: str = "",
    is_other: bool = False,
) -> Issuing:
    """What a person adds, within its limits and without card numbers; a bank's reference only looks like one."""
    problems = too_long("notes", notes.strip(), REMARKS) + too_long("bank_account", bank_account.strip(), BANK_ACCOUNT)
    problems += too_long("bank_reference", plain_reference(bank_reference), LONGEST)
    if problems:
        raise Invalid(problems)
    return Issuing(
        by=by,
        at=hub.clock(),
        notes=mask_card_numbers(notes.strip()),
        bank_account=mask_card_numbers(bank_account.strip()),
        bank_reference=plain_reference(bank_reference),
        is_other=is_other,
        deductions=deductions,
    )


def _record(tx: Tx, hub: Hub, merchant_id: str, payment_id: str, movement: str, signed: Issuing) -> CashReceipt:
    merchant = tx.merchants.get(merchant_id)
    payment = tx.payments.get(payment_id)
    customer = tx.customers.get(payment.customer_id) if payment else None
    if merchant is None or payment is None or customer is None or payment.merchant_id != merchant_id:
        raise LookupError(payment_id)
    deducted = [less.payable_id for less in signed.deductions]
    invoices_of(tx, merchant, customer.id, deducted)
    refuse_while(tx, Act.DEDUCT, signed.at, payables=deducted)
    known = movements_of_payment(tx, hub, merchant, payment)
    wanted = movement or (known[0].movement if known else "")
    try:
        receipt = issue_for_movement(tx, hub, Parties(merchant, customer), payment, wanted, signed)
    except Refusal as error:
        raise Invalid((FieldError("invoices", error.message),)) from error
    if receipt is None:
        if payment.status is Status.PAID:
            raise Invalid((FieldError("payment", why_no_money(held_of(tx, payment), payment.amount.currency)),))
        raise Invalid((FieldError("payment", Text("payment.not_confirmed")),))
    return receipt


def _refuse_changed(receipt: CashReceipt, means: str, cash: Money, day: date, reference: str) -> None:
    """The same form sent twice records once; one that states other money by now is not that receipt.

    Raises:
        Invalid: It was recorded with another amount, means, day or reference of the bank.
    """
    recorded = receipt.means, receipt.cash, receipt.received_on, receipt.bank_reference
    if (means, cash, day, reference) != recorded:
        message = Text("receipt.form_used", receipt=receipt.label)
        raise Invalid((FieldError("amount", message),))


async def record_by_hand(
    hub: Hub,
    merchant: Merchant,
    customer_id: str,
    *,
    means: str,
    cash: Money,
    shares: Sequence[Share],
    received_on: date | None = None,
    by: str,
    notes: str = "",
    receipt_id: str = "",
    deductions: Sequence[Deduction] = (),
    bank_account: str | None = None,
    bank_reference: str = "",
    is_other: bool = False,
    report_id: str = "",
) -> CashReceipt:
    """Record money received outside the hub, so that statements are right.

    Args:
        bank_account: Where it arrived; the merchant's usual one where nobody says. Money in hand is in none.
        bank_reference: What the bank calls it: once on an account and day.
        is_other: A person says that it is other money than what is recorded under the same reference.
        report_id: The review of the customer's report that the receipt resolves.
        deductions: What the payer kept back or was let off.
        receipt_id: Fresh id that was drawn when the form was shown: the same form sent twice records once.

    Raises:
        LookupError: No such customer of this merchant.
        Invalid: Every error; nothing changed.
    """
    now, receipt_id = hub.clock(), receipt_id or hub.fresh_id()
    today = now.astimezone(ZoneInfo(merchant.company.zone)).date()
    day = received_on or today
    problems = []
    known = means_by_hand(hub.countries[merchant.company.country])
    if means not in known:
        problems.append(FieldError("means", Text("receipt.means_not_by_hand", known=", ".join(known))))
    if cash.minor <= 0:
        problems.append(FieldError("amount", Text("amount.not_positive")))
    if any(share.amount <= 0 for share in shares):
        problems.append(FieldError("invoices", Text("receipt.applied_not_positive")))
    if len({share.payable_id for share in shares}) < len(shares):
        problems.append(FieldError("invoices", Text("receipt.bill_twice")))
    if day > today:
        problems.append(FieldError("received_on", Text("date.in_future")))
    problems += too_long("notes", notes.strip(), REMARKS)
    if problems:
        raise Invalid(tuple(problems))
    received = ReceivedByHand(receipt_id=receipt_id, means=means, cash=cash, shares=shares, day=day)
    account = merchant.options.bank_account if bank_account is None else bank_account
    signed = _signed(hub, by, notes, account, deductions, bank_reference=bank_reference, is_other=is_other)

    def write(tx: Tx) -> CashReceipt:
        customer = customer_of(tx, merchant, customer_id)
        if existing := tx.receipts.get(receipt_id):
            if existing.customer_id != customer_id:
                raise LookupError(receipt_id)
            _refuse_changed(existing, means, cash, day, signed.bank_reference)
            return existing
        review = open_report(tx, merchant, report_id, customer_id) if report_id else None
        settled, deducted = [share.payable_id for share in shares], [less.payable_id for less in deductions]
        invoices_of(tx, merchant, customer_id, settled + deducted)
        refuse_while(tx, Act.RECEIVE, now, payables=settled)
        refuse_while(tx, Act.DEDUCT, now, payables=deducted)
        try:
            country = hub.countries[merchant.company.country]
            receipt = issue_by_hand(tx, Parties(merchant, customer), country, received, signed)
        except Refusal as error:
            raise Invalid((FieldError("invoices", error.message),)) from error
        if review:
            resolve_report(tx, review, receipt, now)
        return receipt

    return await hub.store.write(write)
