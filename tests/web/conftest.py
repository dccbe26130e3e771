"""A whole hub on one loopback port: pages, both simulators, mailbox and the loop, in a thread of its own."""

from __future__ import annotations

import asyncio
import io
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest
from PIL import Image, ImageDraw

from hub.bootstrap import OpenedHub, migrate_data, open_hub
from hub.domain import billing
from hub.domain.account import ProviderAccount
from hub.domain.files.layout import FileKind
from hub.domain.intake import Share
from hub.domain.merchant import Customer, Merchant, Options, Role
from hub.domain.message import Review
from hub.domain.month import Month
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.round import Choice, Every
from hub.flows.accounts.catalogue import notification_address
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.closing.close_month import close_month
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_drawn import Subject, drawn_from
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.take_in import begin
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.flows.merchants.save_logo import save_logo
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.statements.schedule_rounds import schedule_round
from hub.flows.statements.send_round import start_round
from hub.flows.statements.send_statement import copy_link, send_statement
from hub.flows.statements.try_payment import start_try
from hub.jobs.embedded import Loop
from hub.providers.simulators import load_simulators
from hub.settings import ProviderSettings, Settings
from hub.web.app import create_app
from hub.web.merchant.guide import trial_words
from hub.web.serve import bind, serve
from hub_demo.design import Design
from hub_demo.mailbox import Mailbox
from hub_hookspecs import Channel, EnteredBy, IdentityDocument, Mode, Money
from hub_hookspecs.testing.simulator import Simulator
from tests.contacts import always_open

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

T = TypeVar("T")

COMPANIES = {
    "CR": CompanyForm(
        country="CR",
        identity_type="CJ",
        identity_number="3-101-234567",
        legal_name="Ferretería El Tornillo S.A.",
        trade_name="Ferretería El Tornillo",
        address={"province": "San José", "canton": "San José", "district": "Carmen", "details": "Avenida 7"},
        phone="2222-1100",
        email="administracion@eltornillo.example",
    ),
    "CO": CompanyForm(
        country="CO",
        identity_type="NIT",
        identity_number="900123456",
        check_digit="8",
        legal_name="Café de la Montaña SAS",
        trade_name="Café de la Montaña",
        address={"department": "Bogotá, D.C.", "municipality": "Bogotá", "street": "Carrera 11 # 82-71"},
        phone="601 555 0100",
        email="administracion@cafemontana.example",
    ),
}
PROVIDER = {"CR": "greenpay", "CO": "nequi"}
CURRENCY = {"CR": "CRC", "CO": "COP"}
SECONDS = 90.0
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""What a person's browser calls itself."""


@attrs.define
class Time:
    """The hub's clock; tests may move it forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@attrs.frozen
class Debtor:
    """A customer with invoices, and the link that opens the statement."""

    customer: Customer
    invoices: tuple[Payable, ...]
    path: str


@attrs.define
class House:
    """Everything that runs, as tests reach it from outside."""

    base: str
    opened: OpenedHub
    mailbox: Mailbox
    time: Time
    simulators: Mapping[str, Simulator]
    configs: Mapping[str, dict[str, Any]]
    loop: asyncio.AbstractEventLoop
    merchants: dict[str, Merchant] = attrs.Factory(dict)
    accounts: dict[str, ProviderAccount] = attrs.Factory(dict)
    numbers: Iterator[int] = attrs.Factory(lambda: itertools.count(1))

    @property
    def hub(self) -> Hub:
        return self.opened.hub

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the hub's own loop do something."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def read(self, fn: Callable[[Tx], T]) -> T:
        return self.run(self.hub.store.read(fn))

    def write(self, fn: Callable[[Tx], T]) -> T:
        return self.run(self.hub.store.write(fn))

    def browser(self) -> httpx.Client:
        """A client that follows nothing by itself."""
        # Nothing here is https; reading the authorities' certificates takes longer than most tests.
        return httpx.Client(
            base_url=self.base, trust_env=False, timeout=SECONDS, verify=False, headers={"user-agent": FIREFOX}
        )

    def debtor(
        self,
        country: str,
        *owed: tuple[int, int],
        email: str = "",
        remembered: str = "",
        merchant: Merchant | None = None,
        numbers: tuple[str, ...] = (),
    ) -> Debtor:
        """A fresh customer who owes (minor units, days until due); they pile up in no other test."""
        number = next(self.numbers)
        merchant, now = merchant or self.merchants[country], self.time()
        today = now.astimezone(ZoneInfo(merchant.company.zone)).date()
        customer = Customer(
            id=self.hub.fresh_id(),
            merchant_id=merchant.id,
            name=f"Alejandro González {number}",
            document=IdentityDocument("CF" if country == "CR" else "CC", f"1{number:08d}"),
            email=email if email is not None else "",
            remembered={"phone": remembered} if remembered else {},
        )
        invoices = tuple(
            Payable(
                id=self.hub.fresh_id(),
                merchant_id=merchant.id,
                mode=Mode.TEST,
                kind=PayableKind.INVOICE,
                number=numbers[at - 1] if numbers else f"FE-{number}-{at}",
                customer_id=customer.id,
                currency=CURRENCY[country],
                total=minor,
                issued_on=today - timedelta(days=40),
                due_on=today + timedelta(days=days),
                description="Materiales",
                created_at=now,
            )
            for at, (minor, days) in enumerate(owed, 1)
        )

        def write(tx: Tx) -> None:
            tx.customers.save(customer)
            if remembered:
                tx.customers.remember(customer.id, {"phone": remembered})
            for invoice in invoices:
                tx.payables.add(invoice)
                tx.ledger.write(billing.bill(invoice, difference=invoice.total, at=now))

        self.write(write)
        url = self.run(copy_link(self.hub, merchant, customer.id))
        return Debtor(customer, invoices, url.removeprefix(self.base))

    def add_invoice(self, debtor: Debtor, number: str, minor: int, currency: str) -> None:
        """One more invoice like the debtor's first."""
        invoice = attrs.evolve(
            debtor.invoices[0], id=self.hub.fresh_id(), number=number, total=minor, currency=currency
        )

        def write(tx: Tx) -> None:
            tx.payables.add(invoice)
            tx.ledger.write(billing.bill(invoice, difference=invoice.total, at=self.time()))

        self.write(write)

    @property
    def today(self) -> date:
        """The day in San José, the earlier one of both countries."""
        return self.time().astimezone(ZoneInfo("America/Costa_Rica")).date()

    def control(self, code: str, action: str, **body: Any) -> None:
        """Tell a simulator what happens at the provider."""
        with self.browser() as browser:
            browser.post(f"/sim/{code}/_control/{action}", json=body).raise_for_status()

    def payment(self, path: str) -> Payment:
        """The payment behind its page's address."""
        found = self.read(lambda tx: tx.payments.get(path.split("/p/")[1][1:27]))
        assert found is not None
        return found

    def until(self, holds: Callable[[], T | Literal[False] | None]) -> T:
        """Wait for something that jobs or a provider bring about."""
        end = time.monotonic() + SECONDS
        while not (found := holds()):
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)
        return found


def logo_png() -> bytes:
    """A wide logo on nothing."""
    drawn, written = Image.new("RGBA", (1200, 400)), io.BytesIO()
    ImageDraw.Draw(drawn).rectangle((0, 100, 1200, 300), fill="#a01c1c")
    ImageDraw.Draw(drawn).ellipse((0, 0, 400, 400), fill="#13201a")
    drawn.save(written, format="PNG")
    return written.getvalue()


SUBJECTS: Mapping[str, Subject] = {
    "payments": Subject.PAYMENT,
    "invoices": Subject.INVOICE,
    "receipts": Subject.RECEIPT,
    "disbursements": Subject.DISBURSEMENT,
    "conversions": Subject.CONVERSION,
    "reviews": Subject.REVIEW,
    "settlements": Subject.ACCOUNT,
}
"""What the forms below an address are about; else a customer."""


def drawn_now(house: House, path: str, **fields: Any) -> str:
    """What a money form of this address carries now."""
    room, this = (*path.split("/")[2:4], "")[:2]
    subject = SUBJECTS.get(room, Subject.CUSTOMER)
    if path.endswith("/line"):
        subject, this = Subject.LINE, f"{this}:{fields.get('line')}"
    return house.run(drawn_from(house.hub, subject, this or str(fields.get("account")), Mode.TEST))


@attrs.define
class Seat:
    """A person of a merchant at the desk, signed in."""

    browser: httpx.Client
    merchant: Merchant
    email: str
    csrf: str
    session: str
    house: House

    def read(self, path: str) -> str:
        """A page that is there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer.text

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form of this session, drawn just now where nothing else is said."""
        drawn = {"drawn": self.drawn(path, **fields)}
        return self.browser.post(path, data={"form": self.csrf, **drawn, **fields})

    def drawn(self, path: str, **fields: Any) -> str:
        """What a money form of this address carries now."""
        return drawn_now(self.house, path, **fields)

    def go(self, path: str, **fields: Any) -> str:
        """Send a form, and read the page that it leads to."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, (path, answer.status_code, seen_in(answer.text)[:400])
        return self.read(answer.headers["location"])


def seen_in(html: str) -> str:
    """What a reader sees of a page, blanks reduced."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="session")
def seen() -> Callable[[str], str]:
    """What a reader sees of a page."""
    return seen_in


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Callable[..., Seat]]:
    """Sign a person in: seat(merchant, role), or another one of that role by an address."""
    opened: list[httpx.Client] = []

    def sit(merchant: Merchant, role: Role = Role.OWNER, email: str = "") -> Seat:
        members = house.read(lambda tx: tx.merchants.members(merchant.id))
        found = next((item.email for item in members if item.role is role and email in ("", item.email)), "")
        email = found or email or f"{role.value}@{merchant.slug}.example"
        if not found:
            house.run(add_member(house.hub, merchant, email, role))
        house.run(request_sign_in(house.hub, email))
        sent = house.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id))
        links = [item for item in sent if item.kind == "sign_in" and item.recipient == email]
        newest = max(links, key=lambda item: item.created_at)
        signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
        assert signed_in
        browser = house.browser()
        browser.cookies.set("session", signed_in.token)
        opened.append(browser)
        return Seat(browser, merchant, email, signed_in.session.csrf, signed_in.token, house)

    yield sit
    for browser in opened:
        browser.close()


@pytest.fixture
def open_desk(
    house: House, chromium: Browser, company: Callable[..., Merchant], seat: Callable[..., Seat]
) -> Iterator[Callable[..., Page]]:
    """The browser of the owner of a company of its own, without scripts: open_desk(slug, width, path)."""
    opened: list[BrowserContext] = []

    def open_one(slug: str, width: int, path: str = "/m", *, locale: str = "es") -> Page:
        there = seat(company("CR", slug, connected=True))
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, locale=locale, java_script_enabled=False, accept_downloads=True
        )
        opened.append(context)
        context.add_cookies([{"name": "session", "value": there.session, "url": house.base}])
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(f"{house.base}{path}")
        return page

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def company(house: House) -> Callable[..., Merchant]:
    """A company of its own, in test mode: company(country, slug); with ``connected=True`` to its provider."""
    others = itertools.count(1)

    def found(country: str, slug: str, *, connected: bool = False) -> Merchant:
        form = attrs.evolve(COMPANIES[country], email=f"{slug}@correo.example")
        saved = house.run(
            create_company(house.hub, form, slug=slug, mode=Mode.TEST, owner_email=f"duena@{slug}.example")
        )
        if connected:
            house.run(_connect(house, country, saved.merchant, next(others)))
        return saved.merchant

    return found


def forms_in(html: str) -> list[dict[str, Any]]:
    """The forms of a page: where they go, and what they carry by default."""
    found = []
    for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
        head = re.search(r"<form\b([^>]*)>", form)
        fields: dict[str, Any] = {}
        for tag in re.findall(r"<input\b[^>]*>", form):
            given = {name: unescape(value or "") for name, value in re.findall(r'([\w-]+)(?:="([^"]*)")?', tag[6:])}
            kind = given.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" not in given:
                continue
            fields.setdefault(given["name"], []).append(given.get("value", ""))
        action = re.search(r'action="([^"]*)"', head[1] if head else "")
        found.append({"action": unescape(action[1]) if action else "", "fields": fields})
    return found


@pytest.fixture(scope="session")
def forms() -> Callable[[str], list[dict[str, Any]]]:
    """Reads the forms of a page."""
    return forms_in


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hub with a Costa Rican and a Colombian company, connected to their provider's simulator."""
    with living(partial(_live, tmp_path_factory.mktemp("hub"))) as made:
        yield made


@contextmanager
def living(live_in: Callable[..., Coroutine[Any, Any, None]]) -> Iterator[House]:
    """A house that lives in a thread of its own."""
    sock = bind("127.0.0.1", 0)
    started: threading.Event = threading.Event()
    made: list[House] = []
    failed: list[BaseException] = []
    stop: list[asyncio.Event] = []

    async def live() -> None:
        try:
            stop.append(asyncio.Event())
            await live_in(sock, stop[0], started, made)
        except BaseException as error:
            failed.append(error)
            started.set()
            raise

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    assert started.wait(60)
    if failed:
        raise failed[0]
    yield made[0]
    made[0].loop.call_soon_threadsafe(stop[0].set)
    thread.join(20)


NAMES: Mapping[str, dict[str, Any]] = {
    "greenpay": {"merchants": [{"name": "El Tornillo"}, *({"name": f"Comercio {at}"} for at in range(2, 7))]},
    "nequi": {"merchants": [{"name": "Café de la Montaña SAS", "nit": "900123456"} for _client in range(2)]},
}
"""Who is a merchant at which simulator."""


async def _live(
    data: Path,
    sock: socket.socket,
    stop: asyncio.Event,
    started: threading.Event,
    made: list[House],
    *,
    names: Mapping[str, dict[str, Any]] = NAMES,
    companies: Iterable[str] = tuple(COMPANIES),
) -> None:
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    simulators = {code: simulator for code, simulator in load_simulators().items() if code in names}
    configs = {code: simulator.configure(names[code]) for code, simulator in simulators.items()}
    async with Mailbox() as mailbox:
        settings = Settings(
            data=data,
            base_url=base,
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            sender="pagos@hub.example",
            operator_email="operador@hub.example",
            providers={
                code: ProviderSettings(dict(simulator.endpoints(f"{base}/sim/{code}")))
                for code, simulator in simulators.items()
            },
        )
        await asyncio.to_thread(migrate_data, settings)
        clock = Time()
        opened = open_hub(settings, clock=clock)
        opened.hub.countries = always_open(opened.hub.countries)  # rounds leave whatever the hour of the run is
        opened.exchanger._limits = attrs.evolve(opened.exchanger._limits, step=30.0)  # a busy machine is no fault
        mounts = [(f"/sim/{code}", simulator.app(configs[code])) for code, simulator in simulators.items()]
        app = create_app(opened.hub, mounts=[*mounts, ("/design", Design(opened.hub))])  # type: ignore[arg-type]
        house = House(base, opened, mailbox, clock, simulators, configs, asyncio.get_running_loop())
        jobs = Loop(opened.hub)
        serving = asyncio.ensure_future(serve(app, [sock], stop=stop, ready=lambda: None))
        running = asyncio.ensure_future(jobs.run())
        for country in companies:
            await _found(house, country)
        made.append(house)
        started.set()
        await serving
        await jobs.stop(5)
        await running
        await opened.close(5)


async def _connect(house: House, country: str, merchant: Merchant, which: int) -> ProviderAccount:
    """Connect a further company to the simulator, as a merchant of its own there."""
    code = PROVIDER[country]
    other = house.configs[code]["merchants"][which]
    values = house.simulators[code].settings(house.configs[code], other["id"])
    if country == "CR":
        connected = await connect_account(house.hub, merchant.id, code, values, by="duena")
    else:
        await connect_account(house.hub, merchant.id, code, {}, by="duena")
        connected = await connect_account(
            house.hub, merchant.id, code, values, entered_by=EnteredBy.OPERATOR, by="operator"
        )
    account = connected.account
    if account.status == "needs_confirmation":
        account = await confirm_account(house.hub, account.id, by="duena")
    assert account.status == "active", account
    async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
        body = {"merchant": other["id"], "url": notification_address(house.hub, account)}
        (await client.post(f"{house.base}/sim/{code}/_control/notify", json=body)).raise_for_status()
    return account


async def _found(house: House, country: str) -> None:
    """Register a company and connect it to its provider."""
    hub, code = house.hub, PROVIDER[country]
    saved = await create_company(
        hub,
        COMPANIES[country],
        slug=f"casa-{country.lower()}",
        mode=Mode.TEST,
        owner_email=f"duena@{country.lower()}.example",
        options=Options(shop_origins=("https://tienda.example",)),
    )
    merchant = saved.merchant
    await hub.store.write(lambda tx: tx.countries.set(country, code, True))
    other = house.configs[code]["merchants"][0]["id"]
    values = house.simulators[code].settings(house.configs[code], other)
    if country == "CR":
        connected = await connect_account(hub, merchant.id, code, values, by="duena")
    else:
        await connect_account(hub, merchant.id, code, {}, by="duena")
        connected = await connect_account(hub, merchant.id, code, values, entered_by=EnteredBy.OPERATOR, by="operator")
    account = connected.account
    if account.status == "needs_confirmation":
        account = await confirm_account(hub, account.id, by="duena")
    assert account.status == "active", account
    house.merchants[country], house.accounts[country] = merchant, account
    async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
        answer = await client.post(
            f"{house.base}/sim/{code}/_control/notify",
            json={"merchant": other, "url": notification_address(hub, account)},
        )
        answer.raise_for_status()


@pytest.fixture(scope="module")
def desk_paths(house: House) -> list[str]:
    """Every kind of page, with something on it."""
    house.run(save_logo(house.hub, house.merchants["CR"], logo_png()))
    debtor = house.debtor("CR", (123_456_750, -70), (4_825_000, -5), email="una.direccion.muy.larga@correo.example")
    request = PayRequest(
        account_id=house.accounts["CR"].id,
        way="form",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, debtor.invoices[0].total)],
        email="una.direccion.muy.larga@correo.example",
        name="Pagadora",
    )
    payment = house.run(start_payment(house.hub, request))
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "pending")
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "paid")
    house.debtor("CR", (90_000, -3))  # without a mail address
    merchant = house.merchants["CR"]
    sent = house.run(send_statement(house.hub, merchant, debtor.customer.id))
    house.until(lambda: house.read(lambda tx: tx.deliveries.get(sent.delivery_id)).state == "sent")
    started = house.run(start_round(house.hub, merchant, Choice(), round_id="s" * 26, by="duena"))
    house.until(lambda: not house.read(lambda tx: tx.rounds.get(started.id)).due_at)
    house.run(schedule_round(house.hub, merchant, every=Every.MONTH, weekday=0, choice=Choice(), by="duena"))
    house.run(issue_api_key(house.hub, merchant, "Una tienda con un nombre bastante largo"))
    house.run(start_try(house.hub, merchant, email="duena@cr.example", words=trial_words(merchant)))
    house.write(lambda tx: tx.reviews.open(_review(house, payment.id)))
    other = house.run(record_for_payment(house.hub, merchant, second_payment(house), by="duena"))
    customer = f"/m/customers/{debtor.customer.id}"
    desk: list[str] = [
        "settings",
        "company",
        "options",
        "options/withholdings",
        "solutions",
        "integrations",
        "online-payments",
        "integrations/greenpay",
    ]
    desk += ["members", "shop", "guide", "guide/try"]
    lists: list[str] = [
        "customers",
        "invoices",
        "payments",
        "receipts",
        "receipt-series",
        "certificates",
        "import",
        "reviews",
        "proposals",
        "exports",
        *("reports", "reports/ageing", "reports/ageing?until=31/10/2026", "reports/owed?by=booked", "reports/paid"),
        *("reports/receipts", "reports/bills?since=01/01/2026", "reports/debtors"),
        "settlements",
        "mails",
    ]
    lists += close_pages(house, merchant)
    lists += ["reminders", "rounds", "rounds?least=&days=", f"rounds/{started.id}", f"mails/{sent.delivery_id}"]
    lists += ["payments?q=nada", "customers?q=nada", f"receipts/{other.id}"]
    one = (
        customer,
        f"{customer}/activity",
        f"{customer}/edit",
        "/m/customers/new",
        f"{customer}/history",
        f"{customer}/mail",
        f"{customer}/receipt",
        f"{customer}/certificate",
        f"/m/payments/{payment.id}",
        f"/m/payments/{payment.id}/receipt",
        f"/m/invoices/{debtor.invoices[0].id}",
        f"/m/invoices/{debtor.invoices[1].id}",
        f"/m/invoices/{debtor.invoices[1].id}/credit-note",
        f"/m/invoices/{debtor.invoices[1].id}/plan",
        f"{customer}/correct?key={correctable(house, merchant, debtor)}",
    )
    imports = import_pages(house, merchant, debtor)
    return ["/m", *(f"/m/{path}" for path in (*desk, *lists, *imports)), *one]


def close_pages(house: House, merchant: Merchant) -> list[str]:
    """The months: a closed one that something came for afterwards, and the one that goes on."""
    month = Month.of(house.today).before
    house.run(close_month(house.hub, merchant, merchant.mode, month, by="duena", why="después", is_owner=True))
    house.debtor("CR", (9_900, -1))
    return ["close", f"close/{month}?check=1", f"close/{month.next}", f"close/{month}/payment-receipts"]


def correctable(house: House, merchant: Merchant, debtor: Debtor) -> str:
    """The key of a cash receipt whose amount may be corrected."""
    cash = Money(100_000, "CRC")
    receipt = house.run(
        record_by_hand(
            house.hub, merchant, debtor.customer.id, means="cash", cash=cash, shares=[], by="duena@cr.example"
        )
    )
    return f"manual:{receipt.id}"


def import_pages(house: House, merchant: Merchant, debtor: Debtor) -> list[str]:
    """Imports in every state: asking for columns, or a question; shown with rows set aside, or complete; taken."""
    assert debtor.customer.document
    person, number = debtor.customer.document.number, next(house.numbers)
    head = "number;customer;issued_on;due_on;currency;total;balance"
    good = "".join(
        f"IMP-{number}-{at};{person};2026-02-0{at};2026-03-0{at};CRC;{at}0000,50;{at}000,25\n" for at in range(1, 6)
    )
    bad = f"IMP-{number}-8;{person};x;;CRC;1,50;\nIMP-{number}-9;999999999;2026-02-01;;CRC;1,50;\n"
    known = {"kind": FileKind.INVOICES, "by": "duena@cr.example"}

    def hand(name: str, text: str, **choices: Any) -> str:
        run = house.run(hand_in(house.hub, merchant, text.encode(), name=name, **known))
        if choices:
            chosen = attrs.evolve(run, choices=attrs.evolve(run.choices, **choices))
            house.write(lambda tx: tx.imports.save(chosen))
        return run.id

    taken = hand("taken.csv", f"{head}\n{good}")
    house.run(begin(house.hub, merchant, taken, by="duena@cr.example"))
    house.until(lambda: house.read(lambda tx: tx.imports.get(taken)).state == "taken")
    asked = f"{head}\nIMP-{number}-7;{person};2026-02-01;;USD;1.234;1.234\n"
    shown = [
        hand("columns.csv", f"K1;K2;K3;K4\n{number};{person};2026-02-01;12,50\n"),
        hand("question.csv", asked),
        hand("aside.csv", f"{head}\n{good}{bad}"),
        hand("list.csv", f"{head}\n{good.replace('-1;', '-6;')}", complete=True),
        taken,
    ]
    paths = [f"import/{run_id}" for run_id in shown]
    return [*paths, f"import/{taken}/undo", "import/help", "imports"]


def second_payment(house: House) -> str:
    """A further paid payment, for its cash receipt."""
    debtor = house.debtor("CR", (2_500_000, -1), email="otra@correo.example")
    request = PayRequest(
        account_id=house.accounts["CR"].id,
        way="form",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(debtor.invoices[0].id, debtor.invoices[0].total)],
    )
    payment = house.run(start_payment(house.hub, request))
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "pending")
    house.control("greenpay", "approve", reference=payment.reference)
    house.until(lambda: house.read(lambda tx: tx.payments.get(payment.id)).status == "paid")
    paid: str = payment.id
    return paid


def _review(house: House, payment_id: str) -> Review:
    return Review(
        id="review-1",
        merchant_id=house.merchants["CR"].id,
        mode=Mode.TEST,
        cause="unresolved",
        payment_id=payment_id,
        details="told to the operator alone",
        opened_at=house.time(),
    )


BROKEN_WORDS = r"""() => {
  const broken = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.parentElement.closest("table")) continue;
    for (const word of node.textContent.matchAll(/[^\s\u00a0]+/g)) {
      if (word[0].length > 24) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
"""Words of tables that do not stand on one line."""
