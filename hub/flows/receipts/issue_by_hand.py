"""Issue a cash receipt for money received outside the hub, and book the money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs

from hub.domain import money_entries
from hub.domain.bank_reference import BankMark, refuse_recorded
from hub.domain.intake import Share, allocations
from hub.domain.ledger import LedgerKind
from hub.domain.merchant import Parties
from hub.domain.receipt import IN_HAND, CashReceipt, clause_for, concept_for
from hub.domain.text import Refusal, Text
from hub.domain.words import amount_in_words
from hub.flows.ground.ports import Tx
from hub_hookspecs import Country, Money

from .book_deductions import deduction_entries
from .issue_receipt import Issuing, add_receipt, issuer_of, payer_of
from .receipt_lines import is_for_order, lines_for
from .series import series_in_use


@attrs.frozen(kw_only=True)
class ReceivedByHand:
    """Money that was received outside the hub, and what it settles."""

    receipt_id: str
    means: str
    cash: Money
    shares: Sequence[Share]
    day: date


def issue_by_hand(
    tx: Tx, parties: Parties, country: Country, received: ReceivedByHand, issuing: Issuing
) -> CashReceipt:
    """Issue a receipt for money received outside the hub, and book it.

    Raises:
        Refusal: A share or deduction is above what its invoice owes, or the shares are above the cash.
        Invalid: The bank's reference is recorded already; ``AnotherAmount`` where a person is to say that it is other
            money.
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
    where = "" if received.means in IN_HAND else issuing.bank_account
    mark = BankMark(reference=issuing.bank_reference, received_in=where or received.means, received_on=received.day)
    known = tx.receipts.referred(merchant.id, merchant.mode, issuing.bank_reference)
    refuse_recorded(mark, cash, known, is_other=issuing.is_other)
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
    for less in deduction_entries(
        tx, received.receipt_id, cash.currency, issuing.deductions, at=issuing.at, on=received.day
    ):
        tx.ledger.write(less)
    booked = tx.ledger.intake(merchant.id, merchant.mode, entry.key)
    lines = lines_for(tx, booked.shares if booked else (), {entry.key}, issuing.deductions)
    series = series_in_use(tx, merchant.id, merchant.mode, country)
    receipt = CashReceipt(
        id=received.receipt_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        series=series,
        number=tx.receipts.next_number(merchant.id, merchant.mode, series),
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
        concept=concept_for(lines, is_order=is_for_order(tx, lines)),
        issuer=issuer_of(merchant, country),
        received_from=payer_of(customer, country),
        notes=issuing.notes,
        bank_account=where,
        bank_reference=issuing.bank_reference,
    )
    return add_receipt(tx, receipt)
