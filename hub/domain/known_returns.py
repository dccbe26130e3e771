"""What is known of each movement of money back to a payer: which channels tell of the same one, and which may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from hub_hookspecs import Kind, Money

from .observation import ObservedBy, Seen, said_by

BACK = (Kind.RETURNED, Kind.CHARGED_BACK)


@attrs.frozen(kw_only=True)
class Return:
    """One movement of money back to the payer: returned by us, or taken back by the payer's bank.

    Attributes:
        name: Reference of the return or case of the chargeback, part of its entry's key.
        amount: None where the provider stated none: all of what was captured.
        key: Of the observation that is booked.
        is_ours: An operation of ours brought it about.
    """

    kind: Kind
    name: str
    amount: Money | None
    key: str
    at: datetime
    is_ours: bool = False


def unnamed(item: Seen) -> bool:
    """Whether it tells of a return that a person saw or a payout line proved, without an id of the provider's."""
    claim = item.observation
    by_hand = item.source in (ObservedBy.OPERATOR, ObservedBy.SETTLEMENT) and not item.operation
    return by_hand and claim.kind in BACK and not claim.event_id


@attrs.frozen(kw_only=True)
class SortedOut:
    """What is known of the returns of a payment.

    Attributes:
        standing: One a movement of money.
        asked: Those that a person is asked about; they may stand, or wait for the answer.
        pairs: What was recorded without an id, by its key, and the news that it was joined to.
    """

    standing: tuple[KnownReturn, ...]
    asked: tuple[KnownReturn, ...]
    pairs: Mapping[str, KnownReturn]


def sort_out(seen: Iterable[Seen]) -> SortedOut:
    """Join what tells of the same movement, and say what a person must be asked."""
    claims = [
        KnownReturn.of(item, place) for place, item in enumerate(item for item in seen if item.observation.kind in BACK)
    ]
    named = _joined((known for known in claims if not known.is_unnamed), lambda one, other: one.has_id_of(other))
    told = _joined(named, lambda one, other: one.agrees_with(other))
    known = sorted((*told, *(item for item in claims if item.is_unnamed)), key=lambda item: item.place)
    pairs = _pairs(known)
    rest = [item for item in known if item.place not in {*pairs, *pairs.values()}]
    records = [item for item in rest if item.is_unnamed]
    waiting = {max(news.place, record.place) for news in rest for record in records if record.may_mean(news)}
    at = {item.place: item for item in known}
    joined = {at[record].first.key: at[news] for record, news in pairs.items()}
    unclear = {news.place for news in joined.values() if any(record.is_told_by(news) for record in records)}
    return SortedOut(
        standing=tuple(item for at, item in enumerate(known) if item.place not in waiting and _adds(known[: at + 1])),
        asked=tuple(item for item in known if item.place in waiting | unclear),
        pairs=joined,
    )


def _adds(known: Sequence[KnownReturn]) -> bool:
    """Whether the last of these is one movement more than those before it; so a name, once booked, stays."""
    return len(_pairs(known)) == len(_pairs(known[:-1]))


def _pairs(known: Sequence[KnownReturn]) -> dict[int, int]:
    """Which of what was recorded without an id is which news, by their places, one for one.

    News that could be the fewest records comes first, so that as many as can be are joined in any order.
    """
    records = [item for item in known if item.is_unnamed]
    news = [item for item in known if not item.is_unnamed]
    pairs: dict[int, int] = {}
    for item in sorted(news, key=lambda item: sum(record.is_told_by(item) for record in records)):
        free = (record.place for record in records if record.place not in pairs and record.is_told_by(item))
        found = next(free, None)
        if found is not None:
            pairs[found] = item.place
    return pairs


@attrs.frozen(kw_only=True)
class KnownReturn:
    """What is known of one return by now.

    Attributes:
        place: Where the first news of it stands among all of them.
        event: The provider's id of it; of money that a bank took its case, where that is told.
        operation: Our operation that brought it about.
        said: What its news say that name no id, beside what they taught. An answer of our own operation is of that one.
        taught: Whether some of it taught something: two that say the same but for that tell of one.
        keys: Of everything that was observed of it.
        besides: What it was told apart from by a person.
        source: Who told of it first.
        is_unnamed: A person or a payout line tells of it.
    """

    place: int
    first: Return
    movement: str | None
    amount: Money | None
    event: str | None
    operation: str | None
    said: frozenset[str]
    taught: bool
    keys: frozenset[str]
    besides: frozenset[str]
    source: ObservedBy
    is_unnamed: bool

    @classmethod
    def of(cls, item: Seen, place: int) -> KnownReturn:
        """What one observation says."""
        claim = item.observation
        event = _case_of(item) or (None if claim.event_id == item.operation else claim.event_id)
        back = Return(
            kind=claim.kind,
            name=_case_of(item) or claim.event_id or claim.movement or item.key,
            amount=claim.amount,
            key=item.key,
            at=claim.occurred_at or item.seen_at,
        )
        return cls(
            place=place,
            first=back,
            movement=claim.movement,
            amount=claim.amount,
            event=event or None,
            operation=item.operation or None,
            said=frozenset() if item.operation or claim.event_id else frozenset({f"{said_by(claim)} {claim.amount}"}),
            taught=bool(claim.learned),
            keys=frozenset({item.key}),
            besides=item.besides,
            source=item.source,
            is_unnamed=unnamed(item),
        )

    def has_id_of(self, other: KnownReturn) -> bool:
        """Whether both carry the same id, or say the same; a provider may repeat that of our operation as its own."""
        if self.first.kind is not other.first.kind:
            return False
        if self.said & other.said and (self.taught or other.taught):
            return True
        if self.operation and self.operation == other.operation:  # one answer may be about several returns
            return None in (self.event, other.event) or self.event == other.event
        return bool({self.event, self.operation} & {other.event, other.operation} - {None})

    def agrees_with(self, other: KnownReturn) -> bool:
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

    def with_(self, other: KnownReturn) -> KnownReturn:
        """What both know together."""
        operation = self.operation or other.operation
        events = [event for event in (self.event, other.event) if event and event != operation]
        return attrs.evolve(
            self,
            movement=self.movement or other.movement,
            amount=other.amount if self.amount is None else self.amount,
            event=events[0] if events else None,
            operation=operation,
            said=self.said | other.said,
            taught=self.taught or other.taught,
            keys=self.keys | other.keys,
        )

    def is_told_by(self, news: KnownReturn) -> bool:
        """Whether this, which names no id, is of the kind and amount of news that is not of our own operation."""
        return self._is_open_to(news) and self.first.kind is news.first.kind and self._has_amount_of(news)

    def may_mean(self, news: KnownReturn) -> bool:
        """Whether the news may be about this all the same: another amount, or what a payout line calls otherwise."""
        if not self._is_open_to(news):
            return False
        by_line = self.source is ObservedBy.SETTLEMENT
        return self.first.kind is news.first.kind or (by_line and self._has_amount_of(news))

    def _is_open_to(self, news: KnownReturn) -> bool:
        return not (news.is_unnamed or news.operation or self.besides & news.keys)

    def _has_amount_of(self, news: KnownReturn) -> bool:
        return news.amount in (None, self.amount)


def _case_of(item: Seen) -> str | None:
    """The case of money that a bank took: the news of each of its stages has an id of its own, the money has not."""
    dispute = item.observation.dispute
    return dispute.case if dispute and item.observation.kind is Kind.CHARGED_BACK else None


def _joined(claims: Iterable[KnownReturn], is_same: Callable[[KnownReturn, KnownReturn], bool]) -> list[KnownReturn]:
    found: list[KnownReturn] = []
    for known in claims:
        at = next((at for at, other in enumerate(found) if is_same(other, known)), None)
        if at is None:
            found.append(known)
        else:
            found[at] = found[at].with_(known)
    return found
