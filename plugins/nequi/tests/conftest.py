"""A simulated Nequi, and a driver that runs the plugin's hooks against it: no network, no hub."""

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

import hub_nequi
from hub_hookspecs import (
    Account,
    Ask,
    Cancel,
    Company,
    Conclusion,
    Grant,
    GrantRequest,
    IdentityDocument,
    Message,
    Mode,
    Money,
    Order,
    OrderLine,
    OutcomeUnknown,
    Payer,
    PaymentStarted,
    Query,
    Refund,
    RefundKind,
    Source,
    Steps,
    wants_grant,
)
from hub_hookspecs.http import library as httpx
from hub_nequi.simulator import SIMULATOR

BASE = "http://nequi.test"
NOW = datetime(2026, 3, 2, 14, 5, 9, 120000, tzinfo=UTC)
PHONE = "3998764643"
REFERENCE = "INV0000421"

COMPANY = Company(
    country="CO",
    document=IdentityDocument("NIT", "900123456", "8"),
    legal_name="La Compañía SAS",
    trade_name="Mi Comercio",
    zone="America/Bogota",
)


@attrs.define
class Sent:
    """What the driver saw of one hook call."""

    requests: list[httpx.Request] = attrs.Factory(list)
    conclusion: Conclusion[Any] | None = None


class Nequi:
    """One simulated Nequi with one merchant, and the account that the plugin is given."""

    def __init__(self, merchant: dict[str, Any], options: dict[str, Any]) -> None:
        self.config = SIMULATOR.configure({"merchants": [merchant], "options": options})
        self.transport = httpx.ASGITransport(SIMULATOR.app(self.config), raise_app_exceptions=False)
        self.info = hub_nequi.describe_provider()
        self.last = Sent()
        self._grant: Grant | None = None
        self._calls = 0

    def account(self, company: Company = COMPANY, **changes: str) -> Account:
        """The merchant's account as the hub would hand it in."""
        settings = {**SIMULATOR.settings(self.config, self.config["merchants"][0]["id"]), **changes}
        return Account(company=company, mode=Mode.TEST, settings=settings, endpoints=SIMULATOR.endpoints(BASE))

    def http(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of somebody else: a payer's browser, an official client, the control address."""

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url=BASE) as client:
                return await client.request(method, path, **more)

        return asyncio.run(send())

    def control(self, action: str, **body: Any) -> Any:
        """Tell the simulator to do something."""
        answer = self.http("POST", f"/_control/{action}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def book(self) -> list[dict[str, Any]]:
        """Whose money it holds."""
        found: list[dict[str, Any]] = self.http("GET", "/_control/book").json()
        return found

    def run(self, name: str, record: Any, account: Account | None = None) -> Conclusion[Any]:
        """Drive one hook to its conclusion, as the hub does; nothing is repeated."""
        account = account or self.account()
        hook = getattr(hub_nequi, name)
        return asyncio.run(self._drive(name, hook(record, account), account))

    def result(self, name: str, record: Any, account: Account | None = None) -> Any:
        """The hook's result; anything else is a failure of the test."""
        conclusion = self.run(name, record, account)
        assert conclusion.outcome == "result", conclusion
        return conclusion.value

    async def _drive(self, name: str, exchange: Any, account: Account) -> Conclusion[Any]:
        sent = Sent()
        steps: Steps[Any] = Steps(name, exchange, info=self.info, account=account)
        step = steps.first()
        async with httpx.AsyncClient(transport=self.transport, base_url=BASE) as client:
            while isinstance(step, Ask):
                request = step.request
                if wants_grant(request):
                    request.headers.update((await self._granted(account)).headers)
                sent.requests.append(request)
                try:
                    response = await client.send(request)
                except Exception:  # noqa: BLE001 - whatever breaks, a byte has left
                    step = steps.failed(OutcomeUnknown("the answer is lost"), wrote=True)
                else:
                    step = steps.answered(response)
        sent.conclusion = step
        if name != "authorize":
            self.last = sent
        return step

    async def _granted(self, account: Account) -> Grant:
        if self._grant is None:
            asked = GrantRequest(now=datetime.now(UTC), call_id="grant00001")
            conclusion = await self._drive("authorize", hub_nequi.authorize(asked, account), account)
            assert conclusion.value is not None, conclusion
            self._grant = conclusion.value
        return self._grant

    # A payment's way through the hooks

    def call_id(self) -> str:
        """Ten fresh alphanumerics."""
        self._calls += 1
        return f"CALL{self._calls:06}"

    def order(self, **changes: Any) -> Order:
        """La Compañía's invoice, to be pushed to the documentation's phone."""
        fields: dict[str, Any] = {
            "reference": REFERENCE,
            "way": "push",
            "amount": Money(18500000, "COP"),
            "description": "Factura F-421",
            "lines": (OrderLine(number="F-421", description="Factura F-421", amount=Money(18500000, "COP")),),
            "payer": Payer(fields={"phone": PHONE}),
            "return_url": "https://hub.test/r/token",
            "locale": "es-CO",
            "now": datetime.now(UTC),
            "call_id": self.call_id(),
        }
        return Order(**{**fields, **changes})

    def start(self, **changes: Any) -> PaymentStarted:
        """Start a payment that succeeds."""
        started = self.result("create_payment", self.order(**changes))
        assert isinstance(started, PaymentStarted)
        return started

    def about(self, started: PaymentStarted | None, way: str = "push", **changes: Any) -> dict[str, Any]:
        """What the hub keeps of a payment."""
        kept = started.observations[0].provider_reference if started and started.observations else None
        return {
            "reference": REFERENCE,
            "provider_reference": kept,
            "way": way,
            "amount": Money(18500000, "COP"),
            "memory": started.memory if started else {},
            "now": datetime.now(UTC),
            "call_id": self.call_id(),
            **changes,
        }

    def query(self, started: PaymentStarted | None, way: str = "push", **changes: Any) -> Any:
        """Observations of one query."""
        about = self.about(started, way, **changes)
        return self.result("query_payment", Query(created_at=about["now"], **about))

    def cancel(self, started: PaymentStarted, **changes: Any) -> Conclusion[Any]:
        """Withdraw a payment."""
        return self.run("cancel_payment", Cancel(operation="OP00000001", **self.about(started, **changes)))

    def refund(
        self, started: PaymentStarted | None, way: str = "push", kind: RefundKind = RefundKind.REFUND, **changes: Any
    ) -> Conclusion[Any]:
        """Give it back."""
        about = self.about(started, way, **changes)
        captured = about.pop("captured", Money(18500000, "COP"))
        return self.run("refund_payment", Refund(kind=kind, operation="OP00000001", captured=captured, **about))

    def news(self) -> list[Message]:
        """The notifications that Nequi owes, as they would arrive."""
        return [
            Message(
                source=Source.NOTIFICATION,
                method=row["method"],
                path=row["path"],
                query="",
                headers=tuple(row["headers"].items()),
                body=base64.b64decode(row["body"]),
                received_at=datetime.now(UTC),
                call_id=self.call_id(),
            )
            for row in self.http("GET", "/_control/notifications").json()
        ]


Factory = Callable[..., Nequi]
Reading = dict[str, Any]

READINGS: dict[str, Reading] = {
    "as it comes": {},
    "as recorded": {"trn_id": "client", "paid_date": "creation", "notification_signature": "no_headers"},
    "strictest": {
        "strict_keys": True,
        "trn_id": "client",
        "qr_named_by": "transactionId",
        "unknown_code": "11-9L",
        "origin_money": "object",
        "reversal_body": "text",
        "notification_signature": "bare",
    },
}
"""What the simulator plays where public sources differ."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says EVERY_READING is run under each."""
    if getattr(metafunc.module, "EVERY_READING", False) and "reading" in metafunc.fixturenames:
        metafunc.parametrize("reading", READINGS.values(), ids=READINGS)


@pytest.fixture
def reading() -> Reading:
    """The reading that a Nequi plays here."""
    return {}


@pytest.fixture
def make_nequi(reading: Reading) -> Factory:
    """make_nequi(merchant={...}, option=value): a Nequi of one's own."""

    def make(merchant: dict[str, Any] | None = None, **options: Any) -> Nequi:
        return Nequi({"name": "MI COMERCIO", "code": "NIT_900123456", **(merchant or {})}, {**reading, **options})

    return make


@pytest.fixture
def nequi(make_nequi: Factory) -> Nequi:
    """A Nequi as it comes."""
    return make_nequi()
