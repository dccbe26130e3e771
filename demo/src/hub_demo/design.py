"""The component page: every part of the payer's pages in every state, on one page,
as the hub draws it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
from jinja2 import ChoiceLoader, PackageLoader

from hub.domain.letterhead import Letterhead
from hub.domain.merchant import Customer
from hub.domain.offer import Absence, Offered
from hub.domain.open_item import OpenItem
from hub.domain.statement import compute_statement
from hub.flows.ground.ports import Hub
from hub.flows.payments.payment_view import Shown
from hub.web.markup import button_style, time_left_style
from hub.web.pages import Pages, open_pages
from hub.web.portal.payment import CLOSED, NOT_DONE, PENDING, SHOWN, Headline
from hub.web.responses import Page
from hub_hookspecs import Company, IdentityDocument, Mode, Money, PayButton

from .pages import Scope

COLOURS: Final = (
    *("paper", "sheet", "ink", "soft", "line", "edge", "accent", "on-accent", "accent-back"),
    *("good", "good-back", "warn", "warn-back", "bad", "bad-back", "wait", "wait-back"),
)
SWATCHES: Final = (
    ".swatches{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.75rem}"
    ".swatches>div{border:1px solid var(--line);border-radius:var(--small-round);padding:.75rem}"
)
"""How the colours stand side by side; no page of a hub has them."""

SIZES: Final = (
    ("xxl", "figure", "₡1 234 567,50"),
    ("xl", "h1", "Estado de cuenta"),
    ("l", "h2", "Lo que va a pagar"),
    ("m", "p", "Texto"),
    ("s", "small", "Detalle"),
)
"""The type scale: token, where it is used, and a sample."""

INVOICES: Final[tuple[tuple[str, int, int, int, str], ...]] = (
    ("FE-1041", 1500050, 1500050, -95, "Herramientas manuales"),
    ("FE-1058", 4825000, 2825000, -40, "Pintura y acabados"),
    ("FE-1066", 9680000, 9680000, -3, "Cerrajería"),
    ("FE-1071", 2240000, 2240000, 0, "Materiales"),
    ("FE-1102", 2240000, 2240000, 21, "Tornillería"),
)
"""Number, total, balance, days until due, description."""

BUTTON: Final = PayButton(label="Greenpay", accessible_label="Pagar con Greenpay", background="#0b6b3a")
HINT: Final = "Tarjeta de crédito o débito"


@attrs.frozen
class Design:
    """An ASGI application for ``/design``: all components, as a hub draws them."""

    hub: Hub
    pages: Pages = attrs.field(init=False)

    @pages.default
    def _pages(self) -> Pages:
        pages = open_pages(self.hub)
        loaders = [loader for loader in (pages.environment.loader, PackageLoader("hub_demo")) if loader]
        return attrs.evolve(pages, environment=pages.environment.overlay(loader=ChoiceLoader(loaders)))

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        page = component_page(self.pages, self.hub.clock())
        headers = {"content-type": "text/html; charset=utf-8", **page.headers}
        fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": page.status_code, "headers": fields})
        await send({"type": "http.response.body", "body": page.content.encode()})


def component_page(pages: Pages, now: datetime) -> Page:
    """All components, on made-up invoices of today."""
    company = Company(
        country="CR",
        document=IdentityDocument("CJ", "3101234567"),
        legal_name="Ferretería El Tornillo S.A.",
        trade_name="Ferretería El Tornillo",
        zone="America/Costa_Rica",
    )
    today = now.astimezone(ZoneInfo(company.zone)).date()
    items = [_item(*row, today=today, held=row[0] == "FE-1066") for row in INVOICES]
    customer = Customer(id="c", merchant_id="m", name="Alejandro González")
    statement = compute_statement(company=company, customer=customer, items=items, as_of=now)
    offers = [_offer("greenpay", attrs.evolve(BUTTON, hint=HINT)), _offer("other", BUTTON)]
    until = now + timedelta(minutes=9)
    return pages.page(
        "design.html",
        mode=Mode.TEST,
        style="".join(f".c-{name}{{fill:var(--{name})!important}}" for name in COLOURS)
        + SWATCHES
        + button_style(offers)
        + time_left_style(now - timedelta(minutes=6), until, now),
        colours=COLOURS,
        sizes=SIZES,
        section=statement.sections[0],
        ticked={"FE-1041", "FE-1058"},
        live={"FE-1066": "#"},
        offers=offers,
        absent=[attrs.evolve(_offer("nequi", None), absence=Absence.PROVIDER_DOWN, name="Nequi")],
        headlines=headlines(),
        until=until,
        letterhead=Letterhead(
            name=company.name, legal_name=company.legal_name, email="pagos@ejemplo.cr", mode=Mode.TEST
        ),
    )


def headlines() -> tuple[Headline, ...]:
    """Every status that a payment's page can show, once."""
    return tuple(
        dict.fromkeys((PENDING, *(SHOWN[shown] for shown in Shown if shown in SHOWN), *CLOSED.values(), NOT_DONE))
    )


def _item(number: str, total: int, balance: int, days: int, description: str, *, today: date, held: bool) -> OpenItem:
    return OpenItem(
        payable_id=number,
        number=number,
        issued_on=today - timedelta(days=100),
        due_on=today + timedelta(days=days),
        total=Money(total, "CRC"),
        balance=Money(balance, "CRC"),
        live_payment="held" if held else None,
        description=description,
    )


def _offer(code: str, button: PayButton | None) -> Offered:
    return Offered(provider=code, name="Greenpay", account_id="a", button=button, ways=(), currencies=("CRC",))
