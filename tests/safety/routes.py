"""Every route of the application with its rule; a route without one fails the tests.

A new route is given its rule here: how a form of it proves where it comes from, and what its address names.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from hub.domain.conversion import Rate
from hub.domain.decision import DecisionKind, Signed, proposal
from hub.domain.disbursement import PaidOut
from hub.domain.files.layout import FileKind
from hub.domain.identity import Invalid
from hub.domain.import_run import ImportRun
from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.message import About
from hub.domain.month import Month
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.domain.round import Choice, Every
from hub.domain.withholding import RateUnit, WithholdingRate
from hub.domain.withholding_certificate import Every as CertifiedEvery
from hub.domain.withholding_certificate import Period
from hub.flows.closing.close_month import close_month
from hub.flows.corrections.convert_money import Wanted, convert_money
from hub.flows.corrections.disburse_credit import disburse_credit
from hub.flows.corrections.record_receipt import record_for_payment
from hub.flows.corrections.withholding_certificates import WantedCertificate, record_certificate
from hub.flows.ground.open_link import url_of
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.take_in import take_at_once
from hub.flows.merchants.withholding_rates import add_rate
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.statements.promise_payment import record_promise
from hub.flows.statements.report_payment import REPORTED, Report, report_payment
from hub.flows.statements.schedule_rounds import schedule_round
from hub.flows.statements.send_round import start_round
from hub.flows.views.check_cash_receipt import check_token
from hub.flows.views.print_receipt import verify_token
from hub.web.app import Front
from hub.web.portal.letter import letter_of
from hub_hookspecs import Money
from tests.web.conftest import House

from .people import People

CLOSED_MONTH: Final = "2020-01"
PICTURE: Final = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 64
SESSION = "session"
"""The form carries the session's token; without a session one is asked to sign in."""

ENTRY = "entry"
"""The form carries a token tied to a cookie, before there is a session."""

LINK = "link"
"""The form carries a token made for the link that opened the page."""

ADDRESS = "address"
"""No form token: the address itself proves it, since mail providers post there on their reader's behalf."""

KEY = "key"
"""No browser: an API key in a header."""

WRITES: Final[Mapping[str, str]] = {
    "/s/{token}/pay": LINK,
    "/s/{token}/renew": LINK,
    "/s/{token}/note": LINK,
    "/s/{token}/report": LINK,
    "/s/{token}/promise": LINK,
    "/p/{token}/cancel": LINK,
    "/o/{token}/pay": LINK,
    "/r/{token}": LINK,
    "/u/{token}": ADDRESS,
    "/u/{token}/again": ADDRESS,
    "/m/sign-in": ENTRY,
    "/m/sign-in/{link}": ENTRY,
    "/m/new/{link}": ENTRY,
    "/v1/orders": KEY,
}
"""How a POST that is not listed proves itself: below /m by the session."""

OPEN: Final = frozenset(
    {
        "/",
        "/healthz",
        "/readyz",
        "/static/{name}",
        "/v1/openapi.json",
        "/logo/{owner}/{picture}",
        "/m/sign-in",
        "/m/sign-in/{link}",
        "/m/new/{link}",
    }
)
"""Routes that show nothing of anybody, but a company's logo to whoever has its address."""

OBJECTS: Final = frozenset(
    {"customer", "payment", "receipt", "order_id", "token", "delivery", "review", "round_id", "schedule", "key"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "rate", "promise"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "decision"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "rate", "certificate"}
)
"""Parameters that name something of a merchant's; `belongings` makes one of each."""

NO_OBJECTS: Final = frozenset({"code", "kind", "link", "name", "owner", "picture", "month"})
"""Parameters that name nothing that is kept from anybody: a provider's code, a kind of report, a one-time link,
a file, a logo, a month."""

OF_ONE_MODE: Final = frozenset(
    {"payment", "receipt", "delivery", "review", "round_id", "schedule", "key"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "promise"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "decision"}
    | {"disbursement", "conversion", "invoice", "account", "run_id", "certificate"}
)
"""Those of `OBJECTS` below /m that belong to one mode."""

FILES: Final = frozenset(
    {
        "/m/close/{month}/package",
        "/m/certificates/{certificate}/file",
        "/m/customers/{customer}/activity/csv",
        "/m/customers/{customer}/activity/pdf",
        "/m/disbursements/{disbursement}/pdf",
        "/m/exports/payments",
        "/m/import/{run_id}/set-aside",
        "/m/proofs/{review}",
        "/m/receipts/{receipt}/pdf",
        "/m/reports/{kind}/file",
        "/p/{token}/qr.png",
        "/p/{token}/soporte.pdf",
        "/p/{token}/volante.pdf",
        "/s/{token}/estado-de-cuenta.pdf",
        "/s/{token}/movimientos.csv",
        "/s/{token}/movimientos.pdf",
    }
)
"""Routes that answer with a file to be saved."""

FRAMES: Final = frozenset({"/m/mails/{delivery}", "/m/customers/{customer}/mail"})
"""Pages that show a mail in a frame of ours."""

FRAMED: Final = frozenset({"/m/mails/{delivery}/body", "/m/customers/{customer}/mail/body"})
"""What stands in such a frame, in a sandbox."""


@attrs.frozen
class Route:
    """One path with the methods that it answers."""

    path: str
    methods: frozenset[str]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path."""
        return tuple(part.strip("{}") for part in self.path.split("/") if part.startswith("{"))

    @property
    def proof(self) -> str:
        """How a POST of it proves where it comes from."""
        return WRITES.get(self.path) or (SESSION if self.path.startswith("/m") else "")


def routes_of(front: Front) -> tuple[Route, ...]:
    """All routes, from the application's own table."""
    return tuple(
        Route(route.path_format, frozenset(route.methods) - {"OPTIONS", "HEAD"})  # type: ignore[union-attr]
        for route in sorted(front.pages.routes, key=lambda route: route.path)
    )


@attrs.frozen(kw_only=True)
class Belongings:
    """One thing of each kind that a merchant has, with the links that open them."""

    merchant: Merchant
    customer: Customer
    payment: Payment
    live: Payment
    receipt: CashReceipt
    tokens: Mapping[str, str]
    things: Mapping[str, str]
    key: str
    secrets: tuple[str, ...]

    def path(self, route: Route, **instead: str) -> str:
        """The route's address of these things."""
        path = route.path
        for name in route.parameters:
            path = path.replace(f"{{{name}}}", instead.get(name) or self.value(route, name))
        return path

    def value(self, route: Route, name: str) -> str:
        """What stands for a parameter."""
        if name == "token":
            return self.tokens[route.path.split("/")[1]]
        found = {
            **self.things,
            "code": "greenpay",
            "kind": "owed",
            "link": "0" * 70,
            "name": "hub.css",
            "owner": "0" * 26,
            "picture": "0" * 64,
            "month": CLOSED_MONTH,
        }
        assert name in found, f"{route.path}: {{{name}}} has no rule in tests/safety/routes.py"
        return found[name]


def money_by_hand(house: House, merchant: Merchant, customer_id: str, currency: str) -> dict[str, str]:
    """Dollars that were converted by two people, and credit of them that was paid out."""
    made = None
    for by in ("duena", "contadora"):
        wanted = Wanted(
            customer_id=customer_id,
            came=Money(100_000_00, "USD"),
            settles_in=currency,
            rate=Rate(base="USD", quote=currency, value=Decimal(500), source="banco", on=house.today),
            means="cash",
            value_on=house.today,
        )
        made = made or house.run(convert_money(house.hub, merchant, wanted, signed=Signed(by=by, why="x"))).conversion
    paid = PaidOut(amount=Money(100, currency), means="cash", paid_on=house.today)
    out = house.run(disburse_credit(house.hub, merchant, customer_id, paid, signed=Signed(by="duena", why="x")))
    assert made
    assert out.disbursement
    return {"conversion": made.id, "disbursement": out.disbursement.id}


def a_rate(house: House, merchant: Merchant) -> str:
    """A rate that nothing rests on."""
    tax = house.hub.countries[merchant.company.country].withheld_taxes[0][0]
    wanted = WithholdingRate(
        id="",
        merchant_id=merchant.id,
        tax=tax,
        concept=f"Secreto {next(house.numbers)}",
        parts=20_000,
        unit=RateUnit.PERCENT,
        minimum_base=Money(0, "CRC"),
        valid_from=house.today,
        added_by="duena",
        added_at=house.time(),
    )
    return house.run(add_rate(house.hub, merchant, wanted)).id


def a_certificate(house: House, merchant: Merchant, customer_id: str) -> str:
    """A certificate with its file."""
    country = house.hub.countries[merchant.company.country]
    wanted = WantedCertificate(
        customer_id=customer_id,
        tax=country.withheld_taxes[0][0],
        number="CERT-1",
        period=Period.of(house.today, CertifiedEvery.YEAR),
        issued_on=house.today,
        amount=Money(100, country.currencies[0]),
        by="duena",
        file=("secreta.png", PICTURE),
    )
    return house.run(record_certificate(house.hub, merchant, wanted)).id


def an_import(house: House, merchant: Merchant, customer: Customer) -> ImportRun:
    """A file that was taken, but for a row that was set aside."""
    assert customer.document
    who = f"{customer.document.type};{customer.document.number};{customer.name}"
    rows = f"tipo;identificacion;nombre\n{who}\n;;Nadie\n".encode()
    run = house.run(hand_in(house.hub, merchant, rows, kind=FileKind.CUSTOMERS, name="secreta.csv", by="duena"))
    house.run(take_at_once(house.hub, merchant, run, rows))
    return run


def a_close(house: House, merchant: Merchant) -> None:
    """A month long ago is closed, and its package made."""
    month = Month.read(CLOSED_MONTH)
    with contextlib.suppress(Invalid):  # it is closed already
        house.run(close_month(house.hub, merchant, merchant.mode, month, by="duena", why="x", is_owner=True))
    (close,) = house.read(lambda tx: tx.closes.standing(merchant.id, merchant.mode))
    house.until(lambda: (found := house.read(lambda tx: tx.packages.get(close.id))) and found.made_at)


def belongings(house: House, people: People, country: str = "CR") -> Belongings:
    """A payment that was paid and recorded, one that waits, an order, and links to all of them."""
    merchant = house.merchants[country]
    debtor = house.debtor(country, (1500000, -30), (2500000, -10), email="ana@secreta.example")
    payment = people.paid(country, debtor)
    receipt = house.run(record_for_payment(house.hub, merchant, payment.id, by="duena"))
    waiting = house.debtor(country, (700000, -1))
    live = people.start(country, waiting)
    key = people.api_key(merchant)
    proposed = proposal(
        house.hub.fresh_id(),
        DecisionKind.WRITE_OFF,
        About(waiting.invoices[0].id, merchant.id, merchant.mode),
        Signed(by="otra", why="secreto"),
        house.time(),
        payment_id=None,
        amount=Money(100, waiting.invoices[0].currency),
        content={"invoice": waiting.invoices[0].number},
    )
    house.write(lambda tx: tx.decisions.add(proposed))
    cart = {
        "number": f"S-{receipt.number}",
        "currency": "CRC" if country == "CR" else "COP",
        "items": [{"description": "Taladro secreto", "quantity": 1, "price": 100}],
        "customer": {"email": "secreta@correo.example"},
    }
    answer = people.browser().post(
        "/v1/orders", json=cart, headers={"Authorization": f"Bearer {key}", "Idempotency-Key": cart["number"]}
    )
    assert answer.status_code == 201, answer.text
    placed = answer.json()
    record = house.until(
        lambda: house.read(lambda tx: tx.links.find(LinkKind.RECEIPT, payment.id, payment.mode, house.time()))
    )
    report = Report(amount=Money(100, "CRC"), paid_on=house.today, means="x", file=("prueba.png", PICTURE))
    house.run(report_payment(house.hub, debtor.path.split("/")[2], report, letter_of))
    a_close(house, merchant)
    fresh = house.hub.fresh_id()
    sent = house.run(start_round(house.hub, merchant, Choice(least={"CRC": 10**12}), round_id=fresh, by="duena"))
    run = an_import(house, merchant, debtor.customer)
    schedule = house.run(schedule_round(house.hub, merchant, every=Every.WEEK, weekday=1, choice=Choice(), by="duena"))
    owed = debtor.invoices[1].id
    house.run(record_promise(house.hub, merchant, debtor.customer.id, [owed], house.today, by="duena"))

    def read(tx: Any) -> dict[str, str]:
        (promised,) = tx.promises.of_payables([owed])
        reviews = [item for item in tx.reviews.of(merchant_id=merchant.id) if item.cause == REPORTED]
        deliveries = tx.deliveries.of(merchant_id=merchant.id, subject_id=payment.id)
        return {
            "review": reviews[-1].id,
            "promise": promised.id,
            "delivery": next(item.id for item in deliveries if item.kind == "receipt"),
            "key": tx.merchants.api_keys(merchant.id)[-1].id,
        }

    return Belongings(
        merchant=merchant,
        customer=debtor.customer,
        payment=payment,
        live=live,
        receipt=receipt,
        tokens={
            "s": debtor.path.split("/")[2],
            "p": people.page_of(payment).split("/")[2],
            "o": placed["page"].rpartition("/")[2],
            "r": url_of(house.hub, record).rpartition("/")[2],
            "v": verify_token(house.hub, payment.id),
            "c": check_token(house.hub, receipt.id),
            "u": unsubscribe_url(house.hub, debtor.customer.id).rpartition("/")[2],
        },
        things={
            **house.read(read),
            "customer": debtor.customer.id,
            "invoice": debtor.invoices[0].id,
            "account": house.accounts[country].id,
            "payment": payment.id,
            "receipt": receipt.id,
            **money_by_hand(house, merchant, waiting.customer.id, receipt.cash.currency),
            "order_id": placed["id"],
            "round_id": sent.id,
            "schedule": schedule.id,
            "run_id": run.id,
            "rate": a_rate(house, merchant),
            "decision": proposed.id,
            "certificate": a_certificate(house, merchant, debtor.customer.id),
        },
        key=key,
        secrets=(
            debtor.customer.name,
            debtor.customer.email,
            debtor.invoices[0].number,
            payment.reference,
            "Taladro secreto",
            merchant.company.legal_name,
        ),
    )
