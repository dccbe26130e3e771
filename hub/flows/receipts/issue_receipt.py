"""Issue a cash receipt: the merchant's numbered document, gapless per series, one a movement of money.

It keeps what was so when it was issued: who issued it and from whom, and what each invoice owed before and after that
money settled it, as the books have it, whenever the receipt is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain import billing, money_entries
from hub.domain.captures import Capture, captures_in, movements_of
from hub.domain.identity import show_document
from hub.domain.intake import Intake, Share, allocations
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.letterhead import letterhead_for
from hub.domain.merchant import Customer, Merchant, Parties
from hub.domain.observation import Seen
from hub.domain.payable import Payable, PayableKind, left_when_settled
from hub.domain.payment import Payment
from hub.domain.receipt import (
    TAX_NAME,
    CashReceipt,
    Deduction,
    Means,
    Party,
    ReceiptLine,
    clause_for,
    concept_for,
    is_order_in,
    purpose_of,
)
from hub.domain.text import Refusal, Text
from hub.domain.words import amount_in_words
from hub.flows.books.book_money import by_movement, intakes_in, kept_by_movement
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import deducted_of
from hub.flows.ground.tell import tell
from hub_hookspecs import Country, Kind, Money

MEANS_OF_INSTRUMENT = {"card": Means.CARD, "wallet": Means.WALLET}
CITY_PARTS = ("municipality", "canton")


@attrs.frozen(kw_only=True)
class ReceiptDraft:
    """What the form *Agregar recibo de caja* is filled with.

    Attributes:
        observation: The claim that proves the movement.
    """

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
    observation: str

    @property
    def purpose(self) -> Text:
        """What the money was for, for people."""
        return purpose_of(self.lines, is_order=is_order_in(self.concept))


@attrs.frozen(kw_only=True)
class Issuing:
    """Who issues a receipt, when, and what is added to what the books say.

    Attributes:
        deductions: What the payer kept back or was let off.
    """

    by: str
    at: datetime
    notes: str = ""
    bank_account: str = ""
    deductions: Sequence[Deduction] = ()


@attrs.frozen(kw_only=True)
class ReceivedByHand:
    """Money that was received outside the hub, and what it settles."""

    receipt_id: str
    means: str
    cash: Money
    shares: Sequence[Share]
    day: date


def drafts_for_payment(tx: Tx, hub: Hub, merchant: Merchant, payment: Payment) -> tuple[ReceiptDraft, ...]:
    """The receipts of a proven payment as they would be issued, one a movement; none once all of a movement went back.

    What went back before is no money received: it would stand there as the customer's credit.
    """
    seen = tx.payments.seen(payment.id)
    captures = own_captures(payment, seen)
    drafts = [_draft(tx, hub, merchant, payment, seen, taken, first=taken is captures[0]) for taken in captures]
    return tuple(draft for draft in drafts if draft is not None)


def own_captures(payment: Payment, seen: Iterable[Seen]) -> tuple[Capture, ...]:
    """The captures in the currency that was asked for; another one waits in suspense and has no receipt."""
    return tuple(taken for taken in captures_in(payment, seen) if taken.amount.currency == payment.amount.currency)


def _draft(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    payment: Payment,
    seen: tuple[Seen, ...],
    taken: Capture,
    *,
    first: bool,
) -> ReceiptDraft | None:
    intakes = _intakes_of(tx, payment, taken.movement)
    cash = Money(kept_by_movement(tx, payment).get(taken.movement, 0), payment.amount.currency)
    if not cash:
        return None
    country = hub.countries[merchant.company.country]
    shares = _within([share for intake in intakes for share in intake.shares], cash.minor)
    lines = _lines(tx, shares, {intake.key for intake in intakes}, deducted_of(tx, payment, taken.key))
    applied = sum(line.applied for line in lines)
    theirs = payment.provider_reference if first else taken.provider_reference or payment.provider_reference
    return ReceiptDraft(
        series=country.receipts.series,
        received_on=taken.at.astimezone(ZoneInfo(merchant.company.zone)).date(),
        means=_means(payment, seen, taken.movement),
        cash=cash,
        lines=lines,
        advance=Money(cash.minor - applied, cash.currency),
        words=amount_in_words(cash, country),
        concept=concept_for(lines, is_order=_of_orders(tx, lines)),
        provider=payment.provider,
        provider_reference=theirs or "",
        authorisation=taken.authorisation or "",
        payment=payment,
        movement=taken.movement,
        observation=taken.key,
    )


def _intakes_of(tx: Tx, payment: Payment, movement: str) -> tuple[Intake, ...]:
    """What one movement brought in: its capture, and what a person found it to be more."""
    return tuple(by_movement(payment, intakes_in(tx, payment, payment.amount.currency)).get(movement, ()))


def _within(shares: Sequence[Share], cash: int) -> list[Share]:
    """The first shares, as far as the money reaches."""
    found = []
    for share in shares:
        part = min(share.amount, cash)
        cash -= part
        if part > 0:
            found.append(Share(share.payable_id, part))
    return found


def _means(payment: Payment, seen: tuple[Seen, ...], movement: str) -> Means:
    claims = [item.observation for item in seen if item.observation.kind is Kind.PAID]
    own = [claim for name, claim in zip(movements_of(payment, claims), claims, strict=True) if name == movement]
    kinds = [claim.instrument.kind for claim in own if claim.instrument]
    return MEANS_OF_INSTRUMENT.get(kinds[0], Means.ONLINE) if kinds else Means.ONLINE


def _of_orders(tx: Tx, lines: tuple[ReceiptLine, ...]) -> bool:
    payables = [tx.payables.get(line.payable_id) for line in lines]
    return any(payable.kind is PayableKind.ORDER for payable in payables if payable)


def _lines(tx: Tx, shares: Sequence[Share], keys: set[str], deductions: Sequence[Deduction]) -> tuple[ReceiptLine, ...]:
    """What a receipt settles, each with its balances as they were when the money of these intakes settled it."""
    merged: dict[str, int] = {}
    for share in shares:
        merged[share.payable_id] = merged.get(share.payable_id, 0) + share.amount
    merged.update({less.payable_id: 0 for less in deductions if less.payable_id not in merged})
    payables = {payable.id: payable for payable in tx.payables.many(list(merged))}
    return tuple(
        _line(payables[payable_id], amount, _left(tx, payables[payable_id], amount, keys), deductions)
        for payable_id, amount in merged.items()
    )


def _left(tx: Tx, payable: Payable, applied: int, keys: set[str]) -> int | None:
    return left_when_settled(tx.ledger.steps(payable), keys) if applied else None


def _line(payable: Payable, applied: int, left: int | None, deductions: Sequence[Deduction]) -> ReceiptLine:
    """A line; ``left`` is what was owed after the money, None where none settled it."""
    own = [less for less in deductions if less.payable_id == payable.id]
    withholdings: dict[str, int] = {}
    for less in own:
        if less.tax is not None:
            withholdings[less.tax] = withholdings.get(less.tax, 0) + less.amount
    discount = sum(less.amount for less in own if less.tax is None)
    kept = sum(withholdings.values()) + discount
    after = payable.due if left is None else max(0, left - kept)
    return ReceiptLine(
        payable_id=payable.id,
        number=payable.number,
        applied=applied,
        before=after + applied + kept,
        after=after,
        withholdings=withholdings,
        discount=discount,
    )


def refuse_too_much(tx: Tx, deductions: Sequence[Deduction], currency: str) -> dict[str, Payable]:
    """The payables of what is paid less, by id.

    Raises:
        Refusal: A deduction without amount or name, one given twice, or more than the invoice still owes.
    """
    payables = {payable.id: payable for payable in tx.payables.many([less.payable_id for less in deductions])}
    if len({(less.payable_id, less.tax) for less in deductions}) != len(deductions):
        raise Refusal(Text("deduction.twice"))
    taken: dict[str, int] = {}
    for less in deductions:
        payable = payables[less.payable_id]
        if less.amount <= 0 or payable.currency != currency:
            raise Refusal(Text("deduction.no_amount", number=payable.number, currency=currency))
        if less.tax is not None and not re.fullmatch(TAX_NAME, less.tax):
            raise Refusal(Text("deduction.tax_unknown", tax=less.tax))
        taken[payable.id] = taken.get(payable.id, 0) + less.amount
        if taken[payable.id] > payable.due:
            raise Refusal(Text("deduction.too_much", number=payable.number, balance=payable.balance))
    return payables


def _deductions(tx: Tx, receipt_id: str, currency: str, on: date, issuing: Issuing) -> Iterator[Entry]:
    """The entries of what the payer pays less.

    Raises:
        Refusal: As ``refuse_too_much``.
    """
    payables = refuse_too_much(tx, issuing.deductions, currency)
    for less in issuing.deductions:
        payable = payables[less.payable_id]
        if less.tax is None:
            yield billing.discount(receipt_id, payable, amount=less.amount, at=issuing.at, on=on)
        else:
            yield billing.withheld(receipt_id, payable, tax=less.tax, amount=less.amount, at=issuing.at, on=on)


def was_issued(receipts: Iterable[CashReceipt], movement: str) -> bool:
    """Whether a movement ever had a receipt, a void one included."""
    return any(receipt.movement == movement for receipt in receipts)


def is_issued(receipts: Iterable[CashReceipt], movement: str) -> bool:
    """Whether a receipt of a movement stands."""
    return any(receipt.movement == movement and receipt.voided_at is None for receipt in receipts)


def issue_automatically(
    tx: Tx,
    hub: Hub,
    parties: Parties,
    payment: Payment,
    seen: tuple[Seen, ...],
    now: datetime,
) -> None:
    """Issue the receipt of each movement that never had one: what a person voided, only a person issues again."""
    before = tx.receipts.all_of_payment(payment.id)
    if all(was_issued(before, taken.movement) for taken in own_captures(payment, seen)):
        return
    issuing = Issuing(by="automático", at=now, bank_account=parties.merchant.options.bank_account)
    for draft in drafts_for_payment(tx, hub, parties.merchant, payment):
        if not was_issued(before, draft.movement):
            _issue(tx, hub, parties, draft, issuing)


def issue_for_movement(
    tx: Tx,
    hub: Hub,
    parties: Parties,
    payment: Payment,
    movement: str,
    issuing: Issuing,
) -> CashReceipt | None:
    """Issue the cash receipt of a movement once; the same one again when it is there already.

    Raises:
        Refusal: As ``issue_by_hand``, or the receipt that is there does not say these deductions.
    """
    receipts = tx.receipts.all_of_payment(payment.id)
    existing = next((item for item in receipts if is_issued([item], movement)), None)
    if existing:
        refuse_undeclared(existing, issuing.deductions)
        return existing
    drafts = drafts_for_payment(tx, hub, parties.merchant, payment)
    draft = next((item for item in drafts if item.movement == movement), None)
    return _issue(tx, hub, parties, draft, issuing) if draft else None


def refuse_undeclared(receipt: CashReceipt, deductions: Sequence[Deduction]) -> None:
    """A receipt is never edited: what it does not say comes with its certificate, or on a receipt in its place.

    Raises:
        Refusal: It does not say one of these deductions.
    """
    missing = [less for less in deductions if less not in receipt.deductions]
    if any(less.tax is None for less in missing):
        raise Refusal(Text("receipt.without_discount", receipt=receipt.label))
    if missing:
        raise Refusal(Text("receipt.without_withholding", receipt=receipt.label))


def _issue(tx: Tx, hub: Hub, parties: Parties, draft: ReceiptDraft, issuing: Issuing) -> CashReceipt:
    payment, merchant, customer = draft.payment, parties.merchant, parties.customer
    country = hub.countries[merchant.company.country]
    earlier = len(tx.receipts.all_of_payment(payment.id))
    receipt_id = f"{payment.id}-rc{earlier or ''}"
    if issuing.deductions:
        for entry in _deductions(tx, receipt_id, draft.cash.currency, draft.received_on, issuing):
            tx.ledger.write(attrs.evolve(entry, payment_id=payment.id, observation=draft.observation))
        drafts = drafts_for_payment(tx, hub, merchant, payment)
        draft = next(again for again in drafts if again.movement == draft.movement)
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
        issued_at=issuing.at,
        issued_by=issuing.by,
        means=draft.means,
        cash=draft.cash,
        advance=draft.advance,
        lines=draft.lines,
        words=draft.words,
        clause=clause_for(draft.lines),
        concept=draft.concept,
        movement=draft.movement,
        issuer=issuer_of(merchant, country),
        received_from=payer_of(customer, country),
        notes=issuing.notes,
        bank_account=issuing.bank_account,
        provider=draft.provider,
        provider_reference=draft.provider_reference,
        authorisation=draft.authorisation,
    )
    return _added(tx, receipt)


def issuer_of(merchant: Merchant, country: Country) -> Party:
    """The company as it is now, for what it issues."""
    head = letterhead_for(merchant, country, merchant.mode)
    address = merchant.company.address
    return Party(
        name=head.name,
        legal_name=head.legal_name,
        identity=head.identity,
        address=head.address,
        city=next((address[key] for key in CITY_PARTS if address.get(key)), ""),
        phone=head.phone,
        email=head.email,
        zone=head.zone,
    )


def payer_of(customer: Customer, country: Country) -> Party:
    """The customer as it is now, for what it receives."""
    return Party(
        name=customer.name,
        identity=show_document(country, customer.document, with_type=True) if customer.document else "",
        address=customer.address,
    )


IN_HAND = frozenset({Means.CASH, Means.CHEQUE})
"""What somebody holds; the rest is at the bank."""


def issue_by_hand(
    tx: Tx, parties: Parties, country: Country, received: ReceivedByHand, issuing: Issuing
) -> CashReceipt:
    """Issue a receipt for money received outside the hub, and book it.

    Raises:
        Refusal: A share or deduction is above what its invoice owes, or the shares are above the cash.
    """
    merchant, customer, cash, shares = parties.merchant, parties.customer, received.cash, received.shares
    payables = {payable.id: payable for payable in tx.payables.many([share.payable_id for share in shares])}
    for share in shares:
        payable = payables[share.payable_id]
        if payable.currency != cash.currency:
            raise Refusal(
                Text("receipt.other_currency", number=payable.number, currency=payable.currency, paid=cash.currency)
            )
        if share.amount > payable.due:
            raise Refusal(Text("receipt.applies_too_much", number=payable.number, balance=payable.balance))
    applied = sum(share.amount for share in shares)
    if applied > cash.minor:
        raise Refusal(Text("receipt.applied_too_much"))
    entry = money_entries.offline_receipt(
        receipt_id=received.receipt_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        customer_id=customer.id,
        currency=cash.currency,
        amount=cash.minor,
        into=LedgerKind.CASH if received.means in IN_HAND else LedgerKind.BANK,
        at=issuing.at,
        on=received.day,
    )
    tx.ledger.write(entry)
    for allocation in allocations(entry, shares, customer_id=customer.id):
        tx.ledger.write(allocation)
    for less in _deductions(tx, received.receipt_id, cash.currency, received.day, issuing):
        tx.ledger.write(less)
    booked = tx.ledger.intake(merchant.id, merchant.mode, entry.key)
    lines = _lines(tx, booked.shares if booked else (), {entry.key}, issuing.deductions)
    receipt = CashReceipt(
        id=received.receipt_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        series=country.receipts.series,
        number=tx.receipts.next_number(merchant.id, merchant.mode, country.receipts.series),
        customer_id=customer.id,
        payment_id=None,
        received_on=received.day,
        issued_at=issuing.at,
        issued_by=issuing.by,
        means=received.means,
        cash=cash,
        advance=Money(cash.minor - applied, cash.currency),
        lines=lines,
        words=amount_in_words(cash, country),
        clause=clause_for(lines),
        concept=concept_for(lines, is_order=_of_orders(tx, lines)),
        issuer=issuer_of(merchant, country),
        received_from=payer_of(customer, country),
        notes=issuing.notes,
    )
    return _added(tx, receipt)


def _added(tx: Tx, receipt: CashReceipt) -> CashReceipt:
    tx.receipts.add(receipt)
    merchant, payment = receipt.merchant_id, receipt.payment_id
    tell(tx, "cash_receipt_issued", receipt=receipt.id, merchant=merchant, payment=payment)
    return receipt
