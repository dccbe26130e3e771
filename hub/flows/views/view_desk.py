"""View the desk: what the merchant's pages list, each read in one transaction and of this merchant alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.held import Held, held_as
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.message import Delivery, DeliveryState, Review
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, Status
from hub.domain.receipt import CashReceipt
from hub.domain.settlement import Difference
from hub.flows.books.read_intakes import is_unrecorded
from hub.flows.ground.open_link import url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of_many
from hub.flows.operations.view_hearing import hearing_of
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of
from hub.flows.statements.view_statement import StatementView, statement_of
from hub_hookspecs import Money, SettlementLine

IN_NEED = frozenset(
    {
        AccountStatus.NEEDS_CONFIRMATION,
        AccountStatus.FAILED,
        AccountStatus.NEEDS_REVALIDATION,
        AccountStatus.SUSPENDED,
    }
)
"""Accounts that wait for the merchant."""

LISTED = 200
"""Rows of one list; a search narrows it."""

OVERDUE = "overdue"
OPEN = "open"
UNRECORDED = "unrecorded"


@attrs.frozen(kw_only=True)
class PaymentRow:
    """One payment in a list.

    Attributes:
        receipts: Its cash receipts that stand, one a movement; nearly always one.
        is_unrecorded: Money of it is here, and its cash receipt is still missing.
        held: What the books hold of it, a record a currency; empty while nothing is proven.
    """

    payment: Payment
    customer: Customer
    receipts: tuple[CashReceipt, ...]
    is_unrecorded: bool
    held: tuple[Held, ...] = ()

    @property
    def amount(self) -> Money:
        """What came, as people corrected it; else what was asked for."""
        came = held_as(self.held, self.payment.amount.currency)
        return came.money(came.came) if self.held else self.payment.amount

    @property
    def remains(self) -> Money | None:
        """What is left of it, where something went back."""
        came = held_as(self.held, self.payment.amount.currency)
        return came.money(came.left) if came.gone else None


@attrs.frozen(kw_only=True)
class Start:
    """What needs the merchant's attention.

    Attributes:
        connected: At least one account is active.
        silent: Active accounts from which nothing was ever heard.
        unproven: Active accounts of which messages come, and none ever had a proof.
        dead: Mails that nobody will get.
    """

    accounts: tuple[ProviderAccount, ...]
    connected: bool
    silent: tuple[ProviderAccount, ...]
    unproven: tuple[ProviderAccount, ...]
    unrecorded: tuple[PaymentRow, ...]
    live: tuple[PaymentRow, ...]
    paid: tuple[PaymentRow, ...]
    reviews: tuple[Review, ...]
    dead: tuple[Delivery, ...]
    owed: tuple[Money, ...]
    customers: int
    invoices: int


async def view_start(hub: Hub, merchant: Merchant) -> Start:
    """The start page: what waits, and what is owed in all."""

    def read(tx: Tx) -> Start:
        accounts = tx.accounts.current_of(merchant.id, merchant.mode)
        active = [account for account in accounts if account.status is AccountStatus.ACTIVE]
        rows = _rows(tx, tx.payments.search(merchant_id=merchant.id, mode=merchant.mode, limit=LISTED))
        totals = tx.payables.open_totals(merchant.id, merchant.mode)
        hearings = [(account, hearing_of(tx, account)) for account in active]
        return Start(
            accounts=tuple(account for account in accounts if account.status in IN_NEED),
            connected=bool(active),
            silent=tuple(account for account, heard in hearings if heard.is_silent and _is_told(hub, account)),
            unproven=tuple(account for account, heard in hearings if heard.proves_nothing),
            unrecorded=tuple(row for row in rows if row.is_unrecorded),
            live=tuple(row for row in rows if row.payment.is_live),
            paid=tuple(row for row in rows if row.payment.status is Status.PAID)[:5],
            reviews=_open_reviews(tx, merchant),
            dead=tuple(
                delivery
                for delivery in tx.deliveries.of(merchant_id=merchant.id, state=DeliveryState.DEAD.value)
                if delivery.mode is merchant.mode
            ),
            owed=_sums((currency, due) for _, currency, due, _ in totals),
            customers=len({customer_id for customer_id, *_ in totals}),
            invoices=sum(count for *_, count in totals),
        )

    return await hub.store.read(read)


def _is_told(hub: Hub, account: ProviderAccount) -> bool:
    provider = hub.providers.get(account.provider)
    return bool(provider and provider.info.notification_setup)


def _rows(tx: Tx, payments: Iterable[Payment]) -> tuple[PaymentRow, ...]:
    customers: dict[str, Customer] = {}
    rows, payments = [], tuple(payments)
    held = held_of_many(tx, [payment.id for payment in payments if payment.status is Status.PAID])
    for payment in payments:
        customer = customers.get(payment.customer_id) or tx.customers.get(payment.customer_id)
        if customer is None:
            continue
        customers[customer.id] = customer
        paid = payment.status is Status.PAID
        receipts = tx.receipts.standing(payment.id) if paid else ()
        rows.append(
            PaymentRow(
                payment=payment,
                customer=customer,
                receipts=receipts,
                is_unrecorded=is_unrecorded(tx, payment, receipts),
                held=held.get(payment.id, ()),
            )
        )
    return tuple(rows)


def _open_reviews(tx: Tx, merchant: Merchant) -> tuple[Review, ...]:
    return tuple(
        review
        for review in tx.reviews.of(merchant_id=merchant.id)
        if review.resolved_at is None and review.mode is merchant.mode
    )


def _sums(amounts: Iterable[tuple[str, int]]) -> tuple[Money, ...]:
    sums: dict[str, int] = {}
    for currency, minor in amounts:
        sums[currency] = sums.get(currency, 0) + minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


@attrs.frozen(kw_only=True)
class ListedCustomer:
    """One customer in a list, with what is owed per currency."""

    customer: Customer
    owed: tuple[Money, ...]
    invoices: int


async def list_customers(hub: Hub, merchant: Merchant, search: str = "") -> tuple[ListedCustomer, ...]:
    """Customers whose name, number or mail matches."""

    def read(tx: Tx) -> tuple[ListedCustomer, ...]:
        totals: dict[str, list[tuple[str, int, int]]] = {}
        for customer_id, currency, due, count in tx.payables.open_totals(merchant.id, merchant.mode):
            totals.setdefault(customer_id, []).append((currency, due, count))
        return tuple(
            ListedCustomer(
                customer=customer,
                owed=_sums((currency, due) for currency, due, _ in totals.get(customer.id, ())),
                invoices=sum(count for *_, count in totals.get(customer.id, ())),
            )
            for customer in tx.customers.of(merchant.id, search)[:LISTED]
        )

    return await hub.store.read(read)


@attrs.frozen(kw_only=True)
class CustomerView:
    """One customer.

    Attributes:
        statement: What the customer would see now.
        link, url: The open link to the statement, if there is one.
        deliveries: Statements mailed, newest first.
        receipts: Cash receipts, newest first.
    """

    customer: Customer
    statement: StatementView
    link: Link | None
    url: str
    deliveries: tuple[Delivery, ...]
    payments: tuple[PaymentRow, ...]
    receipts: tuple[CashReceipt, ...]


async def view_customer(hub: Hub, merchant: Merchant, customer_id: str) -> CustomerView:
    """One customer of this merchant.

    Raises:
        LookupError: No such customer of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> CustomerView:
        customer = customer_of(tx, merchant, customer_id)
        link = tx.links.find(LinkKind.STATEMENT, customer.id, merchant.mode, now)
        receipts = [item for item in tx.receipts.of(merchant.id, merchant.mode) if item.customer_id == customer.id]
        return CustomerView(
            customer=customer,
            statement=statement_of(tx, hub, customer.id, merchant.mode, now),
            link=link,
            url=url_of(hub, link) if link else "",
            deliveries=_newest(tx.deliveries.of(merchant_id=merchant.id, subject_id=customer.id), merchant),
            payments=_rows(tx, tx.payments.of_customer(customer.id, merchant.mode)),
            receipts=tuple(sorted(receipts, key=lambda item: item.issued_at, reverse=True)),
        )

    return await hub.store.read(read)


def _newest(deliveries: Iterable[Delivery], merchant: Merchant) -> tuple[Delivery, ...]:
    own = (delivery for delivery in deliveries if delivery.mode is merchant.mode)
    return tuple(sorted(own, key=lambda delivery: delivery.created_at, reverse=True))


@attrs.frozen(kw_only=True)
class ListedInvoice:
    """One invoice in a list; ``days_overdue`` is 0 when nothing is overdue."""

    payable: Payable
    customer: Customer
    days_overdue: int
    in_process: bool


async def list_invoices(hub: Hub, merchant: Merchant, search: str = "", state: str = "") -> tuple[ListedInvoice, ...]:
    """Invoices whose number or customer matches; ``state`` is empty, ``open`` or ``overdue``."""
    today = _today(hub.clock(), merchant)

    def read(tx: Tx) -> tuple[ListedInvoice, ...]:
        payables = [
            payable
            for payable in tx.payables.search(merchant.id, merchant.mode, search, limit=LISTED)
            if payable.kind is PayableKind.INVOICE and payable.cancelled_at is None
        ]
        held = {
            line.payable_id
            for payment in tx.payments.live_with([payable.id for payable in payables])
            for line in payment.lines
        }
        rows = []
        for payable in payables:
            customer = tx.customers.get(payable.customer_id)
            late = (today - (payable.due_on or payable.issued_on)).days if payable.due > 0 else 0
            if customer is None or (state and payable.due <= 0) or (state == OVERDUE and late <= 0):
                continue
            rows.append(
                ListedInvoice(
                    payable=payable, customer=customer, days_overdue=max(0, late), in_process=payable.id in held
                )
            )
        return tuple(rows)

    return await hub.store.read(read)


def _today(now: datetime, merchant: Merchant) -> date:
    return now.astimezone(ZoneInfo(merchant.company.zone)).date()


@attrs.frozen(kw_only=True)
class Wanted:
    """Which payments a list shows.

    Attributes:
        text: Our or their reference, invoice, mail, phone or name.
        status: One of theirs, or ``unrecorded`` for paid ones without a cash receipt.
        amount: Exact amounts in minor units, one for each reading of what was typed.
    """

    text: str = ""
    status: str = ""
    provider: str = ""
    amount: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


async def list_payments(hub: Hub, merchant: Merchant, wanted: Wanted) -> tuple[PaymentRow, ...]:
    """Payments, newest first."""
    status = Status.PAID.value if wanted.status == UNRECORDED else wanted.status

    def read(tx: Tx) -> tuple[PaymentRow, ...]:
        found = tx.payments.search(
            merchant_id=merchant.id,
            mode=merchant.mode,
            text=wanted.text,
            since=wanted.since,
            until=wanted.until,
            status=status,
            provider=wanted.provider,
            amount=wanted.amount,
            limit=LISTED,
        )
        return tuple(row for row in _rows(tx, found) if wanted.status != UNRECORDED or row.is_unrecorded)

    return await hub.store.read(read)


@attrs.frozen(kw_only=True)
class PaymentDesk:
    """One payment with everything that is known of it."""

    view: PaymentView
    deliveries: tuple[Delivery, ...]
    reviews: tuple[Review, ...]


async def view_payment_desk(hub: Hub, merchant: Merchant, payment_id: str) -> PaymentDesk:
    """One payment of this merchant, in the mode that its pages work in.

    Raises:
        LookupError: No such payment of this merchant.
    """
    now = hub.clock()

    def read(tx: Tx) -> PaymentDesk:
        payment = tx.payments.get(payment_id)
        if payment is None or (payment.merchant_id, payment.mode) != (merchant.id, merchant.mode):
            raise LookupError(payment_id)
        deliveries = tx.deliveries.of(merchant_id=merchant.id, subject_id=payment.id)
        return PaymentDesk(
            view=view_of(tx, hub, payment, now),
            deliveries=tuple(sorted(deliveries, key=lambda delivery: delivery.created_at)),
            reviews=tx.reviews.of(merchant_id=merchant.id, payment_id=payment.id),
        )

    return await hub.store.read(read)


@attrs.frozen(kw_only=True)
class ReceiptView:
    """One cash receipt with the names that stand on it."""

    receipt: CashReceipt
    customer: Customer
    payment: Payment | None


async def list_receipts(hub: Hub, merchant: Merchant, search: str = "") -> tuple[ReceiptView, ...]:
    """Cash receipts whose number, customer, invoice or reference matches, the newest number first."""
    wanted = search.casefold()

    def read(tx: Tx) -> tuple[ReceiptView, ...]:
        receipts = sorted(tx.receipts.of(merchant.id, merchant.mode), key=lambda item: item.number, reverse=True)
        named = {customer.id for customer in tx.customers.of(merchant.id, search)} if wanted else set()
        found = [item for item in receipts if not wanted or item.customer_id in named or _tells(item, wanted)]
        return tuple(_receipt(tx, receipt) for receipt in found[:LISTED])

    return await hub.store.read(read)


def _tells(receipt: CashReceipt, wanted: str) -> bool:
    told = (
        *(receipt.label, receipt.provider_reference, receipt.authorisation, receipt.received_from.name),
        *(line.number for line in receipt.lines),
    )
    return any(wanted in text.casefold() for text in told)


async def view_receipt(hub: Hub, merchant: Merchant, receipt_id: str) -> ReceiptView:
    """One cash receipt of this merchant.

    Raises:
        LookupError: No such receipt of this merchant.
    """

    def read(tx: Tx) -> ReceiptView:
        receipt = tx.receipts.get(receipt_id)
        if receipt is None or (receipt.merchant_id, receipt.mode) != (merchant.id, merchant.mode):
            raise LookupError(receipt_id)
        return _receipt(tx, receipt)

    return await hub.store.read(read)


def _receipt(tx: Tx, receipt: CashReceipt) -> ReceiptView:
    customer = tx.customers.get(receipt.customer_id)
    if customer is None:
        raise LookupError(receipt.customer_id)
    payment = tx.payments.get(receipt.payment_id) if receipt.payment_id else None
    return ReceiptView(receipt=receipt, customer=customer, payment=payment)


async def list_reviews(hub: Hub, merchant: Merchant) -> tuple[tuple[Review, PaymentRow | None], ...]:
    """Exceptions, those that wait for a person and those that were closed; newest first, each with its payment."""

    def read(tx: Tx) -> tuple[tuple[Review, PaymentRow | None], ...]:
        every = (*tx.reviews.of(merchant_id=merchant.id), *tx.reviews.resolved(merchant_id=merchant.id))
        reviews = [review for review in every if review.mode is merchant.mode]
        reviews.sort(key=lambda review: review.opened_at, reverse=True)
        return tuple((review, _payment_row(tx, review.payment_id)) for review in reviews)

    return await hub.store.read(read)


async def list_proofs(hub: Hub, merchant: Merchant) -> frozenset[str]:
    """Ids of the reviews for which a customer handed a file in."""

    def read(tx: Tx) -> frozenset[str]:
        reviews = tx.reviews.of(merchant_id=merchant.id)
        return frozenset(review.id for review in reviews if tx.proofs.of_review(review.id))

    return await hub.store.read(read)


async def list_settled_lines(hub: Hub, merchant: Merchant) -> Mapping[str, SettlementLine]:
    """The lines of providers' files that exceptions are about, by the exception's id."""

    def read(tx: Tx) -> Mapping[str, SettlementLine]:
        found = {}
        for review in tx.reviews.of(merchant_id=merchant.id):
            account_id, _, line_id = review.subject.partition(":")
            stored = tx.settlements.get(account_id, line_id) if review.cause in set(Difference) else None
            if stored:
                found[review.id] = stored.line
        return found

    return await hub.store.read(read)


def _payment_row(tx: Tx, payment_id: str | None) -> PaymentRow | None:
    payment = tx.payments.get(payment_id) if payment_id else None
    rows = _rows(tx, [payment]) if payment else ()
    return rows[0] if rows else None
