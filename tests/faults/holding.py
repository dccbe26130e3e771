"""A provider that only authorises: its plugin, and its book behind real HTTP.

It is asked by our reference. It holds money for a while, captures once, a part if it is asked for one, and forgets
nothing: its book says what it took of whom.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pluggy

import hub_hookspecs as contract
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.payment import Payment
from hub.providers.registry import Provider
from hub_hookspecs import PROJECT, Kind, Money, Observation, Way, hookimpl, specs
from tests.faults.harness import Debtor, World

CODE, HOST = "apartado", "https://api.apartado.example"
CARD = Way(
    code="card",
    label="Tarjeta",
    starts=contract.Starts.SESSION,
    outcome=frozenset({"query", "notification"}),
    query_by=contract.QueryBy.OURS,
    expiry_minutes=30,
    settle_minutes=15,
    cancel=True,
    authorises=True,
)
INFO = contract.ProviderInfo(
    code=CODE,
    name="Apartado",
    contract_version=(1, 1),
    countries=("CR",),
    currencies=(contract.CurrencyRule(currency="CRC", decimals=2),),
    channels=frozenset(contract.Channel),
    ways=(CARD,),
    reference=contract.ReferenceRule(20),
    endpoints={"live": {"api": HOST}, "test": {"api": HOST}},
    names_account=False,
)
VOUCHED = frozenset({"reference", "movement", "amount", "expires_at"})
STATES = {"open": Kind.ACCEPTED, "held": Kind.AUTHORISED, "void": Kind.CANCELLED, "lapsed": Kind.EXPIRED}


def send(account: Any, method: str, path: str, **body: Any) -> Any:
    content = json.dumps(body).encode() if body else None
    headers = {"content-type": "application/json"}
    return contract.Request(method, f"{account.endpoints['api']}/{path}", content=content, headers=headers)


def news(answer: Any) -> tuple[Observation, ...]:
    """What the provider says of a payment; with ``silent`` it states no amount."""
    if answer.status_code == 422:
        raise contract.Refused(contract.Reason(contract.ReasonKind.DENIED, "422"))
    said = contract.json_object(answer)
    if answer.status_code == 404:
        return (Observation(kind=Kind.NOT_FOUND),)
    common = {"reference": str(said["ref"]), "provider_reference": f"A-{said['ref']}"}
    if said["state"] == "taken":
        amount = None if said["taken"] is None else Money(said["taken"], "CRC")  # type: ignore[arg-type]
        vouched = VOUCHED - {"amount"} if amount is None else VOUCHED
        return (Observation(kind=Kind.PAID, movement=f"M-{said['ref']}", amount=amount, vouched=vouched, **common),)
    until = datetime.fromisoformat(str(said["until"])) if said["until"] else None
    amount = Money(said["held"], "CRC") if said["held"] else None  # type: ignore[arg-type]
    kind = STATES[str(said["state"])]
    return (Observation(kind=kind, amount=amount, vouched=VOUCHED, expires_at=until, **common),)


def told(said: Any) -> Observation:
    """One payment in a notification: it was taken."""
    amount = Money(said["taken"], "CRC")
    return Observation(
        kind=Kind.PAID, reference=said["ref"], movement=f"M-{said['ref']}", amount=amount, vouched=VOUCHED
    )


def line_of(said: Any) -> contract.SettlementLine:
    """One line of a payout."""
    gross, fee = Money(said["gross"], "CRC"), Money(said["fee"], "CRC")
    net = Money(said.get("net", said["gross"] - said["fee"]), "CRC")
    return contract.SettlementLine(line_id=said["id"], gross=gross, net=net, fee=fee, reference=said["ref"])


class Plugin:
    """Its hooks."""

    @staticmethod
    @hookimpl
    def describe_provider() -> Any:
        return INFO

    @staticmethod
    @hookimpl
    def render_pay_button(offer: Any) -> Any:
        return contract.PayButton(label="Apartado", accessible_label="Pagar con Apartado", background="#123456")

    @staticmethod
    @hookimpl
    def validate_identity(check: Any, account: Any) -> Any:
        return contract.IdentityReport(credentials=contract.Credentials.ACCEPTED)

    @staticmethod
    @hookimpl
    def create_payment(order: Any, account: Any) -> Iterator[Any]:
        yield contract.opens_session(send(account, "POST", f"open/{order.reference}", cents=order.amount.minor))
        return contract.PaymentStarted(action=contract.Redirect(f"{account.endpoints['api']}/page/{order.reference}"))

    @staticmethod
    @hookimpl
    def query_payment(query: Any, account: Any) -> Iterator[Any]:
        answer = yield contract.harmless(send(account, "GET", f"look/{query.reference}"))
        return news(answer)

    @staticmethod
    @hookimpl
    def handle_notification(message: Any, account: Any) -> contract.Reading:
        if message.header("x-proof") != "right":
            return contract.Reading(verdict=contract.Verdict.INVALID, reason="the proof is missing or wrong")
        said = json.loads(message.body)
        lines = tuple(line_of(item) for item in said.get("lines", ()))
        return contract.Reading(
            verdict=contract.Verdict.VALID,
            observations=tuple(told(item) for item in said.get("payments", ())),
            settlement_lines=lines,
        )

    @staticmethod
    @hookimpl
    def capture_payment(capture: Any, account: Any) -> Iterator[Any]:
        answer = yield send(account, "POST", f"take/{capture.reference}", cents=capture.amount.minor)
        return news(answer)

    @staticmethod
    @hookimpl
    def cancel_payment(cancel: Any, account: Any) -> Iterator[Any]:
        answer = yield send(account, "POST", f"void/{cancel.reference}", why="asked")
        return news(answer)


@attrs.define
class Book:
    """What the provider has done, and how it answers.

    Attributes:
        takes: References whose money it was told to take, each time.
        lose: Answers to requests with this verb are lost: ``before`` or ``after`` they were done.
        silent: It states no amount of what it took.
    """

    now: Any
    days: float | None = 7
    payments: dict[str, dict[str, Any]] = attrs.Factory(dict)
    takes: list[str] = attrs.Factory(list)
    asked: list[str] = attrs.Factory(list)
    lose: dict[str, str] = attrs.Factory(dict)
    refuse: set[str] = attrs.Factory(set)
    silent: bool = False

    def authorise(self, reference: str, *, cents: int | None = None) -> None:
        """The payer's bank holds the money."""
        known = self.payments[reference]
        until = None if self.days is None else (self.now() + timedelta(days=self.days)).astimezone(UTC).isoformat()
        known.update(state="held", held=cents or known["cents"], until=until)

    def taken(self, reference: str) -> int:
        """What it took of a payment, in the end."""
        return int(self.payments[reference]["book"])

    def answer(self, verb: str, reference: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if verb == "open":
            told = {"ref": reference, "state": "open", "held": 0, "taken": 0, "until": None}
            self.payments[reference] = {**told, "cents": body["cents"], "book": 0}
        known = self.payments.get(reference)
        if known is None:
            return 404, {}
        if verb == "take":
            self.takes.append(reference)
            if verb in self.refuse or known["state"] != "held" or body["cents"] > known["held"]:
                return 422, {}
            known.update(
                state="taken", taken=None if self.silent else body["cents"], book=known["book"] + body["cents"]
            )
        if verb == "void":
            if known["state"] not in ("open", "held"):
                return 422, {}
            known["state"] = "void"
        return 200, {key: known[key] for key in ("ref", "state", "held", "taken", "until")}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        verb, reference = scope["path"].rsplit("/", 2)[-2:]
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.asked.append(verb)
        lost = self.lose.get(verb, "")
        if lost == "before":
            raise ConnectionResetError("lost before it was done")
        status, said = self.answer(verb, reference, json.loads(body) if body else {})
        if lost:
            raise ConnectionResetError("lost after it was done")
        content = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def provider_at(base: str) -> Provider:
    """The plugin, loaded as if it were installed, at an address on loopback."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    manager.register(Plugin)
    hooks = frozenset(name for name in vars(Plugin) if not name.startswith("_"))
    return Provider(
        code=CODE,
        info=INFO,
        hooks=manager.hook,
        module=Plugin,
        distribution="payment-hub-apartado",
        version="1.0",
        capabilities=hooks,
        overrides={"api": f"{base}/sim/{CODE}"},
    )


@attrs.define
class Holding:
    """A world in which a company takes cards by this provider."""

    world: World
    book: Book
    account: ProviderAccount

    def install(self, hub: Any) -> None:
        """Let a hub of this world know the plugin."""
        hub.registry.providers = {**hub.registry.providers, CODE: provider_at(self.world.base)}

    def pay(self, *, held: bool = True, minor: int = 90_000, cents: int | None = None) -> tuple[Debtor, Payment]:
        """A payer goes to the provider's page, and lets the money be held there."""
        debtor = self.world.debtor("CR", minor)
        payment = self.world.pay(debtor, account_id=self.account.id, way=CARD.code)
        if held:
            self.book.authorise(payment.reference, cents=cents)
        return debtor, payment

    def look(self, payment: Payment) -> Payment:
        """The check of a payment is due, and what follows from it is done."""
        self.world.write(lambda tx: tx.payments.make_due(payment.id, self.world.clock.now))
        self.world.work()
        return self.world.payment(payment)

    def notify(self, said: dict[str, Any], *, proof: str = "right") -> int:
        """The provider posts a notification; how the hub answered."""

        async def post() -> int:
            url = f"{self.world.base}/n/{CODE}/{self.account.path_token}"
            return (await self.world.town.client.post(url, json=said, headers={"x-proof": proof})).status_code

        return self.world.run(post())

    def choose(self, **changes: Any) -> None:
        """Change what the merchant chose for the account."""

        def save(tx: Any) -> None:
            self.account = attrs.evolve(tx.accounts.get(self.account.id), **changes)
            tx.accounts.save(self.account)

        self.world.write(save)


def holding(world: World) -> Holding:
    """Connect the company in Costa Rica with this provider."""
    book = Book(now=lambda: world.clock.now)
    world.outside[CODE] = book  # type: ignore[index]
    merchant = world.companies["CR"]
    account = ProviderAccount(
        id="apartado-account",
        merchant_id=merchant.id,
        provider=CODE,
        mode=merchant.mode,
        status=AccountStatus.ACTIVE,
        path_token="apartado-token",
        created_at=world.clock.now,
        updated_at=world.clock.now,
    )
    made = Holding(world=world, book=book, account=account)
    made.install(world.hub)
    world.enable("CR", CODE)
    world.write(lambda tx: tx.accounts.add(account))
    return made
