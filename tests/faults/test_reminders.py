"""Reminders while everything happens at once: no mail outside the windows, above the limits, or to who must get none;
and a worker that is killed between claim and sending gives no second one."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

import hub.flows.statements.claim_contact
import hub.flows.statements.dunning
from hub.domain.contact_rules import ContactCalendar
from hub.domain.countries.co import COUNTRY as CO
from hub.domain.identity import Invalid
from hub.domain.mail import Mail
from hub.domain.merchant import LinkKind, Parties
from hub.domain.message import About
from hub.domain.refusals import Conflict
from hub.domain.reminder import LadderStep
from hub.domain.round import Choice
from hub.flows.ground.open_link import link_to
from hub.flows.statements.end_reminders import record_wish
from hub.flows.statements.promise_payment import record_promise, withdraw_promise
from hub.flows.statements.remind import run_ladder
from hub.flows.statements.save_ladder import activate_ladder, save_ladder
from hub.flows.statements.send_round import start_round
from hub.flows.statements.send_statement import send_statement
from hub.flows.statements.write_note import CustomerMessage, notify_merchant
from hub_demo.mailbox import Mailbox
from hub_hookspecs import Kind, Observation
from tests.contacts import always_open
from tests.faults.harness import HOST, Debtor, Desk, World, Zygote, rows, until
from tests.faults.test_mails import die

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]
BOGOTA = ZoneInfo("America/Bogota")


@attrs.define
class Judge:
    """A mailer that judges each mail about a debt when it is handed over, by plain SQL and arithmetic."""

    desk: Desk
    dice: random.Random
    wrong: list[str] = attrs.Factory(list)
    days: dict[str, list[date]] = attrs.Factory(lambda: collections.defaultdict(list))
    reminders: int = 0
    down: bool = False

    async def send(self, mail: Mail) -> None:
        if self.down and self.dice.random() < 0.5:
            raise ConnectionRefusedError("the mail server is down")
        delivery = mail.message_id.strip("<>").partition("@")[0]
        ((kind, in_round, customer),) = rows(
            self.desk.path, f"SELECT kind, round IS NOT NULL, subject FROM delivery WHERE id = '{delivery}'"
        )
        if kind == "reminder" or (kind == "statement" and in_round):
            self.wrong += [f"{self.desk.clock.now} {kind}: {why}" for why in self._wrong(mail, kind, customer)]
        if kind in ("reminder", "statement"):
            self.days[customer].append(self.desk.clock.now.astimezone(BOGOTA).date())

    def _wrong(self, mail: Mail, kind: str, customer: str) -> Iterator[str]:
        here = self.desk.clock.now.astimezone(BOGOTA)
        hours = {**dict.fromkeys(range(5), (time(7), time(19))), 5: (time(8), time(15))}
        window = hours.get(here.weekday())
        if window is None or not window[0] <= here.time() < window[1] or here.date() in CO.holidays:
            yield f"outside the windows, at {here}"
        if any((here.date() - day).days < 7 for day in self.days[customer]):
            yield "a second one within a week"
        if rows(self.desk.path, f"SELECT 1 FROM customer WHERE id = '{customer}' AND unsubscribed_at IS NOT NULL"):
            yield "to one who wants none"
        if kind == "reminder":
            self.reminders += 1
            yield from self._wrong_in(mail, customer, here.date())

    def _wrong_in(self, mail: Mail, customer: str, today: date) -> Iterator[str]:
        if rows(
            self.desk.path,
            "SELECT 1 FROM review WHERE resolved_at IS NULL AND cause IN ('customer_note', 'payment_reported')"
            f" AND subject LIKE '{customer}:%'",
        ):
            yield "to one who wrote"
        for payable, number, due in rows(
            self.desk.path, f"SELECT id, number, due FROM payable WHERE customer = '{customer}'"
        ):
            if number not in mail.text:
                continue
            if due <= 0:
                yield f"{number} is paid"
            if rows(self.desk.path, f"SELECT 1 FROM payment_line WHERE payable = '{payable}' AND live = 1"):
                yield f"{number} is being paid"
            last = rows(
                self.desk.path,
                f"SELECT until FROM promise WHERE payable = '{payable}' AND withdrawn_at IS NULL"
                " ORDER BY made_at DESC LIMIT 1",
            )
            if last and date.fromisoformat(last[0][0]) >= today:
                yield f"{number} is promised"


@attrs.define
class Lives:
    """Debtors to whom things happen."""

    desk: Desk
    dice: random.Random
    debtors: list[Debtor]
    mailer: Judge
    numbers: Iterator[int] = attrs.Factory(lambda: iter(range(10**6)))

    @property
    def merchant(self) -> Any:
        return self.desk.companies["CO"]

    def fresh(self) -> str:
        return f"{next(self.numbers):026d}"

    def go(self, work: Any) -> None:
        asyncio.run(work)

    def pay(self, debtor: Debtor) -> None:
        if all(self.desk.due(payable) == payable.total for payable in debtor.payables):
            payment = self.desk.sent(debtor, expires=timedelta(days=self.dice.randint(1, 5)))
            if self.dice.random() < 0.6:
                kind = Kind.PAID if self.dice.random() < 0.5 else Kind.DECLINED
                movement = {"movement": payment.reference} if kind is Kind.PAID else {}
                self.desk.tell(payment, Observation(kind=kind, **movement))

    def promise(self, debtor: Debtor) -> None:
        until = self.desk.clock.now.date() + timedelta(days=self.dice.randint(0, 29))
        chosen = [self.dice.choice(debtor.payables).id]
        self.go(record_promise(self.desk.hub, self.merchant, debtor.customer.id, chosen, until, by="contadora"))

    def withdraw(self, debtor: Debtor) -> None:
        found = self.desk.read(lambda tx: tx.promises.of_payables([item.id for item in debtor.payables]))
        for promise in [item for item in found if item.withdrawn_at is None][:1]:
            self.go(withdraw_promise(self.desk.hub, self.merchant, promise.id, by="contadora"))

    def note(self, debtor: Debtor) -> None:
        now, fresh = self.desk.clock.now, self.fresh()

        def write(tx: Any) -> None:
            about = About(debtor.customer.id, self.merchant.id, self.merchant.mode)
            link = link_to(tx, self.desk.hub, LinkKind.STATEMENT, about, now, fresh_id=fresh)
            message = CustomerMessage("customer_note", f"n{fresh}"[:26], "No es mía", now)
            notify_merchant(tx, self.desk.hub, Parties(self.merchant, debtor.customer), link, message)

        self.desk.write(write)

    def answer(self, debtor: Debtor) -> None:
        found = self.desk.read(lambda tx: tx.reviews.of(merchant_id=self.merchant.id))
        own = [item.id for item in found if item.subject.startswith(debtor.customer.id)]
        if own:
            self.desk.write(lambda tx: tx.reviews.resolve(own[0], "respondido", self.desk.clock.now, "contadora"))

    def wish(self, debtor: Debtor) -> None:
        wanted = self.dice.random() < 0.6
        self.go(record_wish(self.desk.hub, self.merchant, debtor.customer.id, wanted=wanted))

    def round(self, _debtor: Debtor) -> None:
        self.go(start_round(self.desk.hub, self.merchant, Choice(), round_id=self.fresh(), by="duena"))

    def hand(self, debtor: Debtor) -> None:
        self.go(send_statement(self.desk.hub, self.merchant, debtor.customer.id, by="contadora"))

    def outage(self, _debtor: Debtor) -> None:
        self.mailer.down = not self.mailer.down

    def step(self) -> None:
        """Something happens to somebody; then time passes, with a worker or without."""
        acts = [self.pay, self.promise, self.withdraw, self.note, self.answer, self.wish, self.hand, self.outage]
        acts += [self.answer, self.withdraw] + ([self.round] if self.dice.random() < 0.3 else [])
        if self.dice.random() < 0.5:
            act, debtor = self.dice.choice(acts), self.dice.choice(self.debtors)
            with contextlib.suppress(Invalid, Conflict):  # another payment of it is live
                act(debtor)
        asleep = self.dice.random() < 0.1
        end = self.desk.clock.now + timedelta(hours=self.dice.randint(1, 20) + 120 * asleep)
        while not asleep and (due := self.desk.opened.store.next_due()) is not None and due <= end:
            self.desk.clock.now = max(due, self.desk.clock.now)
            self.desk.do_what_is_due()
        self.desk.clock.now = end


def lived(desk: Desk, dice: random.Random, steps: int) -> Judge:
    """A history of so many steps."""
    desk.forget_mails()
    merchant = desk.companies["CO"]
    ladder = [LadderStep(days=days) for days in (-3, 0, 4, 8, 15, 22, 30, 45)]
    asyncio.run(save_ladder(desk.hub, merchant, ladder, by="duena"))
    asyncio.run(activate_ladder(desk.hub, merchant, date(2026, 10, 1), by="duena", authorised=True))
    debtors = []
    for _ in range(6):
        debtor = desk.debtor("CO", *[70_000] * dice.randint(1, 3))

        def write(tx: Any, debtor: Debtor = debtor) -> None:
            for payable in debtor.payables:
                due_on = desk.clock.now.date() - timedelta(days=dice.randint(-40, 30))
                tx.payables.revise(attrs.evolve(payable, due_on=due_on))

        desk.write(write)
        debtors.append(debtor)
    judge = desk.hub.mailer = Judge(desk, dice)
    lives = Lives(desk, dice, debtors, judge)
    for _ in range(steps):
        if not judge.wrong:
            lives.step()
    return judge


def test_whatever_happens_no_mail_about_a_debt_leaves_when_or_to_whom_it_must_not(
    desk: Desk, dice: random.Random, plant: Plant, size: Size
) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    judge = lived(desk, dice, size(120, 2000))
    assert judge.wrong == []
    assert judge.reminders  # else it proves nothing


def ignore_windows(plant: Plant) -> None:
    plant(ContactCalendar, "is_open", lambda _self, _at: True)


def ignore_limits(plant: Plant) -> None:
    plant(ContactCalendar, "_has_room", lambda *_given: True)


def ignore_holds(plant: Plant) -> None:
    plant(hub.flows.statements.dunning, "_waiting", lambda *_given: {})


def ignore_wishes(plant: Plant) -> None:
    plant(hub.flows.statements.dunning, "_silent", lambda *_given, **_named: None)


@pytest.mark.parametrize("bug", [ignore_windows, ignore_limits, ignore_holds, ignore_wishes])
def test_control_each_rule_that_is_forgotten_is_found(desk: Desk, plant: Plant, bug: Callable[[Plant], None]) -> None:
    plant(hub.flows.mails.deliver, "prints", lambda _hub: False)
    bug(plant)
    assert lived(desk, random.Random(1), 150).wrong


class Halting(Mailbox):
    """A mail server that never answers for the second mail, which it has taken or not."""

    def __init__(self, *, takes: bool) -> None:
        super().__init__(host=HOST)
        self.takes, self.seen, self.halted = takes, 0, False

    async def handle_DATA(self, *given: Any) -> str:  # noqa: N802  aiosmtpd finds handlers by these names
        self.seen += 1
        if self.seen != 2:
            return await super().handle_DATA(*given)
        if self.takes:
            await super().handle_DATA(*given)
        self.halted = True
        await asyncio.sleep(60)
        return "451 later"


def owe_reminders(world: World, count: int) -> list[str]:
    """Reminders that are due now, at any hour; their ids."""
    world.forget_mails()
    world.hub.countries = always_open(world.hub.countries)
    merchant = world.companies["CR"]
    now = world.clock.now
    for debtor in world.debtors("CR", count, 70_000):
        (payable,) = debtor.payables
        world.write(
            lambda tx, payable=payable: tx.payables.revise(attrs.evolve(payable, due_on=now.date() - timedelta(9)))
        )
    since = now.date() - timedelta(days=20)
    ladder = world.run(activate_ladder(world.hub, merchant, since, by="duena", authorised=True))
    world.run(run_ladder(world.hub, ladder.id))
    return [row[0] for row in rows(world.path, "SELECT id FROM delivery WHERE kind = 'reminder' AND state = 'due'")]


def taken_after_a_kill(world: World, zygote: Zygote, *, takes: bool) -> tuple[list[str], collections.Counter[str]]:
    """Reminders that were owed, and how often each was taken, when a worker died with the second in its hands."""
    world.town.mailbox.mails.clear()
    owed = owe_reminders(world, 4)
    mailbox = Halting(takes=takes)
    world.run(mailbox.start())
    process = zygote.work(world.data, mailbox.port, "no_papers,always_open")
    assert until(lambda: mailbox.halted), "nothing was handed over"
    die(process)
    world.run(mailbox.stop())
    world.clock.now = datetime.now(UTC) + timedelta(seconds=200)
    world.work()
    mails = [*mailbox.mails, *world.town.mailbox.mails]
    times = collections.Counter(str(mail.message["Message-ID"]).strip("<>").partition("@")[0] for mail in mails)
    return owed, times


@pytest.mark.parametrize("takes", [True, False])
def test_a_worker_that_is_killed_between_claim_and_its_note_gives_no_second_reminder(
    today: World, zygote: Zygote, takes: bool
) -> None:
    owed, times = taken_after_a_kill(today, zygote, takes=takes)
    counts = sorted(times[this] for this in owed)
    assert counts == [1] * len(owed) if takes else [0] + [1] * (len(owed) - 1)
    states = collections.Counter(
        state for (state,) in rows(today.path, "SELECT state FROM contact WHERE why = 'reminder'")
    )
    assert states == {"made": len(owed) - 1, "claimed": 1}  # it may have left, and counts so


def test_control_a_worker_that_forgets_what_was_claimed_sends_a_second_reminder(
    today: World, zygote: Zygote, plant: Plant
) -> None:
    contacts, reminders = today.read(lambda tx: (type(tx.contacts), type(tx.reminders)))
    plant(contacts, "get", lambda _self, _contact: None)
    plant(reminders, "used", lambda _self, _payables: {})  # its steps would hold it back too
    _owed, times = taken_after_a_kill(today, zygote, takes=True)
    assert max(times.values()) == 2
