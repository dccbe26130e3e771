"""Record what a payer kept back and proves later: by its certificate, which counts once, with or without a receipt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing, entry_keys
from hub.domain.acts import Act
from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.merchant import Merchant
from hub.domain.payable import Payable
from hub.domain.receipt import CERTIFICATE_NUMBER, CashReceipt, Certificate, Deduction
from hub.domain.text import Refusal, Text
from hub.flows.books.reverse_entry import fixes_of
from hub.flows.ground.own_customer import invoices_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.receipts.book_deductions import refuse_too_much

from .withholding_certificates import keep_booked, numbered_as, refuse_identity


async def record_withholding(
    hub: Hub,
    merchant: Merchant,
    certificate: Certificate,
    deductions: Sequence[Deduction],
    *,
    by: str,
    receipt_id: str = "",
) -> tuple[Payable, ...]:
    """Book what a certificate proves, once for each invoice and tax; the invoices as they stand then.

    Args:
        receipt_id: The cash receipt that it came after; that of a payment's receipt is shown with the payment.

    Raises:
        LookupError: No such receipt of this merchant.
        Invalid: No certificate, not this customer's invoice, more than is due, or other figures of the same number.
    """
    now, country = hub.clock(), hub.countries[merchant.company.country]
    numbered = attrs.evolve(certificate, number=numbered_as(certificate.number))
    _refuse_certificate(numbered, deductions, now.astimezone(ZoneInfo(merchant.company.zone)).date())

    def write(tx: Tx) -> tuple[Payable, ...]:
        receipt = _receipt(tx, merchant, receipt_id) if receipt_id else None
        payables = tx.payables.many(list(dict.fromkeys(less.payable_id for less in deductions)))
        owner = receipt.customer_id if receipt else next((payable.customer_id for payable in payables), "")
        refuse_identity(tx, country, numbered.number, owner)
        try:
            new = [less for less in deductions if not _is_booked(tx, merchant, numbered, less)]
            deducted = [less.payable_id for less in new]
            invoices_of(tx, merchant, owner, deducted, field="invoice")
            refuse_while(tx, Act.DEDUCT, now, payables=deducted, field="invoice")
            for less in new:
                _book(tx, numbered, less, receipt, by=by, now=now)
            keep_booked(tx, merchant, owner, numbered, new, by=by, now=now)
        except Refusal as error:
            raise Invalid((FieldError("withheld", error.message),)) from error
        return tx.payables.many([payable.id for payable in payables])

    return await hub.store.write(write)


def _refuse_certificate(certificate: Certificate, deductions: Sequence[Deduction], today: date) -> None:
    problems = []
    if not re.fullmatch(CERTIFICATE_NUMBER, certificate.number):
        problems.append(FieldError("certificate", Text("withholding.number_missing")))
    if certificate.issued_on > today:
        problems.append(FieldError("certified_on", Text("date.in_future")))
    if not deductions or any(less.tax is None for less in deductions):
        problems.append(FieldError("withheld", Text("withholding.nothing")))
    if len({(less.payable_id, less.tax) for less in deductions}) != len(deductions):
        problems.append(FieldError("withheld", Text("deduction.twice")))
    if problems:
        raise Invalid(tuple(problems))


def _receipt(tx: Tx, merchant: Merchant, receipt_id: str) -> CashReceipt:
    return own_record(tx.receipts.get(receipt_id), merchant, receipt_id)


def _is_booked(tx: Tx, merchant: Merchant, certificate: Certificate, less: Deduction) -> bool:
    """Whether the certificate says this already.

    Raises:
        Refusal: It was booked with another amount, or reversed.
    """
    key = f"withheld:{certificate.key}:{less.payable_id}:{less.tax}"
    booked = next((entry for entry in tx.ledger.keyed(merchant.id, merchant.mode, key) if entry.key == key), None)
    if booked is None:
        return False
    if fixes_of(tx, booked):
        raise Refusal(Text("withholding.certificate_reversed", number=certificate.number))
    if booked.moved(LedgerKind.WITHHOLDING_RECEIVABLE) != less.amount:
        raise Refusal(Text("withholding.certificate_other_amount", number=certificate.number))
    return True


def _book(
    tx: Tx, certificate: Certificate, less: Deduction, receipt: CashReceipt | None, *, by: str, now: datetime
) -> None:
    """Book one row of the certificate, up to what is owed.

    Raises:
        Refusal: Nothing, or less, is owed any more.
    """
    (payable,) = tx.payables.many([less.payable_id])
    if payable.due <= 0:
        raise Refusal(Text("withholding.bill_paid", number=payable.number))
    refuse_too_much(tx, [less], payable.currency)
    entry = billing.withheld(
        *(certificate.key, payable), tax=less.tax or "", amount=less.amount, at=now, on=certificate.issued_on
    )
    tx.ledger.write(_with_payment(tx, attrs.evolve(entry, note=f"certificate {certificate.number}, by {by}"), receipt))


def _with_payment(tx: Tx, entry: Entry, receipt: CashReceipt | None) -> Entry:
    """What comes after the receipt of a payment is shown with that payment, beside its movement."""
    payment = tx.payments.get(receipt.payment_id) if receipt and receipt.payment_id else None
    if receipt is None or payment is None:
        return entry
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    named = {item.key: entry_keys.movement_in(item.key, payment) or item.key for item in entries}
    captured = next(item for item in entries if named[item.key] == receipt.movement)
    return attrs.evolve(entry, payment_id=payment.id, observation=captured.observation)
