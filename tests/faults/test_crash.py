"""A process that dies at each commit, request and mail in turn;
what it left is taken up by the next one (F04).

The next one may die as well, at each of its own commits, requests and mails: pairs.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from hub.bootstrap import OpenedHub, open_hub
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.domain.refusals import Conflict
from hub.flows.payments.receive_message import receive_notification
from hub.flows.payments.run_operation import cancel_payment, refund_payment, undo_payment
from hub.flows.payments.send_payment import send_payment
from hub.flows.payments.start_payment import start_payment
from hub.jobs.embedded import Loop
from hub_hookspecs import Kind, Message, Source
from hub_hookspecs.http import library as httpx
from tests.faults.harness import SHORT, Debtor, News, World, broken, limit_exchanges, tell_time

T = TypeVar("T")
Size = Callable[[int, int], int]

pytestmark = pytest.mark.filterwarnings(  # the dead leave their sockets behind
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@attrs.define
class Failpoints:
    """Every commit, request and mail of a process; at the chosen one it stops for ever, as the dead do."""

    fatal: int
    names: list[str] = attrs.Factory(list)
    is_dead: bool = False

    async def cross(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.fatal:
            self.is_dead = True
        if self.is_dead:
            await asyncio.get_running_loop().create_future()

    def around(self, name: str, right: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """The same, with a failpoint before and one after it."""

        async def passed(*given: Any, **named: Any) -> T:
            await self.cross(f"before {name}")
            result = await right(*given, **named)
            await self.cross(f"after {name}")
            return result

        return passed


@attrs.define
class Victim:
    """A second hub on the same data, which dies at a failpoint."""

    opened: OpenedHub
    points: Failpoints
    _jobs: list[Loop] = attrs.Factory(list)

    @classmethod
    def of(cls, world: World, fatal: int) -> Victim:
        opened = open_hub(world.town.settings, clock=world.clock)
        limit_exchanges(opened, SHORT, world.clock)
        points = Failpoints(fatal)
        store, mailer, exchanger = opened.hub.store, opened.hub.mailer, opened.exchanger
        opened.hub.store = Guarded(store, write=points.around("a commit", store.write))
        opened.hub.mailer = Guarded(mailer, send=points.around("a mail", mailer.send))
        right = exchanger._wire

        async def wire(call: Any) -> Any:
            found = await right(call)
            return Guarded(found, send=points.around("a request", found.send))

        vars(exchanger)["_wire"] = wire
        return cls(opened, points)

    async def live(self, deed: Awaitable[Any]) -> bool:
        """Do something until it is done or one is dead; whether one survived."""
        task = asyncio.ensure_future(deed)
        while not (task.done() or self.points.is_dead):
            await asyncio.sleep(0.002)
        if self.points.is_dead:
            task.cancel()
            self._end()
            return False
        await task
        while self.opened.tasks.running and not self.points.is_dead:
            await asyncio.sleep(0.002)
        self._end()
        return not self.points.is_dead

    def _end(self) -> None:
        """Nothing of it goes on."""
        jobs = [task for loop in self._jobs for tasks in loop._running.values() for task in tasks]
        for left in {*self.opened.tasks.running, *jobs}:
            left.cancel()

    def jobs(self) -> Loop:
        """Its loop, which ends with it."""
        self._jobs.append(Loop(self.opened.hub))
        return self._jobs[-1]

    async def take_up(self, world: World, **duration: float) -> None:
        """Do what falls due while time passes, as the next process does."""
        end, jobs = world.clock.now + timedelta(**duration), self.jobs()
        while True:
            await jobs.drain()
            while running := set(self.opened.tasks.running):
                await asyncio.wait(running)
            due = self.opened.store.next_due()
            if due is None or due > end:
                return
            world.clock.now = max(due, world.clock.now)
            await tell_time(world.town, world.clock)

    async def hear(self, world: World, country: str, news: News) -> bool:
        """Take a notification in; whether it was acknowledged."""
        message = Message(
            source=Source.NOTIFICATION, method="POST", path="", query="", headers=news.headers,
            body=news.body, received_at=world.clock(), call_id="ABCDEFGHJK",
        )  # fmt: skip
        answer = await receive_notification(self.opened.hub, world.accounts[country].path_token, message)
        return answer.status == 200


class Guarded:
    """Somebody else, but for a few methods."""

    def __init__(self, inner: Any, **changed: Any) -> None:
        self._inner = inner
        self.__dict__.update(changed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextlib.contextmanager
def victim_of(world: World, fatal: int) -> Iterator[Victim]:
    made = Victim.of(world, fatal)
    try:
        yield made
    finally:
        world.run(made.opened.close(0))


def newest(world: World, debtor: Debtor) -> Payment | None:
    ids = [payable.id for payable in debtor.payables]
    found = world.read(lambda tx: tx.payments.with_payables(ids))
    return found[-1] if found else None


def payer_pays(world: World, payment: Payment) -> None:
    """If the provider knows it, the payer pays it."""
    with contextlib.suppress(httpx.HTTPStatusError):
        world.approve(payment)


def after_death(world: World, debtor: Debtor, *, told: bool) -> list[str]:
    """What is wrong once the next process has taken up what was left,
    and the payer has done what payers do."""
    code = world.accounts[debtor.country].provider
    payment = newest(world, debtor)
    if payment:
        payer_pays(world, payment)
        if told:
            world.deliver(payment)
    world.pass_time(hours=3)
    wrong = []
    charged = world.charged(debtor.payables, code)
    if charged > 1:
        wrong.append(f"charged {charged} times")
    after = newest(world, debtor)
    if after and after.is_live:
        wrong.append(f"still {after.status} after three hours")
    if told and charged and after and after.status is not Status.PAID:
        wrong.append(f"charged and told, but {after.status} {after.reason}")
    if not charged:
        retry = world.pay(debtor, warned=True)
        if not retry.is_live or (payment and retry.id == payment.id):
            wrong.append(f"no new payment: {retry.status} {retry.reason}")
    return wrong


def deaths_while_paying(world: World, country: str, *, told: bool) -> tuple[list[str], list[str]]:
    """Die at every failpoint of a payment in turn: what is wrong, and the failpoints that there were."""
    wrong: list[str] = []
    for fatal in range(1, 100):
        debtor = world.debtor(country, 70_000)
        with victim_of(world, fatal) as victim:
            survived = world.run(victim.live(start_payment(victim.opened.hub, world.request(debtor))))
        name = f"{country} {fatal} ({victim.points.names[-1]}), told {told}"
        wrong += [f"{name}: {text}" for text in after_death(world, debtor, told=told)]
        if survived:
            hears_nothing = country == "CR" and not told
            wrong += broken(world) + ([] if hears_nothing else world.book_differences())
            return wrong, victim.points.names
    raise AssertionError("a payment has no end of failpoints")


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_process_that_dies_anywhere_in_a_payment_leaves_no_second_charge_and_no_limbo(
    world: World, country: str, told: bool
) -> None:
    wrong, names = deaths_while_paying(world, country, told=told)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a request", "after a request"} <= set(names)


def test_control_a_next_process_that_sends_again_charges_twice(world: World) -> None:
    debtor = world.debtor("CO", 70_000)
    world.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = world.pay(debtor)
    world.run(send_payment(world.hub, payment))  # what was sent is sent again under the same reference
    world.approve(payment)

    assert world.charged(debtor.payables, "nequi") == 2


def test_control_without_the_commit_of_sending_a_charge_is_nobodys(world: World) -> None:
    """The request leaves first, and the process dies before it wrote anything down."""
    debtor = world.debtor("CO", 70_000)
    with victim_of(world, fatal=10**6) as victim:
        right = victim.opened.hub.store.write
        held: list[Any] = []

        async def write(fn: Any, **named: Any) -> Any:
            if held:
                return await right(fn, **named)
            held.append(fn)  # the first commit, sending, is put off
            copy: Any = None

            def undo(tx: Any) -> None:
                nonlocal copy
                copy = fn(tx)
                raise RuntimeError("put off")

            try:
                await right(undo)
            except RuntimeError:
                return copy

        vars(victim.opened.hub.store)["write"] = write
        with contextlib.suppress(Conflict):
            world.run(victim.live(start_payment(victim.opened.hub, world.request(debtor))))
    references = [path for path in world.front.paths if path.endswith("unregisteredpayment")]

    assert references  # the push left, and nobody knows its reference
    assert newest(world, debtor) is None


def deaths_while_told(world: World, country: str) -> tuple[list[str], set[str]]:
    """Die at every failpoint between a notice and the last mail that it causes."""
    wrong: list[str] = []
    visited: set[str] = set()
    for fatal in range(1, 100):
        debtor = world.debtor(country, 70_000)
        payment = world.pay(debtor)
        world.approve(payment)
        (news,) = world.news(payment)
        acknowledged = False
        with victim_of(world, fatal) as victim:

            async def take_in(victim: Victim = victim, news: News = news) -> None:
                nonlocal acknowledged
                acknowledged = await victim.hear(world, country, news)
                await victim.jobs().drain()

            survived = world.run(victim.live(take_in()))
        visited |= set(victim.points.names)
        if not acknowledged:
            world.post(country, news)  # the provider tries again
        world.pass_time(seconds=125)  # what a dead process had claimed comes due again
        after = world.payment(payment)
        mails = [str(mail.message["Message-ID"]) for mail in world.town.mailbox.to(debtor.customer.email)]
        name = f"{country} {fatal} ({victim.points.names[-1]})"
        if after.status is not Status.PAID:
            wrong.append(f"{name}: {after.status} {after.reason}")
        if len(set(mails)) != 1 or len(mails) > 2:  # twice is what death between hand-over and commit may cost
            wrong.append(f"{name}: receipt mails {mails}")
        if survived:
            return wrong + broken(world) + world.book_differences(), visited
    raise AssertionError("a notice has no end of failpoints")


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_process_that_dies_anywhere_after_a_notice_loses_neither_the_news_nor_a_mail(
    world: World, country: str
) -> None:
    wrong, visited = deaths_while_told(world, country)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a mail", "after a mail"} <= visited


OPERATE: dict[str, Callable[[Any, str], Awaitable[Any]]] = {
    "refund": lambda hub, payment_id: refund_payment(hub, payment_id, by="Ana"),
    "undo": undo_payment,
    "cancel": lambda hub, payment_id: cancel_payment(hub, payment_id, by="Ana"),
}


def before_operating(world: World, kind: str) -> Payment:
    """A payment that can be given back, undone or withdrawn."""
    debtor = world.debtor("CO", 70_000)
    if kind == "undo":
        world.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = world.pay(debtor)
    if kind != "cancel":
        world.approve(payment)
    if kind == "refund":
        world.deliver(payment)
    if kind == "undo":
        world.clock.now += timedelta(minutes=31)
    return payment


def after_operating(world: World, kind: str, payment: Payment, before: int) -> list[str]:
    """What went back twice, or is left open, three hours later; ``before`` counts the requests until then."""
    world.pass_time(hours=3)
    wrong: list[str] = []
    after = world.payment(payment)
    reversals = sum(path.endswith("reversetransaction") for path in world.front.paths[before:])
    held = [row["state"] for row in world.book("nequi") if row["reference"] == payment.reference]
    if reversals > 1:
        wrong.append(f"sent {reversals} times")
    if kind == "cancel" and (after.is_live or held):
        wrong.append(f"{after.status} {after.reason}, {held}")
    unknown = [item for item in world.operations(payment) if item.status is OperationStatus.UNKNOWN]
    if unknown and not world.causes(payment):
        wrong.append("nobody is asked about what is unknown")
    returned = sum(item.observation.kind is Kind.RETURNED for item in world.seen(payment))
    if not unknown and returned != held.count("returned"):
        wrong.append(f"returned {returned} times, the book says {held}")
    return wrong


def deaths_while_operating(world: World, kind: str) -> tuple[list[str], set[str]]:
    """Die at every failpoint of a refund, an undo or a cancel: what goes back twice, or is left open."""
    wrong: list[str] = []
    visited: set[str] = set()
    world.control("nequi", "options", reports="denied")
    for fatal in range(1, 100):
        payment = before_operating(world, kind)
        before = len(world.front.paths)
        with victim_of(world, fatal) as victim:
            survived = world.run(victim.live(OPERATE[kind](victim.opened.hub, payment.id)))
        visited |= set(victim.points.names)
        name = f"{kind} {fatal} ({victim.points.names[-1]})"
        wrong += [f"{name}: {text}" for text in after_operating(world, kind, payment, before)]
        if survived:
            return wrong + broken(world), visited
    raise AssertionError("an operation has no end of failpoints")


@pytest.mark.parametrize("kind", OPERATE)
def test_a_process_that_dies_anywhere_in_an_operation_sends_it_once_and_leaves_no_limbo(
    world: World, kind: str
) -> None:
    wrong, visited = deaths_while_operating(world, kind)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a request", "after a request"} <= visited


@attrs.frozen
class Pair:
    """What came of two deaths: what is wrong, and which of the two processes outlived its failpoint."""

    wrong: tuple[str, ...]
    first_lived: bool
    second_lived: bool


Story = Callable[[World, int, int], Pair]


def lived(world: World, fatal: int, deed: Callable[[Victim], Awaitable[Any]]) -> tuple[bool, str]:
    """Whether a process outlived what it had to do, and the last failpoint that it reached."""
    with victim_of(world, fatal) as victim:
        survived = world.run(victim.live(deed(victim)))
    return survived, f"{fatal} ({victim.points.names[-1]})" if victim.points.names else "nothing"


async def take_up(world: World, victim: Victim, debtor: Debtor) -> None:
    del debtor
    await victim.take_up(world, hours=3)


def pair_while_paying(country: str, *, told: bool, next_process: Any = take_up) -> Story:
    """The first dies while it starts a payment; the next one while it hears of it and
    finds out what became of it."""

    def play(world: World, first: int, second: int) -> Pair:
        debtor, heard = world.debtor(country, 70_000), False
        asked = world.request(debtor)
        first_lived, where = lived(world, first, lambda victim: start_payment(victim.opened.hub, asked))
        payment = newest(world, debtor)
        if payment:
            payer_pays(world, payment)
        news = world.news(payment)[:1] if payment and told else []

        async def go_on(victim: Victim) -> None:
            nonlocal heard
            for item in news:
                heard = await victim.hear(world, country, item)
            await next_process(world, victim, debtor)

        second_lived, there = lived(world, second, go_on)
        wrong = after_death(world, debtor, told=told)
        if heard and (after := newest(world, debtor)) and after.status is not Status.PAID:
            wrong.append(f"acknowledged, but {after.status} {after.reason}")
        name = f"{country}, told {told}: {where}, {there}"
        return Pair(tuple(f"{name}: {text}" for text in wrong), first_lived, second_lived)

    return play


def pair_while_told(country: str) -> Story:
    """Both die between a notice and the last mail that it causes."""

    def play(world: World, first: int, second: int) -> Pair:
        debtor, heard = world.debtor(country, 70_000), False
        payment = world.pay(debtor)
        world.approve(payment)
        (news,) = world.news(payment)

        async def take_in(victim: Victim) -> None:
            nonlocal heard
            heard = heard or await victim.hear(world, country, news)  # the provider tries until somebody acknowledges
            await victim.take_up(world, seconds=125)

        first_lived, where = lived(world, first, take_in)
        second_lived, there = lived(world, second, take_in)
        if not heard:
            world.post(country, news)
        world.pass_time(seconds=250)
        after = world.payment(payment)
        mails = [str(mail.message["Message-ID"]) for mail in world.town.mailbox.to(debtor.customer.email)]
        wrong = []
        if after.status is not Status.PAID:
            wrong.append(f"{after.status} {after.reason}")
        if len(set(mails)) != 1 or len(mails) > 3:  # one more for each death between hand-over and commit
            wrong.append(f"receipt mails {mails}")
        return Pair(tuple(f"{country}: {where}, {there}: {text}" for text in wrong), first_lived, second_lived)

    return play


def pair_while_operating(kind: str) -> Story:
    """The first dies in a refund, an undo or a cancel; the next one while it finds out what became of it."""

    def play(world: World, first: int, second: int) -> Pair:
        payment = before_operating(world, kind)
        before = len(world.front.paths)
        first_lived, where = lived(world, first, lambda victim: OPERATE[kind](victim.opened.hub, payment.id))
        second_lived, there = lived(world, second, lambda victim: victim.take_up(world, hours=3))
        wrong = after_operating(world, kind, payment, before)
        return Pair(tuple(f"{kind}: {where}, {there}: {text}" for text in wrong), first_lived, second_lived)

    return play


STORIES: dict[str, Story] = {
    **{f"pay {country}": pair_while_paying(country, told=False) for country in ("CR", "CO")},
    **{f"pay {country} and be told": pair_while_paying(country, told=True) for country in ("CR", "CO")},
    **{f"be told {country}": pair_while_told(country) for country in ("CR", "CO")},
    **{kind: pair_while_operating(kind) for kind in OPERATE},
}
HEARS_NOTHING = "pay CR"


A_WORLD = 8
"""Pairs in one world: what is left over of earlier ones is looked after as well, and takes time."""


def played(open_world: Callable[[], World], name: str, failpoints: Sequence[int]) -> tuple[list[str], int]:
    """What is wrong after every pair of these failpoints, and how many pairs that was."""
    wrong: list[str] = []
    done: list[Pair] = []

    def play(seconds: Iterable[int], first: int) -> bool:
        """Some pairs in a fresh world; whether the second process outlived the last of them."""
        world = open_world()
        try:
            if name in OPERATE:
                world.control("nequi", "options", reports="denied")
            for second in seconds:
                done.append(STORIES[name](world, first, second))
                wrong.extend(done[-1].wrong)
                if done[-1].second_lived:
                    break
            wrong.extend(broken(world))
            if name not in OPERATE and name != HEARS_NOTHING:
                wrong.extend(world.book_differences())
        finally:
            world.close()
        return done[-1].second_lived

    for first in failpoints:
        for at in range(0, len(failpoints), A_WORLD):
            if play(failpoints[at : at + A_WORLD], first):
                break
        if done[-1].first_lived:
            break
    return wrong, len(done)


EVERY = (*range(1, 41), *range(41, 1000, 7))
"""Beyond the fortieth a process only asks the same again and again: of these each seventh."""


@pytest.mark.parametrize("name", STORIES)
def test_two_processes_in_a_row_that_die_anywhere_leave_no_second_charge_and_no_limbo(
    folder: Callable[[], Path], name: str, size: Size, dice: random.Random
) -> None:
    """In a change one pair drawn by chance, in the long set all of them."""
    failpoints = EVERY if size(0, 1) else (dice.randint(1, 8),)
    wrong, count = played(lambda: World.open(folder()), name, failpoints)

    print(f"{name}: {count} pairs")  # noqa: T201 - shown with -s, for the page of proofs
    assert wrong == []


def test_control_a_second_process_that_sends_again_before_it_asks_charges_twice(world: World) -> None:
    async def send_again(world: World, victim: Victim, debtor: Debtor) -> None:
        if payment := newest(world, debtor):
            await send_payment(victim.opened.hub, payment)
        await victim.take_up(world, hours=3)

    story = pair_while_paying("CO", told=False, next_process=send_again)
    found = (text for first in range(1, 10) for text in story(world, first, 10**6).wrong)

    assert any("charged 2 times" in text for text in found)
