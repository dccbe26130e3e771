"""Book deductions: what the payer of a cash receipt kept back or was let off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from hub.domain import billing
from hub.domain.ledger import Entry
from hub.domain.payable import Payable
from hub.domain.receipt import TAX_NAME, CashReceipt, Deduction
from hub.domain.text import Refusal, Text
from hub.flows.ground.ports import Tx


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


def deduction_entries(
    tx: Tx, receipt_id: str, currency: str, deductions: Sequence[Deduction], *, at: datetime, on: date
) -> Iterator[Entry]:
    """The entries of what the payer pays less.

    Raises:
        Refusal: As ``refuse_too_much``.
    """
    payables = refuse_too_much(tx, deductions, currency)
    for less in deductions:
        payable = payables[less.payable_id]
        if less.tax is None:
            yield billing.discount(receipt_id, payable, amount=less.amount, at=at, on=on)
        else:
            yield billing.withheld(receipt_id, payable, tax=less.tax, amount=less.amount, at=at, on=on)


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
