"""One payment from its start to wherever it goes: all that is told of it on all channels,
compared with the provider's book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import Money
from hub_hookspecs.payment import CLOSING_KINDS, Kind, Observation, RefundKind
from hub_hookspecs.provider import QueryBy, Way

from .adding import Told, add_up, captures_of
from .asking import take_held
from .bench import World
from .noticed import totals
from .played import Played
from .scenes import Started, Unplayable, an_order, cancel_for, query_for, refund_for, start

LATER = timedelta(hours=6)
"""How long a provider is given that says neither yes nor no to a refund at once."""

QUERIES = 2
"""How often a payment is asked for at a time; what a query tells must not depend on when or by which call."""


@attrs.define(kw_only=True)
class Story:
    """A payment, and all that was told of it so far.

    Attributes:
        told: What counts, in the order in which it came.
        lately: What was told since it was last looked at.
        heard: Whether the provider said anything new then: a notification, or another answer to a query.
    """

    world: World
    way: Way
    payment: Started
    told: list[Told] = attrs.Factory(list)
    lately: list[Observation] = attrs.Factory(list)
    heard: bool = True
    _read: int = 0
    _answers: list[bytes] = attrs.Factory(list)

    @property
    def reference(self) -> str:
        """Ours."""
        return self.payment.order.reference

    @property
    def owed(self) -> Money:
        """What is to be paid."""
        return self.payment.order.amount

    @property
    def provider_reference(self) -> str | None:
        """Theirs, as the hub would know it: the first that was told."""
        known = (item.observation.provider_reference for item in self.told)
        return next(filter(None, known), None)

    def known(self) -> dict[str, Any]:
        """What the hub would know by now, and hand to each later hook."""
        memory = dict(self.payment.started.memory)
        for item in self.told:
            memory |= item.observation.learned
        return {
            "provider_reference": self.provider_reference,
            "memory": memory,
            "captures": captures_of(self.told, self.owed),
        }

    def book(self) -> tuple[int, int]:
        """What the provider's book has of it in its currency: taken, and given back."""
        return totals(self.world.book(self.reference)).get(self.owed.currency, (0, 0))

    # What happens

    def pay(self) -> None:
        """The payer pays; what is only held then is heard of, and taken.

        Raises:
            Unplayable: Nobody can.
        """
        approved = self.world.drive("approve", self.reference)
        if self.way.authorises:
            self.listen()
            self._take_held()
        if not approved and not self.world.captures(self.reference):
            raise Unplayable(f"the simulator knows no {self.way.code} payment {self.reference} to approve")

    def _take_held(self) -> None:
        if played := take_held(self.world, self.payment, **self.known()):
            self._take(played)

    def can_still_be_paid(self) -> bool:
        """Whether money can still come of it, and does: the payer pays, or what is held is taken."""
        taken, _ = self.book()
        self.world.drive("approve", self.reference)
        self._take_held()
        return self.book()[0] > taken

    def refund(self, amount: Money, kind: RefundKind = RefundKind.REFUND) -> tuple[Played, int]:
        """Give an amount back; also what the provider's book says went back, at once or some hours later."""
        self.lately.clear()
        _, before = self.book()
        refund = refund_for(self.world, self.payment, kind, amount=amount, **self.known())
        played = self.world.play("refund_payment", refund=refund)
        self._take(played, operation=refund.operation, asked=amount)
        if played.conclusion.outcome is Outcome.RESULT and not self.tells_of_a_return:
            self.world.control("clock", seconds=int(LATER.total_seconds()))
            self.listen()
        return played, self.book()[1] - before

    @property
    def tells_of_a_return(self) -> bool:
        """Whether money was lately said to be back."""
        return any(item.kind is Kind.RETURNED for item in self.lately)

    def cancel(self) -> Played:
        """Withdraw it."""
        cancel = attrs.evolve(cancel_for(self.world, self.payment), **self.known())
        played = self.world.play("cancel_payment", cancel=cancel)
        self._take(played)
        return played

    # What is told

    def listen(self) -> None:
        """Hear the notifications that have come, and ask what became of it."""
        self.lately.clear()
        news = self.world.notifications(self.reference)
        self.heard = len(news) > self._read
        if self.world.subject.can("handle_notification"):
            for message in news[self._read :]:
                self._take(self.world.play("handle_notification", message=message))
        self._read = len(news)
        if self.can_be_asked_for:
            for _ in range(QUERIES):
                self._ask()

    @property
    def can_be_asked_for(self) -> bool:
        """Whether there is a query, and what it needs is known."""
        by = self.way.query_by
        if not self.world.subject.can("query_payment") or by is QueryBy.NONE:
            return False
        return by is QueryBy.OURS or bool(self.provider_reference or self.payment.started.memory)

    def _ask(self) -> None:
        query = query_for(self.world, self.payment, **self.known())
        query = attrs.evolve(query, now=query.now + timedelta(seconds=1))
        played = self.world.play("query_payment", query=query)
        answers = [getattr(item.handed, "content", b"") for item in played.sent]
        self.heard = self.heard or answers != self._answers
        self._answers = answers
        self._take(played)

    def _take(self, played: Played, **answers: Any) -> None:
        if played.conclusion.outcome is Outcome.RESULT:
            for item in played.observations:
                if item.reference in (None, self.reference):
                    self.told.append(Told(observation=item, **answers))
                    self.lately.append(item)

    def amiss(self) -> Iterator[str]:
        """Where what was told does not add up to the provider's book; what nobody was told of need not."""
        book = totals(self.world.book(self.reference))
        for told in (add_up(self.told, self.owed), add_up(reversed(self.told), self.owed)):
            for currency in sorted({*book, *told}):
                has, said = book.get(currency, (0, 0)), told.get(currency, (0, 0))
                for there, here, what in zip(has, said, ("was taken", "went back"), strict=True):
                    if here > there or (here < there and self.heard):
                        yield (
                            f"by the provider's book {Money(there, currency)} {what}; the plugin told of "
                            f"{Money(here, currency)}, all channels added up: {self._words()}"
                        )
                        return

    def _words(self) -> str:
        """What was told of money, each once, in short."""
        money = (Kind.PAID, Kind.RETURNED, Kind.CHARGED_BACK)
        items = [item.observation for item in self.told if item.observation.kind in money]
        names = (
            f"{item.kind} {item.amount or 'without amount'} (movement {item.movement}, event {item.event_id})"
            for item in items
        )
        return "; ".join(list(dict.fromkeys(names))[:6]) or "nothing"

    def closed(self) -> frozenset[Kind]:
        """With what the payment was lately said to have ended unpaid."""
        return frozenset(item.kind for item in self.lately if item.kind in CLOSING_KINDS)


def begin(world: World, way: Way, amount: Money | None = None, **changes: Any) -> Story:
    """Start a payment, and do what the payer's browser does then.

    Raises:
        Unplayable: It cannot be started.
    """
    payment = start(world, an_order(world, way, amount, **changes))
    story = Story(world=world, way=way, payment=payment)
    story.told += [
        Told(observation=item) for item in payment.started.observations if item.reference in (None, story.reference)
    ]
    return story


def begin_held(world: World, way: Way, amount: Money | None = None) -> Story:
    """Start a payment, and let the payer's bank hold the money.

    Raises:
        Unplayable: It cannot be started, or paying it holds nothing.
    """
    if not way.authorises:
        raise Unplayable(f"what is paid by {way.code} is taken at once")
    story = begin(world, way, amount)
    if not world.drive("approve", story.reference):
        raise Unplayable(f"the simulator knows no {way.code} payment {story.reference} to approve")
    return story


def begin_paid(world: World, way: Way, amount: Money | None = None) -> Story:
    """Start a payment, let it be paid, and hear of it.

    Raises:
        Unplayable: It cannot be started, or nobody can pay it.
    """
    story = begin(world, way, amount)
    story.pay()
    story.listen()
    return story
