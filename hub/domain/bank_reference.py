"""The bank's reference of money received outside the hub: one transfer is recorded once.

A bank gives a transfer, a SINPE or a cheque a number that is its own on one account and day. So a second receipt with
the same number, of the same account and day, is the same money for the same amount, and asks a person for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.receipt import CashReceipt
from hub.domain.text import Text
from hub_hookspecs import Money

LONGEST: Final = 60
"""Of a reference, as of the number that a payer reports."""

FIELD: Final = "bank_reference"


def plain_reference(text: str) -> str:
    """A reference as it is stored and compared: in capitals, with single blanks."""
    return " ".join(text.split()).upper()


@attrs.frozen(kw_only=True)
class BankMark:
    """What tells one transfer from another.

    Attributes:
        received_in: The account that it came to; the means, where none is named.
    """

    reference: str
    received_in: str
    received_on: date


def mark_of(receipt: CashReceipt) -> BankMark:
    """What tells a receipt's money from other money at the bank."""
    return BankMark(
        reference=receipt.bank_reference,
        received_in=receipt.bank_account or receipt.means,
        received_on=receipt.received_on,
    )


class AnotherAmount(Invalid):
    """The reference is known with another amount: a person says whether this is other money."""


def refuse_recorded(mark: BankMark, cash: Money, receipts: Iterable[CashReceipt], *, is_other: bool) -> None:
    """Money under a known reference is not recorded twice.

    Args:
        receipts: Those that carry the reference on that day.
        is_other: A person says that it is other money, where the amount is another.

    Raises:
        AnotherAmount: A receipt has another amount, and nobody said that it is other money.
        Invalid: A receipt has the same amount.
    """
    if not mark.reference:
        return
    known = [item for item in receipts if item.voided_at is None and mark_of(item) == mark]
    for item in known:
        if item.cash == cash:
            raise Invalid((FieldError(FIELD, Text("receipt.same_transfer", receipt=item.label)),))
    if known and not is_other:
        first = known[0]
        message = Text("receipt.same_reference", receipt=first.label, amount=first.cash, asked=cash)
        raise AnotherAmount((FieldError(FIELD, message),))
