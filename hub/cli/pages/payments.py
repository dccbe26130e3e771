"""Pages of payments and cash receipts."""

from __future__ import annotations

from hub.cli.printing import local
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt

from .page import NextStep, ThingPage, called, key_of, money
from .snapshot import Snapshot, other_mode


def payment_page(snapshot: Snapshot, payment: Payment) -> ThingPage:
    """A payment, in short; ``payment show`` has its whole story."""
    merchant, customer = snapshot.merchant(payment.merchant_id), snapshot.customer(payment.customer_id)
    return ThingPage(
        kind="payment",
        title=f"Payment {payment.reference}",
        brief=f"{payment.reference} of {customer.name}, {money(payment.amount, merchant)}",
        state=snapshot.status(payment),
        company=merchant.slug,
        mode=payment.mode,
        facts=(
            ("customer", called(customer)),
            ("amount", money(payment.amount, merchant)),
            ("provider", payment.provider),
            ("their reference", payment.provider_reference),
            ("for", ", ".join(line.number for line in payment.lines)),
            ("created", payment.created_at),
        ),
        choices=(("follow it", ("payment", "show", payment.reference)),),
        narrow=("find", payment.reference),
        zone=merchant.company.zone,
    )


def receipt_page(snapshot: Snapshot, receipt: CashReceipt) -> ThingPage:
    """A cash receipt: of what money, for which invoices."""
    merchant, customer = snapshot.merchant(receipt.merchant_id), snapshot.customer(receipt.customer_id)
    payment = snapshot.tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    of = ("--company", merchant.slug)
    choices: list[NextStep] = [("follow its payment", ("payment", "show", payment.reference))] if payment else []
    choices.append(("see its customer", ("find", key_of(customer), *of)))
    if receipt.mode is merchant.mode:
        choices.append(("see everything on it", ("receipt", "show", receipt.label, *of)))
        if receipt.came:
            choices.append(("see its conversion", ("conversion", "show", receipt.id, *of)))
        elif not receipt.voided_at:
            choices.append(("void it", ("receipt", "void", receipt.label, "--why", "TEXT", *of)))
    return ThingPage(
        kind="cash_receipt",
        title=f"Cash receipt {receipt.label}",
        brief=f"{receipt.label} of {customer.name}, {money(receipt.cash, merchant)}",
        state=f"void: {receipt.void_reason}" if receipt.voided_at else "issued",
        company=merchant.slug,
        mode=receipt.mode,
        facts=(
            ("customer", called(customer)),
            ("received", f"{money(receipt.cash, merchant)} on {receipt.received_on}, {receipt.means}"),
            ("for", ", ".join(line.number for line in receipt.lines)),
            ("issued", f"{local(receipt.issued_at, merchant.company.zone)} by {receipt.issued_by}"),
            ("payment", snapshot.payment_line(payment, merchant) if payment else ""),
            other_mode(merchant, receipt.mode),
        ),
        choices=choices,
        narrow=("find", receipt.label, *of),
        zone=merchant.company.zone,
    )
