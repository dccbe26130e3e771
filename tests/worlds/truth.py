"""What is true outside the hub: whose money providers, banks and the till really hold.

It is kept by those who act, not by the hub: a provider knows what went back, a bank what it took, whoever stands at
the till what was handed over. The books must come to the same, however the news of it arrives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from hub_hookspecs import Kind, Money

if TYPE_CHECKING:
    from .world import World


@attrs.define(kw_only=True, eq=False)
class Back:
    """Money that left a provider again: returned in its panel, or taken by the payer's bank.

    Attributes:
        name: The provider's id of it; of a chargeback its case.
        told: The provider told of it.
        recorded: A person recorded it.
        given_again: The bank gave it again.
        in_book: The simulator's own book says so too.
    """

    reference: str
    payment: str
    kind: Kind
    amount: Money
    name: str
    told: bool = False
    recorded: bool = False
    given_again: bool = False
    in_book: bool = False

    @property
    def is_known(self) -> bool:
        return self.told or self.recorded


@attrs.define(kw_only=True, eq=False)
class Case:
    """What a payer's bank wants.

    Attributes:
        back: The money, once it took it.
        outcome: How the bank decided.
        recorded: A person recorded that the bank asks.
        ended: A person recorded how it ended.
    """

    name: str
    reference: str
    payment: str
    amount: Money
    back: Back | None = None
    outcome: str = ""
    recorded: bool = False
    ended: bool = False


@attrs.define(kw_only=True, eq=False)
class Paper:
    """Money that changed hands at the till or in the bank, under the id of its form.

    Attributes:
        key: Of the entry that books it.
        amount: Positive came in, negative went out, minor units.
        void: It never did, as somebody said later.
    """

    key: str
    amount: int
    currency: str
    void: bool = False

    @property
    def moved(self) -> int:
        return 0 if self.void else self.amount


@attrs.define
class Truth:
    """All of it."""

    backs: list[Back] = attrs.Factory(list)
    cases: dict[str, Case] = attrs.Factory(dict)
    papers: dict[str, Paper] = attrs.Factory(dict)

    def gone(self, reference: str) -> int:
        """What of a payment is not at its provider any more, beside what the provider's own book says."""
        return sum(
            back.amount.minor
            for back in self.backs
            if back.reference == reference and not back.given_again and not back.in_book
        )

    def gone_in_all(self, reference: str) -> int:
        """The same with what the provider's own book says of it."""
        return sum(back.amount.minor for back in self.backs if back.reference == reference and not back.given_again)


def held_now(world: World, reference: str) -> int:
    """What the provider holds of a payment."""
    there = sum(item.amount.minor * item.captures for item in world.held(reference) if item.state == "captured")
    return there - world.truth.gone(reference)


def came(world: World, reference: str) -> int:
    """What the provider ever took for it."""
    return sum(item.amount.minor for item in world.held(reference))


BY_KEY = (
    "SELECT e.key, e.currency, sum(p.amount) FROM entry e JOIN posting p ON p.entry = e.id"
    " JOIN ledger_account a ON a.id = p.ledger_account WHERE a.kind IN ('cash', 'bank') GROUP BY e.id"
)
LINES = "SELECT currency, sum(net) FROM settlement_line WHERE state = 'booked' AND in_transit = 0 GROUP BY currency"


def untrue_till(world: World) -> Iterator[str]:
    """Cash and bank by the books, form by form and in sum, against what changed hands and what was paid out."""
    booked: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for key, currency, amount in world.rows(BY_KEY):
        while key.startswith("fix:"):
            key = key.removeprefix("fix:").rpartition(":")[0]
        booked[key, currency] += amount
        sums[currency] += amount
    for paper in world.truth.papers.values():
        if (found := booked[paper.key, paper.currency]) != paper.moved:
            yield f"till: {paper.key} moved {paper.moved} {paper.currency}, the books say {found}"
    true: dict[str, int] = defaultdict(int)
    for paper in world.truth.papers.values():
        true[paper.currency] += paper.moved
    for currency, net in world.rows(LINES):
        true[currency] += net
    for currency in {*true, *sums}:
        if true[currency] != sums[currency]:
            yield f"till: {true[currency]} {currency} are in cash and bank, the books say {sums[currency]}"
