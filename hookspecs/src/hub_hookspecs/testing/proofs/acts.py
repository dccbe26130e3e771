"""Everything that may happen to a payment at the provider: its own refusals, and every action of its simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import Money
from hub_hookspecs.payment import CLOSING_KINDS, Kind, RefundKind
from hub_hookspecs.provider import Refunds, Way
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.scenes import Unplayable
from hub_hookspecs.testing.story import Story, begin, begin_held, begin_paid
from hub_hookspecs.testing.subject import Subject, usual_amount

from .counted import nothing_went, offers

STATES: Final[tuple[tuple[str, Callable[..., Story]], ...]] = (
    ("pending", begin),
    ("held", begin_held),
    ("paid", begin_paid),
)


def _follows(bench: Bench) -> Iterator[str]:
    """Every action on a pending, a held and a paid payment, in each currency; then its notifications, and a query."""
    for way, rule in offers(bench):
        for action in bench.world().actions():
            for state, prepare in STATES:
                try:
                    story = prepare(bench.world(), way, usual_amount(rule))
                except Unplayable:
                    continue
                yield from _after(action, f"{action} of a {state} {way.code} payment in {rule.currency}", story)


def _after(action: str, title: str, story: Story) -> Iterator[str]:
    story.listen()
    _, before = story.book()
    if not story.world.drive(action, story.reference):
        return
    yield from _heard(action, title, story)
    _, back = story.book()
    if back > before and story.world.drive(action, story.reference) and story.book()[1] > back:
        yield from _heard(action, f"{title}, twice", story)  # two returns, however alike, are two


def _heard(action: str, title: str, story: Story) -> Iterator[str]:
    story.listen()
    yield from (f"{title}: {text}" for text in story.amiss())
    yield from _closed(title, story)
    kinds = {item.kind for item in story.lately}
    if action in DISPUTES and Kind.RETURNED in kinds:
        yield f"{title}: the payer's bank took it back; the plugin concluded returned; the contract allows charged_back"


DISPUTES: Final = frozenset({"chargeback", "charge_back", "charged_back", "dispute", "contracargo"})
"""Actions of a simulator by which the payer's bank takes money back."""


def _closed(title: str, story: Story) -> Iterator[str]:
    """What is said to have ended unpaid must not be paid, nor be payable."""
    closed = ", ".join(sorted(story.closed()))
    if not closed:
        return
    taken, _ = story.book()
    held = any(item.observation.kind is Kind.AUTHORISED for item in story.told)
    if taken:
        yield f"{title}: the provider's book has the money; the plugin concluded {closed}; the contract allows paid"
    elif story.can_still_be_paid():
        how = "what is held can still be taken, and was" if held else "the payer can still pay, and did"
        allowed = Kind.AUTHORISED if held else "pending"
        yield f"{title}: {how}; the plugin concluded {closed}; the contract allows {allowed}"


def _is_told_no(bench: Bench) -> Iterator[str]:
    """Cancel what is paid or has ended; give back what is not paid."""
    subject = bench.subject
    for way in subject.info.ways:
        if subject.can("cancel_payment") and way.cancel:
            yield from _cancels_too_late(bench, way)
        kinds = [RefundKind.REFUND] if subject.info.refunds is not Refunds.NONE else []
        for kind in [*kinds, RefundKind.UNDO] if way.undo else kinds:
            if subject.can("refund_payment"):
                yield from _gives_back_nothing(bench, way, kind)


def _cancels_too_late(bench: Bench, way: Way) -> Iterator[str]:
    for state in ("paid", "approve", "reject", "expire"):
        try:
            story = begin_paid(bench.world(), way) if state == "paid" else begin(bench.world(), way)
        except Unplayable:
            continue
        if state != "paid" and not story.world.drive(state, story.reference):
            continue
        played = story.cancel()
        title = f"cancel_payment ({way.code}, after {'it was paid' if state in ('paid', 'approve') else state})"
        if played.conclusion.fault:
            yield f"{title}: the plugin {played.did}; the contract allows a refusal"
        yield from _closed_by(title, story, played.kinds if played.conclusion.outcome is Outcome.RESULT else ())
        story.listen()
        yield from (f"{title}: {text}" for text in story.amiss())
        yield from _closed(title, story)


def _closed_by(title: str, story: Story, kinds: tuple[str, ...]) -> Iterator[str]:
    closed = ", ".join(sorted(set(kinds) & set(CLOSING_KINDS)))
    if closed and story.book()[0]:
        had = "the provider's book has the money"
        yield f"{title}: {had}; the plugin concluded {closed}; the contract allows a refusal"


def _gives_back_nothing(bench: Bench, way: Way, kind: RefundKind) -> Iterator[str]:
    for state in ("pending", "reject", "expire"):
        try:
            story = begin(bench.world(), way)
        except Unplayable:
            return
        if state != "pending" and not story.world.drive(state, story.reference):
            continue
        story.listen()
        played, went = story.refund(story.owed, kind)
        title = f"refund_payment ({kind} of a {way.code} payment that is {state if state == 'pending' else 'over'})"
        yield from nothing_went(title, played, story.owed, went, set())
        closed = ", ".join(sorted(set(played.kinds) & set(CLOSING_KINDS)))
        if closed and played.conclusion.outcome is Outcome.RESULT and story.can_still_be_paid():
            yield f"{title}: the payer can still pay, and did; the plugin concluded {closed}"
        story.listen()
        yield from (f"{title}: {text}" for text in story.amiss())


def _fails(bench: Bench) -> Iterator[str]:
    """What the simulator raised while all this was played."""
    for way in bench.subject.info.ways:
        for action in bench.world().actions():
            for _state, prepare in STATES:
                try:
                    story = prepare(bench.world(), way)
                except Unplayable:
                    continue
                story.world.drive(action, story.reference)
    yield from bench.noticed.failures


def _denies(bench: Bench) -> Iterator[str]:
    """All is given back of a payment that was paid in several parts, after whatever may have happened to it; then what
    was noticed wherever a refund, a cancel or a capture was played."""
    for way in bench.subject.info.ways:
        for second in bench.world().actions() if bench.subject.info.refunds is not Refunds.NONE else ():
            for action in bench.world().actions():
                try:
                    story = begin(bench.world(), way)
                except Unplayable:
                    continue
                story.world.drive(second, story.reference)
                if story.world.captures(story.reference) < 2:
                    break
                story.listen()
                story.world.drive(action, story.reference)
                story.listen()
                taken, back = story.book()
                if taken > back:
                    story.refund(Money(taken - back, story.owed.currency))
    yield from bench.noticed.denials


def _refusable(subject: Subject) -> str:
    if not any(map(subject.can, ("cancel_payment", "refund_payment"))):
        return "no cancel_payment and no refund_payment"
    return ""


def _moving(subject: Subject) -> str:
    return "" if subject.can("capture_payment") else _refusable(subject)


PROOFS: Final = (
    Proof("whatever happens at the provider is told as its book has it", _follows),
    Proof("the provider's own no is no conclusion of ours", _is_told_no, _refusable),
)
LAST: Final = (
    Proof("what moved money is never told as refused", _denies, _moving),
    Proof("its simulator answers, and never fails", _fails),
)
