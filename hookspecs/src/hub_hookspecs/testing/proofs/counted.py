"""All money is counted: what is told on every channel, and what goes back, against the provider's book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import EXPONENTS, Money
from hub_hookspecs.payment import Kind
from hub_hookspecs.provider import CurrencyRule, Refunds, Way
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Unplayable, refund_for
from hub_hookspecs.testing.story import Story, begin, begin_paid
from hub_hookspecs.testing.subject import Subject, exact_amounts, usual_amount


def _adds_up(bench: Bench) -> Iterator[str]:
    """Pending, then paid: notification, query, and the answer that started it."""
    for way, rule in offers(bench):
        for amount in exact_amounts(rule):
            try:
                story = begin(bench.world(), way, amount)
                if amount == usual_amount(rule):
                    story.listen()
                    yield from (f"a pending {way.code} payment: {text}" for text in story.amiss())
                story.pay()
            except Unplayable:
                continue
            story.listen()
            yield from (f"a paid {way.code} payment: {text}" for text in story.amiss())
    yield from _adds_up_at_night(bench.subject)


NIGHT: Final = (time(2, 30), time(23, 30))
"""When it is another day in UTC than to the west or to the east of it."""


def _adds_up_at_night(subject: Subject) -> Iterator[str]:
    """Paid when the provider's day is another one than that of UTC."""
    for at in NIGHT:
        when = datetime.combine(subject.now.astimezone(UTC), at, UTC)
        with Bench(attrs.evolve(subject, now=when)) as bench:
            for way, rule in offers(bench):
                try:
                    story = begin_paid(bench.world(), way, usual_amount(rule))
                except Unplayable:
                    continue
                yield from (f"a {way.code} payment that is paid at {at:%H:%M} UTC: {text}" for text in story.amiss())


def offers(bench: Bench) -> Iterator[tuple[Way, CurrencyRule]]:
    """Each way in each currency that the account has the settings for."""
    for way in bench.subject.info.ways:
        for rule in bench.subject.currencies(bench.subject.account()):
            yield way, rule


def _gives_back(bench: Bench) -> Iterator[str]:
    """What was asked for goes back, no more and no less, and no more than came."""
    partial = bench.subject.info.refunds is Refunds.PARTIAL
    for way, rule in offers(bench):
        try:
            story = begin_paid(bench.world(), way, usual_amount(rule))
        except Unplayable:
            continue
        if bench.subject.info.refunds_per_payment == 1:
            yield from _once(story, rule if partial else None)
        else:
            yield from _in_parts(story, rule) if partial else _whole(story)


def _once(story: Story, rule: CurrencyRule | None) -> Iterator[str]:
    """A provider that gives back a single time, whatever it amounts to."""
    if rule is None:
        yield from _whole(story)
        return
    odd, third = _parts(story.owed, rule)
    yield from _refunded(story, "a part", odd)
    yield from _refused(story, "another part", third)


def _whole(story: Story) -> Iterator[str]:
    yield from _refunded(story, "the whole", story.owed)
    yield from _refused(story, "the whole again", story.owed)


def _in_parts(story: Story, rule: CurrencyRule) -> Iterator[str]:
    odd, third = _parts(story.owed, rule)
    step = Money(_step(rule), story.owed.currency)
    for name, amount in (("a part", odd), ("another part", third), ("the same part again", third)):
        yield from _refunded(story, name, amount)
    yield from _refused(story, "more than is left", _left(story) + step)
    yield from _refunded(story, "the rest", _left(story))
    yield from _refused(story, "a part once all went back", third)


def _left(story: Story) -> Money:
    taken, back = story.book()
    return Money(max(taken - back, 1), story.owed.currency)


def _step(rule: CurrencyRule) -> int:
    return int(10 ** max(0, EXPONENTS[rule.currency] - rule.decimals))


def _parts(whole: Money, rule: CurrencyRule) -> tuple[Money, Money]:
    """One that a float gets wrong, and a third of the whole."""
    step = _step(rule)
    lowest = -(-rule.minimum // step) * step
    third = max(lowest, whole.minor // 3 // step * step)
    odd = next(
        (amount for amount in exact_amounts(rule) if lowest < amount.minor < third), Money(lowest, rule.currency)
    )
    return odd, Money(third, rule.currency)


def _refunded(story: Story, name: str, amount: Money) -> Iterator[str]:
    """A refund that the provider can do."""
    if not 0 < amount.minor <= _left(story).minor:
        return
    played, went = story.refund(amount)
    title = f"refund_payment ({story.way.code}, {name})"
    yield from _as_asked(title, played, amount, went)
    if played.conclusion.outcome is not Outcome.RESULT:
        yield f"{title}: {amount} can go back; the plugin {played.did}; the contract allows observations"
    elif went and not story.tells_of_a_return:
        yield f"{title}: {amount} went back by the provider's book; the plugin {played.did}"
    elif not went:
        yield f"{title}: refunds are declared, and by the provider's book nothing of {amount} went back"
    known = {item.observation.event_id for item in story.told[: -len(played.observations) or None]}
    yield from _told(title, story)
    yield from _named_alike(title, played, story, known)


def _named_alike(title: str, played: Played, story: Story, known: set[str | None]) -> Iterator[str]:
    """The provider's id of what went back is the same in the answer and wherever else it is told."""
    answered = {item.event_id for item in played.observations if item.kind is Kind.RETURNED} - {None}
    elsewhere = {item.event_id for item in story.lately if item.kind is Kind.RETURNED} - {None} - known
    if answered and elsewhere and not answered & elsewhere:
        names = " and ".join(sorted(map(str, elsewhere)))
        ours = ", ".join(sorted(map(str, answered)))
        yield f"{title}: {ours} in the answer is {names} elsewhere; event_id is the provider's own"


def _refused(story: Story, name: str, amount: Money) -> Iterator[str]:
    """A refund that no provider does."""
    known = {item.observation.event_id for item in story.told} - {None}
    played, went = story.refund(amount)
    title = f"refund_payment ({story.way.code}, {name})"
    yield from _as_asked(title, played, amount, went)
    yield from nothing_went(title, played, amount, went, known)
    yield from _told(title, story)


def _as_asked(title: str, played: Played, amount: Money, went: int) -> Iterator[str]:
    if went not in (0, amount.minor):
        back = Money(went, amount.currency)
        yield f"{title}: {amount} were to go back; the plugin {played.did}, and by the provider's book {back} went"


def nothing_went(
    title: str, played: Played, amount: Money, went: int, known: frozenset[str | None] | set[str | None]
) -> Iterator[str]:
    """The provider gave nothing back, so nothing may be said to be back but what was before.

    Args:
        known: Ids of what went back before.
    """
    if went:
        return
    new = [item for item in played.observations if item.kind is Kind.RETURNED and item.event_id not in known]
    if (new and played.conclusion.outcome is Outcome.RESULT) or played.conclusion.fault:
        no = f"the provider gave nothing of {amount} back"
        yield f"{title}: {no}; the plugin {played.did}; the contract allows a refusal"


def _told(title: str, story: Story) -> Iterator[str]:
    story.listen()
    yield from (f"{title}: {text}" for text in story.amiss())


def _named_by_operation(bench: Bench) -> Iterator[str]:
    """Where the provider knows a refund by a name, the name is the operation's: it is the same in every call."""
    for way, rule in offers(bench):
        try:
            by_call, by_operation = (_twice(bench, way, rule, same_call=same) for same in (True, False))
        except Unplayable:
            continue
        if by_operation > by_call:
            amount = Money(by_operation - by_call, rule.currency)
            yield (
                f"refund_payment ({way.code}): sent again under the same operation, {amount} more went back than when "
                "its call was the same too; the provider is told the call and not the operation"
            )
        return


def _twice(bench: Bench, way: Way, rule: CurrencyRule, *, same_call: bool) -> int:
    story = begin_paid(bench.world(), way, usual_amount(rule))
    part = _parts(story.owed, rule)[1] if bench.subject.info.refunds is Refunds.PARTIAL else story.owed
    refund = refund_for(story.world, story.payment, amount=part, **story.known())
    for call_id in (refund.call_id, refund.call_id if same_call else bench.subject.call_id()):
        story.world.play("refund_payment", refund=attrs.evolve(refund, call_id=call_id))
    return story.book()[1]


def _refunds(subject: Subject) -> str:
    if not subject.can("refund_payment"):
        return "no refund_payment"
    return "no refunds" if subject.info.refunds is Refunds.NONE else ""


PROOFS: Final = (
    Proof("what it tells on all channels adds up to the provider's book", _adds_up),
    Proof("what goes back is what was asked for, and never more than came", _gives_back, _refunds),
    Proof("a refund is named by its operation", _named_by_operation, _refunds),
)
