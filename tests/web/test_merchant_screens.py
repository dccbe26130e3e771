"""The merchant's pages in a real browser: nothing wider than a phone, nothing that a screen reader stumbles over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from hub.domain.ledger import Share
from hub.flows.sign_in import request_sign_in, sign_in, sign_in_token
from hub.flows.start_payment import PayRequest, start_payment
from hub_hookspecs import Channel

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def paths(house: Any) -> list[str]:
    """Every kind of page, with something on it."""
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
    customer = f"/m/customers/{debtor.customer.id}"
    desk = ("settings", "company", "options", "solutions", "integrations", "online-payments", "integrations/greenpay")
    lists = ("customers", "invoices", "payments", "receipts", "import", "reviews")
    one = (customer, f"{customer}/receipt", f"/m/payments/{payment.id}", f"/m/payments/{payment.id}/receipt")
    return ["/m", *(f"/m/{path}" for path in (*desk, *lists)), *one]


@pytest.fixture(scope="module")
def desk(house: Any, chromium: Browser) -> Any:
    """A browser in which the owner is signed in."""
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants["CR"].id))
    newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
    signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
    context = chromium.new_context(locale="es")
    context.add_cookies([{"name": "session", "value": signed_in.token, "url": house.base}])
    yield context.new_page()
    context.close()


def faults_of(page: Page, width: int) -> list[str]:
    """What is wrong with the page at this width."""
    found = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{wide} px wide"] if wide > width else [])]


def test_every_page_fits_and_can_be_read_aloud(house: Any, desk: Page, paths: list[str]) -> None:
    faults = {}
    for width in WIDTHS:
        desk.set_viewport_size({"width": width, "height": 844})
        for path in paths:
            answer = desk.goto(house.base + path)
            assert answer
            assert answer.status == 200, path
            if found := faults_of(desk, width):
                faults[f"{path} at {width}"] = found
    assert not faults
