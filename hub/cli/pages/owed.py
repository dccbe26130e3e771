"""What is owed, and by whom: pages of invoices, orders and customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from hub.cli.printing import local
from hub.domain.held import state_of, together
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Delivery, DeliveryState
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.flows.ground.read_held import held_of
from hub_hookspecs import Money

from .page import FEW, NextStep, ThingPage, called, key_of, money
from .snapshot import Snapshot, other_mode, statement_choices


def payable_page(snapshot: Snapshot, payable: Payable) -> ThingPage:
    """An invoice or an order: what is left of it, its payments, what may be done."""
    merchant, customer = snapshot.merchant(payable.merchant_id), snapshot.customer(payable.customer_id)
    payments = snapshot.tx.payments.with_payables([payable.id])[::-1]
    is_order = payable.kind is PayableKind.ORDER
    state = _owed_state(snapshot, payable, payments)
    total = Money(payable.total, payable.currency)
    return ThingPage(
        kind=payable.kind.value,
        title=f"{'Order' if is_order else 'Invoice'} {payable.number}",
        brief=f"{payable.number} of {customer.name}",
        state=state,
        company=merchant.slug,
        mode=payable.mode,
        facts=(
            ("customer", called(customer)),
            ("total", money(total, merchant)),
            ("still owed", money(payable.balance, merchant)),
            ("issued", payable.issued_on),
            ("due", _due(snapshot, payable, merchant)),
            ("held until", payable.offered_until if is_order else None),
            *_voided(payable, merchant),
            *(("payment", snapshot.payment_line(item, merchant)) for item in payments[:FEW]),
            ("payments", "" if payments else "no payment of it was ever started"),
            other_mode(merchant, payable.mode),
        ),
        choices=tuple(_payable_choices(snapshot, payable, merchant, customer, payments)),
        narrow=("find", payable.id),
        zone=merchant.company.zone,
    )


def _voided(payable: Payable, merchant: Merchant) -> Iterator[tuple[str, str]]:
    """That it was voided, and what it was."""
    if voided := payable.voided:
        at = local(voided.at, merchant.company.zone)
        yield "voided", f"{at} by {voided.by}: {voided.reason}; it was {money(voided.total, merchant)}"
        if voided.rebilled_at:
            yield "billed anew", f"{local(voided.rebilled_at, merchant.company.zone)} by {voided.rebilled_by}"


def _owed_state(snapshot: Snapshot, payable: Payable, payments: Sequence[Payment]) -> str:
    if payable.is_voided:
        return "voided"
    if payable.due == 0:
        return _settled_state(snapshot, payable, payments)
    if any(payment.is_live for payment in payments):
        return "being paid"
    if snapshot.tx.payables.in_clarification([payable.id]):
        return "in clarification"
    if payable.kind is PayableKind.ORDER:
        return "held" if payable.is_offered(snapshot.now) else "over"
    return "open"


def _settled_state(snapshot: Snapshot, payable: Payable, payments: Sequence[Payment]) -> str:
    """Paid, or what became of the money where some of it is gone."""
    held = together((item for payment in payments for item in held_of(snapshot.tx, payment)), payable.currency)
    order = snapshot.tx.orders.get(payable.id) if payable.kind is PayableKind.ORDER else None
    if order and held.gone and held.left < order.total.minor:
        return state_of((held,)).value.replace("_", " ")
    return "charged back" if held.charged_back else "paid"


def _due(snapshot: Snapshot, payable: Payable, merchant: Merchant) -> str:
    if payable.due_on is None and not payable.plan:
        return ""
    falls_due = payable.falls_due_on
    days = (snapshot.now.astimezone(ZoneInfo(merchant.company.zone)).date() - falls_due).days
    late = f", {days} days overdue" if days > 0 and payable.due else ""
    return f"{falls_due}{late}"


def _payable_choices(
    snapshot: Snapshot, payable: Payable, merchant: Merchant, customer: Customer, payments: Sequence[Payment]
) -> Iterator[NextStep]:
    for payment in payments[:FEW]:
        yield f"follow the payment that is {snapshot.status(payment)}", ("payment", "show", payment.reference)
    yield "see its customer", ("find", key_of(customer), "--company", merchant.slug)
    if payable.mode is not merchant.mode or payable.kind is PayableKind.ORDER:
        return
    of = ("--company", merchant.slug)
    if payable.is_voided:
        yield "bill it anew", ("bill", "rebill", payable.number, "--total", "AMOUNT", "--why", "TEXT", *of)
    if payable.due and not any(payment.is_live for payment in payments):
        yield from statement_choices(customer, merchant)
        received = (
            "--means",
            "transfer",
            "--customer",
            key_of(customer),
            "--amount",
            f"{payable.balance.decimal:f}",
        )
        own = ("--currency", payable.currency, "--invoice", payable.number)
        yield "record that it was paid outside, by transfer", ("receipt", "record", *received, *own, *of)
        yield "write it off", ("ledger", "write-off", payable.number, "--why", "TEXT", *of)
        if payable.due == payable.total:
            yield "void it: it was never owed", ("bill", "void", payable.number, "--why", "TEXT", *of)


def customer_page(snapshot: Snapshot, customer: Customer) -> ThingPage:
    """A customer: what it owes, its payments and mails, what may be done."""
    merchant = snapshot.merchant(customer.merchant_id)
    open_ = snapshot.tx.payables.open_of(customer.id, merchant.mode)
    payments = snapshot.tx.payments.of_customer(customer.id, merchant.mode)
    mails = snapshot.tx.deliveries.to(customer.email, limit=FEW) if customer.email else ()
    credit = snapshot.tx.ledger.credit_of(customer.id, merchant.mode)
    owed = {item.currency: 0 for item in open_}
    for item in open_:
        owed[item.currency] += item.due
    sums = " and ".join(money(Money(minor, currency), merchant) for currency, minor in owed.items())
    more = f" and {len(open_) - FEW} more" if len(open_) > FEW else ""
    return ThingPage(
        kind="customer",
        title=f"Customer {customer.name}",
        brief=customer.name,
        state=f"owes {sums or 'nothing'}",
        company=merchant.slug,
        mode=merchant.mode,
        facts=(
            ("identity", f"{customer.document.type} {customer.document.number}" if customer.document else ""),
            ("mail", customer.email),
            ("further mails", ", ".join(customer.other_emails)),
            ("phones", ", ".join(customer.phones)),
            ("contact", customer.contact),
            ("no reminders since", customer.unsubscribed_at),
            (
                "credit",
                " and ".join(money(Money(minor, code), merchant) for code, minor in credit.items() if minor),
            ),
            ("open invoices", ", ".join(item.number for item in open_[:FEW]) + more),
            *(("payment", snapshot.payment_line(item, merchant)) for item in payments[:FEW]),
            ("payments", "" if payments else "none was ever started"),
            *(("mail sent", _mail_line(item, merchant)) for item in mails),
        ),
        choices=tuple(_customer_choices(snapshot, customer, merchant, open_, payments, mails)),
        narrow=("find", key_of(customer), "--company", merchant.slug),
        zone=merchant.company.zone,
    )


def _customer_choices(
    snapshot: Snapshot,
    customer: Customer,
    merchant: Merchant,
    open_: Sequence[Payable],
    payments: Sequence[Payment],
    mails: Sequence[Delivery],
) -> Iterator[NextStep]:
    if open_:
        yield from statement_choices(customer, merchant)
    for payment in [item for item in payments if item.is_live] or payments[:1]:
        yield f"follow the payment that is {snapshot.status(payment)}", ("payment", "show", payment.reference)
    for mail in mails:
        if mail.state is DeliveryState.DEAD:
            yield f"try the mail {mail.kind} again", ("delivery", "retry", mail.id)
    if open_:
        words = ("statement", "revoke", key_of(customer), "--company", merchant.slug)
        yield "make every link to the statement dead", words


def _mail_line(mail: Delivery, merchant: Merchant) -> str:
    at = local(mail.sent_at or mail.created_at, merchant.company.zone)
    fault = f", {mail.last_error}" if mail.last_error and not mail.sent_at else ""
    return f"{mail.kind}, {mail.state.value} {at}{fault}"
