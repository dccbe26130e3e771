"""A source of a customer's credit: what it brought in, which payables it settles, and what is left of it.

An *intake* is an entry that gives a customer credit: a capture, an offline receipt, the part of a credit note that was
owed already. A customer's credit is at any time what the intakes have left: what came in, less what was allocated to
payables, less what was drawn to go back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import attrs

from hub_hookspecs import Mode

from .ledger import Applied, Effect, Entry, EntryKind, LedgerKind, debit_and_credit

EMPTY_COUNTS: Mapping[str, int] = MappingProxyType({})


@attrs.frozen
class Share:
    """How much of an intake goes to one payable."""

    payable_id: str
    amount: int


@attrs.frozen(kw_only=True)
class Intake:
    """A source of a customer's credit, as it stands.

    Attributes:
        shares: What it settles now, by payable, in the order it did; without what was re-opened since.
    """

    key: str
    merchant_id: str
    mode: Mode
    customer_id: str
    currency: str
    amount: int
    allocated: int = 0
    returned: int = 0
    payment_id: str | None = None
    shares: tuple[Share, ...] = ()

    @property
    def unapplied(self) -> int:
        """What is left of it as the customer's credit."""
        return self.amount - self.allocated - self.returned

    @property
    def not_returned(self) -> int:
        """What of it has not gone back: it settles payables, or is the customer's credit."""
        return self.unapplied + sum(share.amount for share in self.shares)


def settled_by(intakes: Iterable[Intake]) -> dict[str, int]:
    """What intakes together settle of each payable now, by its id, in the order they did."""
    found: dict[str, int] = {}
    for share in (share for intake in intakes for share in intake.shares):
        found[share.payable_id] = found.get(share.payable_id, 0) + share.amount
    return found


def as_far_as_free(intakes: Iterable[Intake], free: int) -> tuple[Intake, ...]:
    """The first intakes, each with no more left of it than is free of the credit."""
    found = []
    for intake in intakes:
        part = min(intake.unapplied, free)
        if part > 0:
            found.append(attrs.evolve(intake, returned=intake.returned + intake.unapplied - part))
        free -= max(0, part)
    return tuple(found)


def shares_of(amount: int, wanted: Sequence[Share], due: dict[str, int]) -> tuple[Share, ...]:
    """Allocate in line order up to what is due; what is left over stays the customer's credit."""
    shares = []
    for want in wanted:
        share = min(want.amount, amount, due.get(want.payable_id, 0))
        if share > 0:
            shares.append(Share(want.payable_id, share))
            amount -= share
    return tuple(shares)


def shares_back(intake: Intake, amount: int) -> tuple[Share, ...]:
    """What must be taken back from payables so that ``amount`` of an intake is free; the last line first."""
    wanted, found = amount - intake.unapplied, []
    for share in reversed(intake.shares):
        part = min(wanted, share.amount)
        if part > 0:
            found.append(Share(share.payable_id, -part))
            wanted -= part
    return tuple(found)


def reopening(intake: Intake, amount: int) -> tuple[Applied, ...]:
    """Rows that re-open what an intake settled; the last line first."""
    rows, left = [], amount
    for share in reversed(intake.shares):
        part = min(left, share.amount)
        if part > 0:
            rows.append(Applied(payable_id=share.payable_id, effect=Effect.REOPENED, amount=part, intake=intake.key))
            left -= part
    return tuple(rows)


def allocations(
    intake: Entry | Intake,
    shares: Iterable[Share],
    *,
    customer_id: str,
    at: datetime | None = None,
    on: date | None = None,
    times: Mapping[str, int] = EMPTY_COUNTS,
    observation: str | None = None,
    note: str = "",
) -> tuple[Entry, ...]:
    """Book how an intake settles payables: one entry a payable; a negative share takes back.

    Args:
        at: When, unless with the intake itself.
        on: The day that it counts for, unless with the intake itself.
        times: How often this intake was allocated to, or taken back from, each payable before.
    """
    moment = at or (intake.at if isinstance(intake, Entry) else None)
    day = intake.value_on if at is None and isinstance(intake, Entry) else on
    if moment is None:
        raise ValueError(f"when is {intake.key} allocated?")
    return tuple(
        Entry(
            key=f"alloc:{intake.key}:{share.payable_id}:{times.get(share.payable_id, 0)}",
            kind=EntryKind.ALLOCATION,
            merchant_id=intake.merchant_id,
            mode=intake.mode,
            currency=intake.currency,
            postings=debit_and_credit(
                LedgerKind.CUSTOMER_CREDIT, customer_id, LedgerKind.RECEIVABLE, customer_id, share.amount
            ),
            at=moment,
            value_on=day,
            applied=(
                Applied(payable_id=share.payable_id, effect=Effect.ALLOCATED, amount=share.amount, intake=intake.key),
            ),
            payment_id=intake.payment_id,
            observation=observation or (intake.observation if isinstance(intake, Entry) else None),
            note=note,
        )
        for share in shares
    )
