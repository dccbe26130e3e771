"""The component page: every part of the payer's pages in every state, on one page; in a simulated hub alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs
from litestar import get
from litestar.exceptions import NotFoundException

from hub.domain.merchant import Customer
from hub.domain.offer import Absence, Offered
from hub.domain.papers import Letterhead
from hub.domain.statement import OpenItem, compute_statement
from hub.flows.payments.view_payment import Shown
from hub.web.pages import Page, Request, button_style, hub_of, reader_pages_of, time_left_style
from hub_hookspecs import Company, IdentityDocument, Mode, Money, PayButton

from .payment import CLOSED, NOT_DONE, PENDING, SHOWN, Headline

COLOURS: Final = (
    *("paper", "sheet", "ink", "soft", "line", "edge", "accent", "on-accent", "accent-back"),
    *("good", "good-back", "warn", "warn-back", "bad", "bad-back", "wait", "wait-back"),
)
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


@get("/design", include_in_schema=False)
async def show_design(request: Request) -> Page:
    """All components; there is no such page where money is real."""
    hub = hub_of(request)
    if not hub.simulated:
        raise NotFoundException
    now = hub.clock()
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
    return reader_pages_of(request).page(
        "portal/design.html",
        mode=Mode.TEST,
        style="".join(f".c-{name}{{fill:var(--{name})!important}}" for name in COLOURS)
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
