"""What a query tells: of this payment alone, the same whenever it is asked, and with nothing but the reference."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from hub_hookspecs.payment import CLOSING_KINDS, Kind, PaymentStarted, RefundKind
from hub_hookspecs.provider import QueryBy, Refunds, Way
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.played import Played
from hub_hookspecs.testing.scenes import Started, Unplayable, cancel_for, pay, query_for, refund_for
from hub_hookspecs.testing.story import Story, begin, begin_paid
from hub_hookspecs.testing.subject import Subject

NOTHING: Final[Mapping[str, Any]] = {"memory": {}, "provider_reference": None}
"""What the hub knows where every answer was lost."""

LATER: Final = (timedelta(minutes=11), timedelta(hours=2), timedelta(days=2))


def _askable(bench: Bench) -> Iterator[Way]:
    yield from (way for way in bench.subject.info.ways if way.query_by is not QueryBy.NONE)


def _timeless(bench: Bench) -> Iterator[str]:
    """The same answers, later: it is the provider who says when a payment ended, and when money came."""
    for way in _askable(bench):
        for state, prepare in (("pending", begin), ("paid", begin_paid)):
            try:
                story = prepare(bench.world(), way)
            except Unplayable:
                continue
            query = query_for(story.world, story.payment, **story.known())
            first = story.world.play("query_payment", query=query)
            for delay in LATER:
                late = attrs.evolve(query, now=query.now + delay)
                again = story.world.play("query_payment", replay=_answers(first), query=late)
                if again.conclusion.outcome is first.conclusion.outcome and again.observations != first.observations:
                    yield (
                        f"query_payment ({way.code}, {state}): the same answers, asked for {delay} later; the plugin "
                        f"{again.did} otherwise than before; the contract allows what the provider said, and when"
                    )


def _answers(played: Played) -> list[Any]:
    return [item.handed for item in played.sent if item.handed is not None]


def _of_this_payment(bench: Bench) -> Iterator[str]:
    """The answers that tell of another payment, which was paid."""
    for way in _askable(bench):
        world = bench.world()
        try:
            other, story = begin_paid(world, way), begin(world, way)
        except Unplayable:
            continue
        story.listen()
        asked = query_for(world, other.payment, **other.known())
        genuine = world.play("query_payment", query=asked)
        if _names(genuine, other) and Kind.PAID in genuine.kinds:
            query = query_for(world, story.payment, **story.known(), call_id=asked.call_id, now=asked.now)
            played = world.play("query_payment", replay=_answers(genuine), query=query)
            if any(
                item.kind is Kind.PAID and item.reference in (None, story.reference) for item in played.observations
            ):
                yield (
                    f"query_payment ({way.code}): answered with another payment's state, under that one's name; "
                    f"the plugin {played.did}; the contract allows no conclusion"
                )


def _names(played: Played, story: Story) -> bool:
    """Whether the answers say which payment they are about."""
    content = b" ".join(getattr(item.handed, "content", b"") for item in played.sent)
    names = [name for name in (story.reference, story.provider_reference) if name]
    return any(f'"{name}"'.encode() in content for name in names)


def _of_no_twin(bench: Bench) -> Iterator[str]:
    """One of two payments whose references differ in the case of their letters alone is paid; the other one is not."""
    for way in _askable(bench):
        for paid, other in itertools.permutations(_twins(bench.subject)):
            world = bench.world()
            try:
                story = begin(world, way, reference=paid)
                story.pay()
            except Unplayable:
                continue
            try:
                twin = begin(world, way, reference=other)
            except Unplayable:  # it counts as started where its answer was lost
                twin = Story(world=world, way=way, payment=_unanswered(story.payment, other))
            if twin.can_be_asked_for:
                twin.listen()
            yield from (
                f"query_payment ({way.code}): {paid} was paid, {other} was not; {text}; where the provider does not "
                "tell upper from lower case, the alphabet of its reference has one of them"
                for text in twin.amiss()
            )


def _twins(subject: Subject) -> tuple[str, str]:
    """Two references by its rule: one is the other with upper for lower case, wherever the rule has both."""
    reference, alphabet = subject.reference(), subject.info.reference.alphabet
    both = [letter for letter in alphabet if letter.swapcase() != letter and letter.swapcase() in alphabet]
    if both and reference[-1] not in both:
        reference = reference[:-1] + both[0]
    return reference, "".join(letter.swapcase() if letter in both else letter for letter in reference)


def _unanswered(payment: Started, reference: str) -> Started:
    """Such a payment, whose start was not answered."""
    order = attrs.evolve(payment.order, reference=reference)
    return attrs.evolve(payment, order=order, started=PaymentStarted(action=payment.started.action))


def _forgetful(bench: Bench) -> Iterator[str]:
    """An answer was lost, and with it the memory; their reference may have come in a notification, or not."""
    for way in bench.subject.info.ways:
        for hook, prepare in (("pending", begin), ("paid", begin_paid)):
            try:
                story = prepare(bench.world(), way)
            except Unplayable:
                continue
            story.listen()
            for theirs in dict.fromkeys((story.provider_reference, None)):
                yield from _without_memory(bench.subject, story, way, theirs, hook)


def _without_memory(subject: Subject, story: Story, way: Way, theirs: str | None, state: str) -> Iterator[str]:
    lost: dict[str, Any] = {"memory": {}, "provider_reference": theirs}
    calls: dict[str, dict[str, Any]] = {}
    if subject.can("query_payment") and way.query_by is not QueryBy.NONE:
        calls["query_payment"] = {"query": query_for(story.world, story.payment, **lost)}
    if subject.can("cancel_payment") and way.cancel and state == "paid":
        calls["cancel_payment"] = {"cancel": attrs.evolve(cancel_for(story.world, story.payment), **lost)}
    if subject.can("refund_payment") and subject.info.refunds is not Refunds.NONE and state == "pending":
        calls["refund_payment"] = {"refund": refund_for(story.world, story.payment, RefundKind.REFUND, **lost)}
    for hook, records in calls.items():
        played = story.world.play(hook, **records)
        what = "what it remembered" if theirs else "what it remembered, and their reference,"
        title = f"{hook} ({way.code}, {state}), {what} lost with an answer"
        taken, _ = story.book()
        if played.conclusion.fault:
            yield f"{title}; the plugin {played.did}; the contract allows ProviderError or a result"
        if not taken and Kind.PAID in played.kinds:
            yield f"{title}; the plugin {played.did}; the provider's book has no money"
        by_ours = hook == "query_payment" and way.query_by is QueryBy.OURS
        if by_ours and taken and Kind.PAID not in played.kinds:
            yield (
                f"{title}; the plugin {played.did}; the provider's book has the money, and QueryBy.OURS says that our "
                "reference is enough to ask (else THEIRS)"
            )
        if taken and (closed := set(CLOSING_KINDS) & set(played.kinds)):
            yield f"{title}; the plugin concluded {', '.join(sorted(closed))}; the provider's book has the money"


def _sends_nothing_new(bench: Bench) -> Iterator[str]:
    """A query about what never arrived, or of which nothing is known, makes nothing that anybody could pay."""
    for way in _askable(bench):
        try:
            story = begin(bench.world(), way)
        except Unplayable:
            continue
        for known in ({}, NOTHING):
            world = bench.world()
            played = world.play("query_payment", query=query_for(world, story.payment, **known))
            pay(world, story.payment)
            if world.captures(story.reference):
                yield (
                    f"query_payment ({way.code}, never sent): it asked for {_texts(played)}, after which the payment "
                    "could be paid; a query moves nothing and makes nothing"
                )


def _texts(played: Played) -> str:
    return ", ".join(item.text for item in played.sent) or "nothing"


def _undoes_what_ended(bench: Bench) -> Iterator[str]:
    """The provider's no to an undo: there is nothing, or it is still alive."""
    for way in bench.subject.info.ways:
        if not (way.undo and bench.subject.can("refund_payment")):
            continue
        try:
            living = begin(bench.world(), way)
            stranger = begin(bench.world(), way)
        except Unplayable:
            continue
        alive = _undo(living.world, living)
        nothing = [_undo(bench.world(), stranger) for _ in range(2)]
        told_apart = _facts(alive) != _facts(nothing[0]) == _facts(nothing[1])
        if Kind.NOT_FOUND in alive.kinds and told_apart and living.can_still_be_paid():
            yield (
                f"refund_payment (undo of a {way.code} payment that is pending): the provider's answer is another than "
                f"to a payment that never was; the plugin {alive.did}, and then the payer paid; "
                "the contract allows no conclusion"
            )


def _undo(world: World, story: Story) -> Played:
    return world.play("refund_payment", refund=refund_for(world, story.payment, RefundKind.UNDO, **NOTHING))


def _facts(played: Played) -> list[tuple[int, frozenset[str]]]:
    """Status and short words of each answer: codes, and no ids, times or sentences."""
    return [
        (getattr(item.handed, "status_code", 0), _codes(getattr(item.handed, "content", b""))) for item in played.sent
    ]


def _codes(content: bytes) -> frozenset[str]:
    words = content.decode("utf-8", "replace").replace(",", " ").replace("}", " ").replace("{", " ").split()
    return frozenset(word for word in words if len(word) <= 16)


def _can_ask(subject: Subject) -> str:
    return "" if subject.can("query_payment") else "no query_payment"


def _can_undo(subject: Subject) -> str:
    undoes = subject.can("refund_payment") and any(way.undo for way in subject.info.ways)
    return "" if undoes else "no way can be undone"


def _has_twins(subject: Subject) -> str:
    first, second = _twins(subject)
    return _can_ask(subject) or ("" if first != second else "its references have letters of one case")


PROOFS: Final = (
    Proof("what a query tells does not depend on when it is asked", _timeless, _can_ask),
    Proof("an answer about another payment proves nothing", _of_this_payment, _can_ask),
    Proof("references that differ in case alone are two payments", _of_no_twin, _has_twins),
    Proof("a query makes nothing that could be paid", _sends_nothing_new, _can_ask),
    Proof("a hook whose memory was lost still knows what to do", _forgetful),
    Proof("what can still be paid is never undone as if it were not there", _undoes_what_ended, _can_undo),
)
