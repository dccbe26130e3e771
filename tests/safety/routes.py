"""Every route of the application with its rule; a route without one fails the tests.

A new route is given its rule here: how a form of it proves where it comes from, and what its address names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from hub.domain.merchant import Customer, LinkKind, Merchant
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.flows.open_link import url_of
from hub.flows.record_receipt import record_for_payment
from hub.web.app import Front

from .people import People

SESSION = "session"
"""The form carries the session's token; without a session one is asked to sign in."""

ENTRY = "entry"
"""The form carries a token tied to a cookie, before there is a session."""

LINK = "link"
"""The form carries a token made for the link that opened the page."""

KEY = "key"
"""No browser: an API key in a header."""

WRITES: Final[Mapping[str, str]] = {
    "/s/{token}/pay": LINK,
    "/s/{token}/renew": LINK,
    "/o/{token}/pay": LINK,
    "/r/{token}": LINK,
    "/m/sign-in": ENTRY,
    "/m/sign-in/{link}": ENTRY,
    "/v1/orders": KEY,
}
"""How a POST that is not listed proves itself: below /m by the session."""

OPEN: Final = frozenset(
    {"/healthz", "/readyz", "/static/{name}", "/v1/openapi.json", "/m/sign-in", "/m/sign-in/{link}"}
)
"""Routes that show nothing of anybody."""

OBJECTS: Final = frozenset({"customer", "payment", "receipt", "order_id", "token"})
"""Parameters that name something of a merchant's."""

NO_OBJECTS: Final = frozenset({"code", "link", "name"})
"""Parameters that name nothing of a merchant's: a provider's code, a one-time link, a file of ours."""


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
    order_id: str
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
        match name:
            case "token":
                return self.tokens[route.path.split("/")[1]]
            case "customer":
                return self.customer.id
            case "payment":
                return self.payment.id
            case "receipt":
                return self.receipt.id
            case "order_id":
                return self.order_id
            case "code":
                return "greenpay"
            case "link":
                return "0" * 70
            case "name":
                return "hub.css"
        raise AssertionError(f"{route.path}: {{{name}}} has no rule in tests/safety/routes.py")


def belongings(house: Any, people: People, country: str = "CR") -> Belongings:
    """A payment that was paid and recorded, one that waits, an order, and links to all of them."""
    merchant = house.merchants[country]
    debtor = house.debtor(country, (1500000, -30), (2500000, -10), email="ana@secreta.example")
    payment = people.paid(country, debtor)
    receipt = house.run(record_for_payment(house.hub, merchant, payment.id, by="duena"))
    waiting = house.debtor(country, (700000, -1))
    live = people.start(country, waiting)
    key = people.api_key(merchant)
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
        },
        order_id=placed["id"],
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
