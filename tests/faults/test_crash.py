"""A process that dies at each commit, request and mail in turn; what it left is taken up by the next one (F04)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import attrs
import httpx
import pytest

from hub.bootstrap import Opened, open_hub
from hub.domain.operation import OperationStatus
from hub.domain.payment import Payment, Status
from hub.domain.refusals import Conflict
from hub.flows.receive_message import receive_notification
from hub.flows.run_operation import cancel_payment, refund_payment, undo_payment
from hub.flows.start_payment import send_payment, start_payment
from hub.jobs.embedded import Loop
from hub_hookspecs import Kind, Message, Source
from tests.faults.harness import SHORT, Debtor, World, broken, limit_exchanges

T = TypeVar("T")

pytestmark = pytest.mark.filterwarnings(  # the dead leave their sockets behind
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


# ---------------------------------------------------------------- a process that dies


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

    opened: Opened
    points: Failpoints

    @classmethod
    def of(cls, world: World, fatal: int) -> Victim:
        opened = open_hub(world.town.settings, clock=world.clock)
        limit_exchanges(opened, SHORT, world.clock)
        points = Failpoints(fatal)
        store, mailer, exchanger = opened.hub.store, opened.hub.mailer, opened.exchanger
        opened.hub.store = Guarded(store, write=points.around("a commit", store.write))
        opened.hub.mailer = Guarded(mailer, send=points.around("a mail", mailer.send))
        right = exchanger._wire
        vars(exchanger)["_wire"] = lambda provider: Guarded(
            right(provider), send=points.around("a request", right(provider).send)
        )
        return cls(opened, points)

    async def live(self, deed: Awaitable[Any]) -> bool:
        """Do something until it is done or one is dead; whether one survived."""
        task = asyncio.ensure_future(deed)
        while not (task.done() or self.points.is_dead):
            await asyncio.sleep(0.002)
        if self.points.is_dead:
            task.cancel()
            for running in set(self.opened.tasks.running):
                running.cancel()
            return False
        await task
        while self.opened.tasks.running and not self.points.is_dead:
            await asyncio.sleep(0.002)
        for left in set(self.opened.tasks.running):
            left.cancel()
        return not self.points.is_dead


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


# ---------------------------------------------------------------- paying


def newest(world: World, debtor: Debtor) -> Payment | None:
    ids = [payable.id for payable in debtor.payables]
    found = world.read(lambda tx: tx.payments.with_payables(ids))
    return found[-1] if found else None


def payer_pays(world: World, payment: Payment) -> None:
    """If the provider knows it, the payer pays it."""
    with contextlib.suppress(httpx.HTTPStatusError):
        world.approve(payment)


def after_death(world: World, debtor: Debtor, *, told: bool) -> list[str]:
    """What is wrong once the next process has taken up what was left, and the payer has done what payers do."""
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

        async def write(fn: Any) -> Any:
            if held:
                return await right(fn)
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


# ---------------------------------------------------------------- being told, and telling


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

            async def take_in(hub: Any = victim.opened.hub, news: Any = news, at: str = country) -> None:
                nonlocal acknowledged
                message = Message(
                    source=Source.NOTIFICATION, method="POST", path="", query="", headers=news.headers,
                    body=news.body, received_at=world.clock(), call_id="ABCDEFGHJK",
                )  # fmt: skip
                answer = await receive_notification(hub, world.accounts[at].path_token, message)
                acknowledged = answer.status == 200
                await Loop(hub).drain()

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


# ---------------------------------------------------------------- giving back and withdrawing


def deaths_while_operating(world: World, kind: str) -> tuple[list[str], set[str]]:
    """Die at every failpoint of a refund, an undo or a cancel: what goes back twice, or is left open."""
    wrong: list[str] = []
    visited: set[str] = set()
    deed = {"refund": refund_payment, "undo": undo_payment, "cancel": cancel_payment}[kind]
    world.control("nequi", "options", reports="denied")
    for fatal in range(1, 100):
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
        more = {} if kind == "undo" else {"by": "Ana"}
        before = len(world.front.paths)
        with victim_of(world, fatal) as victim:
            survived = world.run(victim.live(deed(victim.opened.hub, payment.id, **more)))
        visited |= set(victim.points.names)
        world.pass_time(hours=3)
        after = world.payment(payment)
        reversals = sum(path.endswith("reversetransaction") for path in world.front.paths[before:])
        held = [row["state"] for row in world.book("nequi") if row["reference"] == payment.reference]
        name = f"{kind} {fatal} ({victim.points.names[-1]})"
        if reversals > 1:
            wrong.append(f"{name}: sent {reversals} times")
        if kind == "cancel" and (after.is_live or held):
            wrong.append(f"{name}: {after.status} {after.reason}, {held}")
        unknown = [item for item in world.operations(payment) if item.status is OperationStatus.UNKNOWN]
        if unknown and not world.causes(payment):
            wrong.append(f"{name}: nobody is asked about what is unknown")
        returned = sum(item.observation.kind is Kind.RETURNED for item in world.seen(payment))
        if not unknown and returned != held.count("returned"):
            wrong.append(f"{name}: returned {returned} times, the book says {held}")
        if survived:
            return wrong + broken(world), visited
    raise AssertionError("an operation has no end of failpoints")


@pytest.mark.parametrize("kind", ["refund", "undo", "cancel"])
def test_a_process_that_dies_anywhere_in_an_operation_sends_it_once_and_leaves_no_limbo(
    world: World, kind: str
) -> None:
    wrong, visited = deaths_while_operating(world, kind)

    assert wrong == []
    assert {"before a commit", "after a commit", "before a request", "after a request"} <= visited
