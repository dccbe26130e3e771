"""Print a paper: the values of each PDF, gathered from the rows, and the PDF itself, drawn in a thread.

Who may see what is the same as for the page: a statement or receipt by its link, the rest by the merchant itself.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import attrs

from hub.domain.held import MoneyState, state_of
from hub.domain.identity import show_document
from hub.domain.merchant import Customer, Link, LinkKind, Merchant, locale_for
from hub.domain.message import Delivery
from hub.domain.moved import By, What
from hub.domain.offer import Offered
from hub.domain.papers import (
    CashReceiptPaper,
    Direction,
    Letterhead,
    MoneyBack,
    Movement,
    NotOffered,
    PaidLine,
    Paper,
    PaperFile,
    PayLink,
    PaymentsPaper,
    PayWays,
    ReceiptMail,
    Seal,
    SettledLine,
    StatementPaper,
    letterhead_for,
)
from hub.domain.papers import PapersMissing as PapersMissing
from hub.domain.payment import Payment
from hub.domain.receipt import MEANS_LABELS, CashReceipt, Party
from hub.domain.statement import number_of
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.save_logo import with_logo
from hub.flows.payments.offer_buttons import Showing
from hub.flows.payments.view_payment import PaymentView, view_of, view_payment
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.statements.view_statement import StatementView, statement_of
from hub_hookspecs import Mode, Money

from .export_payments import Line, lines_of, moved_in
from .view_desk import view_receipt

VERIFY = "verify"
"""Purpose of the code with which a third party checks a receipt."""

LONGEST_DAYS = 400
"""Of one payment report."""


class NothingToPrint(LookupError):
    """There is no such paper: the payment is not paid, or all of its money went back."""


def prints(hub: Hub) -> bool:
    """Whether PDFs can be drawn here; else no page offers one."""
    return hub.documents.draws_pdf


async def print_paper(hub: Hub, paper: Paper, locale: str) -> PaperFile:
    """The PDF of a paper.

    Raises:
        PapersMissing: Nothing that draws PDFs is installed.
        ValueError: It cannot be drawn.
    """
    if not prints(hub):
        raise PapersMissing("PDFs are drawn by typst: install payment-hub[pdf]")
    shown = await hub.store.read(lambda tx: with_logo(tx, paper)) if paper.letterhead.logo else paper
    return await asyncio.to_thread(hub.documents.pdf, shown, locale=locale)


# ---------------------------------------------------------------- statement


async def statement_pdf(hub: Hub, token: str, *, language: str = "") -> PaperFile:
    """The statement of a link, in the merchant's language or another one.

    Raises:
        LinkShut: Unknown, expired or revoked.
        PapersMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[StatementPaper, str]:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        view = statement_of(tx, hub, link.target, link.mode, now, Showing(link=link, medium="pdf", locale=language))
        return statement_paper(hub, view, link), language or view.merchant.locale

    return await print_paper(hub, *await hub.store.read(read))


async def preview_statement_pdf(hub: Hub, merchant: Merchant, customer_id: str) -> PaperFile:
    """What a customer of this merchant would get now; with pay links only where a link was handed over.

    Raises:
        LookupError: No such customer of this merchant.
        PapersMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[StatementPaper, str]:
        customer = tx.customers.get(customer_id)
        if customer is None or customer.merchant_id != merchant.id:
            raise LookupError(customer_id)
        link = tx.links.find(LinkKind.STATEMENT, customer_id, merchant.mode, now)
        locale = locale_for(merchant, customer)
        view = statement_of(tx, hub, customer_id, merchant.mode, now, Showing(link=link, medium="pdf", locale=locale))
        return statement_paper(hub, view, link), locale

    paper, locale = await hub.store.read(read)
    return await print_paper(hub, paper, locale)


def statement_paper(hub: Hub, view: StatementView, link: Link | None) -> StatementPaper:
    """The values of a statement; without a link it leads nowhere."""
    url = url_of(hub, link) if link else ""
    return StatementPaper(
        letterhead=letterhead_of(hub, view.merchant, view.mode),
        statement=view.statement,
        customer_identity=identity_of(hub, view.merchant, view.customer),
        ways=pay_ways(view, url) if url else (),
        url=url,
        expires_at=link.expires_at if link else None,
        number=number_of(link.id, view.statement.cut_off) if link else "",
    )


def mailed_statement(
    tx: Tx, hub: Hub, delivery: Delivery, link: Link, now: datetime, locale: str = ""
) -> StatementPaper:
    """The statement of a delivery's customer, with the link that opens it."""
    view = statement_of(tx, hub, delivery.subject_id, delivery.mode, now, Showing(medium="mail", locale=locale))
    return attrs.evolve(
        statement_paper(hub, view, link),
        note=delivery.details.get("note", ""),
        unsubscribe_url=unsubscribe_url(hub, delivery.subject_id),
    )


def pay_ways(view: StatementView, url: str) -> tuple[PayWays, ...]:
    """The pay bar of each currency."""
    return tuple(
        PayWays(currency=currency, buttons=buttons, not_offered=absent)
        for currency, offers in view.buttons.items()
        for buttons, absent in (pay_links(offers, f"{url}/pay?currency={currency}&"),)
    )


def pay_links(offers: Sequence[Offered], base: str) -> tuple[tuple[PayLink, ...], tuple[NotOffered, ...]]:
    """Buttons that lead to the method step with the provider chosen, and the providers that are not offered."""
    buttons = tuple(
        PayLink(button=offer.button, url=f"{base}provider={offer.provider}") for offer in offers if offer.button
    )
    absent = tuple(NotOffered(offer.name, offer.reason) for offer in offers if not offer.button)
    return buttons, absent


# ---------------------------------------------------------------- the payer's receipt


async def receipt_pdf(hub: Hub, token: str, *, language: str = "") -> PaperFile:
    """The payer's proof of the payment of a link, in the merchant's language or another one.

    Raises:
        LinkShut: Unknown, expired or revoked.
        NothingToPrint: The payment is not paid, or its money went back.
        PapersMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[ReceiptMail, str]:
        link = open_link(tx, hub, LinkKind.PAYMENT, token, now)
        payment = tx.payments.get(link.target)
        if payment is None:
            raise LookupError(link.target)
        view = view_of(tx, hub, payment, now)
        if not view.is_kept:
            raise NothingToPrint(payment.reference)
        return proof_of(tx, hub, view), language or view.merchant.locale

    return await print_paper(hub, *await hub.store.read(read))


def proof_of(tx: Tx, hub: Hub, view: PaymentView) -> ReceiptMail:
    """The payer's proof of a payment, for mail and PDF."""
    payment = view.payment
    return ReceiptMail(
        letterhead=letterhead_of(hub, view.merchant, payment.mode),
        payer=payment.payer.name or view.customer.name,
        payer_identity=identity_of(hub, view.merchant, view.customer),
        payer_email=payment.payer.email,
        amount=view.amount,
        asked=payment.amount if view.amount != payment.amount and not view.is_corrected else None,
        stated=view.money.money(view.money.stated) if view.is_corrected else None,
        back=back_of(view),
        lines=paid_lines(view),
        provider=view.provider_name,
        method=view.method,
        instrument=view.instrument.label if view.instrument else "",
        provider_reference=payment.provider_reference or "",
        authorisation=view.authorisation,
        paid_at=view.paid_at or payment.created_at,
        is_learnt=view.is_learnt,
        reference=payment.reference,
        credit=view.credit,
        left=still_owed(tx, view),
        late=view.is_late,
        duplicate=view.is_duplicate,
        url=view.url,
        verify_url=f"{hub.base_url}/v/{verify_token(hub, payment.id)}",
    )


def verify_token(hub: Hub, payment_id: str) -> str:
    """What opens the page on which a third party checks a receipt, and nothing else."""
    return f"{payment_id}.{hub.vault.form_token(VERIFY, payment_id)}"


async def verified_payment(hub: Hub, token: str) -> PaymentView:
    """The payment that a receipt's code names.

    Raises:
        LookupError: The code is not ours.
    """
    payment_id = token.partition(".")[0]
    if not hmac.compare_digest(verify_token(hub, payment_id).encode(), token.encode(errors="replace")):
        raise LookupError("receipt code")
    view = await view_payment(hub, payment_id)
    if view is None:
        raise LookupError("receipt code")
    return view


def paid_lines(view: PaymentView) -> tuple[PaidLine, ...]:
    """What a payment did to each of its payables."""
    return tuple(
        PaidLine(
            number=line.number,
            applied=line.applied,
            left=line.left,
            withheld=line.withheld or None,
            discount=line.discount or None,
            is_order=view.is_order,
        )
        for line in (*view.lines, *view.used)
        if line.applied or line.less
    )


def back_of(view: PaymentView) -> MoneyBack | None:
    """What became of a payment's money, for mail and PDF; None while all of it is here."""
    state = state_of(view.held)
    if not view.held or state is MoneyState.HELD:
        return None
    return MoneyBack(state=state, came=view.amount, back=view.returned or view.money.money(0), remains=view.remains)


def still_owed(tx: Tx, view: PaymentView) -> tuple[Money, ...]:
    """What the customer of a payment owes now, per currency."""
    sums: dict[str, int] = {}
    for payable in tx.payables.open_of(view.customer.id, view.payment.mode):
        sums[payable.currency] = sums.get(payable.currency, 0) + payable.due
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


# ---------------------------------------------------------------- the cash receipt


async def cash_receipt_pdf(hub: Hub, merchant: Merchant, receipt_id: str) -> PaperFile:
    """One of the merchant's cash receipts, marked where it is void.

    Raises:
        LookupError: No such receipt of this merchant.
        PapersMissing: Nothing that draws PDFs is installed.
    """
    view = await view_receipt(hub, merchant, receipt_id)
    paper = cash_receipt_paper(hub, merchant, view.receipt, view.payment)
    return await print_paper(hub, paper, merchant.locale)


def cash_receipt_paper(hub: Hub, merchant: Merchant, receipt: CashReceipt, payment: Payment | None) -> CashReceiptPaper:
    """The values of a cash receipt, for page, PDF and mail: who issued it and from whom as they were then."""
    country = hub.countries[merchant.company.country]
    provider = hub.providers.get(receipt.provider)
    simulated = bool(provider and provider.is_simulated(receipt.mode))
    currency = receipt.cash.currency
    head = letterhead_for(merchant, country, receipt.mode, simulated=simulated)
    return CashReceiptPaper(
        letterhead=_as_issued(head, receipt.issuer),
        number=receipt.label,
        city=receipt.issuer.city,
        received_on=receipt.received_on,
        issued_at=receipt.issued_at,
        issued_by=receipt.issued_by,
        customer=receipt.received_from.name,
        customer_identity=receipt.received_from.identity,
        customer_address=receipt.received_from.address,
        cash=receipt.cash,
        words=receipt.words,
        advance=receipt.advance,
        lines=tuple(
            SettledLine(
                number=line.number,
                before=Money(line.before, currency),
                applied=Money(line.applied, currency),
                after=Money(line.after, currency),
                less=tuple((name, Money(minor, currency)) for name, minor in line.less),
                is_order=receipt.is_of_order,
            )
            for line in receipt.lines
        ),
        concept=receipt.purpose,
        clause=receipt.clause,
        means=MEANS_LABELS[receipt.means],
        provider=provider.info.name if provider else receipt.provider,
        provider_reference=receipt.provider_reference,
        authorisation=receipt.authorisation,
        reference=payment.reference if payment else "",
        bank_account=receipt.bank_account,
        note=receipt.notes,
        void_reason=receipt.void_reason,
        voided_at=receipt.voided_at,
    )


def _as_issued(head: Letterhead, issuer: Party) -> Letterhead:
    """The letterhead with its merchant as the receipt keeps it; the logo is today's."""
    return attrs.evolve(
        head,
        name=issuer.name,
        legal_name=issuer.legal_name,
        identity=issuer.identity,
        address=issuer.address,
        phone=issuer.phone,
        email=issuer.email,
        zone=issuer.zone or head.zone,
    )


# ---------------------------------------------------------------- the payment report


async def payments_pdf(hub: Hub, merchant: Merchant, since: date, until: date, *, by: By = By.VALUE) -> PaperFile:
    """Every movement of the merchant's days ``since`` to ``until``, both included.

    Raises:
        ValueError: The period ends before it begins, or is longer than ``LONGEST_DAYS``.
        PapersMissing: Nothing that draws PDFs is installed.
    """
    if not timedelta() <= until - since <= timedelta(days=LONGEST_DAYS):
        raise ValueError(f"a payment report is about 1 to {LONGEST_DAYS} days")
    now = hub.clock()

    def read(tx: Tx) -> PaymentsPaper:
        found = movements_in(tx, hub, merchant, merchant.mode, since, until, by=by)
        return payments_paper(tx, hub, merchant, merchant.mode, since, until, (item for _, item in found), now)

    return await print_paper(hub, await hub.store.read(read), merchant.locale)


def payments_paper(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    mode: Mode,
    since: date,
    until: date,
    movements: Iterable[Movement],
    now: datetime,
) -> PaymentsPaper:
    """The values of a payment report."""
    return PaymentsPaper(
        letterhead=letterhead_of(hub, merchant, mode),
        since=since,
        until=until,
        made_at=now,
        movements=tuple(sorted(movements, key=lambda item: (item.at, item.reference))),
        seal=seal_of(tx, merchant, mode, now),
    )


def movements_in(
    tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, since: date, until: date, *, by: By = By.VALUE
) -> list[tuple[Line, Movement]]:
    """What came and went back in the merchant's days ``since`` to ``until``, as the ledger has it.

    Args:
        by: The day on which it moved, or on which it was booked.
    """
    found = [moved for moved in moved_in(tx, merchant, mode, since, until, by) if moved.amount]
    return [(line, _movement(line)) for line in lines_of(tx, hub, merchant, mode, found)]


def came_in(tx: Tx, hub: Hub, merchant: Merchant, mode: Mode, day: date) -> dict[str, list[Movement]]:
    """What became known on a day to have come by online payments, by payment."""
    found: dict[str, list[Movement]] = {}
    for line, movement in movements_in(tx, hub, merchant, mode, day, day, by=By.BOOKED):
        if line.payment and line.moved.what is What.PAYMENT and not line.moved.corrects:
            found.setdefault(line.payment.id, []).append(movement)
    return found


DIRECTIONS = {What.REFUND: Direction.RETURNED, What.CHARGEBACK: Direction.CHARGED_BACK}


def _movement(line: Line) -> Movement:
    moved, payment = line.moved, line.payment
    direction = DIRECTIONS.get(moved.what, Direction.RECEIVED)
    numbers = [item.number for item in payment.lines] if payment else [number for number, _ in line.invoices]
    return Movement(
        direction=direction,
        at=line.at,
        on=None if payment or moved.counts_on == moved.booked_on else moved.counts_on,
        is_correction=moved.corrects is not None,
        customer=line.customer.name if line.customer else "",
        numbers=tuple(numbers),
        provider=line.provider or line.means,
        instrument=line.means if payment else "",
        provider_reference=line.provider_reference,
        authorisation=line.authorisation,
        reference=line.number,
        cash_receipt=line.cash_receipt if direction is Direction.RECEIVED else "",
        amount=-moved.money if moved.returns else moved.money,
    )


def seal_of(tx: Tx, merchant: Merchant, mode: Mode, now: datetime) -> Seal:
    """The head of the merchant's books as they are now."""
    number, head = tx.ledger.head(merchant.id, mode)
    return Seal(number=number, hash=head, at=now)


# ---------------------------------------------------------------- shared


def letterhead_of(hub: Hub, merchant: Merchant, mode: Mode) -> Letterhead:
    """The merchant block of a paper that is not about one provider."""
    simulated = any(provider.is_simulated(mode) for provider in hub.providers.values())
    return letterhead_for(merchant, hub.countries[merchant.company.country], mode, simulated=simulated)


def identity_of(hub: Hub, merchant: Merchant, customer: Customer) -> str:
    """Kind and number of a customer's identity document; empty where it is not known."""
    if customer.document is None:
        return ""
    return show_document(hub.countries[merchant.company.country], customer.document, with_type=True)
