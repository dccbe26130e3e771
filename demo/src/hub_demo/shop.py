"""A shop of the demo: three products and a form; its orders go through the hub's own API over HTTP, as any shop's do.

docs/embed.md tells the same in steps.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import attrs
import httpx
from jinja2 import Environment, PackageLoader

from hub.domain.figures import money_text
from hub.domain.merchant import Merchant
from hub_hookspecs import Money

from .words import WORDS

Scope = Mapping[str, Any]

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
MAX_BYTES: Final = 8192
MAX_OF_ONE: Final = 9


@attrs.frozen
class Product:
    """Something to buy; ``price`` in minor units,
    ``drawing`` the inside of a 24 x 24 line drawing."""

    sku: str
    name: str
    price: int
    drawing: str


SHELVES: Final[Mapping[str, tuple[str, tuple[Product, ...]]]] = {
    "cr": (
        "CRC",
        (
            Product(
                "T-20",
                "Taladro inalámbrico 20 V",
                6490000,
                '<path d="M3 7h11v5H3zM14 8h5v3h-5M19 9.5h2.5M6 12l-1 8h4l1-8"/>',
            ),
            Product(
                "B-13",
                "Brocas, 13 piezas",
                875000,
                '<path d="M6 3v18M12 5v16M18 8v13M5 7l2-2M5 11l2-2M11 9l2-2M11 13l2-2"/>',
            ),
            Product(
                "G-02", "Guantes de trabajo", 320050, '<path d="M7 21v-7l-2-4 1.5-1L9 12V5h2v5h1V4h2v6h1V5h2v8l-2 8z"/>'
            ),
        ),
    ),
    "co": (
        "COP",
        (
            Product(
                "C-50",
                "Café de origen, 500 g",
                3890000,
                '<path d="M7 4h10l1 4v12H6V8zM6 8h12M10 13c2-2 4 0 4 2s-3 2-4 0 0-2 0-2"/>',
            ),
            Product(
                "M-01", "Molino manual", 12000000, '<path d="M8 10h8l1 10H7zM9 10a3 3 0 0 1 6 0M12 7V4h5M17 3v2"/>'
            ),
            Product(
                "P-06",
                "Prensa francesa",
                7450000,
                '<path d="M7 7h9v13H7zM16 10h3v6h-3M6 7h11M11.5 7V3M9.5 3h4M7 12h9"/>',
            ),
        ),
    ),
}
SHOPPERS: Final = {
    "cr": ("Ana Lucía Mora", "ana.mora@correo.example", "8899-0011"),
    "co": ("Camila Torres", "camila.torres@correo.example", "3101234567"),
}


@attrs.define
class Shop:
    """An ASGI application for ``/shop``; it knows the hub by its address and its key alone."""

    client: httpx.AsyncClient
    base_url: str
    lang: str
    companies: dict[str, Merchant] = attrs.Factory(dict)
    keys: dict[str, str] = attrs.Factory(dict)
    orders: dict[str, str] = attrs.Factory(dict)
    _templates: Environment = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._templates = Environment(loader=PackageLoader("hub_demo"), autoescape=True)

    def open(self, merchant: Merchant, key: str) -> None:
        """Sell for a company."""
        shelf = merchant.company.country.lower()
        self.companies[shelf], self.keys[shelf] = merchant, key

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        shelf = scope["path"].removeprefix("/shop").strip("/")
        if shelf not in self.keys:
            await _answer(send, 404, "")
        elif scope["method"] == "POST":
            status, body, location = await self._buy(shelf, await _form(receive))
            await _answer(send, status, body, location)
        else:
            query = parse_qs(scope["query_string"].decode("latin-1"))
            await _answer(send, 200, await self._draw(shelf, order=query.get("order", [""])[0]))

    async def _buy(self, shelf: str, form: Mapping[str, list[str]]) -> tuple[int, str, str]:
        """Place the order, and send the shopper to its page."""
        typed = {name: values[0].strip() for name, values in form.items()}
        currency, products = SHELVES[shelf]
        items = [
            {"sku": product.sku, "description": product.name, "quantity": count, "price": product.price}
            for product in products
            if (count := _count(typed.get(product.sku, "")))
        ]
        if not items:
            return 422, await self._draw(shelf, typed=typed, error="shop_empty"), ""
        number = f"WEB-{secrets.token_hex(4).upper()}"
        answer = await self.client.post(
            f"{self.base_url}/v1/orders",
            json={
                "number": number,
                "currency": currency,
                "items": items,
                "customer": {name: typed.get(name, "") for name in ("name", "email", "phone")},
                "hold_minutes": 30,
                "language": self.lang,
                "return_url": f"{self.base_url}/shop/{shelf}?order={number}",
            },
            headers={"Authorization": f"Bearer {self.keys[shelf]}", "Idempotency-Key": number},
        )
        if answer.status_code != 201:
            return 422, await self._draw(shelf, typed=typed, error="shop_refused"), ""
        placed = answer.json()
        self.orders[number] = placed["id"]
        return 303, "", placed["page"]

    async def _draw(
        self, shelf: str, *, typed: Mapping[str, str] | None = None, error: str = "", order: str = ""
    ) -> str:
        currency, products = SHELVES[shelf]
        company = self.companies[shelf]
        name, email, phone = SHOPPERS[shelf]
        return self._templates.get_template("shop.html").render(
            words=WORDS[self.lang],
            lang=self.lang,
            shelf=shelf,
            company=company.company.name,
            products=[(product, money_text(Money(product.price, currency), company.locale)) for product in products],
            typed=typed or {"name": name, "email": email, "phone": phone, products[0].sku: "1"},
            error=WORDS[self.lang].get(error, ""),
            order=order,
            state=await self._state(shelf, order),
        )

    async def _state(self, shelf: str, number: str) -> str:
        """How an order stands, asked of the hub as any shop would."""
        if number not in self.orders:
            return ""
        answer = await self.client.get(
            f"{self.base_url}/v1/orders/{self.orders[number]}",
            headers={"Authorization": f"Bearer {self.keys[shelf]}"},
        )
        return WORDS[self.lang].get(f"shop_{answer.json().get('status')}", "") if answer.status_code == 200 else ""


def _count(text: str) -> int:
    return min(int(text), MAX_OF_ONE) if re.fullmatch("[0-9]{1,3}", text) else 0


async def _form(receive: Any) -> Mapping[str, list[str]]:
    body = b""
    while len(body) <= MAX_BYTES:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body", False):
            break
    return parse_qs(body[:MAX_BYTES].decode("utf-8", "replace"))


async def _answer(send: Any, status: int, body: str, location: str = "") -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", POLICY.encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if location:
        headers.append((b"location", location.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
