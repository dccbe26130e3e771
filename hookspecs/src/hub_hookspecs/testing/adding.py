"""Adds up what a plugin tells of one payment, by the contract's rule:
one movement is one capture, one id is one return, whichever channels tell of it and however often.

The hub books by the same rule. It is said here once more, since the kit proves plugins without a hub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from hub_hookspecs.money import Money
from hub_hookspecs.payment import Capture, Kind, Observation

from .noticed import Totals

BACK = (Kind.RETURNED, Kind.CHARGED_BACK)


@attrs.frozen(kw_only=True)
class Told:
    """One observation, and the operation of ours that it answers.

    Attributes:
        operation: Its reference; empty for a notification, a query or the payment's own answer.
        asked: What the operation was to give back.
    """

    observation: Observation
    operation: str = ""
    asked: Money | None = None


def add_up(told: Iterable[Told], owed: Money) -> Totals:
    """By currency: what came and what of it went back, as the hub would book it."""
    items = tuple(told)
    captures = captures_told(items, owed)
    whole = sum(amount.minor for amount in captures)
    found: dict[str, tuple[int, int]] = {}
    for amount in captures:
        came, back = found.get(amount.currency, (0, 0))
        found[amount.currency] = came + amount.minor, back
    for known in returns_told(items):
        amount = Money(whole or owed.minor, owed.currency) if known.amount is None else known.amount
        came, back = found.get(amount.currency, (0, 0))
        found[amount.currency] = came, back + amount.minor
    return found


def captures_told(told: Iterable[Told], owed: Money) -> tuple[Money, ...]:
    """The amount of each movement: as it was first vouched for, or what is owed where nobody vouches for one."""
    return tuple(capture.amount for capture in captures_of(told, owed))


def captures_of(told: Iterable[Told], owed: Money) -> tuple[Capture, ...]:
    """One a movement, as later hooks are handed them."""
    items = tuple(told)
    found: dict[str, Capture] = {}
    for item in items:
        claim = item.observation
        if claim.kind is Kind.PAID and claim.movement and claim.movement not in found:
            vouched = claim.amount if "amount" in claim.vouched else None
            found[claim.movement] = Capture(
                movement=claim.movement,
                provider_reference=claim.provider_reference,
                amount=vouched or owed,
                returned=Money(0, (vouched or owed).currency),
            )
    for known in returns_told(items):
        of = next(iter(found.values()), None) if known.movement not in found else found[known.movement]
        if of is not None:
            back = of.amount if known.amount is None or known.amount.currency != of.amount.currency else known.amount
            found[of.movement] = attrs.evolve(of, returned=of.returned + back)
    return tuple(found.values())


@attrs.frozen(kw_only=True)
class KnownReturn:
    """What is known of one return.

    Attributes:
        event: The provider's id of it.
        operation: Our operation that brought it about.
    """

    kind: Kind
    movement: str | None
    amount: Money | None
    event: str | None
    operation: str | None

    def has_id_of(self, other: KnownReturn) -> bool:
        """Whether both carry the same id; a provider may repeat that of our operation as its own."""
        if self.kind is not other.kind:
            return False
        if self.operation and self.operation == other.operation:
            return None in (self.event, other.event) or self.event == other.event
        return bool({self.event, self.operation} & {other.event, other.operation} - {None})

    def agrees_with(self, other: KnownReturn) -> bool:
        """Whether nothing that both know differs, and enough is known to hold them for the same."""
        if self.kind is not other.kind or (self.event and other.event) or (self.operation and other.operation):
            return False
        if self.amount is not None and other.amount is not None and self.amount != other.amount:
            return False
        if self.movement and other.movement:
            return self.movement == other.movement
        return bool(self.operation or other.operation)

    def with_(self, other: KnownReturn) -> KnownReturn:
        """What both know together."""
        return attrs.evolve(
            self,
            movement=self.movement or other.movement,
            amount=other.amount if self.amount is None else self.amount,
            event=self.event or other.event,
            operation=self.operation or other.operation,
        )


def returns_told(told: Iterable[Told]) -> tuple[KnownReturn, ...]:
    """One a movement of money: first what carries the same id is the same, then what contradicts itself in nothing."""
    claims = [_known(item) for item in told if item.observation.kind in BACK]
    named = _joined(claims, KnownReturn.has_id_of)
    return tuple(_joined(named, KnownReturn.agrees_with))


def _known(item: Told) -> KnownReturn:
    claim = item.observation
    ours = item.operation if claim.kind is Kind.RETURNED else ""
    return KnownReturn(
        kind=claim.kind,
        movement=claim.movement,
        amount=item.asked if claim.amount is None and ours else claim.amount,
        event=(claim.event_id if claim.event_id != ours else None) or None,
        operation=ours or None,
    )


def _joined(claims: Iterable[KnownReturn], is_same: Callable[[KnownReturn, KnownReturn], bool]) -> list[KnownReturn]:
    found: list[KnownReturn] = []
    for known in claims:
        at = next((at for at, other in enumerate(found) if is_same(other, known)), None)
        if at is None:
            found.append(known)
        else:
            found[at] = found[at].with_(known)
    return found
