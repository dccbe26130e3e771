"""A hub on trial: its own clock, both simulated providers on loopback,
and a look into the books that trusts no code.

``Desk`` is a hub without a server, for news that goes through the door by hand. ``World`` adds what
is outside: real HTTP, the simulators with their own books of whose money they hold, and a real mail
server. Nothing happens in either by itself: jobs run when ``work`` is called, time passes when
``pass_time`` is, news arrives when it is delivered.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import uvicorn

from hub.bootstrap import DATABASE, OpenedHub, migrate_data, open_hub, watch_exchanges
from hub.domain import billing
from hub.domain.account import ProviderAccount
from hub.domain.allowance import Allowance
from hub.domain.intake import Share
from hub.domain.mail import Mail
from hub.domain.merchant import Customer, Link, LinkKind, Merchant, Options
from hub.domain.message import DeliveryState
from hub.domain.observation import ObservedBy, Seen
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import LEASE, Payment, PaymentLine, Phase
from hub.flows.accounts.catalogue import notification_address
from hub.flows.merchants.save_company import create_company
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import payment_link_id
from hub.jobs.embedded import Loop
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.simulators import load_simulators
from hub.settings import ProviderSettings, Settings
from hub.storage import SqliteTx
from hub.web.notifications import Notifications, Returns
from hub.web.serve import Server, bind
from hub_demo import companies, connections
from hub_demo import town as demo
from hub_demo.mailbox import Mailbox
from hub_hookspecs import Channel, IdentityDocument, Kind, Mode, Money, Observation, Payer
from hub_hookspecs.http import library as httpx

T = TypeVar("T")

HOST = "127.0.0.1"
PROVIDER = {"CR": "greenpay", "CO": "nequi"}
COUNTRY = {"greenpay": "CR", "nequi": "CO"}
SIMULATED = (*COUNTRY, "onvo")
"""Who is there; ONVO Pay waits for a test that connects it."""

CURRENCY = {"CR": "CRC", "CO": "COP"}
WAY = {"CR": "form", "CO": "push"}
PHONE = "3998764643"
SECONDS = 300.0
"""How long a test waits for what must happen, however loaded the machine is."""

SHORT = Limits(
    request=20.0, connect=20.0, step=30.0, tries=2, pauses=(0.01, 0.01), rate=100_000.0, burst=100_000, trips=10**9
)
"""Limits under which no breaker or bucket hides a fault, and no load of the machine looks like one."""

HANGING = 0.4
"""Seconds after which a provider that was told to hang is given up on."""

START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Where a house's own clock begins; a house that meets the real clock begins with that (``Clock.today``)."""

SAME_DAY = timedelta(hours=12)
NUMBERS = itertools.count(1)
"""Of customers, in every data folder of this run."""

SEED_VARIABLE = "HUB_TEST_SEED"


def seed_for(name: str) -> int:
    """The seed of a random test: drawn anew each time, or given to replay a failure."""
    return int(os.environ.get(SEED_VARIABLE) or random.SystemRandom().randrange(1 << 32))


@attrs.define
class Clock:
    """The hub's clock: it stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    @classmethod
    def today(cls) -> Clock:
        """One that stands where the real clock is, for a house that processes of their own open."""
        return cls(datetime.now(UTC))


NEWEST = (
    "SELECT max(created_at) FROM (SELECT created_at FROM merchant UNION ALL SELECT created_at FROM payable"
    " UNION ALL SELECT created_at FROM payment)"
)


def refuse_another_day(data: Path) -> None:
    """A process that lives by the real clock opens no house that lives by another:
    in there all would have expired."""
    lives = datetime.fromtimestamp(rows(data / DATABASE, NEWEST)[0][0] / 1e6, UTC)
    now = datetime.now(UTC)
    assert abs(now - lives) < SAME_DAY, f"it is {now} here and {lives} in {data}: begin that house with Clock.today()"


@attrs.define
class KeptMails:
    """A mailer that keeps what it is given."""

    mails: list[Mail] = attrs.Factory(list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)


@functools.cache
def founded(folder: Path, *, today: bool = False) -> Path:
    """A data folder with a company in each country, connected to its provider; every trial gets a copy."""
    data = folder / "founded"
    world = World.open(data, found=True, clock=Clock.today() if today else Clock())
    world.close()
    for leftover in data.glob("hub.db-*"):
        leftover.unlink()
    return data


def copied(source: Path, target: Path) -> Path:
    """A copy of a data folder that nobody has open."""
    shutil.copytree(source, target)
    return target


@attrs.define(kw_only=True)
class Debtor:
    """A customer who owes, and what."""

    country: str
    customer: Customer
    payables: tuple[Payable, ...]


@attrs.define(kw_only=True)
class Desk:
    """A hub that nothing reaches but the test."""

    opened: OpenedHub
    clock: Clock
    data: Path
    companies: dict[str, Merchant]
    accounts: dict[str, ProviderAccount]
    mails: KeptMails = attrs.Factory(KeptMails)

    @classmethod
    def open(cls, data: Path, *, clock: Clock | None = None) -> Desk:
        """Open a copied data folder; several desks may open the same."""
        clock, mails = clock or Clock(), KeptMails()
        settings = Settings(
            data=data, base_url="http://hub.example", operator_email=demo.OPERATOR, reconcile_daily=False
        )
        opened = open_hub(settings, clock=clock, mailer=mails)
        opened.store._writer_connection.execute(f"PRAGMA busy_timeout={int(SECONDS * 1000)}")
        companies, accounts = opened.store.read_now(_known)
        return cls(opened=opened, clock=clock, data=data, companies=companies, accounts=accounts, mails=mails)

    @property
    def hub(self) -> Any:
        return self.opened.hub

    @property
    def path(self) -> Path:
        return self.data / DATABASE

    def close(self) -> None:
        self.opened.store.close_now()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def copy(self) -> Path:
        """The data folder as it is now, while it is open."""
        target = self.data.with_name(f"{self.data.name}-copy")
        shutil.copytree(self.data, target, ignore=shutil.ignore_patterns("hub.db*"))
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("VACUUM INTO ?", (str(target / DATABASE),))
        with closing(sqlite3.connect(target / DATABASE)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        return target

    def read(self, fn: Callable[[SqliteTx], T]) -> T:
        return self.opened.store.read_now(fn)

    def write(self, fn: Callable[[SqliteTx], T]) -> T:
        return self.opened.store.write_now(fn)

    def do_what_is_due(self) -> None:
        """Run every job that is due, as a fresh process would."""

        async def drain() -> None:
            await Loop(self.hub).drain()

        asyncio.run(drain())

    def forget_mails(self) -> None:
        """Take every mail that is due for sent."""
        self.write(_forget_mails)

    def debtor(self, country: str, *owed: int, currency: str = "") -> Debtor:
        """A fresh customer who owes these amounts."""
        return self.write(lambda tx: self.put_debtor(tx, country, *owed, currency=currency))

    def debtors(self, country: str, count: int, *owed: int) -> list[Debtor]:
        """Many at once."""
        return self.write(lambda tx: [self.put_debtor(tx, country, *owed) for _ in range(count)])

    def put_debtor(self, tx: Any, country: str, *owed: int, currency: str = "") -> Debtor:
        """``debtor``, inside a transaction."""
        count = next(NUMBERS)
        merchant, number = self.companies[country], f"{count:08d}"
        customer = Customer(
            id=f"c{number}",
            merchant_id=merchant.id,
            name=f"Persona {count}",
            document=IdentityDocument("CF" if country == "CR" else "CC", f"1{number}"),
            email=f"persona{count}@correo.example",
        )
        tx.customers.save(customer)
        payables = []
        for at, minor in enumerate(owed, 1):
            payable = Payable(
                id=f"i{number}-{at}",
                merchant_id=merchant.id,
                mode=Mode.TEST,
                kind=PayableKind.INVOICE,
                number=f"X-{number}-{at}",
                customer_id=customer.id,
                currency=currency or CURRENCY[country],
                total=minor,
                issued_on=self.clock.now.date() - timedelta(days=40),
                due_on=self.clock.now.date(),
                created_at=self.clock.now,
            )
            tx.payables.add(payable)
            tx.ledger.write(billing.bill(payable, difference=minor, at=self.clock.now))
            payables.append(payable)
        return Debtor(country=country, customer=customer, payables=tuple(payables))

    def sent(self, debtor: Debtor, *, reference: str = "", expires: timedelta = timedelta(minutes=30)) -> Payment:
        """A payment that the provider has accepted, as if it had been started here."""
        return self.write(lambda tx: self.put(tx, debtor, reference=reference, expires=expires))

    def sent_all(self, debtors: Sequence[Debtor]) -> list[Payment]:
        """``sent`` for many at once."""
        return self.write(lambda tx: [self.put(tx, debtor) for debtor in debtors])

    def put(
        self, tx: Any, debtor: Debtor, *, reference: str = "", expires: timedelta = timedelta(minutes=30)
    ) -> Payment:
        """``sent``, inside a transaction."""
        return self.start(tx, self.made(debtor, reference=reference), expires=expires)

    def started(self, payment: Payment) -> Payment:
        """A payment as made by hand, accepted by the provider."""
        return self.write(lambda tx: self.start(tx, payment))

    def start(self, tx: Any, payment: Payment, *, expires: timedelta = timedelta(minutes=30)) -> Payment:
        """``started``, inside a transaction."""
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", self.clock.now + LEASE)
        tx.links.add(
            Link(
                id=payment_link_id(payment.id),
                merchant_id=payment.merchant_id,
                mode=payment.mode,
                kind=LinkKind.PAYMENT,
                target=payment.id,
                version=1,
                expires_at=self.clock.now + timedelta(days=30),
            )
        )
        sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=self.clock.now, expires_at=self.clock.now + expires)
        accepted = Observation(kind=Kind.ACCEPTED, provider_reference=f"T-{payment.reference}")
        claim = Claim(observation=accepted, source=ObservedBy.ANSWER)
        return record_observations(tx, self.hub, sent, [claim], now=self.clock.now).payment

    def made(self, debtor: Debtor, *, reference: str = "") -> Payment:
        """The payment of everything that a debtor owes, in phase created."""
        account = self.accounts[debtor.country]
        length = self.hub.providers[account.provider].info.reference.length
        reference = reference or self.hub.random_text(length, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        lines = tuple(PaymentLine(payable_id=p.id, number=p.number, amount=p.total) for p in debtor.payables)
        total = sum(line.amount for line in lines)
        return Payment(
            id=f"t{reference}",
            merchant_id=account.merchant_id,
            mode=account.mode,
            account_id=account.id,
            provider=account.provider,
            way=WAY[debtor.country],
            channel=Channel.STATEMENT,
            customer_id=debtor.customer.id,
            payer=Payer(name=debtor.customer.name, email=debtor.customer.email, fields={"phone": PHONE}),
            reference=reference,
            amount=Money(total, debtor.payables[0].currency),
            lines=lines,
            return_token=f"r{reference}",
            memory={"phone": PHONE},
            created_at=self.clock.now,
        )

    def tell(self, payment: Payment, *observations: Observation, source: ObservedBy = ObservedBy.QUERY) -> Payment:
        """News of one payment goes through the door."""
        claims = [Claim(observation=item, source=source) for item in observations]

        def record(tx: Any) -> Payment:
            current: Payment = tx.payments.get(payment.id)
            return record_observations(tx, self.hub, current, claims, now=self.clock.now).payment

        return self.write(record)

    def payment(self, payment: Payment) -> Payment:
        """As it stands now."""
        found: Payment = self.read(lambda tx: tx.payments.get(payment.id))
        return found

    def seen(self, payment: Payment) -> tuple[Seen, ...]:
        """Its observations."""
        found: tuple[Seen, ...] = self.read(lambda tx: tx.payments.seen(payment.id))
        return found

    def due(self, payable: Payable) -> int:
        """What is still owed of an invoice."""
        return int(self.read(lambda tx: tx.payables.get(payable.id).due))

    def credit(self, debtor: Debtor) -> Mapping[str, int]:
        """A customer's credit by currency."""
        return dict(self.read(lambda tx: tx.ledger.credit_of(debtor.customer.id, Mode.TEST)))

    def balance(self, country: str, kind: str, currency: str = "") -> int:
        """A ledger account kind's sum for a company."""
        rows = self.read(lambda tx: tx.ledger.balances(self.companies[country].id, Mode.TEST))
        return sum(row[3] for row in rows if row[0] == kind and row[2] == (currency or CURRENCY[country]))

    def causes(self, payment: Payment) -> set[str]:
        """Why a person is asked about it."""
        return {review.cause for review in self.read(lambda tx: tx.reviews.of(payment_id=payment.id))}

    def owed_mails(self, payment: Payment, kind: str = "") -> list[Any]:
        """Deliveries about a payment."""
        found = self.read(lambda tx: tx.deliveries.of(subject_id=payment.id))
        return [delivery for delivery in found if not kind or delivery.kind == kind]


def _known(tx: Any) -> tuple[dict[str, Merchant], dict[str, ProviderAccount]]:
    companies = {merchant.company.country: merchant for merchant in tx.merchants.all()}
    accounts = {COUNTRY[account.provider]: account for account in tx.accounts.all() if account.provider in COUNTRY}
    return companies, accounts


def rows(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query says on the file itself."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return [tuple(row) for row in connection.execute(sql, values)]


NOT_RETURNED = "subject NOT IN (SELECT payment FROM observation WHERE kind IN ('returned', 'charged_back'))"


def books(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that L8 says must not depend on order or repetition: statuses, flags, entry keys,
    balances, dues.

    The cut of allocations may differ, and who was told: money that is known to have gone back when
    it is known to have come settles nothing and has no receipt, while in the other order it settles
    and is taken back. What it comes to may not.
    """
    return {
        "payments": rows(path, "SELECT reference, status, reason, flags, live FROM payment ORDER BY reference"),
        "observations": rows(path, "SELECT id, kind FROM observation ORDER BY id"),
        "entries": rows(path, "SELECT merchant, key, kind FROM entry WHERE kind <> 'allocation' ORDER BY 1, 2"),
        "balances": rows(
            path,
            "SELECT a.merchant, a.kind, a.owner, a.currency, b.amount FROM balance b"
            " JOIN ledger_account a ON a.id = b.ledger_account WHERE b.amount <> 0 ORDER BY 1, 2, 3, 4",
        ),
        "dues": rows(path, "SELECT number, due FROM payable ORDER BY number"),
        "mails": rows(path, f"SELECT kind, subject, recipient FROM delivery WHERE {NOT_RETURNED} ORDER BY 1, 2, 3"),
    }


def differences(clean: Mapping[str, list[Any]], other: Mapping[str, list[Any]]) -> list[str]:
    """Where two sets of books disagree."""
    return [
        f"{part}: {sorted(set(clean[part]) ^ set(other[part]))[:4]}" for part in clean if clean[part] != other[part]
    ]


LIMBO = (
    "SELECT reference, status, next_check_at FROM payment p WHERE status IN ('created', 'pending', 'unknown')"
    " AND (next_check_at IS NULL OR next_check_at > ?)"
    " AND NOT EXISTS (SELECT 1 FROM review WHERE payment = p.id AND resolved_at IS NULL)"
)
CAPTURES = "(SELECT count(*) FROM entry WHERE payment = p.id AND kind = 'capture')"
RECEIPT_MAILS = (
    "SELECT p.reference, count(d.id) FROM payment p LEFT JOIN delivery d ON d.subject = p.id AND d.kind = 'receipt'"
    f" GROUP BY p.id, p.status HAVING count(d.id) > {CAPTURES} OR count(d.id) < {CAPTURES} * "
    "(NOT EXISTS (SELECT 1 FROM observation WHERE payment = p.id AND kind IN ('returned', 'charged_back')))"
)


def broken(desk: Desk | World) -> list[str]:
    """Every invariant that does not hold: the ledger's own, no limbo, one receipt mail for each capture."""
    problems = list(desk.read(lambda tx: tx.ledger.verify()))
    (integrity,) = rows(desk.path, "PRAGMA integrity_check")[0]
    if integrity != "ok":
        problems.append(f"integrity: {integrity}")
    tomorrow = (desk.clock.now + timedelta(hours=30) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    problems += [f"I10: {row} is in limbo" for row in rows(desk.path, LIMBO, tomorrow)]
    problems += [f"I12: {row} receipt mails" for row in rows(desk.path, RECEIPT_MAILS)]
    return problems


@attrs.define
class Front:
    """Whoever takes requests in at the moment.

    Attributes:
        paths: Where requests went, but for what tests themselves asked of the simulators.
        held: What is asked at an address that ends so is done; its answer waits for the gate.
        acted: How often that was done.
        down: Whatever is asked at an address that begins so is cut off.
    """

    app: Any
    paths: list[str] = attrs.Factory(list)
    held: str = ""
    down: str = ""
    acted: int = 0
    gate: asyncio.Event = attrs.Factory(asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "/_control/" not in scope["path"]:
            self.paths.append(scope["path"])
            if self.down and scope["path"].startswith(self.down):
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5000")]})
                await send({"type": "http.response.body", "body": b"{", "more_body": True})
                raise ConnectionResetError("it is down")
        if not self.held or not scope["path"].endswith(self.held):
            await self.app(scope, receive, send)
            return

        async def later(message: Any) -> None:
            self.acted += message["type"] == "http.response.start"
            await self.gate.wait()
            await send(message)

        await self.app(scope, receive, later)


def at_the_front(hub: Any, simulators: Mapping[str, Any], *, unproven: int = 10**9) -> Any:
    """What comes from outside, and the simulators; what is on trial here is reached without the pages.

    Args:
        unproven: How many messages that prove nothing are taken in for an account and minute.
    """

    async def no_page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    notifications, returns = Notifications(hub, Allowance(unproven, 60.0)), Returns(hub, no_page)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        match scope["path"].split("/")[1:3]:
            case ["n", _]:
                await notifications(scope, receive, send)
            case ["pay", "return"]:
                await returns(scope, receive, send)
            case ["sim", code]:
                await simulators[code]({**scope, "root_path": f"/sim/{code}"}, receive, send)
            case _:
                await no_page(scope, receive, send)

    return app


@attrs.define(kw_only=True)
class World(Desk):
    """A hub with everything around it, on one loopback port, in a thread of its own."""

    town: demo.Town
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    jobs: Loop
    base: str
    server: Server
    serving: asyncio.Future[None]
    outside: Mapping[str, Any]
    front: Front
    limits: Limits
    _pressed: list[asyncio.Task[Payment]] = attrs.Factory(list)

    @classmethod
    def open(cls, data: Path, *, found: bool = False, limits: Limits = SHORT, clock: Clock | None = None) -> World:
        """Start everything on a data folder."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="world", daemon=True)
        thread.start()
        opening = cls._open(data, found=found, limits=limits, clock=clock or Clock(), thread=thread)
        try:
            return asyncio.run_coroutine_threadsafe(opening, loop).result(SECONDS)
        except BaseException:
            loop.call_soon_threadsafe(loop.stop)
            raise

    @classmethod
    async def _open(cls, data: Path, *, found: bool, limits: Limits, clock: Clock, thread: threading.Thread) -> World:
        sock = bind(HOST, 0)
        base = f"http://{HOST}:{sock.getsockname()[1]}"
        mailbox = Mailbox(host=HOST, port=0)
        await mailbox.start()
        simulators = {code: item for code, item in load_simulators().items() if code in SIMULATED}
        configs = demo._configs(data, simulators)
        settings = Settings(
            data=data,
            base_url=base,
            smtp_host=HOST,
            smtp_port=mailbox.port,
            sender="pagos@hub.example",
            operator_email=demo.OPERATOR,
            reconcile_daily=False,
            providers={
                code: ProviderSettings(endpoints=dict(simulator.endpoints(f"{base}/sim/{code}")))
                for code, simulator in simulators.items()
            },
        )
        if found:
            await asyncio.to_thread(migrate_data, settings)
        opened = open_hub(settings, clock=clock)
        limit_exchanges(opened, limits, clock)
        outside = {code: simulator.app(configs[code]) for code, simulator in simulators.items()}
        front = Front(at_the_front(opened.hub, outside))
        server = Server(uvicorn.Config(front, log_level="error", ws="none", lifespan="off"))
        serving = asyncio.ensure_future(server.serve(sockets=[sock]))
        while not server.started:
            await asyncio.sleep(0.005)
        town = demo.Town(
            opened=opened,
            settings=settings,
            base_url=base,
            mailbox=mailbox,
            simulators=simulators,
            configs=configs,
            client=httpx.AsyncClient(timeout=30, trust_env=False),
        )
        await tell_time(town, clock)
        if found:
            await _found(town)
        companies, accounts = opened.store.read_now(_known)
        town.companies.update(companies)
        return cls(
            opened=opened,
            clock=clock,
            data=data,
            companies=companies,
            accounts=accounts,
            town=town,
            loop=asyncio.get_running_loop(),
            thread=thread,
            jobs=Loop(opened.hub),
            base=base,
            server=server,
            serving=serving,
            outside=outside,
            front=front,
            limits=limits,
        )

    # what happens in the world

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the hub's own loop do something."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def close(self) -> None:
        """End everything."""
        self.run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(SECONDS)
        self.loop.close()

    async def _close(self) -> None:
        self.server.should_exit = True
        await self.serving
        await self.town.client.aclose()
        await self.opened.close(2)
        await self.town.mailbox.stop()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def take_over(self) -> None:
        """The next process, on the data of one that has ended; providers and payers are the same."""

        async def begin() -> None:
            self.opened = self.town.opened = open_hub(self.town.settings, clock=self.clock)
            limit_exchanges(self.opened, self.limits, self.clock)
            self.jobs = Loop(self.opened.hub)

        self.run(begin())
        self.stand_at_the_front()

    def work(self) -> None:
        """Do everything that is due now, and what becomes due by it."""
        self.run(self._work())

    async def _work(self) -> None:
        await self._exchanges()
        await self.jobs.drain()
        await self._exchanges()

    async def _exchanges(self) -> None:
        while running := set(self.opened.tasks.running):
            await asyncio.wait(running)

    def pass_time(self, **duration: float) -> None:
        """Let time pass; whatever comes due on the way is done at its moment."""
        self.run(self._pass_time(self.clock.now + timedelta(**duration)))

    async def _pass_time(self, end: datetime) -> None:
        await self._work()
        while True:
            due = self.opened.store.next_due()
            if due is None or due > end:
                break
            self.clock.now = max(due, self.clock.now)
            await tell_time(self.town, self.clock)
            await self._work()
        self.clock.now = end
        await tell_time(self.town, self.clock)

    # what an operator does

    def enable(self, country: str, code: str) -> None:
        """Enable a provider in a country."""
        self.write(lambda tx: tx.countries.set(country, code, True))

    def found(self, country: str, *, slug: str, number: str, check: str, owner: str) -> Merchant:
        """Register one more company."""
        form = attrs.evolve(
            companies.CO if country == "CO" else companies.CR, identity_number=number, check_digit=check
        )
        options = Options(notify=(owner,))
        creating = create_company(self.hub, form, slug=slug, mode=Mode.TEST, owner_email=owner, options=options)
        return self.run(creating).merchant

    # what a payer does

    def pay(self, debtor: Debtor, **changes: Any) -> Payment:
        """Press the pay button and wait for the exchange to end."""
        return self.run(self._pay(debtor, **changes))

    def begin(self, debtor: Debtor, **changes: Any) -> Payment:
        """Press the pay button and do not wait for the provider."""

        async def press() -> Payment:
            before = set(self.opened.tasks.running)
            task = asyncio.ensure_future(start_payment(self.hub, self.request(debtor, **changes)))
            while not (set(self.opened.tasks.running) - before or task.done()):
                await asyncio.sleep(0.002)
            payments = await self.hub.store.read(
                lambda tx: tx.payments.live_with([payable.id for payable in debtor.payables])
            )
            self._pressed.append(task)
            return payments[0]  # type: ignore[no-any-return]

        return self.run(press())

    def reached(self, end: str) -> bool:
        """Whether a request to an address that ends so arrives, now or soon."""
        return until(lambda: any(path.endswith(end) for path in self.front.paths))

    def hold(self, end: str) -> None:
        """Let what is asked at an address that ends so be done, and answered after ``let_go``."""
        self.front.held, self.front.gate = end, asyncio.Event()

    def let_go(self) -> None:
        """Answer what was held."""
        self.front.held = ""
        self.loop.call_soon_threadsafe(self.front.gate.set)

    def settled(self) -> bool:
        """Whether no exchange is on its way."""
        return not self.opened.tasks.running

    def wait(self, seconds: float) -> None:
        """Let the world turn."""
        self.run(asyncio.sleep(seconds))

    def stand_at_the_front(self, **limits: int) -> None:
        """Take requests in under other limits."""
        self.front.app = at_the_front(self.opened.hub, self.outside, **limits)

    async def _pay(self, debtor: Debtor, **changes: Any) -> Payment:
        payment = await start_payment(self.hub, self.request(debtor, **changes))
        await self._exchanges()
        current = await self.hub.store.read(lambda tx: tx.payments.get(payment.id))
        assert current is not None
        return current  # type: ignore[no-any-return]

    def request(self, debtor: Debtor, **changes: Any) -> PayRequest:
        """What the payer of everything that is owed asks for."""
        country = debtor.country
        due = {p.id: p.due for p in self.read(lambda tx: tx.payables.many([p.id for p in debtor.payables]))}
        asked = PayRequest(
            account_id=self.accounts[country].id,
            way=WAY[country],
            channel=Channel.STATEMENT,
            customer_id=debtor.customer.id,
            shares=[Share(p.id, due[p.id]) for p in debtor.payables if due[p.id]],
            fields={"phone": PHONE} if country == "CO" else {},
        )
        return attrs.evolve(asked, **changes)

    # what a provider does

    def control(self, provider: str, action: str, /, **body: Any) -> None:
        """Tell a simulator what to do."""

        async def tell() -> None:
            url = f"{self.town.simulator_url(provider)}/_control/{action}"
            (await self.town.client.post(url, json=body)).raise_for_status()

        self.run(tell())

    def approve(self, payment: Payment, **more: Any) -> None:
        """The payer pays at the provider."""
        self.control(payment.provider, "approve", reference=payment.reference, **more)

    def reject(self, payment: Payment, **more: Any) -> None:
        """The payer or the bank says no."""
        self.control(payment.provider, "reject", reference=payment.reference, **more)

    def fault(self, code: str, path: str, kind: str, times: int = 1, **more: Any) -> None:
        """Plan a misbehaviour of a simulator."""
        seconds = HANGING if kind.startswith("hang") else self.limits.request
        self.opened.exchanger._limits = attrs.evolve(self.limits, request=seconds)
        self.control(code, "fault", path=path, kind=kind, times=times, **more)

    def misbehave(self, code: str, operation: str, answer: str) -> None:
        """Answer an operation with a business code, until ``behave``."""
        self.control(code, "options", force={operation: {"code": answer, "effect": False, "times": 10**6}})

    def behave(self, code: str) -> None:
        """End a ``misbehave``."""
        self.control(code, "options", force={})

    def forget_grants(self) -> None:
        """The provider no longer takes the grants that it gave so far: for it they are hours old."""
        ahead = (self.clock.now - datetime.now(UTC)).total_seconds() + 7200
        self.control("nequi", "clock", seconds=ahead)

    def operations(self, payment: Payment) -> list[Any]:
        """Refunds, undos and cancels of a payment."""
        return list(self.read(lambda tx: tx.operations.of_payment(payment.id)))

    def news(self, payment: Payment) -> list[News]:
        """The notifications that a simulator owes for a payment, oldest first."""
        found = self.run(self.town.notifications(payment.provider, payment.reference))
        return [News.of(row) for row in found]

    def post(self, country: str, news: News, *, path: str = "") -> httpx.Response:
        """Hand a notification over at a company's address, as the provider would."""
        url = notification_address(self.hub, self.accounts[country]) + (path or news.path)
        return self.run(self._post(url, news))

    async def _post(self, url: str, news: News) -> httpx.Response:
        return await self.town.client.request(news.method, url, content=news.body, headers=list(news.headers))

    def deliver(self, payment: Payment, *, times: int = 1) -> list[int]:
        """Hand over what the provider owes for a payment, and do what it leads to; the answers' statuses."""
        country = COUNTRY[payment.provider]
        statuses = [self.post(country, item).status_code for item in self.news(payment) for _ in range(times)]
        self.work()
        return statuses

    def book(self, code: str) -> list[dict[str, Any]]:
        """The money that a simulator really took."""
        return self.run(self.town.book(code))

    def charged(self, payables: Iterable[Payable], code: str) -> int:
        """How often a simulator took money for any payment of these payables."""
        ids = [payable.id for payable in payables]
        references = {item.reference for item in self.read(lambda tx: tx.payments.with_payables(ids))}
        return sum(row["captures"] for row in self.book(code) if row["reference"] in references)

    def mailed(self, address: str) -> list[str]:
        """Subjects of the mails that arrived at an address."""
        return [mail.subject for mail in self.town.mailbox.to(address)]

    def book_differences(self) -> list[str]:
        """Where a provider's book and the ledger's clearing account differ."""
        found = []
        for code, country in COUNTRY.items():
            held: dict[str, int] = {}
            for row in self.book(code):
                amount = row["minor"] * row["captures"] if row["state"] == "captured" else 0
                held[row["currency"]] = held.get(row["currency"], 0) + amount
            for currency in {*held, CURRENCY[country]}:
                booked = self.balance(country, "provider_clearing", currency)
                if booked != held.get(currency, 0):
                    found.append(f"{code} holds {held.get(currency, 0)} {currency}, the ledger says {booked}")
        return found


@attrs.frozen(kw_only=True)
class News:
    """A notification on its way."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    path: str = ""
    method: str = "POST"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> News:
        """As a simulator owes it."""
        return cls(
            body=base64.b64decode(row["body"]),
            headers=tuple(row["headers"].items()),
            path=row["path"],
            method=row["method"],
        )

    def with_members(self, **changed: Any) -> News:
        """The same headers over a changed JSON body."""
        return attrs.evolve(self, body=json.dumps({**json.loads(self.body), **changed}).encode())


async def tell_time(town: demo.Town, clock: Clock) -> None:
    """The simulators' clocks run a second ahead, so that what expires now has expired there."""
    ahead = (clock.now - datetime.now(UTC)).total_seconds() + 1
    for code in SIMULATED:
        await town.control(code, "clock", seconds=ahead)


async def _found(town: demo.Town) -> None:
    """A company in each country, connected; nobody is told where notifications go, for tests deliver them."""
    await connections.enable(town, "CR", "greenpay")
    await connections.enable(town, "CO", "nequi")
    for country, form in (("CR", companies.CR), ("CO", companies.CO)):
        await demo.found_company(town, country, form, auto_record=country == "CR")
    await connections.connect_greenpay(town)
    await connections.request_nequi(town)
    await connections.provision_nequi(town)
    await town.opened.hub.store.write(_forget_mails)


def _forget_mails(tx: Any) -> None:
    for delivery in tx.deliveries.of(limit=10**6):
        tx.deliveries.save(attrs.evolve(delivery, state=DeliveryState.SENT, due_at=None))


def limit_exchanges(opened: OpenedHub, limits: Limits, clock: Callable[[], datetime]) -> None:
    """Give a hub's exchanger other limits."""
    old = opened.exchanger
    exchanger = Exchanger(
        opened.hub.registry,  # type: ignore[arg-type]
        grants=old._grants,
        limits=limits,
        clock=clock,
    )
    watch_exchanges(opened.hub, exchanger)
    opened.exchanger = exchanger
    opened.hub.exchanger = exchanger


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait for what other threads or processes do."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@attrs.define
class Zygote:
    """Makes processes that may be killed."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls) -> Zygote:
        """The process that the others are forked from."""
        script = str(Path(__file__).with_name("zygote.py"))
        return cls(subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))

    def serve(self, data: Path, port: int, bug: str = "none") -> int:
        """A fresh server on the port, which lives by the real clock; its process id once it answers."""
        return self._ask("serve", data, port, bug)

    def work(self, data: Path, smtp_port: int, bug: str = "none") -> int:
        """A fresh worker that mails to this port; its process id."""
        return self._ask("work", data, smtp_port, bug)

    def _ask(self, verb: str, data: Path, port: int, bug: str) -> int:
        refuse_another_day(data)
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{verb} {data} {port} {bug}\n")
        self.process.stdin.flush()
        made = int(self.process.stdout.readline())
        assert made, "it did not start"
        return made

    def end(self) -> None:
        """No more are made; what was made and not killed lives on."""
        self.process.kill()
        with self.process:
            pass
