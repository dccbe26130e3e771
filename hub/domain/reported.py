"""What a customer says that it paid another way: facts for a cash receipt, none of them proven."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from hub_hookspecs import Mode, Money

from .intake import Share
from .payable import Payable
from .receipt import Means

REPORTED: Final = "payment_reported"
"""The cause of the review that waits until a person recorded it, or said that nothing came."""

MEANS_REPORTED = {"deposit": Means.TRANSFER, "other": ""}
"""Means of a receipt for those that a payer may name and a receipt does not know; nothing where a person chooses."""


@attrs.frozen(kw_only=True)
class ReportedPayment:
    """A payment that a customer reported, as the form that records it begins.

    Attributes:
        review_id: The review that waits for a person; it is resolved by the receipt.
        means: As it stands on a receipt; empty where none fits.
        bank_reference: The number of the transfer or deposit, as the payer wrote it.
        payable_ids: What it was for, in the payer's order.
    """

    review_id: str
    merchant_id: str
    mode: Mode
    customer_id: str
    amount: Money
    paid_on: date
    means: str = ""
    bank_reference: str = ""
    payable_ids: tuple[str, ...] = ()

    def shares(self, payables: dict[str, Payable]) -> tuple[Share, ...]:
        """What each of its payables takes of the amount, as far as it still owes and the amount goes."""
        left, found = self.amount.minor, []
        for payable_id in self.payable_ids:
            payable = payables.get(payable_id)
            part = min(left, payable.due) if payable and payable.currency == self.amount.currency else 0
            if part > 0:
                found.append(Share(payable_id, part))
                left -= part
        return tuple(found)
