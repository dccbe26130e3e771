"""Settlement lines: they add up, and a file that is not understood is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from hub_hookspecs.exchange import Outcome
from hub_hookspecs.money import Money
from hub_hookspecs.payment import Kind, Period, SettlementFile, SettlementLine
from hub_hookspecs.provider import Refunds, Way
from hub_hookspecs.testing.bench import Bench, World
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.scenes import Unplayable, takes
from hub_hookspecs.testing.story import Story, begin_paid
from hub_hookspecs.testing.subject import Subject

HOSTILE: Final = (
    b"",
    b"\x00" * 100,
    b"\xff\xfe\x00",
    b"PK\x03\x04rest of an archive",
    b'"unclosed\n1,2,3',
    b"a,b,c\n1,2\n",
    b"line_id;gross;net\nx;NaN;1e9\n",
    b"{" * 50_000,
    b"<html><body>sign in</body></html>",
)


def _fetches(bench: Bench) -> Iterator[str]:
    for take in takes(bench):
        if take.scene.hook == "fetch_settlement":
            if take.played.conclusion.outcome is not Outcome.RESULT:
                yield f"{take.scene.name}: the plugin {take.played.did}; the contract allows settlement lines"
                continue
            yield from _adds_up(take.scene.hook, take.played.value)


def _adds_up(hook: str, lines: Iterable[SettlementLine]) -> Iterator[str]:
    for line in lines:
        currency = line.gross.currency
        taken = [*filter(None, (line.fee, line.fee_tax)), *line.withholdings.values()]
        if any(part.currency != currency for part in (line.net, *taken)):
            yield f"{hook}: line {line.line_id} mixes currencies"
        elif line.gross.minor - sum(part.minor for part in taken) != line.net.minor:
            yield f"{hook}: line {line.line_id}: gross less fees, taxes and withholdings is not net"


def _meets_the_book(bench: Bench) -> Iterator[str]:
    """Lines of a payment add up to what the book has of it, and are named as it was told."""
    subject = bench.subject
    now, day = subject.now, timedelta(days=1)
    today = now.astimezone(UTC).date()
    for way in subject.info.ways:
        world = bench.world()
        try:
            early = _paid_at(world, way, now - 3 * day)
            story = _paid_at(world, way, now)
        except Unplayable:
            continue
        if subject.can("refund_payment") and subject.info.refunds is not Refunds.NONE:
            story.refund(story.owed)
            story.listen()
        both, last, again = (
            _lines(world, Period(first=first, last=today + day, now=now, call_id=subject.call_id()))
            for first in (today - 4 * day, today - day, today - 4 * day)
        )
        if len({line.line_id for line in both}) < len(both):
            yield "fetch_settlement: two lines have one line_id"
        for payment in (early, story):
            yield from _of(payment, [line for line in both if _about(line, payment)], way)
        yield from _renamed(both, (*last, *again))


def _paid_at(world: World, way: Way, when: datetime) -> Story:
    """A payment of that time, by our clock and the provider's; what was told of it by then."""
    subject = world.subject
    now, subject.now = subject.now, when
    try:
        world.set_clock(when)
        return begin_paid(world, way)
    finally:
        subject.now = now
        world.set_clock(now)


def _lines(world: World, period: Period) -> tuple[SettlementLine, ...]:
    played = world.play("fetch_settlement", period=period)
    return played.value if isinstance(played.value, tuple) else ()


def _about(line: SettlementLine, story: Story) -> bool:
    movements = {item.observation.movement for item in story.told} - {None}
    return line.reference == story.reference or line.movement in movements


def _of(story: Story, lines: list[SettlementLine], way: Way) -> Iterator[str]:
    taken, back = story.book()
    own = [line.gross.minor for line in lines if line.gross.currency == story.owed.currency]
    allowed = {taken, taken - back}
    if not story.told or not lines:
        return
    if sum(own) not in allowed:
        yield (
            f"fetch_settlement ({way.code}): by the provider's book {Money(taken, story.owed.currency)} came and "
            f"{Money(back, story.owed.currency)} went back; the gross of its lines adds up to "
            f"{Money(sum(own), story.owed.currency)}"
        )
    movements = {item.observation.movement for item in story.told if item.observation.kind is Kind.PAID}
    for line in lines:
        if line.gross.minor > 0 and (line.movement or line.reference) not in movements:
            yield (
                f"fetch_settlement ({way.code}): a line names {line.movement or line.reference}, and the payment was "
                f"told as movement {', '.join(map(str, movements))}; movement is the same text on every channel"
            )


def _renamed(first: Iterable[SettlementLine], again: Iterable[SettlementLine]) -> Iterator[str]:
    """The same line under another id, or another line under the same."""
    known = {line.line_id: attrs.evolve(line, line_id="") for line in first}
    for line in again:
        same = attrs.evolve(line, line_id="")
        if known.get(line.line_id, same) != same or (line.line_id not in known and same in known.values()):
            yield f"fetch_settlement: line {line.line_id} has another line_id when other days are asked for"


def _parses(bench: Bench) -> Iterator[str]:
    account = bench.subject.account()
    for content in HOSTILE:
        file = SettlementFile(name="settlement.csv", content=content)
        title = f"parse_settlement of {content[:20]!r}"
        try:
            lines = bench.subject.hooks.parse_settlement(file=file, account=account)
        except ValueError:
            continue
        except Exception as error:  # noqa: BLE001 - the plugin's own code
            yield f"{title}: the plugin raised {type(error).__name__}; the contract allows ValueError"
            continue
        if lines != () or content:
            yield f"{title}: the plugin understood it; the contract allows ValueError, naming line and column"


def _can_fetch(subject: Subject) -> str:
    return "" if subject.can("fetch_settlement") else "no fetch_settlement"


def _can_parse(subject: Subject) -> str:
    return "" if subject.can("parse_settlement") else "no parse_settlement"


PROOFS: Final = (
    Proof("settlement lines can be asked for, and add up", _fetches, _can_fetch),
    Proof("settlement lines are named and counted as the provider's book has them", _meets_the_book, _can_fetch),
    Proof("a settlement file that is not understood is refused", _parses, _can_parse),
)
