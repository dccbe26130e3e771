"""The demo's shop: a plain form becomes an order over the API, is paid on its page,
and the shop hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.flows.corrections.record_receipt import record_for_payment
from hub_demo.companies import CO, CR
from hub_demo.connections import connect_greenpay, enable, provision_nequi, request_nequi
from hub_demo.town import Town, found_company, open_shop, open_town
from hub_demo.visitor import Visitor

PHONE = "3998764643"


async def opened(data: Path) -> Town:
    town = await open_town(data, port=0)
    await enable(town, "CR", "greenpay")
    await enable(town, "CO", "nequi")
    for country, form in (("CR", CR), ("CO", CO)):
        await found_company(town, country, form, auto_record=False)
    await connect_greenpay(town)
    await request_nequi(town)
    await provision_nequi(town)
    await open_shop(town)
    return town


async def buy(town: Town, shelf: str, count: dict[str, str], pay: dict[str, str]) -> list[str]:
    """Put things into the cart, pay, and go back to the shop: what the pages said on the way."""
    said = []
    async with Visitor() as visitor:
        await visitor.open(f"{town.base_url}/shop/{shelf}")
        order = await visitor.press("Hacer el pedido", **count)
        said.append(order.text)
        await visitor.choose("Greenpay" if shelf == "cr" else "Paga con Nequi")
        await visitor.press("Pagar ", **pay)
        page = visitor.here.url.partition("?")[0]
        token = page.rsplit("/p/", 1)[1][1:27]
        payment = await town.opened.hub.store.read(lambda tx: tx.payments.get(token))
        assert payment is not None
        await town.control("greenpay" if shelf == "cr" else "nequi", "approve", reference=payment.reference)
        await visitor.open(page)
        said.append((await visitor.until("Aprobada")).text)
        await visitor.follow("Volver al pedido")
        said.append((await visitor.follow("Volver a la tienda")).text)
        merchant = town.companies[shelf.upper()]
        receipt = await record_for_payment(town.opened.hub, merchant, payment.id, by="Marta")
        said.append(receipt.concept)
        said.append("".join(mail.text for mail in town.mailbox.to(payment.payer.email) if "PAGO" in mail.text.upper()))
    return said


@pytest.mark.parametrize(
    ("shelf", "count", "pay", "total"),
    [
        ("cr", {"T-20": "1", "G-02": "2"}, {}, "₡71 301,00"),
        ("co", {"C-50": "3"}, {"field.push.phone": PHONE}, "$116.700"),
    ],
)
def test_a_cart_becomes_an_order_is_paid_and_the_shop_hears_of_it(
    tmp_path: Path, shelf: str, count: dict[str, str], pay: dict[str, str], total: str
) -> None:
    async def visit() -> tuple[list[str], tuple[str, ...]]:
        town = await opened(tmp_path)
        try:
            return await buy(town, shelf, count, pay), await town.opened.hub.store.read(lambda tx: tx.ledger.verify())
        finally:
            await town.close()

    (order, result, shop, concept, mails), faults = asyncio.run(visit())

    assert total in order.replace("\u00a0", " ")
    assert "Pedido WEB-" in result
    assert "el pedido está pagado" in shop
    assert concept.startswith("Pago pedido WEB-")
    assert "factura" not in concept
    assert "Factura" not in mails
    assert not faults


def test_an_empty_cart_or_a_strange_shelf_orders_nothing(tmp_path: Path) -> None:
    async def visit() -> tuple[str, int, int]:
        town = await opened(tmp_path)
        try:
            async with Visitor() as visitor:
                await visitor.open(f"{town.base_url}/shop/cr")
                said = (await visitor.press("Hacer el pedido", **{"T-20": "0", "B-13": "<b>"})).text
                missing = (await visitor.open(f"{town.base_url}/shop/pe")).status
            company = town.companies["CR"]
            orders = await town.opened.hub.store.read(lambda tx: tx.orders.of(company.id, company.mode))
            return said, missing, len(orders)
        finally:
            await town.close()

    said, missing, orders = asyncio.run(visit())
    assert "necesita al menos un artículo" in said
    assert (missing, orders) == (404, 0)


def test_a_shop_that_opens_again_has_one_key_and_the_last_one_is_worth_nothing(tmp_path: Path) -> None:
    async def visit() -> tuple[list[int], list[int]]:
        town = await opened(tmp_path)
        try:
            before = dict(town.shop.keys)
            await open_shop(town)
            answers = [
                (await town.client.get(f"{town.base_url}/v1/orders/none", headers={"Authorization": f"Bearer {key}"}))
                for keys in (before, town.shop.keys)
                for key in keys.values()
            ]
            kept = [
                await town.opened.hub.store.read(lambda tx, m=company: tx.merchants.api_keys(m.id))
                for company in town.companies.values()
            ]
            return [answer.status_code for answer in answers], [
                sum(key.revoked_at is None for key in keys) for keys in kept
            ]
        finally:
            await town.close()

    assert asyncio.run(visit()) == ([401, 401, 404, 404], [1, 1])
