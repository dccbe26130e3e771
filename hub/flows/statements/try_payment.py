"""Try a payment: the first-run guide, which ends with the merchant paying itself a test invoice."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.offer import currencies_of
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, Status
from hub.domain.text import Text
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of
from hub_hookspecs import EXPONENTS, Mode, Money, ProviderInfo

from .send_statement import send_statement

NUMBER: Final = "PRUEBA-{number}"
WORTH: Final = {"USD": 10, "EUR": 10}
"""Whole units of a test invoice; a thousand of everything else."""


FEW: Final = 50
"""Newest invoices and mails, of which one must be somebody else's than the trial's."""
MAILED: Final = (DeliveryKind.RECEIPT, DeliveryKind.PAYMENT_RECEIVED)
"""The two mails that a payment makes: the payer's, then the merchant's."""


class GuideStep(enum.StrEnum):
    """The steps from an empty account to the first payment."""

    COMPANY = "company"
    PROVIDER = "provider"
    INVOICES = "invoices"
    STATEMENT = "statement"
    TRY = "try"


@attrs.frozen(kw_only=True)
class Guide:
    """How far a merchant has come.

    Attributes:
        done: Steps that are behind it.
        active: Its connections that work.
    """

    done: frozenset[GuideStep]
    active: tuple[ProviderAccount, ...]

    @property
    def next(self) -> GuideStep | None:
        """The first step that is not done; None when all are."""
        return next((step for step in GuideStep if step not in self.done), None)


async def view_guide(hub: Hub, merchant: Merchant) -> Guide:
    """How far a merchant has come."""
    return await hub.store.read(lambda tx: _guide(tx, merchant))


def _guide(tx: Tx, merchant: Merchant) -> Guide:
    accounts = tx.accounts.current_of(merchant.id, merchant.mode)
    active = tuple(account for account in accounts if account.status is AccountStatus.ACTIVE)
    own = try_customer_id(merchant)
    statements = tx.deliveries.newest(merchant.id, merchant.mode, kind=DeliveryKind.STATEMENT, limit=FEW)
    payments = tx.payments.search(merchant_id=merchant.id, mode=merchant.mode, status=Status.PAID.value, limit=1)
    bills = tx.bill_list.newest(merchant.id, merchant.mode, limit=FEW)
    done = {
        GuideStep.COMPANY: bool(merchant.company.email and merchant.company.phone and any(_address(merchant))),
        GuideStep.PROVIDER: bool(active),
        GuideStep.INVOICES: any(bill.customer_id != own for bill in bills),
        GuideStep.STATEMENT: any(mail.subject_id != own for mail in statements),
        GuideStep.TRY: bool(payments),
    }
    return Guide(
        done=frozenset(step for step, is_done in done.items() if is_done),
        active=active,
    )


def _address(merchant: Merchant) -> Sequence[str]:
    return tuple(merchant.company.address.values())


def try_customer_id(merchant: Merchant) -> str:
    """Id of the customer who is the merchant itself, in test mode."""
    return derived_id("try-customer", merchant.id)[:26]


@attrs.frozen(kw_only=True)
class Try:
    """The newest test invoice, and what has become of it.

    Attributes:
        url: The statement as the customer sees it; empty before there is one.
        payment: The newest payment of the invoice.
        mails: Ids of the mails it made: statement, receipt for the payer, notice for the merchant.
    """

    customer: Customer | None = None
    invoice: Payable | None = None
    url: str = ""
    payment: PaymentView | None = None
    mails: tuple[Delivery, ...] = ()


@attrs.frozen(kw_only=True)
class TrialWords:
    """What a test payment says, in the merchant's language: its customer, what is invoiced, the mail's note."""

    customer: str
    item: str
    note: str


async def start_try(hub: Hub, merchant: Merchant, *, email: str, words: TrialWords) -> Payable:
    """Make a small invoice for the merchant's own mail, and send its statement.

    Raises:
        Invalid: Not in test mode, or no connection works yet.
    """
    if merchant.mode is not Mode.TEST:
        raise Invalid((FieldError("mode", Text("test_payment.live_mode")),))
    now, invoice_id = hub.clock(), hub.fresh_id()

    def write(tx: Tx) -> Payable:
        amount = _amount(tx, hub, merchant)
        if amount is None:
            raise Invalid((FieldError("provider", Text("test_payment.no_provider")),))
        customer = Customer(
            id=try_customer_id(merchant), merchant_id=merchant.id, name=words.customer, email=email.strip()
        )
        before = tx.customers.get(customer.id)
        tx.customers.save(attrs.evolve(customer, remembered=before.remembered if before else {}))
        open_ones = [
            item for item in tx.payables.asked_of(customer.id, merchant.mode) if item.currency == amount.currency
        ]
        if open_ones:
            return open_ones[0]
        today = now.astimezone(ZoneInfo(merchant.company.zone)).date()
        invoice = Payable(
            id=invoice_id,
            merchant_id=merchant.id,
            mode=merchant.mode,
            kind=PayableKind.INVOICE,
            number=_number(tx, merchant),
            customer_id=customer.id,
            currency=amount.currency,
            total=amount.minor,
            issued_on=today,
            due_on=today,
            description=words.item,
            created_at=now,
        )
        tx.payables.add(invoice)
        tx.ledger.write(billing.bill(invoice, difference=invoice.total, at=now))
        return invoice

    invoice = await hub.store.write(write)
    await send_statement(hub, merchant, invoice.customer_id, note=words.note)
    return invoice


def _amount(tx: Tx, hub: Hub, merchant: Merchant) -> Money | None:
    """A small amount that some connection takes, in the country's first currency where that can be."""
    wanted = hub.countries[merchant.company.country].currencies
    found: dict[str, int] = {}
    for account in tx.accounts.current_of(merchant.id, merchant.mode):
        provider = hub.providers.get(account.provider)
        if account.status is not AccountStatus.ACTIVE or provider is None:
            continue
        info: ProviderInfo = provider.info
        for currency in currencies_of(account, info):
            rule = info.currency_rule(currency)
            if rule and currency not in found:
                usual = WORTH.get(currency, 1000) * 10 ** EXPONENTS[currency]
                found[currency] = max(usual, rule.minimum, merchant.options.minimum.get(currency, 0))
    order = [currency for currency in wanted if currency in found] or list(found)
    return Money(found[order[0]], order[0]) if order else None


def _number(tx: Tx, merchant: Merchant) -> str:
    at, kind = 1, PayableKind.INVOICE
    while tx.payables.by_number(merchant.id, merchant.mode, kind, NUMBER.format(number=at), undone=True):
        at += 1
    return NUMBER.format(number=at)


async def view_try(hub: Hub, merchant: Merchant) -> Try:
    """The newest test invoice with its payment and mails."""
    now = hub.clock()

    def read(tx: Tx) -> Try:
        customer = tx.customers.get(try_customer_id(merchant))
        if customer is None:
            return Try()
        payments = tx.payments.of_customer(customer.id, merchant.mode)
        payment = max(payments, key=lambda item: item.created_at) if payments else None
        invoice = _newest(tx, merchant, customer, payment)
        if payment and invoice and invoice.id not in {line.payable_id for line in payment.lines}:
            payment = None
        link = tx.links.find(LinkKind.STATEMENT, customer.id, merchant.mode, now)
        return Try(
            customer=customer,
            invoice=invoice,
            url=url_of(hub, link) if link else "",
            payment=view_of(tx, hub, payment, now) if payment else None,
            mails=_mails(tx, merchant, customer, invoice, payment),
        )

    return await hub.store.read(read)


def _newest(tx: Tx, merchant: Merchant, customer: Customer, payment: Payment | None) -> Payable | None:
    open_ones = tx.payables.asked_of(customer.id, merchant.mode)
    if open_ones:
        return max(open_ones, key=lambda item: item.created_at)
    return tx.payables.get(payment.lines[0].payable_id) if payment else None


def _mails(
    tx: Tx, merchant: Merchant, customer: Customer, invoice: Payable | None, payment: Payment | None
) -> tuple[Delivery, ...]:
    since = invoice.created_at if invoice else None
    statements = [
        mail
        for mail in tx.deliveries.of(merchant_id=merchant.id, subject_id=customer.id)
        if mail.kind == DeliveryKind.STATEMENT
    ]
    sent = [mail for mail in statements if since is None or mail.created_at >= since][:1]
    mails = tx.deliveries.of(merchant_id=merchant.id, subject_id=payment.id) if payment else ()
    first: dict[str, Delivery] = {}
    for mail in sorted(mails, key=lambda item: item.created_at):
        first.setdefault(mail.kind, mail)
    return (*sent, *sorted(first.values(), key=_rank))


def _rank(mail: Delivery) -> int:
    return MAILED.index(mail.kind) if mail.kind in MAILED else len(MAILED)
