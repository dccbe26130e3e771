"""The hub's own door and ledger on a plugin's news: whatever the order, they say what the provider's book says.

A payment is started by the flow that starts it for payers, its payer acts at the simulator, and what the provider tells
goes through the door: each message twice, before a query's answer, after it, and in between; then money goes back.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from hub.domain.payment import Payment
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_held import held_of
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import NotPossible
from hub.flows.payments.run_operation import refund_payment
from hub.providers.countries import load_countries
from hub_hookspecs import EXPONENTS, CurrencyRule, Kind, Money, QueryBy, Refunds, Way
from hub_hookspecs.testing import Proof, Subject
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.raised import told
from hub_hookspecs.testing.subject import usual_amount

from .simulated import Booked, SimulatorRaised
from .trial import BY, NotConnected, Trial, home_of, open_trial

NAME: Final = "the hub's own books say what the provider's book says, whatever the order of its news"
WRONG: Final = frozenset(
    {
        *("amount_mismatch", "currency_mismatch", "duplicate_charge", "conflict", "contradicting_claims"),
        *("orphan_refund", "over_refund", "doubted_return", "rejected_signature", "unclear_message", "surplus"),
    }
)
"""Causes of reviews that no clean payment leads to."""

ENDINGS: Final = ("reject", "expire")
"""How a payment ends without money."""


class Order(enum.StrEnum):
    """In which order news comes, as a finding words it."""

    NEWS_FIRST = "the notifications come before the answer"
    ANSWER_FIRST = "the answer comes before the notifications"
    CROSSING = "the notifications come while the answer is on its way"


@attrs.define(kw_only=True)
class Story:
    """One payment of one way, and what is heard of it in one order."""

    trial: Trial
    way: Way
    order: Order
    payment: Payment
    heard: int = 0
    refused: int = 0
    is_unclear: bool = False

    async def hear(self) -> None:
        """All that is new arrives, each message twice."""
        news = await self.trial.simulated.news(self.payment.reference)
        fresh, self.heard = news[self.heard :], len(news)
        for message in (*fresh, *reversed(fresh)):
            status = await self.trial.receive(message)
            if status >= 300:
                self.refused = status

    async def ask(self) -> None:
        """The hub asks, twice, as far as it asks about what it knows already."""
        for _ in range(2):
            await check_payment(self.trial.hub, self.payment.id)

    async def listen(self) -> None:
        """The news and the answer, in this story's order."""
        match self.order:
            case Order.NEWS_FIRST:
                await self.hear()
                await self.ask()
            case Order.ANSWER_FIRST:
                await self.ask()
                await self.hear()
            case Order.CROSSING:
                self.trial.simulated.carried.meanwhile = self.hear
                await self.ask()
                self.trial.simulated.carried.meanwhile = None
                await self.hear()
        await self.trial.simulated.pass_time()

    async def give_back(self, amount: Money) -> None:
        """The merchant gives money back, as far as the hub allows it."""
        carried = self.trial.simulated.carried
        carried.meanwhile = self.hear if self.order is Order.CROSSING else None
        try:
            operation = await refund_payment(self.trial.hub, self.payment.id, amount=amount, by=BY)
            self.is_unclear = operation.is_live
        except NotAllowed:
            pass
        finally:
            carried.meanwhile = None
        await self.hear()
        await self.trial.simulated.pass_time()

    async def told(self) -> int:
        """How much was observed of it."""
        return len(await self.trial.hub.store.read(lambda tx: tx.payments.seen(self.payment.id)))

    async def amiss(self, *, asks: bool = True) -> str:
        """How the hub's books differ from the provider's; empty where all is well.

        Args:
            asks: Whether what the hub asks a person is amiss too.
        """
        book = await self.trial.simulated.book(self.payment.reference)
        ours, causes, movements = await self.trial.hub.store.read(self._known)
        if self.is_unclear:  # a person has to say what became of a refund
            book = {currency: attrs.evolve(sums, returned=0) for currency, sums in book.items()}
            ours = {currency: attrs.evolve(sums, returned=0) for currency, sums in ours.items()}
        if ours != book:
            return f"the hub's books hold {_worded(ours)}, the provider's book {_worded(book)}{movements}"
        if causes and asks:
            return f"the hub asks a person about {', '.join(sorted(causes))}{movements}"
        return f"the hub's door answered {self.refused} to a notification" if self.refused else ""

    def _known(self, tx: Tx) -> tuple[Mapping[str, Booked], set[str], str]:
        """What the books hold by currency, causes of reviews, and which movements are told of, by whom."""
        held = {item.currency: Booked(taken=item.came, returned=item.gone) for item in held_of(tx, self.payment)}
        causes = {review.cause for review in tx.reviews.of(payment_id=self.payment.id)}
        told: dict[str, list[str]] = {}
        for seen in tx.payments.seen(self.payment.id):
            if seen.observation.kind is Kind.PAID:
                told.setdefault(str(seen.observation.movement), []).append(seen.source)
        text = ", ".join(f"{movement} by {' and '.join(dict.fromkeys(told[movement]))}" for movement in told)
        same = "; one movement has the same text on every channel" if len(told) > 1 else ""
        return held, causes & WRONG, f"; paid movements: {text}{same}" if text else ""


def _worded(sums: Mapping[str, Booked]) -> str:
    texts = [
        f"{Money(item.taken, currency)} taken and {Money(item.returned, currency)} given back"
        for currency, item in sorted(sums.items())
    ]
    return ", ".join(texts) or "nothing"


def _orders(subject: Subject, way: Way) -> tuple[Order, ...]:
    """In which orders news of a way can come."""
    tells = "notification" in way.outcome and subject.can("handle_notification")
    answers = way.query_by is not QueryBy.NONE and subject.can("query_payment")
    if tells and answers:
        return tuple(Order)
    return (Order.NEWS_FIRST,) if tells else (Order.ANSWER_FIRST,) if answers else ()


def _parts(subject: Subject, rule: CurrencyRule, amount: Money) -> tuple[Money, ...]:
    """What goes back, one after the other: a part and the rest where the provider can, else all."""
    if subject.info.refunds is Refunds.NONE or not subject.can("refund_payment"):
        return ()
    step = 10 ** max(0, EXPONENTS[rule.currency] - rule.decimals)
    part = amount.minor // 3 // step * step
    if subject.info.refunds is Refunds.FULL or not part:
        return (amount,)
    return (Money(part, rule.currency), Money(amount.minor - part, rule.currency))


async def _amiss(trial: Trial, way: Way, rule: CurrencyRule, orders: tuple[Order, ...]) -> str:
    """The first thing that is wrong with payments of one way in one currency."""
    amount = usual_amount(rule)
    for order in orders:
        for ending in ("approve", *(ENDINGS if order is orders[-1] else ())):
            text = await _told(trial, way, rule, amount, order, ending)
            if trial.simulated.carried.raised:
                raise SimulatorRaised from trial.simulated.carried.raised
            if text:
                return f"{way.code}, {amount}, {ending}, where {order}: {text}"
    for action in await trial.simulated.actions() if orders else ():
        if action not in ("approve", *ENDINGS) and (text := await _told_after(trial, way, amount, orders[-1], action)):
            return f"{way.code}, {amount}, {action} once it was paid: {text}"
    return ""


async def _told_after(trial: Trial, way: Way, amount: Money, order: Order, action: str) -> str:
    """What is wrong after whatever else the simulator's people can do to a paid payment."""
    story = Story(trial=trial, way=way, order=order, payment=await trial.start(way, amount))
    await trial.simulated.act("approve", story.payment.reference)
    await story.listen()
    before = await story.told()
    if not await trial.simulated.act(action, story.payment.reference):
        return ""
    await story.listen()
    # The hub asks about no paid payment: of what nobody told it, it cannot know.
    return await story.amiss(asks=False) if await story.told() > before else ""


async def _told(trial: Trial, way: Way, rule: CurrencyRule, amount: Money, order: Order, ending: str) -> str:
    try:
        payment = await trial.start(way, amount)
    except NotPossible as why:
        return f"the hub does not start it: {why}"
    story = Story(trial=trial, way=way, order=order, payment=payment)
    if not await trial.simulated.act(ending, payment.reference):
        if ending in ENDINGS:
            return ""  # the simulator's people cannot do so here
        return f"nobody could {ending} it at the simulator; the hub has it as {payment.status}"
    await story.listen()
    text = await story.amiss()
    parts = _parts(trial.simulated.subject, rule, amount) if ending == "approve" else ()
    for part in parts:
        if text:
            break
        await story.give_back(part)
        if text := await story.amiss():
            text = f"after {part} was to go back, {text}"
    return text


def _check(bench: Bench) -> Iterator[str]:
    yield from asyncio.run(_prove(bench.subject))


async def _prove(subject: Subject) -> list[str]:
    found: list[str] = []
    try:
        async with open_trial(subject) as trial:
            for way in subject.info.ways:
                orders = _orders(subject, way)
                for rule in filter(None, map(subject.info.currency_rule, trial.currencies)):
                    if text := await _amiss(trial, way, rule, orders):
                        found.append(text)
                        break  # in another currency it would be the same again
                    orders = orders[-1:]  # what order does is not a currency's own
            found += await trial.hub.store.read(lambda tx: tx.ledger.verify())
    except NotConnected as why:
        found.append(str(why))
    except SimulatorRaised as raised:
        found.append(f"the simulator raised {told(raised.__cause__ or raised, subject.package)}")
    except Exception as error:  # noqa: BLE001 - whatever the hub falls over came from the plugin
        found.append(f"the hub could not go on with what the plugin gave it: {told(error, subject.package)}")
    return [text for text in found if text]


def _excuse(subject: Subject) -> str:
    if not home_of(subject, load_countries().countries):
        return f"no country of {', '.join(subject.info.countries)} is installed"
    return "" if any(_orders(subject, way) for way in subject.info.ways) else "neither notification nor query"


PROOFS: Final[tuple[Proof, ...]] = (Proof(NAME, _check, _excuse),)
