"""Issue a cash receipt: the merchant's numbered document, gapless per series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import ledger
from hub.domain.ledger import LedgerKind, Share
from hub.domain.merchant import Customer, Merchant
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, Seen, captures_in
from hub.domain.receipt import TAX_NAME, CashReceipt, Deduction, Means, ReceiptLine, clause_for, concept_for
from hub.domain.words import amount_in_words
from hub_hookspecs import Country, Kind, Money

from .book_money import intakes_in, withheld_of
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
    movement: str


def draft_for_payment(tx: Tx, hub: Hub, merchant: Merchant, payment: Payment) -> ReceiptDraft | None:
    """The receipt of a proven payment, as it would be issued; None while nothing is proven, or once all went back.

    What went back before is no money received: it would stand there as the customer's credit.
    """
    seen = tx.payments.seen(payment.id)
    captures = [taken for taken in captures_in(payment, seen) if taken.amount.currency == payment.amount.currency]
    intakes = intakes_in(tx, payment, payment.amount.currency)
    cash = Money(sum(intake.kept for intake in intakes), payment.amount.currency)
    if not captures or not cash:
        return None
    country = hub.countries[merchant.company.country]
    lines = _lines(tx, [share for intake in intakes for share in intake.shares], _declared(tx, payment))
    applied = sum(line.applied for line in lines)
    return ReceiptDraft(
        series=country.receipts.series,
        received_on=captures[0].at.astimezone(ZoneInfo(merchant.company.zone)).date(),
        means=_means(seen),
        cash=cash,
        lines=lines,
        advance=Money(cash.minor - applied, cash.currency),
        words=amount_in_words(cash, country),
        concept=concept_for(lines, is_order=_of_orders(tx, lines)),
        provider=payment.provider,
        provider_reference=payment.provider_reference or "",
        authorisation=captures[0].authorisation or "",
        payment=payment,
        movement=captures[0].movement,
    )


def _declared(tx: Tx, payment: Payment) -> list[Deduction]:
    """What the payer declared to keep back when it paid, as far as it is booked and stands."""
    found = []
    for line in payment.lines:
        for kept in line.withholdings:
            for booked in withheld_of(tx, payment, line.payable_id, kept.tax):
                if booked.correction is None:
                    amount = booked.entry.moved(LedgerKind.WITHHOLDING_RECEIVABLE)
                    found.append(Deduction(payable_id=line.payable_id, tax=kept.tax, amount=amount))
    return found


def _means(seen: tuple[Seen, ...]) -> Means:
    claims = [item.observation for item in seen if item.observation.kind is Kind.PAID]
    kinds = [claim.instrument.kind for claim in claims if claim.instrument]
    return MEANS_OF_INSTRUMENT.get(kinds[0], Means.ONLINE) if kinds else Means.ONLINE


def _of_orders(tx: Tx, lines: tuple[ReceiptLine, ...]) -> bool:
    payables = [tx.payables.get(line.payable_id) for line in lines]
    return any(payable.kind is PayableKind.ORDER for payable in payables if payable)


def _lines(tx: Tx, shares: Sequence[Share], deductions: Sequence[Deduction] = ()) -> tuple[ReceiptLine, ...]:
    """What a receipt settles, as its payables stand now that it is booked."""
    merged: dict[str, int] = {}
    for share in shares:
        merged[share.payable_id] = merged.get(share.payable_id, 0) + share.amount
    merged.update({less.payable_id: 0 for less in deductions if less.payable_id not in merged})
    payables = {payable.id: payable for payable in tx.payables.many(list(merged))}
    return tuple(_line(payables[payable_id], amount, deductions) for payable_id, amount in merged.items())


def _line(payable: Payable, applied: int, deductions: Sequence[Deduction]) -> ReceiptLine:
    own = [less for less in deductions if less.payable_id == payable.id]
    withholdings: dict[str, int] = {}
    for less in own:
        if less.tax is not None:
            withholdings[less.tax] = withholdings.get(less.tax, 0) + less.amount
    discount = sum(less.amount for less in own if less.tax is None)
    return ReceiptLine(
        payable_id=payable.id,
        number=payable.number,
        applied=applied,
        before=payable.due + applied + sum(withholdings.values()) + discount,
        after=payable.due,
        withholdings=withholdings,
        discount=discount,
    )


def _book_deductions(
    tx: Tx, receipt_id: str, deductions: Sequence[Deduction], *, currency: str, now: datetime, on: date
) -> None:
    """Book what the payer pays less.

    Raises:
        ValueError: A deduction without amount or name, one given twice, or more than the invoice still owes.
    """
    payables = {payable.id: payable for payable in tx.payables.many([less.payable_id for less in deductions])}
    if len({(less.payable_id, less.tax) for less in deductions}) != len(deductions):
        raise ValueError("Una retención o un descuento está dos veces para la misma factura")
    for less in deductions:
        payable = payables[less.payable_id]
        if less.amount <= 0 or payable.currency != currency:
            raise ValueError(f"La retención o el descuento de la factura {payable.number} no es un monto en {currency}")
        if less.amount > payable.due - sum(
            other.amount for other in deductions[: deductions.index(less)] if other.payable_id == less.payable_id
        ):
            raise ValueError(f"La factura {payable.number} debe {payable.balance}; no se le puede descontar más")
        if less.tax is None:
            tx.ledger.write(ledger.discount(receipt_id, payable, amount=less.amount, at=now, on=on))
        elif re.fullmatch(TAX_NAME, less.tax):
            tx.ledger.write(ledger.withheld(receipt_id, payable, tax=less.tax, amount=less.amount, at=now, on=on))
        else:
            raise ValueError(f"«{less.tax}» no es el nombre de una retención, como retefuente")


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
    deductions: Sequence[Deduction] = (),
) -> CashReceipt | None:
    """Issue the cash receipt of a proven payment once; the same one again when it is there already.

    Raises:
        ValueError: As ``issue_by_hand``.
    """
    existing = tx.receipts.of_payment(payment.id)
    if existing:
        return existing
    draft = draft_for_payment(tx, hub, merchant, payment)
    if draft is None:
        return None
    earlier = tx.receipts.count_of_payment(payment.id)
    receipt_id = f"{payment.id}-rc{earlier or ''}"
    if deductions:
        _book_deductions(tx, receipt_id, deductions, currency=draft.cash.currency, now=now, on=draft.received_on)
        every = [*_declared(tx, payment), *deductions]
        lines = _lines(tx, [Share(line.payable_id, line.applied) for line in draft.lines], every)
        draft = attrs.evolve(draft, lines=lines, concept=concept_for(lines, is_order=_of_orders(tx, lines)))
    number = tx.receipts.next_number(merchant.id, payment.mode, draft.series)
    receipt = CashReceipt(
        id=receipt_id,
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
        movement=draft.movement,
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
    deductions: Sequence[Deduction] = (),
) -> CashReceipt:
    """Issue a receipt for money received outside the hub, and book it.

    Raises:
        ValueError: A share or deduction is above what its invoice owes, or the shares are above the cash.
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
        on=received_on,
    )
    tx.ledger.write(entry)
    for allocation in ledger.allocations(entry, shares, customer_id=customer.id):
        tx.ledger.write(allocation)
    _book_deductions(tx, receipt_id, deductions, currency=cash.currency, now=now, on=received_on)
    lines = _lines(tx, shares, deductions)
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
        concept=concept_for(lines, is_order=_of_orders(tx, lines)),
        notes=notes,
    )
    tx.receipts.add(receipt)
    return receipt
