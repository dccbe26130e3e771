"""A seeded world: one number decides what payers, a merchant, two providers, the network and the power do.

Replay a world, step by step:  ``python -m tests.worlds SEED``
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import httpx

import hub.jobs.embedded
from hub.bootstrap import DATABASE, migrate_data, open_hub, watch_exchanges
from hub.domain import billing
from hub.domain.acts import Act
from hub.domain.decision import Evidence, Signed
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.merchant import Customer, Options
from hub.domain.message import DeliveryState
from hub.domain.order import StoreOrder
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Withholding
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.ground.memory import Memory
from hub.flows.ground.ports import Hub
from hub.flows.imports.import_files import import_invoices
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.flows.payments.check_payment import look_now
from hub.flows.payments.decide import NotAllowed
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.receive_message import receive_notification, receive_return
from hub.flows.payments.record_outcome import OutcomeEvidence, conclude_operation, record_not_paid, record_paid
from hub.flows.payments.release_payment import release_payment
from hub.flows.payments.run_operation import cancel_payment, refund_payment
from hub.flows.payments.start_payment import start_payment
from hub.flows.settlements.reconcile import import_settlement
from hub.jobs.embedded import Loop
from hub.providers.wire import Lost
from hub.settings import ProviderSettings, Settings
from hub.stored_grants import StoredGrants
from hub_greenpay.simulator import session as greenpay_session
from hub_greenpay.simulator import world as simulated
from hub_greenpay.simulator.cards import GOOD_CARD
from hub_greenpay.simulator.endpoints import Endpoints
from hub_greenpay.simulator.merchants import configure as configure_greenpay
from hub_greenpay.simulator.merchants import merchants_of
from hub_greenpay.simulator.merchants import settings as greenpay_settings
from hub_hookspecs import (
    Channel,
    EnteredBy,
    IdentityDocument,
    Kind,
    Message,
    Mode,
    Money,
    NotSent,
    OutcomeUnknown,
    Source,
)
from hub_hookspecs.testing.simulator import Holding, News
from hub_nequi import simulator as nequi
from hub_nequi.simulator import api as nequi_api
from hub_nequi.simulator.world import World as NequiWorld
from tests.per_customer import root_of

from .doors import DOORS, free, make_known
from .machine import (
    HOOK,
    ClockedStage,
    Crashed,
    InlineExchanger,
    InlineStore,
    Life,
    LoopClock,
    VirtualLoop,
    call,
    virtual_time,
)
from .pending import judged
from .truth import Truth

START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
BASE = "http://127.0.0.1"
STEPS = 100
OFTEN = 10
"""After how many steps the whole books are looked at."""
PHONE = "3998764643"
CODES = {"CR": "greenpay", "CO": "nequi"}
COUNTRIES = {"greenpay": "CR", "nequi": "CO"}
CURRENCIES = {"CR": "CRC", "CO": "COP"}
REFUSALS = (NotPossible, NotAllowed, Invalid, LookupError)
"""What people are told when something cannot be done; anything else that a flow raises is a fault."""

FORMS = {
    "CR": CompanyForm(
        country="CR", identity_type="CJ", identity_number="3-101-234567", legal_name="Ferretería El Tornillo S.A."
    ),
    "CO": CompanyForm(
        country="CO", identity_type="NIT", identity_number="900123456", check_digit="8", legal_name="Café SAS"
    ),
}


@attrs.frozen(kw_only=True)
class Weather:
    """What the network does just now; shares of 1."""

    refused: float = 0.0
    lost_there: float = 0.0
    lost_back: float = 0.0
    broken: float = 0.0
    late: float = 0.0
    news_lost: float = 0.0
    news_twice: float = 0.0
    news_late: float = 0.1


CALM = Weather()
WEATHERS = (
    CALM,
    CALM,
    Weather(lost_there=0.1, lost_back=0.15, broken=0.05, late=0.05, news_twice=0.3, news_late=0.4),
    Weather(lost_back=0.5, news_late=0.8, news_lost=0.2, late=0.1),
    Weather(refused=0.8, news_late=0.6, news_twice=0.5),
    Weather(lost_there=0.3, lost_back=0.3, broken=0.2, news_lost=0.5, news_twice=0.3),
)


class NoMails:
    """Mails are owed and posted here, not drawn."""

    async def send(self, mail: Any) -> None:
        raise AssertionError("no mail is drawn here")


async def post(hub: Hub, delivery_id: str) -> None:
    """A mail is handed over."""

    def write(tx: Any) -> None:
        delivery = tx.deliveries.get(delivery_id)
        if delivery and delivery.state is DeliveryState.DUE:
            tx.deliveries.save(attrs.evolve(delivery, state=DeliveryState.SENT, due_at=None, sent_at=hub.clock()))

    await hub.store.write(write)


def _kinds() -> Any:
    return tuple(attrs.evolve(work, run=post) if work.name == "delivery" else work for work in hub.jobs.embedded.KINDS)


@attrs.define(kw_only=True)
class Origin:
    """A database with two companies, their customers and what they owe; every world starts from a copy."""

    folder: Path
    hub: Hub
    configs: dict[str, Any]
    merchants: Any

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


def make_origin(folder: Path) -> Origin:
    """Found the companies and connect them, by the hub's own flows."""
    configs = {
        "greenpay": configure_greenpay({"merchants": [{"name": "El Tornillo"}]}),
        "nequi": nequi.configure({"merchants": [{"name": "Café SAS", "nit": "900123456"}]}),
    }
    endpoints = {
        "greenpay": {role: f"{BASE}/sim/greenpay/{role}" for role in ("merchant", "checkout", "form")},
        "nequi": dict(nequi.endpoints(f"{BASE}/sim/nequi")),
    }
    settings = Settings(
        data=folder,
        base_url="http://hub.example",
        operator_email="operador@hub.example",
        providers={code: ProviderSettings(endpoints=roles) for code, roles in endpoints.items()},
    )
    migrate_data(settings)
    opened = open_hub(settings, mailer=NoMails())
    opened.store.close_now()
    origin = Origin(folder=folder, hub=opened.hub, configs=configs, merchants=merchants_of(configs["greenpay"]))
    world = World(seed=0, origin=origin, path=origin.database)
    world.run(world.found())
    for leftover in folder.glob(f"{DATABASE}-*"):
        leftover.unlink()
    return origin


@attrs.define(kw_only=True)
class Process:
    """One life of the hub's process."""

    hub: Hub
    store: InlineStore
    life: Life
    jobs: Loop | None = None
    tasks: set[asyncio.Task[Any]] = attrs.Factory(set)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that dies with the process."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


Step = Callable[["World"], Awaitable[str | None]]


@attrs.define(kw_only=True)
class World:
    """Everything, from one seed."""

    seed: int
    origin: Origin
    path: Path
    bookkeeping: bool = True
    loop: VirtualLoop = attrs.Factory(VirtualLoop)
    dice: random.Random = attrs.field(init=False)
    clock: LoopClock = attrs.field(init=False)
    weather: Weather = CALM
    process: Process = attrs.field(init=False)
    outside: set[asyncio.Task[Any]] = attrs.Factory(set)
    stages: dict[str, ClockedStage] = attrs.field(init=False)
    apps: dict[str, Any] = attrs.field(init=False)
    greenpay: simulated.World = attrs.field(init=False)
    phone: NequiWorld = attrs.field(init=False)
    db: sqlite3.Connection = attrs.field(init=False)
    story: list[str] = attrs.Factory(list)
    problems: list[str] = attrs.Factory(list)
    sent: dict[tuple[str, str], int] = attrs.Factory(dict)
    shown: set[str] = attrs.Factory(set)
    old_news: list[tuple[str, News]] = attrs.Factory(list)
    acknowledged: list[tuple[str, News, str]] = attrs.Factory(list)
    told: dict[str, int] = attrs.Factory(dict)
    lines: dict[str, str] = attrs.Factory(dict)
    stated: set[str] = attrs.Factory(set)
    truth: Truth = attrs.Factory(Truth)
    left: set[str] = attrs.Factory(set)
    banked: set[str] = attrs.Factory(set)
    forms: Iterator[int] = attrs.Factory(lambda: itertools.count(1))
    crashes: int = 0
    main: asyncio.Task[Any] | None = None
    _names: Iterator[int] = attrs.Factory(lambda: itertools.count(1))

    def __attrs_post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.clock = LoopClock(self.loop, START)
        shared: dict[str, Any] = {"clock": self.clock}
        self.stages = {
            "greenpay": ClockedStage(options={}, forge=simulated.forged, distort=simulated.distorted, **shared),
            "nequi": ClockedStage(
                options={**self.origin.configs["nequi"]["options"], **self._manners()},
                **shared,
            ),
        }
        self.greenpay = simulated.World(stage=self.stages["greenpay"], merchants=self.origin.merchants)
        self.phone = NequiWorld(self.stages["nequi"], self.origin.configs["nequi"]["merchants"])
        self.apps = {
            "greenpay": self.stages["greenpay"].wrap([*Endpoints(self.greenpay).routes()]),
            "nequi": self.stages["nequi"].wrap([*nequi_api.routes(self.phone)]),
        }

    def _manners(self) -> dict[str, Any]:
        """How this world's Nequi speaks."""
        dice = self.dice
        return {
            "reports": dice.choice(("yes", "yes", "denied", "closed")),
            "ended_as": dice.choice(("code", "value")),
            "blanks": dice.random() < 0.2,
            "extra_keys": dice.random() < 0.2,
            "qr_answer": dice.choice(("both", "old", "new")),
            "unknown_phone_code": dice.choice(("20-08A", "3-451")),
            "force": {"reverseTransaction": {"code": "11-9L", "times": dice.choice((1, 3))}}
            if dice.random() < 0.1
            else {},
            "unknown_phones": [PHONE] if dice.random() < 0.02 else [],
            **self._readings(),
        }

    def _readings(self) -> dict[str, Any]:
        """Which public sources this world's Nequi follows; drawn apart,
        so that old seeds stay the same worlds."""
        dice = random.Random(f"readings {self.seed}")
        return {
            "strict_keys": dice.random() < 0.5,
            "trn_id": dice.choice(("number", "client", "transaction")),
            "paid_date": dice.choice(("creation", "payment")),
            "qr_named_by": dice.choice(("any", "qrValue", "transactionId")),
            "unknown_code": dice.choice(("3-455", "11-9L", "11-17L")),
            "reversal_body": dice.choice(("object", "text")),
            "notification_signature": dice.choice(("full", "no_headers", "bare")),
        }

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Let everything happen."""
        before = hub.jobs.embedded.KINDS
        hub.jobs.embedded.KINDS = _kinds()  # type: ignore[misc]
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(self._heard)
        try:
            with virtual_time(self.loop):
                return self.loop.run_until_complete(self._all(work))
        finally:
            hub.jobs.embedded.KINDS = before  # type: ignore[misc]
            asyncio.set_event_loop(None)
            self.loop.close()

    def _heard(self, _loop: Any, context: dict[str, Any]) -> None:
        """A task nobody waits for ended badly; the dead may."""
        if not isinstance(context.get("exception"), Crashed):
            self.problems.append(f"{context.get('message')}: {context.get('exception')!r}")

    async def _all(self, work: Coroutine[Any, Any, Any]) -> Any:
        self.main = asyncio.current_task()
        self.begin()
        try:
            return await work
        finally:
            await self.end()
            left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def begin(self) -> None:
        """A process starts on the database as it is."""
        life = Life(on_death=lambda: self._outside(self.restart()))
        store = InlineStore(self.path, life)
        made = self.origin.hub
        exchanger = InlineExchanger(
            made.registry, grants=StoredGrants(store, cast(Any, made.vault)), clock=self.clock, net=self, life=life
        )
        self.process = process = Process(
            hub=attrs.evolve(
                made,
                store=store,
                exchanger=exchanger,
                clock=self.clock,
                fresh_id=lambda: f"{next(self._names):026d}",
                random_text=self._text,
                spawn=lambda task: process.tasks.add(asyncio.ensure_future(task)),
                cached=Memory(),
                remembered=Memory(),
                files=None,
                data=None,
            ),
            store=store,
            life=life,
        )
        process.hub.spawn = self._spawn  # type: ignore[assignment]
        watch_exchanges(process.hub, exchanger)
        process.jobs = Loop(process.hub)
        store.on_look = process.jobs.wake
        process.start(process.jobs.run())

    def _text(self, length: int, alphabet: str) -> str:
        return "".join(self.dice.choice(alphabet) for _ in range(length))

    def _spawn(self, task: Awaitable[None]) -> None:
        future: Any = asyncio.ensure_future(task)
        tasks = self.process.tasks
        tasks.add(future)
        future.add_done_callback(tasks.discard)

    async def end(self) -> None:
        """The process is gone: no task of it goes on, nothing of its memory is left."""
        process = self.process
        process.life.dead = True
        own = asyncio.all_tasks() - self.outside - {asyncio.current_task(), self.main}
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
        process.store.close_now()

    async def restart(self) -> None:
        """The service manager starts a process that died again."""
        await asyncio.sleep(self.dice.choice((0.1, 5, 100)))
        self.crashes += 1
        self.story.append(f"{self.clock():%d %H:%M:%S} the process died and starts again")
        await self.end()
        self.begin()

    def do(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Somebody asks the hub for something; a refusal is an answer, any other exception is a fault."""

        async def asked() -> Any:
            try:
                return await work
            except REFUSALS as refusal:
                return refusal
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                self.problems.append(f"{name}: {type(error).__name__}: {error}")
                return error

        return self.process.start(asked())

    async def send(self, code: str, request: httpx.Request, limit: float) -> httpx.Response | Lost:
        """Carry a request to a simulator, and its answer back, as the weather has it."""
        weather, dice = self.weather, self.dice
        self._look_at(code, request)
        if dice.random() < weather.refused:
            await asyncio.sleep(0.01)
            return Lost(NotSent("refused"))
        self._count(code, request)
        there, back = dice.expovariate(10), dice.expovariate(10)
        if dice.random() < weather.late:
            there += dice.uniform(1, 90)
        lost_there, lost_back = dice.random() < weather.lost_there, dice.random() < weather.lost_back
        broken, hangs = dice.random() < weather.broken, dice.random() < 0.5
        arriving = asyncio.ensure_future(self._arrive(code, request, there, back, lost_there, broken))
        self.outside.add(arriving)
        arriving.add_done_callback(self.outside.discard)
        try:
            async with asyncio.timeout(limit):
                answer = await asyncio.shield(arriving)
                if answer is None or lost_back:
                    if hangs:
                        await asyncio.sleep(1000)
                    return Lost(OutcomeUnknown("the connection broke"), wrote=True)
                return answer
        except TimeoutError:
            return Lost(OutcomeUnknown("no answer in time"), wrote=True)

    async def _arrive(
        self, code: str, request: httpx.Request, there: float, back: float, lost: bool, broken: bool
    ) -> httpx.Response | None:
        await asyncio.sleep(there)
        if lost:
            return None
        if broken and self.dice.random() < 0.5:
            return httpx.Response(503, request=request)
        answer = await call(self.apps[code], request, f"/sim/{code}")
        self._collect_news()
        await asyncio.sleep(back)
        return httpx.Response(502, content=b"<html>", request=request) if broken else answer

    def _look_at(self, code: str, request: httpx.Request) -> None:
        """I1, I3: what may move money leaves only for a payment that is committed as sending,
        and only once."""
        kind, reference = sent_of(code, request)
        if kind == "create" and HOOK.get() != "validate_identity":
            row = self.one("SELECT id, phase, warned FROM payment WHERE reference = ?", reference)
            if row is None or row[1] != "sending":
                self.problems.append(f"I1: {reference} is sent while it is {row and row[1]}")
            elif row:
                self._refuse_second_charge(reference, row[0], bool(row[2]))
        if kind == "create" and self.sent.get((kind, reference)):
            self.problems.append(f"I3: {reference} is sent a second time")

    def _count(self, code: str, request: httpx.Request) -> None:
        kind, reference = sent_of(code, request)
        if kind:
            self.sent[kind, reference] = self.sent.get((kind, reference), 0) + 1

    def _refuse_second_charge(self, reference: str, payment: str, warned: bool) -> None:
        others = self.rows(
            "SELECT DISTINCT o.reference, o.live, o.status, o.reason, o.id FROM payment_line l"
            " JOIN payment_line m ON m.payable = l.payable AND m.payment <> l.payment"
            " JOIN payment o ON o.id = m.payment WHERE l.payment = ?",
            payment,
        )
        for other, live, status, reason, _id in others:
            held = sum(item.amount.minor for item in self.held(other) if item.state == "captured")
            if live:
                self.problems.append(f"I2: {reference} is sent while {other} is {status}")
            elif status == "closed" and reason in UNPROVEN:
                if not warned:
                    self.problems.append(f"I3: {reference} is sent without a warning about {other}")
            elif status == "closed" and held:
                self.problems.append(f"G5: {reference} is sent, but {other}, closed as {reason}, was charged")

    def _collect_news(self) -> None:
        """The network takes over what the providers want to tell."""
        for code, stage in self.stages.items():
            at = self.told.get(code, 0)
            for news in stage.sent[at:]:
                self.old_news.append((code, news))
                copies = 1 + (self.dice.random() < self.weather.news_twice)
                for _ in range(copies):
                    if self.dice.random() < self.weather.news_lost:
                        continue
                    late = self.dice.random() < self.weather.news_late
                    delay = self.dice.expovariate(1 / 600) if late else self.dice.expovariate(1)
                    self._outside(self._deliver(code, news, delay))
            self.told[code] = len(stage.sent)

    def _outside(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self.outside.add(task)
        task.add_done_callback(self.outside.discard)

    async def _deliver(self, code: str, news: News, delay: float, tries: int = 4) -> None:
        """As a provider would: again after a while, where nobody took it."""
        await asyncio.sleep(delay)
        for pause in (1, 10, 60, 600)[:tries]:
            status = await self._hand_over(code, news)
            if status is not None and status < 500:
                return
            await asyncio.sleep(pause)

    async def _hand_over(self, code: str, news: News) -> int | None:
        token = self.one("SELECT path_token FROM account WHERE provider = ?", code)[0]
        message = Message(
            source=Source.NOTIFICATION,
            method=news.method,
            path=news.path.removeprefix("/"),
            query="",
            headers=tuple((name.lower(), value) for name, value in news.headers.items()),
            body=news.body,
            received_at=self.clock(),
            call_id=self._text(10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
        )
        task = self.do("notification", receive_notification(self.process.hub, token, message))
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), Crashed):
            return None
        answer = task.result()
        if isinstance(answer, Exception):
            return 500
        if answer.status < 300:
            self.acknowledged.append((code, news, message.digest if hasattr(message, "digest") else ""))
        return int(answer.status)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The database, past all code of ours."""
        return self.db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        return self.db.execute(sql, values).fetchone()

    def held(self, reference: str) -> list[Holding]:
        """The providers' own book of a reference."""
        return [item for stage in self.stages.values() for item in stage.book if item.reference == reference]

    def version(self) -> int:
        """Another number once anything is committed."""
        return int(self.one("PRAGMA data_version")[0])

    def provider_of(self, reference: str) -> str:
        """The code of the provider that a payment went to."""
        return str(self.one("SELECT provider FROM payment WHERE reference = ?", reference)[0])

    def booked(self, reference: str, *kinds: str) -> int:
        """What the books say of a payment, by how the keys of its entries begin; with their corrections."""
        found = self.rows(OF_MONEY, reference)
        return sum(amount for _reference, key, amount in found if root_of(key).partition(":")[0] in kinds)

    def booked_back(self, reference: str) -> int:
        """What the books say went back."""
        return -self.booked(reference, "refund", "chargeback")

    def given_back(self, reference: str) -> list[Holding]:
        """What the provider gave back, and no bank took."""
        return [
            item
            for item in self.held(reference)
            if item.state == "returned" and item.provider_reference not in self.banked
        ]

    def truly_back(self, reference: str) -> int:
        """What truly went back, whoever gave or took it."""
        returned = sum(item.amount.minor for item in self.given_back(reference))
        return returned + sum(
            back.amount.minor
            for back in self.truth.backs
            if back.reference == reference and not back.given_again
            if not (back.in_book and back.kind is Kind.RETURNED)
        )

    def pick(self, sql: str, *values: Any) -> Any:
        found = self.rows(sql, *values)
        return self.dice.choice(found) if found else None

    async def found(self) -> None:
        """Two companies, connected, with customers who owe."""
        made = self.process.hub
        for country, form in FORMS.items():
            code = CODES[country]
            await made.store.write(lambda tx, c=country, p=code: tx.countries.set(c, p, True))
            options = Options(
                auto_record=country == "CR",
                partial=True,
                withholdings=country == "CO",
                notify=(f"{code}@empresa.example",),
            )
            saved = await create_company(
                made, form, slug=code, mode=Mode.TEST, owner_email=f"{code}@empresa.example", options=options
            )
            config = self.origin.configs[code]
            first = config["merchants"][0]["id"]
            if country == "CR":
                values = greenpay_settings(config, first)
                connected = await connect_account(made, saved.merchant.id, code, values, by="dueña")
            else:
                await connect_account(made, saved.merchant.id, code, {}, by="dueño")
                values = dict(nequi.settings(config, first))
                connected = await connect_account(
                    made, saved.merchant.id, code, values, entered_by=EnteredBy.OPERATOR, by="operator"
                )
            if connected.account.status == "needs_confirmation":
                await confirm_account(made, connected.account.id, by="dueña")
            await made.store.write(lambda tx, m=saved.merchant, c=country: self._owe(tx, m, c))
        await asyncio.sleep(1)

    def _owe(self, tx: Any, merchant: Any, country: str) -> None:
        for number in range(1, 4):
            customer = Customer(
                id=f"c{country}{number}",
                merchant_id=merchant.id,
                name=f"Persona {number}",
                document=IdentityDocument("CF" if country == "CR" else "CC", f"1{number:08d}"),
                email=f"persona{number}@{country.lower()}.example",
            )
            tx.customers.save(customer)
            for at, total in enumerate((1_500_000, 250_000, 9_900_000), 1):
                kind = PayableKind.ORDER if number == 3 and at == 3 else PayableKind.INVOICE
                payable = Payable(
                    id=f"i{country}{number}-{at}",
                    merchant_id=merchant.id,
                    mode=Mode.TEST,
                    kind=kind,
                    number=f"F-{country}-{number}-{at}",
                    customer_id=customer.id,
                    currency=CURRENCIES[country],
                    total=total + number * 100,
                    issued_on=START.date(),
                    due_on=START.date() + timedelta(days=30),
                    offered_until=START + timedelta(hours=3) if kind is PayableKind.ORDER else None,
                    created_at=START,
                )
                tx.payables.add(payable)
                if kind is PayableKind.INVOICE:
                    tx.ledger.write(billing.bill(payable, difference=payable.total, at=START))
                else:
                    tx.orders.add(_ordered(payable))

    async def live(self, steps: int = STEPS) -> None:
        """A hundred things happen; then the weather clears, and what is known must be what is true."""
        from . import checks

        self.db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
        chosen = (*STEPS_OF, *DOORS) if self.bookkeeping else STEPS_OF
        names = [step for step, _weight in chosen]
        weights = [weight for _step, weight in chosen]
        try:
            for number in range(1, steps + 1):
                step = self.dice.choices(names, weights)[0]
                await self._step(step)
                self.problems += checks.after_step(self)
                if number % OFTEN == 0:
                    self.problems += checks.of_books(self)
                if self.problems:
                    return
            await self._settle_down()
            self.problems += checks.at_end(self) if self.bookkeeping else checks.after_step(self)
        finally:
            self.db.close()

    async def _step(self, step: Step) -> None:
        try:
            said = await step(self)
        except Crashed:
            said = "its process died"
        if said is not None:
            self.story.append(f"{self.clock():%d %H:%M:%S} {step.__name__}: {said}")
        await asyncio.sleep(self.dice.choice((0, 0.2, 2, 4)))
        self._collect_news()
        for (reference,) in self.rows("SELECT reference FROM payment WHERE action IS NOT NULL AND live = 1"):
            self.shown.add(reference)

    async def _settle_down(self) -> None:
        self.weather = CALM
        self.process.life.commits_left = None
        self.story.append(f"{self.clock():%d %H:%M:%S} the weather clears")
        await asyncio.sleep(27 * 3600)
        await _conclude_all(self)
        await _decide_all(self)
        await asyncio.sleep(3600)
        await make_known(self)
        for country in CODES if self.bookkeeping else ():
            await _import(self, country, everything=True)
        await asyncio.sleep(25 * 3600)
        for country in CODES if self.bookkeeping else ():
            await self._state(country)

    async def _state(self, country: str) -> None:
        """An accounting program that knew of nothing has typed in everything:
        no file of it books anything."""
        (owner,) = self.one("SELECT merchant FROM account WHERE provider = ?", CODES[country])
        merchant: Any = await self.process.hub.store.read(lambda tx: tx.merchants.get(owner))
        bills = self.rows(
            "SELECT p.number, c.document_number, p.issued_on, p.due_on, p.currency,"
            " coalesce(p.stated_total, p.total), p.due FROM payable p"
            " JOIN customer c ON c.id = p.customer WHERE p.merchant = ? AND p.kind = 'invoice'"
            " AND (p.voided_at IS NULL OR p.rebilled_at IS NOT NULL) AND p.number NOT LIKE 'ND-%' ORDER BY p.number",
            merchant.id,
        )
        before = self.one("SELECT count(*) FROM entry")
        for knows in (False, True, True):
            rows = [
                f"{bill[0]},{bill[1]},{bill[2]},{bill[3] or ''},{bill[4]},{Money(bill[5], bill[4]).decimal:f},"
                f"{Money(bill[6] if knows else bill[5], bill[4]).decimal:f}"
                for bill in bills
            ]
            file = "\n".join(("number,customer,issued_on,due_on,currency,total,balance", *rows)).encode()
            report = await import_invoices(self.process.hub, merchant, file, decimal=".")
            if report.faults or report.set_aside or report.changed or (knows and report.differences):
                odd = report.faults, report.set_aside, report.described, report.differences
                self.problems.append(f"a file that knows {'all' if knows else 'nothing'}: {odd}")
        if self.one("SELECT count(*) FROM entry") != before:
            self.problems.append("a file booked what is booked")


WITH_CREDIT = (
    "SELECT DISTINCT p.customer, p.currency FROM payable p JOIN ledger_account a ON a.owner = p.customer"
    " AND a.kind = 'customer_credit' AND a.currency = p.currency JOIN balance b ON b.ledger_account = a.id"
    " WHERE p.due > 30000 AND p.kind = 'invoice' AND b.amount < -10000 AND p.currency = ? ORDER BY 1"
)
"""Customers who owe and have credit that may be used for it."""
OF_MONEY = (
    "SELECT p.reference, e.key, x.amount FROM entry e JOIN payment p ON p.id = e.payment"
    " JOIN posting x ON x.entry = e.id JOIN ledger_account a ON a.id = x.ledger_account"
    " WHERE a.kind = 'provider_clearing' AND p.reference = ?"
)
UNPROVEN = ("never_existed", "session_expired", "released")


def sent_of(code: str, request: httpx.Request) -> tuple[str, str]:
    """What a request would have a provider do, and the reference it names; empty when it moves no money."""
    path = request.url.path
    if code == "greenpay":
        return ("create", json.loads(request.content)["orderReference"]) if path.endswith("/merchant") else ("", "")
    if not path.endswith(("unregisteredpayment", "generatecodeqr", "reversetransaction")) or "cancel" in path:
        return "", ""
    envelope = json.loads(request.content)["RequestMessage"]
    if path.endswith("reversetransaction"):
        (body,) = envelope["RequestBody"]["any"].values()
        return "reverse", str(body.get("messageId") or body.get("qrValue"))
    return "create", envelope["RequestHeader"]["MessageID"]


async def press(world: World) -> str | None:
    """A payer presses a pay button, perhaps twice at once."""
    country = world.dice.choice(("CR", "CO"))
    account = world.one("SELECT id FROM account WHERE provider = ?", CODES[country])[0]
    row = world.pick("SELECT customer, currency FROM payable WHERE due > 0 AND id LIKE ?", f"i{country}%")
    if world.bookkeeping and world.dice.random() < 0.5:
        row = world.pick(WITH_CREDIT, CURRENCIES[country]) or row
    if row is None:
        return None
    open_ones = world.rows("SELECT id, due, kind FROM payable WHERE customer = ? AND due > 0 ORDER BY id", row[0])
    chosen = world.dice.sample(open_ones, min(len(open_ones), world.dice.choice((1, 1, 2))))
    channel = Channel.STATEMENT
    if any(kind == "order" for _id, _due, kind in chosen):
        chosen = [item for item in chosen if item[2] == "order"]
        channel = Channel.CHECKOUT
    shares = []
    for payable, due, _kind in chosen:
        whole = world.dice.random() < 0.7 or due < 20_000
        part = due if whole else world.dice.randrange(1, due // 10_000) * 10_000
        shares.append(Share(payable, part))
    used = _used(world, row[0], row[1], shares[0]) if channel is Channel.STATEMENT and world.bookkeeping else 0
    if used:
        shares[0] = Share(shares[0].payable_id, shares[0].amount - used)
    kept: dict[str, list[Withholding]] = {}
    if country == "CO" and channel is Channel.STATEMENT and not used and world.dice.random() < 0.3:
        share = shares[0]
        withheld = min(share.amount // 200 * 100 or 100, 50_000)
        shares[0] = Share(share.payable_id, max(share.amount - withheld, 20_000))
        kept[share.payable_id] = [Withholding(tax="retefuente", base=share.amount, amount=withheld)]
    request = PayRequest(
        withholdings=kept,
        account_id=account,
        way="form" if country == "CR" else world.dice.choice(("push", "push", "qr")),
        channel=channel,
        customer_id=row[0],
        shares=shares,
        fields={"phone": PHONE} if country == "CO" else {},
        warned=world.dice.random() < 0.7,
        credits={shares[0].payable_id: used} if used else {},
    )
    times = 2 if world.dice.random() < 0.2 else 1
    for _ in range(times):
        world.do("press", start_payment(world.process.hub, request))
    return f"{times} x {request.way} {[(share.payable_id, share.amount) for share in shares]}, {used} of credit"


def _used(world: World, customer: str, currency: str, share: Share) -> int:
    """What of a customer's free credit is used beside the money; some of the share stays to be paid."""
    there = min(free(world, customer, currency), share.amount - 20_000) // 10_000 * 10_000
    return there if there > 0 and world.dice.random() < 0.8 else 0


async def pay(world: World) -> str | None:
    """A payer approves at the provider, now and then twice."""
    return _at_provider(world, approve=True)


async def reject(world: World) -> str | None:
    """A payer or the bank says no."""
    return _at_provider(world, approve=False)


def _at_provider(world: World, *, approve: bool) -> str | None:
    """Only what was put before the payer can be paid: a session that was handed out, a push,
    a code on the screen."""
    here = world.shown if world.dice.random() < 0.1 else world.shown - world.left
    sessions = [item for item in world.greenpay.sessions.values() if item.reference in here]
    open_ones = [item for item in sessions if world.greenpay.is_open(item)]
    charges = [
        item
        for item in world.phone.charges
        if world.phone.state_of(item) == "pending" and (item.is_push or item.message_id in world.shown)
    ]
    if not open_ones and not charges:
        return None
    chosen: Any = world.dice.choice([*open_ones, *charges])
    times = 2 if world.dice.random() < 0.1 else 1
    for _ in range(times):
        if isinstance(chosen, greenpay_session.Session):
            if world.greenpay.is_open(chosen):
                card = simulated.sample_card(GOOD_CARD, world.clock())
                world.greenpay.charge(chosen, card, None if approve else "05")
        elif approve:
            world.phone.accept(chosen)
        else:
            world.phone.reject(chosen)
    reference = chosen.reference if isinstance(chosen, greenpay_session.Session) else chosen.message_id
    return f"{reference} x {times}"


async def come_back(world: World) -> str | None:
    """The browser comes back from the form, with or without what the provider signed."""
    sessions = [item for item in world.greenpay.sessions.values() if item.reference in world.shown]
    if not sessions:
        return None
    session = world.dice.choice(sessions)
    path = "cancel"
    if session.answer is not None:
        text = json.dumps(session.answer, ensure_ascii=False, separators=(",", ":"))
        path = base64.b64encode(text.encode()).decode()
        if world.dice.random() < 0.2:
            other = world.dice.choice(sessions)
            path = (
                path
                if other.answer is None
                else base64.b64encode(json.dumps({**session.answer, "orderId": other.reference}).encode()).decode()
            )
    token = session.callback.rpartition("/")[2]
    message = Message(
        source=Source.RETURN,
        method="GET",
        path=path,
        query="",
        headers=(),
        body=b"",
        received_at=world.clock(),
        call_id=world._text(10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    )
    world.do("return", receive_return(world.process.hub, token, message))
    return f"{session.reference} {'signed' if session.answer else 'without proof'}"


async def look(world: World) -> str | None:
    """A payer opens the payment's page."""
    row = world.pick("SELECT id FROM payment WHERE live = 1 ORDER BY id")
    if row is None:
        return None
    made = world.process.hub

    async def opened() -> None:
        payment = await made.store.read(lambda tx: tx.payments.get(row[0]))
        if payment:
            await look_now(made, payment)

    world.do("look", opened())
    return str(row[0])


async def turn(world: World) -> str | None:
    """The weather changes."""
    world.weather = world.dice.choice(WEATHERS)
    return str(world.weather)


async def crash(world: World) -> str | None:
    """The power goes, at one of the next commits."""
    world.process.life.commits_left = world.dice.randrange(0, 6)
    world.process.life.before = world.dice.random() < 0.5
    return f"in {world.process.life.commits_left} commits, {'before' if world.process.life.before else 'after'}"


async def wait(world: World) -> str | None:
    """Time passes."""
    seconds = world.dice.choice((5, 30, 60, 300, 900, 1000, 1900, 3700, 7 * 3600))
    await asyncio.sleep(seconds)
    return f"{seconds} s"


async def hear_again(world: World) -> str | None:
    """Old news comes once more, or somebody makes news up."""
    if not world.old_news:
        return None
    code, news = world.dice.choice(world.old_news)
    forged = world.dice.random() < 0.5
    if forged:
        body = news.body.replace(b'"status":500', b'"status":200').replace(b"DENIED", b"SUCCESS")
        references = world.rows("SELECT reference FROM payment WHERE provider = ?", code)
        if references and world.dice.random() < 0.5:
            body = body.replace(news.reference.encode(), world.dice.choice(references)[0].encode())
        news = attrs.evolve(news, body=body)
    world._outside(world._deliver(code, news, 0, tries=1))
    return f"{news.reference}{' forged' if forged else ''}"


async def withdraw(world: World) -> str | None:
    """The payer or the merchant cancels a request."""
    row = world.pick("SELECT id, reference FROM payment WHERE status = 'pending' AND way = 'push' ORDER BY id")
    if row is None:
        return None
    world.do("cancel", cancel_payment(world.process.hub, row[0], by="dueño"))
    return str(row[1])


async def refund(world: World) -> str | None:
    """The merchant gives money back, perhaps with two clicks."""
    row = world.pick("SELECT id, reference FROM payment WHERE status IN ('paid', 'unknown') ORDER BY id")
    if row is None:
        return None
    for _ in range(2 if world.dice.random() < 0.3 else 1):
        asked = refund_payment(world.process.hub, row[0], by="dueño")
        world.do("refund", judged(world, Act.REFUND, asked, payments=[row[0]]))
    return str(row[1])


async def release(world: World) -> str | None:
    """The owner gives a locked invoice back."""
    row = world.pick("SELECT id, reference FROM payment WHERE live = 1 ORDER BY id")
    if row is None:
        return None
    world.do("release", release_payment(world.process.hub, row[0], signed=Signed(by="dueña", why="el cliente lo pide")))
    return str(row[1])


async def decide(world: World) -> str | None:
    """An operator has read at the provider what became of a payment, or of what was asked for about one."""
    hour_ago = world.clock() - timedelta(hours=1)
    ended = (hour_ago - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    row = world.pick(
        "SELECT id, reference, amount, currency FROM payment WHERE live = 1 AND phase = 'sent' AND ended_at < ?"
        " ORDER BY id",
        ended,
    )
    if row is None:
        return await _conclude_all(world) if world.bookkeeping else None
    payment, reference, amount, currency = row
    seen = Evidence(text="se vio en el panel del proveedor")
    if world.held(reference):
        paid = record_paid(
            world.process.hub,
            payment,
            OutcomeEvidence(amount=Money(amount, currency)),
            signed=Signed(by="op", why="panel", evidence=seen),
        )
        world.do("record paid", paid)
        return f"{reference} was paid"
    world.do(
        "record not paid",
        record_not_paid(world.process.hub, payment, signed=Signed(by="op", why="panel", evidence=seen)),
    )
    return f"{reference} was not paid"


async def _decide_all(world: World) -> None:
    """What the hub put before a person is decided by one, who knows what is true."""
    for payment, reference, amount, currency in world.rows(
        "SELECT p.id, p.reference, p.amount, p.currency FROM payment p WHERE p.live = 1 AND EXISTS"
        " (SELECT 1 FROM review WHERE payment = p.id AND resolved_at IS NULL AND cause = 'unresolved') ORDER BY p.id"
    ):
        seen = Evidence(text="se vio en el panel del proveedor")
        made = world.process.hub
        if world.held(reference):
            work = record_paid(
                made,
                payment,
                OutcomeEvidence(amount=Money(amount, currency)),
                signed=Signed(by="op", why="panel", evidence=seen),
            )
        else:
            work = record_not_paid(made, payment, signed=Signed(by="op", why="panel", evidence=seen))
        await asyncio.wait([world.do("decide", work)])


async def _conclude_all(world: World) -> str | None:
    found = world.rows(
        "SELECT o.payment, o.kind, p.reference, o.ended_at FROM operation o JOIN payment p ON p.id = o.payment"
        " WHERE o.live = 1 AND o.phase = 'sent' AND o.ended_at < ? ORDER BY o.id",
        (world.clock() - timedelta(minutes=10) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
    )
    for payment, kind, reference, _ended in found:
        if kind == "cancel":
            done = any(item.message_id == reference and item.state == "cancelled" for item in world.phone.charges)
        else:
            done = bool(world.given_back(reference))
        seen = Evidence(text="se vio en el panel del proveedor")
        task = world.do(
            "conclude",
            conclude_operation(
                world.process.hub, payment, done=done, signed=Signed(by="op", why="panel", evidence=seen)
            ),
        )
        await asyncio.wait([task])
    return f"{[(item[2], item[1]) for item in found]}" if found else None


async def import_file(world: World) -> str | None:
    """The merchant imports what a provider says it paid out."""
    country = world.dice.choice(("CR", "CO"))
    return await _import(world, country, everything=False) if world.bookkeeping else None


async def _import(world: World, country: str, *, everything: bool) -> str | None:
    code = CODES[country]
    lines = [*_payouts(world, code, everything=everything)]
    if not lines:
        return None
    text = "line_id,reference,currency,gross,fee,kind\n" + "".join(f"{line}\n" for line in lines)
    made = world.process.hub
    account_id = world.one("SELECT id FROM account WHERE provider = ?", code)[0]
    account: Any = await made.store.read(lambda tx: tx.accounts.get(account_id))
    for _ in range(3):
        task = world.do(
            "import", import_settlement(world.process.hub, account, text.encode(), name="pagos.csv", decimal=".")
        )
        await asyncio.wait([task])
        if not world.process.life.dead:
            break
        await asyncio.sleep(200)
    return f"{country} {lines}"


def _payouts(world: World, code: str, *, everything: bool) -> Iterator[str]:
    """What is captured, now and then first with another amount; what went back of it; and the provider's own fees."""
    for item in world.stages[code].book:
        line = world.lines.setdefault(item.provider_reference, f"L{len(world.lines) + 1}")
        if item.state == "captured" and (everything or world.dice.random() < 0.5):
            gross = item.amount.minor
            if not everything and line not in world.stated and world.dice.random() < 0.05:
                gross += 100
            else:
                world.stated.add(line)
            fee = gross // 50 if int(line[1:]) % 3 == 0 else 0
            yield f"{line},{item.reference},{item.amount.currency},{gross / 100:.2f},{fee / 100:.2f},payment"
    for back in world.truth.backs:
        owned = [item for item in world.stages[code].book if item.reference == back.reference]
        if not owned or world.lines.get(owned[0].provider_reference) not in world.stated:
            continue
        shown = back.is_known or (back.kind is Kind.RETURNED and not everything and world.dice.random() < 0.1)
        if shown and not back.given_again and (everything or world.dice.random() < 0.3):
            world.stated.add(back.name)
            yield f"B{back.name},{back.reference},{back.amount.currency},-{back.amount.minor / 100:.2f},0,payment"
        elif back.given_again and back.name in world.stated:
            yield f"W{back.name},{back.reference},{back.amount.currency},{back.amount.minor / 100:.2f},0,payment"
    if not everything and world.dice.random() < 0.2:
        currency = CURRENCIES[COUNTRIES[code]]
        yield f"F{next(world.forms)},,{currency},0,{world.dice.choice((500, 1200))}.00,charge"


STEPS_OF: tuple[tuple[Step, int], ...] = (
    (press, 22),
    (pay, 20),
    (reject, 5),
    (come_back, 6),
    (look, 4),
    (turn, 6),
    (crash, 4),
    (wait, 16),
    (hear_again, 4),
    (withdraw, 4),
    (refund, 4),
    (release, 2),
    (decide, 2),
    (import_file, 2),
)


@attrs.frozen(kw_only=True)
class Outcome:
    """What a world came to."""

    seed: int
    problems: tuple[str, ...]
    story: tuple[str, ...]
    payments: int
    captures: int
    crashes: int


def play(
    seed: int, origin: Origin, folder: Path, *, steps: int = STEPS, bookkeeping: bool = True, keep: Path | None = None
) -> Outcome:
    """Live through a world."""
    path = folder / f"world-{seed}.db"
    shutil.copyfile(origin.database, path)
    world = World(seed=seed, origin=origin, path=path, bookkeeping=bookkeeping)
    try:
        world.run(world.live(steps))
        with sqlite3.connect(path) as connection:
            (payments,) = connection.execute("SELECT count(*) FROM payment").fetchone()
        connection.close()
        if keep:
            shutil.copyfile(path, keep)
    finally:
        for leftover in folder.glob(f"{path.name}*"):
            leftover.unlink()
    return Outcome(
        seed=seed,
        problems=tuple(world.problems),
        story=tuple(world.story),
        payments=payments,
        captures=sum(item.captures for stage in world.stages.values() for item in stage.book),
        crashes=world.crashes,
    )


def _ordered(payable: Payable) -> StoreOrder:
    """The order of a payable; it is billed with its payment."""
    return StoreOrder(
        id=payable.id,
        merchant_id=payable.merchant_id,
        mode=payable.mode,
        number=payable.number,
        customer_id=payable.customer_id,
        items=(),
        total=Money(payable.total, payable.currency),
        hold_until=payable.offered_until or START,
        created_at=payable.created_at,
    )
