"""Issue a cash receipt: the merchant's numbered document, gapless per series, one a movement of money.

It keeps what was so when it was issued: who issued it and from whom, and what each invoice owed before and after that
money settled it, as the books have it, whenever the receipt is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from hub.domain.identity import show_document
from hub.domain.letterhead import letterhead_for
from hub.domain.merchant import Customer, Merchant, Parties
from hub.domain.observation import Seen
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt, Deduction, Party, clause_for
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Country

from .book_deductions import deduction_entries, refuse_undeclared
from .draft_receipt import ReceiptDraft, drafts_for_payment, own_captures

CITY_PARTS = ("municipality", "canton")


@attrs.frozen(kw_only=True)
class Issuing:
    """Who issues a receipt, when, and what is added to what the books say.

    Attributes:
        bank_reference: What the bank calls money received outside the hub.
        is_other: A person says that it is other money than what is recorded under the same reference.
        deductions: What the payer kept back or was let off.
    """

    by: str
    at: datetime
    notes: str = ""
    bank_account: str = ""
    bank_reference: str = ""
    is_other: bool = False
    deductions: Sequence[Deduction] = ()


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


def _issue(tx: Tx, hub: Hub, parties: Parties, draft: ReceiptDraft, issuing: Issuing) -> CashReceipt:
    payment, merchant, customer = draft.payment, parties.merchant, parties.customer
    country = hub.countries[merchant.company.country]
    earlier = len(tx.receipts.all_of_payment(payment.id))
    receipt_id = f"{payment.id}-rc{earlier or ''}"
    if issuing.deductions:
        for entry in deduction_entries(
            tx, receipt_id, draft.cash.currency, issuing.deductions, at=issuing.at, on=draft.received_on
        ):
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
    return add_receipt(tx, receipt)


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


def add_receipt(tx: Tx, receipt: CashReceipt) -> CashReceipt:
    """Store a receipt, and log that it was issued."""
    tx.receipts.add(receipt)
    merchant, payment = receipt.merchant_id, receipt.payment_id
    tell(tx, "cash_receipt_issued", receipt=receipt.id, merchant=merchant, payment=payment)
    return receipt
