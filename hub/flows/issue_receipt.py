"""Issue a cash receipt: the merchant's numbered document, gapless per series."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import ledger
from hub.domain.ledger import LedgerKind, Share
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable
from hub.domain.payment import Payment, Seen, captures_in
from hub.domain.receipt import CashReceipt, Means, ReceiptLine, clause_for, concept_for
from hub.domain.words import amount_in_words
from hub_hookspecs import Country, Kind, Money

from .ports import Hub, Tx

MEANS_OF_INSTRUMENT = {"card": Means.CARD, "wallet": Means.WALLET}


@attrs.frozen(kw_only=True)
class ReceiptDraft:
    """What the form *Agregar recibo de caja* is filled with."""

    series: str
    received_on: date
    means: Means
    cash: Money
    lines: tuple[ReceiptLine, ...]
    advance: Money
    words: str
    concept: str
    provider: str
    provider_reference: str
    authorisation: str
    payment: Payment


def draft_for_payment(tx: Tx, hub: Hub, merchant: Merchant, payment: Payment) -> ReceiptDraft | None:
    """The receipt of a proven payment, as it would be issued; None while nothing is proven."""
    seen = tx.payments.seen(payment.id)
    captures = [taken for taken in captures_in(payment, seen) if taken.amount.currency == payment.amount.currency]
    if not captures:
        return None
    country = hub.countries[merchant.company.country]
    cash = Money(sum(taken.amount.minor for taken in captures), payment.amount.currency)
    shares = [
        Share(*row)
        for taken in captures
        for row in tx.ledger.applied_to(
            ledger.capture_key(payment.account_id, taken.movement), merchant.id, payment.mode
        )
    ]
    lines = _lines(tx, shares)
    applied = sum(line.applied for line in lines)
    return ReceiptDraft(
        series=country.receipts.series,
        received_on=captures[0].at.astimezone(ZoneInfo(merchant.company.zone)).date(),
        means=_means(seen),
        cash=cash,
        lines=lines,
        advance=Money(cash.minor - applied, cash.currency),
        words=amount_in_words(cash, country),
        concept=concept_for(lines),
        provider=payment.provider,
        provider_reference=payment.provider_reference or "",
        authorisation=captures[0].authorisation or "",
        payment=payment,
    )


def _means(seen: tuple[Seen, ...]) -> Means:
    claims = [item.observation for item in seen if item.observation.kind is Kind.PAID]
    kinds = [claim.instrument.kind for claim in claims if claim.instrument]
    return MEANS_OF_INSTRUMENT.get(kinds[0], Means.ONLINE) if kinds else Means.ONLINE


def _lines(tx: Tx, shares: list[Share]) -> tuple[ReceiptLine, ...]:
    payables = {payable.id: payable for payable in tx.payables.many([share.payable_id for share in shares])}
    merged: dict[str, int] = {}
    for share in shares:
        merged[share.payable_id] = merged.get(share.payable_id, 0) + share.amount
    return tuple(_line(payables[payable_id], amount) for payable_id, amount in merged.items())


def _line(payable: Payable, applied: int) -> ReceiptLine:
    return ReceiptLine(
        payable_id=payable.id,
        number=payable.number,
        applied=applied,
        before=payable.due + applied,
        after=payable.due,
    )


def issue_for_payment(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    customer: Customer,
    payment: Payment,
    *,
    by: str,
    now: datetime,
    notes: str = "",
    bank_account: str = "",
) -> CashReceipt | None:
    """Issue the cash receipt of a proven payment once; the same one again when it is there already."""
    existing = tx.receipts.of_payment(payment.id)
    if existing:
        return existing
    draft = draft_for_payment(tx, hub, merchant, payment)
    if draft is None:
        return None
    number = tx.receipts.next_number(merchant.id, payment.mode, draft.series)
    receipt = CashReceipt(
        id=f"{payment.id}-rc",
        merchant_id=merchant.id,
        mode=payment.mode,
        series=draft.series,
        number=number,
        customer_id=customer.id,
        payment_id=payment.id,
        received_on=draft.received_on,
        issued_at=now,
        issued_by=by,
        means=draft.means,
        cash=draft.cash,
        advance=draft.advance,
        lines=draft.lines,
        words=draft.words,
        clause=clause_for(draft.lines),
        concept=draft.concept,
        notes=notes,
        bank_account=bank_account,
        provider=draft.provider,
        provider_reference=draft.provider_reference,
        authorisation=draft.authorisation,
    )
    tx.receipts.add(receipt)
    return receipt


INTO = {
    Means.CASH: LedgerKind.CASH,
    Means.CHEQUE: LedgerKind.CASH,
    Means.TRANSFER: LedgerKind.BANK,
    Means.SINPE: LedgerKind.BANK,
}


def issue_by_hand(
    tx: Tx,
    merchant: Merchant,
    customer: Customer,
    country: Country,
    *,
    receipt_id: str,
    means: Means,
    cash: Money,
    shares: list[Share],
    received_on: date,
    by: str,
    now: datetime,
    notes: str = "",
) -> CashReceipt:
    """Issue a receipt for money received outside the hub, and book it.

    Raises:
        ValueError: A share is above what its invoice owes, or the shares are above the cash.
    """
    payables = {payable.id: payable for payable in tx.payables.many([share.payable_id for share in shares])}
    for share in shares:
        payable = payables[share.payable_id]
        if payable.currency != cash.currency:
            raise ValueError(f"La factura {payable.number} está en {payable.currency}, el pago en {cash.currency}")
        if share.amount > payable.due:
            raise ValueError(f"La factura {payable.number} debe {payable.balance}; no se le puede aplicar más")
    applied = sum(share.amount for share in shares)
    if applied > cash.minor:
        raise ValueError("Se aplica más de lo recibido")
    entry = ledger.offline_receipt(
        receipt_id=receipt_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        customer_id=customer.id,
        currency=cash.currency,
        amount=cash.minor,
        into=INTO[means],
        at=now,
    )
    tx.ledger.write(entry)
    for allocation in ledger.allocations(entry, shares, customer_id=customer.id):
        tx.ledger.write(allocation)
    lines = _lines(tx, shares)
    receipt = CashReceipt(
        id=receipt_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        series=country.receipts.series,
        number=tx.receipts.next_number(merchant.id, merchant.mode, country.receipts.series),
        customer_id=customer.id,
        payment_id=None,
        received_on=received_on,
        issued_at=now,
        issued_by=by,
        means=means,
        cash=cash,
        advance=Money(cash.minor - applied, cash.currency),
        lines=lines,
        words=amount_in_words(cash, country),
        clause=clause_for(lines),
        concept=concept_for(lines),
        notes=notes,
    )
    tx.receipts.add(receipt)
    return receipt
