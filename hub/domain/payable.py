"""What is owed: invoices and store orders."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from datetime import date, datetime

import attrs

from hub_hookspecs import Mode, Money

from .instalment import Instalment, next_due
from .stated import Stated


class PayableKind(enum.StrEnum):
    """What a payable is."""

    INVOICE = "invoice"
    ORDER = "order"


@attrs.frozen(kw_only=True)
class Voided:
    """That a bill was never owed: since when, by whom and why, and what it was.

    Attributes:
        total: What it was for.
        rebilled_at: Since when it is billed anew, by a person; None while it stays voided.
        rebilled_by: By whom.
    """

    at: datetime
    by: str
    reason: str
    total: Money
    rebilled_at: datetime | None = None
    rebilled_by: str = ""


@attrs.frozen(kw_only=True)
class Payable:
    """An invoice or a store order that is owed.

    Attributes:
        allocated .. reopened: Sums in minor units, maintained by the database from the ledger.
        revision: Raised by each accepted change of the bill.
        offered_until: After it the payable is no longer offered (a store order's stock hold).
        voided: That it was voided once, and what it was then; None where nobody ever did.
        stated: What the last imported file stated of it; None before the first.
        counted: How much of what was settled here the files have counted so far, minor units.
        counted_back: How much of what went back here the files have counted so far, minor units.
        terms: The code of its condition of sale, as a file says it; empty where none said.
        branch: Which of the company's branches a file says it is of; empty where none said.
        undone_at: When the import that billed it was taken back: it counts as never billed; None otherwise.
        plan: Its instalments, oldest first; empty where it falls due at once.
        plan_by: Who agreed the plan by hand; empty where it is a file's, or there is none.
    """

    id: str
    merchant_id: str
    mode: Mode
    kind: PayableKind
    number: str
    customer_id: str
    currency: str
    total: int
    issued_on: date
    due_on: date | None = None
    description: str = ""
    revision: int = 0
    allocated: int = 0
    withheld: int = 0
    discounted: int = 0
    credited: int = 0
    outside: int = 0
    written_off: int = 0
    reopened: int = 0
    offered_until: datetime | None = None
    voided: Voided | None = None
    stated: Stated | None = None
    counted: int = 0
    counted_back: int = 0
    branch: str = ""
    terms: str = ""
    undone_at: datetime | None = None
    plan: tuple[Instalment, ...] = ()
    plan_by: str = ""
    created_at: datetime

    @property
    def settled(self) -> int:
        """What no longer is owed, minor units."""
        return self.total - self.due

    @property
    def due(self) -> int:
        """What is still owed, minor units (L4)."""
        return (
            self.total
            - self.allocated
            - self.withheld
            - self.discounted
            - self.credited
            - self.outside
            - self.written_off
            + self.reopened
        )

    @property
    def falls_due_on(self) -> date:
        """When what is owed of it falls, or fell, due: with the oldest unpaid instalment, else by its own date."""
        return next_due(self.plan, self.due) or self.due_on or self.issued_on

    @property
    def balance(self) -> Money:
        """What is still owed."""
        return Money(self.due, self.currency)

    def is_offered(self, now: datetime) -> bool:
        """Whether it may be put before a payer."""
        return self.due > 0 and (self.offered_until is None or now < self.offered_until)

    @property
    def is_voided(self) -> bool:
        """Whether it is not owed, since a person said so."""
        return self.voided is not None and self.voided.rebilled_at is None


@attrs.frozen
class Step:
    """One change of what a payable owes; its steps stand in the order in which they were booked.

    Attributes:
        amount: Minor units; positive where more is owed.
        intake: Key of the intake that settled it, or took back; None for every other change.
    """

    amount: int
    intake: str | None = None


def left_when_settled(steps: Iterable[Step], intakes: Collection[str]) -> int:
    """What was still owed when these intakes had settled their last part; what they took back since is owed again."""
    due = left = 0
    for step in steps:
        due += step.amount
        if step.intake in intakes:
            left = due if step.amount < 0 else left + step.amount
    return left
