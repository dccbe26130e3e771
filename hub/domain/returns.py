"""The returns of a payment: what went back to the payer, and what that leaves of what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from hub_hookspecs import Kind, Money

from .captures import Capture, captures_in
from .observation import Seen
from .payment import Payment

BACK = (Kind.RETURNED, Kind.CHARGED_BACK)

NOTHING_CORRECTED: Mapping[str, int] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Return:
    """One movement of money back to the payer: returned by us, or taken back by the payer's bank.

    Attributes:
        name: Reference of the return or case of the chargeback, part of its entry's key.
        amount: None where the provider stated none: all of what was captured.
        key: Of the observation that is booked.
    """

    kind: Kind
    name: str
    amount: Money | None
    key: str
    at: datetime


def returns_in(seen: Iterable[Seen]) -> tuple[Return, ...]:
    """One return a movement of money, in recorded order, whichever channels report it and whatever each knows of it.

    What names the same id is the same: the provider's, or that of our own operation. Then what does not contradict
    itself is the same, one for one: an answer without an id and a notification with one, or a channel that knows the
    movement alone. Two ids of one kind, two amounts or two movements are two returns, and so are a return and a
    chargeback.
    """
    claims = [_KnownReturn.of(item) for item in seen if item.observation.kind in BACK]
    named = _joined(claims, lambda one, other: one.has_id_of(other))
    found: dict[tuple[Kind, str], Return] = {}
    for known in _joined(named, lambda one, other: one.agrees_with(other)):
        back = known.first
        name = back.key if (back.kind, back.name) in found else back.name  # two of one movement are two entries
        found[back.kind, name] = attrs.evolve(back, name=name)
    return tuple(found.values())


@attrs.frozen(kw_only=True)
class _KnownReturn:
    """What is known of one return by now.

    Attributes:
        event: The provider's id of it.
        operation: Our operation that brought it about.
    """

    first: Return
    movement: str | None
    amount: Money | None
    event: str | None
    operation: str | None

    @classmethod
    def of(cls, item: Seen) -> _KnownReturn:
        """What one observation says."""
        claim = item.observation
        back = Return(
            kind=claim.kind,
            name=claim.event_id or claim.movement or item.key,
            amount=claim.amount,
            key=item.key,
            at=claim.occurred_at or item.seen_at,
        )
        event = None if claim.event_id == item.operation else claim.event_id
        return cls(
            first=back,
            movement=claim.movement,
            amount=claim.amount,
            event=event or None,
            operation=item.operation or None,
        )

    def has_id_of(self, other: _KnownReturn) -> bool:
        """Whether both carry the same id; a provider may repeat that of our operation as its own."""
        if self.first.kind is not other.first.kind:
            return False
        if self.operation and self.operation == other.operation:  # one answer may be about several returns
            return None in (self.event, other.event) or self.event == other.event
        return bool({self.event, self.operation} & {other.event, other.operation} - {None})

    def agrees_with(self, other: _KnownReturn) -> bool:
        """Whether nothing that both know differs, and enough is known to hold them for the same."""
        if self.first.kind is not other.first.kind:
            return False
        if (self.event and other.event) or (self.operation and other.operation):
            return False
        if self.amount is not None and other.amount is not None and self.amount != other.amount:
            return False
        if self.movement and other.movement:
            return self.movement == other.movement
        return bool(self.operation or other.operation)

    def with_(self, other: _KnownReturn) -> _KnownReturn:
        """What both know together."""
        operation = self.operation or other.operation
        events = [event for event in (self.event, other.event) if event and event != operation]
        return attrs.evolve(
            self,
            movement=self.movement or other.movement,
            amount=other.amount if self.amount is None else self.amount,
            event=events[0] if events else None,
            operation=operation,
        )


def _joined(
    claims: Iterable[_KnownReturn], is_same: Callable[[_KnownReturn, _KnownReturn], bool]
) -> list[_KnownReturn]:
    found: list[_KnownReturn] = []
    for known in claims:
        at = next((at for at, other in enumerate(found) if is_same(other, known)), None)
        if at is None:
            found.append(known)
        else:
            found[at] = found[at].with_(known)
    return found


def left_of(
    captures: Iterable[Capture], returns: Iterable[Return], corrected: Mapping[str, int] = NOTHING_CORRECTED
) -> dict[str, int]:
    """What came less what went back, by currency; below zero where more went back.

    Args:
        corrected: As in ``flags_of``.
    """
    came: dict[str, int] = {}
    for taken in captures:
        minor = corrected.get(taken.key, taken.amount.minor)
        came[taken.amount.currency] = came.get(taken.amount.currency, 0) + minor
    left = dict(came)
    for back in returns:
        first = next(iter(came))
        amount = Money(came[first], first) if back.amount is None else back.amount
        left[amount.currency] = left.get(amount.currency, 0) - corrected.get(back.key, amount.minor)
    return left


def was_undone(payment: Payment, seen: Iterable[Seen]) -> bool:
    """The money was known to have gone back by the time it was known to have come: it settles nothing."""
    items = tuple(seen)
    first = min((item.seen_at for item in items if item.observation.kind is Kind.PAID), default=None)
    if first is None:
        return False
    left = left_of(captures_in(payment, items), returns_in(item for item in items if item.seen_at <= first))
    return all(minor <= 0 for minor in left.values())


def brought_in(payment: Payment, seen: Iterable[Seen]) -> Mapping[str, int]:
    """What the proven money brings for each payable, in the order of the lines; nothing once it was undone."""
    items = tuple(seen)
    if was_undone(payment, items):
        return {}
    own = [taken.amount for taken in captures_in(payment, items) if taken.amount.currency == payment.amount.currency]
    left = sum(amount.minor for amount in own)
    brought = {}
    for line in payment.lines:
        brought[line.payable_id] = min(left, line.amount)
        left -= brought[line.payable_id]
    return brought
