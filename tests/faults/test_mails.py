"""A mail server that is down for a day, workers that are killed: no payment waits,
each mail is sent once (F48)."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

import hub.flows.mails.deliver
import hub.flows.payments.record_observations
from hub.documents.smtp import SmtpMailer
from hub.domain.mail import Mail
from hub.domain.message import DeliveryState
from hub.domain.payment import Payment, Status
from hub.domain.round import Choice
from hub.flows.ground.turns import mail_turns
from hub.flows.mails.deliver import CLAIM, HAND_OVER, PAUSES, deliver
from hub.flows.merchants.save_options import save_options
from hub.flows.merchants.sign_in import request_sign_in
from hub.flows.statements.send_round import start_round
from hub.jobs.embedded import Loop
from hub_demo.mailbox import Mailbox
from hub_hookspecs import Kind, Observation
from tests.faults.harness import HOST, Desk, World, Zygote, broken, rows, until

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

A_DAY = timedelta(hours=24)


class Outage:
    """A mailer whose server can be reached from a moment on, and what it took."""

    def __init__(self, desk: Desk, until: timedelta) -> None:
        self._clock, self._back = desk.clock, desk.clock.now + until
        self.tries = 0
        self.taken: collections.Counter[str] = collections.Counter()

    async def send(self, mail: Mail) -> None:
        self.tries += 1
        if self._clock.now < self._back:
            raise ConnectionRefusedError("the mail server is down")
        self.taken[mail.message_id] += 1


def pass_time(desk: Desk, **duration: float) -> None:
    """Let time pass; whatever comes due on the way is done at its moment."""
    end = desk.clock.now + timedelta(**duration)
    desk.do_what_is_due()
    while (due := desk.opened.store.next_due()) is not None and due <= end:
        desk.clock.now = max(due, desk.clock.now)
        desk.do_what_is_due()
    desk.clock.now = end


def paid(desk: Desk, count: int) -> list[Payment]:
    """Payments whose news has come."""
    payments = desk.sent_all(desk.debtors("CR", count, 70_000))
    return [desk.tell(item, Observation(kind=Kind.PAID, movement=item.reference)) for item in payments]


def owed(desk: Desk, more: str = "") -> int:
    ((count,),) = rows(desk.path, f"SELECT count(*) FROM delivery WHERE state = 'due' {more}")
    return int(count)


def test_a_day_without_a_mail_server_delays_no_payment_and_loses_no_mail(desk: Desk, plant: Plant, size: Size) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)  # a paper is drawn at each try, and is not on trial
    asyncio.run(
        save_options(desk.hub, desk.companies["CR"].id, digest=False)
    )  # one more would be owed the next morning
    desk.forget_mails()
    outage = desk.hub.mailer = Outage(desk, A_DAY)
    payments = paid(desk, size(5, 500))
    mails = owed(desk)

    assert {payment.status for payment in payments} == {Status.PAID}
    assert mails >= 2 * len(payments)  # the payer's, and the company's
    pass_time(desk, hours=24)
    assert owed(desk) == mails
    assert not outage.taken
    assert outage.tries <= mails * (len(PAUSES) + 24)  # once an hour in the end, not in a tight loop

    pass_time(desk, hours=1, minutes=1)
    assert len(outage.taken) == mails
    assert set(outage.taken.values()) == {1}
    assert owed(desk) == 0
    assert broken(desk) == []


def test_payments_that_come_while_the_mail_server_is_down_are_taken_as_fast_as_ever(world: World) -> None:
    """The whole way over HTTP: provider, news and page, with nobody listening where mails go."""
    world.run(world.town.mailbox.stop())
    debtors = world.debtors("CO", 5, 70_000)
    payments = [world.pay(debtor) for debtor in debtors]
    for payment in payments:
        world.approve(payment)
        (news,) = world.news(payment)
        assert world.post("CO", news).status_code == 200
    world.work()

    assert {world.payment(payment).status for payment in payments} == {Status.PAID}
    assert broken(world) + world.book_differences() == []
    world.run(world.town.mailbox.start())
    world.pass_time(hours=1, minutes=1)
    assert [len(world.mailed(debtor.customer.email)) for debtor in debtors] == [1] * 5


def test_control_a_mail_that_is_sent_inside_the_transaction_costs_the_payment(desk: Desk, plant: Plant) -> None:
    """The bug: the news is booked and the mail is handed over at once, in one go."""
    desk.hub.mailer = SmtpMailer(host="127.0.0.1", port=9)  # where nobody listens
    right = hub.flows.payments.record_observations._owe_mails

    def tell_and_send(tx: Any, *given: Any, **named: Any) -> Any:
        result = right(tx, *given, **named)
        mail = Mail(
            sender="a@hub.example", recipient="b@c.example", subject="x", text="x", html="x", message_id="<1@x>"
        )
        asyncio.run(desk.hub.mailer.send(mail))
        return result

    (payment,) = desk.sent_all(desk.debtors("CR", 1, 70_000))
    plant(hub.flows.payments.record_observations, "_owe_mails", tell_and_send)
    with contextlib.suppress(Exception):
        desk.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))

    assert desk.payment(payment).status is Status.PENDING  # the money came, and nobody knows


class SlowMailbox(Mailbox):
    """A mail server that takes its time over each mail, as real ones do."""

    async def handle_DATA(self, *given: Any) -> str:  # noqa: N802  aiosmtpd finds handlers by these names
        await asyncio.sleep(0.02)
        return await super().handle_DATA(*given)


def owe_receipts(world: World, count: int) -> int:
    """Payments whose news has come; the number of mails that are due."""
    world.forget_mails()
    for payment in world.sent_all(world.debtors("CR", count, 70_000)):
        world.tell(payment, Observation(kind=Kind.PAID, movement=payment.reference))
    return owed(world)


def taken_by(mailbox: Mailbox) -> collections.Counter[str]:
    """How often each delivery's mail was taken, by the left part of its Message-ID."""
    return collections.Counter(str(mail.message["Message-ID"]).strip("<>").partition("@")[0] for mail in mailbox.mails)


def in_doubt(world: World, mailbox: Mailbox) -> int:
    """Mails that were taken, of which our books do not say so: each will be sent again."""
    sent = {row[0] for row in rows(world.path, "SELECT id FROM delivery WHERE state = 'sent'")}
    return len(set(taken_by(mailbox)) - sent)


def killed(
    world: World, zygote: Zygote, dice: random.Random, *, kills: int, workers: int = 1, bug: str = ""
) -> list[str]:
    """What is wrong when workers are killed again and again while they hand mails over, and others go on."""
    world.town.mailbox.mails.clear()
    count = owe_receipts(world, 8 * kills * workers)
    mailbox = SlowMailbox(host=HOST)
    world.run(mailbox.start())
    bugs = ",".join(filter(None, ("no_papers", bug)))
    alive, problems, before = [], [], 0
    for kill in range(1, kills + 1):
        while len(alive) < workers:
            alive.append(zygote.work(world.data, mailbox.port, bugs))
        wanted = len(mailbox.mails) + dice.randint(1, 10)
        assert until(lambda wanted=wanted: len(mailbox.mails) >= wanted), f"nothing was sent before kill {kill}"  # type: ignore[misc]
        time.sleep(dice.uniform(0, 0.02))
        die(alive.pop(0))
        if workers == 1:
            after = in_doubt(world, mailbox)
            problems += [f"kill {kill} leaves {after - before} mails to be repeated"] if after - before > 1 else []
            before = after
    for process in alive:
        die(process)
    world.run(mailbox.stop())
    world.clock.now = datetime.now(UTC) + timedelta(seconds=121)
    world.work()
    times = taken_by(mailbox) + taken_by(world.town.mailbox)
    repeated, limit = sum(times.values()) - count, kills + len(alive)
    problems += [f"{count - len(times)} mails were lost"] if len(times) != count or owed(world) else []
    problems += [f"{repeated} mails were repeated by {limit} kills"] if repeated > limit else []
    return problems


def die(process: int) -> None:
    """As if by the system: nothing is tidied up."""
    os.kill(process, signal.SIGKILL)

    def is_gone() -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        return False

    assert until(is_gone)


def test_a_killed_worker_repeats_at_most_one_mail(
    today: World, zygote: Zygote, dice: random.Random, size: Size
) -> None:
    assert killed(today, zygote, dice, kills=size(3, 100)) == []


def test_of_two_workers_a_killed_one_repeats_at_most_one_mail_too(
    today: World, zygote: Zygote, dice: random.Random, size: Size
) -> None:
    assert killed(today, zygote, dice, kills=size(2, 50), workers=2) == []


def test_control_mails_that_are_handed_over_together_are_repeated_together(
    today: World, zygote: Zygote, dice: random.Random
) -> None:
    assert killed(today, zygote, dice, kills=2, bug="together")


def waits(desk: Desk, plant: Plant, deliveries: list[str]) -> list[bool]:
    """For each mail that is handed over, whether its note waits for the disk."""
    seen: list[bool] = []
    right = hub.flows.mails.deliver.write_outcome

    async def write(*given: Any, synced: bool) -> Any:
        seen.append(synced)
        return await right(*given, synced=synced)

    async def live() -> None:
        await asyncio.gather(*(deliver(desk.hub, delivery) for delivery in deliveries))

    plant(hub.flows.mails.deliver, "write_outcome", write)
    asyncio.run(live())
    plant(hub.flows.mails.deliver, "write_outcome", right)
    return seen


@attrs.define(kw_only=True)
class Busy:
    """A mailer that takes each mail but the last when another one waits for its turn."""

    desk: Desk
    mails: int

    async def send(self, mail: Mail) -> None:
        self.mails -= 1
        async with asyncio.timeout(20):
            while self.mails and not mail_turns(self.desk.hub).is_awaited:
                await asyncio.sleep(0.005)


def test_the_note_of_a_lone_mail_is_on_the_disk_and_in_a_round_one_a_second(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    paid(desk, 6)
    lone, *others = desk.write(lambda tx: tx.deliveries.claim_due(desk.clock.now, desk.clock.now + CLAIM, 50))

    desk.hub.mailer = Busy(desk=desk, mails=1)
    assert waits(desk, plant, [lone]) == [True]
    desk.clock.now += timedelta(seconds=5)
    desk.hub.mailer = Busy(desk=desk, mails=len(others))
    flags = waits(desk, plant, others)
    assert flags[0]
    assert flags[-1]  # nobody comes after it
    assert sum(flags) < len(flags)


@attrs.define
class Patient:
    """A mailer whose server takes a mail when it is let, and the order in which they were taken."""

    taken: list[str] = attrs.Factory(list)
    open: bool = False
    waiting: int = 0

    async def send(self, mail: Mail) -> None:
        self.waiting += 1
        while not self.open:
            await asyncio.sleep(0.005)
        self.waiting -= 1
        self.taken.append(mail.message_id.strip("<>").partition("@")[0])


async def comes_true(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def owe_round(desk: Desk, count: int) -> Any:
    """A round of statements; its mails are queued by the loop."""
    desk.forget_mails()
    desk.debtors("CR", count, 70_000)
    merchant = desk.companies["CR"]
    return asyncio.run(start_round(desk.hub, merchant, Choice(), round_id="r" * 26, by="duena"))


def order_of(desk: Desk, mailer: Patient) -> list[str]:
    """What was mailed while a round was on its way and somebody asked to sign in, in order."""

    async def live() -> None:
        loop = Loop(desk.hub)
        running = asyncio.create_task(loop.run())
        await comes_true(lambda: mailer.waiting > 0)
        (member, *_rest) = await desk.hub.store.read(lambda tx: tx.merchants.members(desk.companies["CR"].id))
        await request_sign_in(desk.hub, member.email)
        await comes_true(lambda: owed(desk, "AND kind = 'sign_in' AND due_at > created_at") > 0)  # claimed and drawn
        await asyncio.sleep(0.1)
        mailer.open = True
        await comes_true(lambda: owed(desk) == 0)
        await loop.stop(5)
        await running

    asyncio.run(live())
    kinds = dict(rows(desk.path, "SELECT id, kind FROM delivery"))
    return [kinds[delivery] for delivery in mailer.taken]


def test_a_round_holds_nobody_up_who_signs_in(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    owe_round(desk, 40)
    mailer = desk.hub.mailer = Patient()

    order = order_of(desk, mailer)
    assert len(order) > 40
    assert order.index("sign_in") <= 1  # after the one that was on its way


def test_control_without_ranks_whoever_signs_in_waits_for_the_round(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    plant(hub.flows.mails.deliver, "_rank", lambda *_given: 0)
    owe_round(desk, 40)
    mailer = desk.hub.mailer = Patient()

    assert order_of(desk, mailer).index("sign_in") > 1


def test_a_mail_server_that_hangs_holds_up_nothing_but_mails(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    owe_round(desk, 20)
    mailer = desk.hub.mailer = Patient()

    async def live() -> None:
        loop = Loop(desk.hub)
        running = asyncio.create_task(loop.run())
        await comes_true(lambda: mailer.waiting > 0)
        merchant = desk.companies["CR"]
        await start_round(desk.hub, merchant, Choice(), round_id="s" * 26, by="duena")  # a job like any other
        await comes_true(lambda: rows(desk.path, "SELECT due_at FROM mail_round WHERE id = ?", "s" * 26) == [(None,)])
        assert not mailer.taken
        assert mailer.waiting == 1
        await loop.stop(0.1)
        await running

    asyncio.run(live())


def test_a_server_that_never_says_yes_is_given_up_on_before_the_claim_is_over(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    (payment,) = paid(desk, 1)
    (first, *_others) = desk.read(lambda tx: tx.deliveries.of(subject_id=payment.id, state="due"))
    desk.hub.mailer = Patient()
    assert HAND_OVER < CLAIM
    plant(hub.flows.mails.deliver, "HAND_OVER", timedelta(seconds=0.2))

    assert asyncio.run(deliver(desk.hub, first.id)) is False
    after = desk.read(lambda tx: tx.deliveries.get(first.id))
    assert (after.state, after.tries, after.last_error) == (DeliveryState.DUE, 1, "TimeoutError")


def taken_twice(desk: Desk) -> list[str]:
    """Mails that wait here for their turn until their claim is over, while a colleague goes on."""
    payments = paid(desk, 2)
    claimed = desk.write(lambda tx: tx.deliveries.claim_due(desk.clock.now, desk.clock.now + CLAIM, 50))
    mailer = desk.hub.mailer = Patient()

    async def live() -> None:
        here = [asyncio.create_task(deliver(desk.hub, delivery)) for delivery in claimed]
        await comes_true(lambda: mailer.waiting == 1)
        await asyncio.sleep(0.2)  # the others are drawn, and wait for their turn
        desk.clock.now += CLAIM
        await asyncio.to_thread(colleague.do_what_is_due)
        mailer.open = True
        await asyncio.gather(*here)

    with Desk.open(desk.data, clock=desk.clock) as colleague:
        asyncio.run(live())
        there = [mail.message_id.strip("<>").partition("@")[0] for mail in colleague.mails.mails]
    assert len(payments) == 2
    assert len(set(mailer.taken) | set(there)) == len(claimed)
    return sorted(set(mailer.taken) & set(there))


def test_a_mail_whose_claim_ended_while_it_waited_is_left_to_whoever_took_it(desk: Desk, plant: Plant) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)

    assert len(taken_twice(desk)) <= 1  # the one that this process has in hand, past its claim


def test_control_a_mail_that_is_handed_over_without_another_look_goes_out_twice(desk: Desk, plant: Plant) -> None:
    async def held(_hub: Any, delivery: Any, _seen_at: Any) -> Any:
        return delivery

    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    plant(hub.flows.mails.deliver, "_held", held)

    assert len(taken_twice(desk)) > 1
