"""Whose money the simulated ONVO holds: the only place that writes the stage's book.

A paid intent is one line under its id. A transfer that belongs to no paid intent (yet) is a line of its own, under its
SINPE reference: a half is held, though its payment is not paid.
"""

from __future__ import annotations

import attrs

from hub_hookspecs.money import Money
from hub_hookspecs.testing.simulator import Stage

from .records import Intent, Transfer


@attrs.frozen
class Held:
    """The money that is held, on a stage."""

    stage: Stage

    def paid(self, intent: Intent, transfers: list[Transfer]) -> None:
        """An intent's money is here; its transfers are that money, and no other beside it."""
        if numbers := {transfer.number for transfer in transfers}:
            self.stage.book[:] = [line for line in self.stage.book if line.provider_reference not in numbers]
        self.stage.capture(intent.reference, intent.id, intent.merchant.id, Money(intent.received, intent.currency))

    def arrived(self, transfer: Transfer) -> None:
        """A transfer is here that pays no intent, or a part of one; without a merchant it is nobody's."""
        reference = transfer.intent.reference if transfer.intent else transfer.number
        merchant = transfer.merchant.id if transfer.merchant else ""
        self.stage.capture(reference, transfer.number, merchant, Money(transfer.amount, transfer.currency))

    def went_back(self, intent: Intent, amount: int) -> None:
        """A part of an intent's money, or the rest of it, is the payer's again."""
        self.stage.give_back(intent.id, Money(amount, intent.currency))
