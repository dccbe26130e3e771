"""What later hooks of a payment are handed: its memory with all that was learned since, and its captures.

A hook that only asks may be told one of two things that contradict each other; one that moves money is told neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import attrs

from hub_hookspecs import Capture, JsonMap, Money, Observation

from .captures import claims_in
from .entry_keys import OF_MONEY, movement_in, root_of
from .ledger import Entry, LedgerKind
from .observation import Seen
from .payment import Payment


@attrs.frozen
class Memory:
    """What is remembered of a payment for its plugin.

    Attributes:
        first: Of each key the value that was known first.
        contradictions: Keys of which more than one value was told.
    """

    first: JsonMap
    contradictions: frozenset[str] = frozenset()

    @property
    def agreed(self) -> JsonMap:
        """Without the keys that are contradicted."""
        return MappingProxyType({key: value for key, value in self.first.items() if key not in self.contradictions})


def memory_of(started: JsonMap, seen: Iterable[Seen]) -> Memory:
    """What create_payment returned and what observations have learned since, merged as a set.

    Neither order nor repetition changes which keys are there and which are contradicted. ``None`` says that a channel
    does not know, and contradicts nobody.
    """
    values: dict[str, list[str | int | None]] = {}
    for told in (started, *(item.observation.learned for item in seen)):
        for key, value in told.items():
            known = values.setdefault(key, [])
            if not any(value == other and type(value) is type(other) for other in known):
                known.append(value)
    stated = {key: [value for value in known if value is not None] for key, known in values.items()}
    first: JsonMap = MappingProxyType({key: next(iter(known), None) for key, known in stated.items()})
    return Memory(first, frozenset(key for key, known in stated.items() if len(known) > 1))


def captures_of(
    payment: Payment, seen: Iterable[Seen], entries: Iterable[Entry], *, moves_money: bool
) -> tuple[Capture, ...]:
    """What was taken of a payment and what of it went back, capture by capture, as the books have it.

    An amount is what was booked, less what a person corrected of it; what a person added, the provider did not vouch
    for. What went back of no certain capture counts for the first that has as much. All in all they leave what
    ``refundable_of`` says.

    Args:
        moves_money: Of two ids of the provider's for one movement neither is told.
    """
    claims = tuple(seen)
    booked = _booked(entries)
    references = _references(payment, claims)
    left: dict[str, Capture] = {}
    for root, part in booked.items():
        movement = movement_in(root, payment)
        if movement is not None and (minor := min(part.first, part.sum)) > 0:
            named = references.get(movement, ())
            left[root] = Capture(
                movement=movement,
                provider_reference=None if not named or (moves_money and len(named) > 1) else named[0],
                amount=Money(minor, part.currency),
                returned=Money(0, part.currency),
            )
    by_key = {item.key: item.observation for item in claims}
    backs = [
        (part, by_key.get(part.observation)) for root, part in booked.items() if movement_in(root, payment) is None
    ]
    for part, claim in sorted(backs, key=lambda back: not any(_names(back[1], taken) for taken in left.values())):
        _give_back(left, part, claim)
    return tuple(left.values())


@attrs.define
class _Part:
    """What one capture or return and its corrections come to. Minor units."""

    currency: str
    observation: str
    first: int
    sum: int = 0


def _booked(entries: Iterable[Entry]) -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    for entry in entries:
        root, moved = root_of(entry.key), entry.moved(LedgerKind.PROVIDER_CLEARING)
        if root.startswith(OF_MONEY):
            found.setdefault(root, _Part(entry.currency, entry.observation or "", moved)).sum += moved
    return found


def _references(payment: Payment, seen: Sequence[Seen]) -> Mapping[str, tuple[str, ...]]:
    """The provider's ids of each movement, in the order in which they were told."""
    found: dict[str, dict[str, None]] = {}
    for movement, item in claims_in(payment, seen):
        if item.observation.provider_reference:
            found.setdefault(movement, {})[item.observation.provider_reference] = None
    return {movement: tuple(named) for movement, named in found.items()}


def _names(claim: Observation | None, taken: Capture) -> bool:
    """Whether news of a return says of which capture it is, by its movement or by the provider's id."""
    if claim is None:
        return False
    same = claim.provider_reference is not None and claim.provider_reference == taken.provider_reference
    return claim.movement == taken.movement or same


def _give_back(left: dict[str, Capture], part: _Part, claim: Observation | None) -> None:
    """Count what went back for the captures of which it is, as far as there is anything of them."""
    minor = -part.sum
    for root in sorted(left, key=lambda root: not _names(claim, left[root])):
        taken = left[root]
        more = min(minor, taken.amount.minor - taken.returned.minor)
        if taken.amount.currency == part.currency and more > 0:
            left[root] = attrs.evolve(taken, returned=Money(taken.returned.minor + more, part.currency))
            minor -= more
