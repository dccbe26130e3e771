"""The returns of a payment: what went back to the payer, and what that leaves of what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from hub_hookspecs import Kind, Money

from .captures import Capture, captures_in
from .known_returns import KnownReturn, Return, sort_out, unnamed
from .observation import Seen
from .payment import Payment

NOTHING_CORRECTED: Mapping[str, int] = MappingProxyType({})


def returns_in(seen: Iterable[Seen]) -> tuple[Return, ...]:
    """One return a movement of money, in recorded order, whichever channels report it and whatever each knows of it.

    What names the same id is the same: the provider's, or that of our own operation. Then what does not contradict
    itself is the same, one for one: an answer without an id and a notification with one, or a channel that knows the
    movement alone. Two ids of one kind, two amounts or two movements are two returns, and so are a return and a
    chargeback.

    What a person recorded, or a payout line proved, names no id: it is joined once with news of the same kind and
    amount that it was not told apart from. News that may be about it and says another amount is no return yet: a person
    is asked, as ``doubted_in`` says.
    """
    return _named(sort_out(seen).standing)


def doubted_in(seen: Iterable[Seen]) -> tuple[Return, ...]:
    """Returns of which a person must say whether they are the ones that were recorded by hand or by a payout line."""
    return _named(sort_out(seen).asked)


def without_withdrawn(seen: Iterable[Seen], reversed_at: Mapping[str, datetime]) -> tuple[Seen, ...]:
    """Everything but returns that a person recorded and reversed again before any news was joined to them.

    Args:
        reversed_at: When the entry of an observation was reversed, by the observation's key.
    """
    items = tuple(seen)

    def is_withdrawn(item: Seen) -> bool:
        if item.key not in reversed_at or not unnamed(item) or item.observation.kind is not Kind.RETURNED:
            return False
        before = [other for other in items if other.seen_at <= reversed_at[item.key]]
        return item.key not in sort_out(before).pairs

    return tuple(item for item in items if not is_withdrawn(item))


def told_after(seen: Iterable[Seen], reversed_at: Mapping[str, datetime]) -> tuple[Return, ...]:
    """News that is joined to what was recorded by hand, and came only after that was taken back: a dispute was won.

    It may be late, or tell that the money was taken once more. Nothing is booked of it.

    Args:
        reversed_at: As in ``without_withdrawn``; of a dispute that was won, too.
    """
    items = tuple(seen)
    at = {item.key: item.seen_at for item in items}
    return _named(
        news
        for record, news in sort_out(items).pairs.items()
        if record in reversed_at and min(at[key] for key in news.keys) > reversed_at[record]
    )


def _named(found: Iterable[KnownReturn]) -> tuple[Return, ...]:
    named: dict[tuple[Kind, str], Return] = {}
    for known in found:
        back = known.first
        name = back.key if (back.kind, back.name) in named else back.name  # two of one movement are two entries
        named[back.kind, name] = attrs.evolve(back, name=name, is_ours=bool(known.operation))
    return tuple(named.values())


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
