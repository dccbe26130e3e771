"""The whole play: everything that can happen to a payment, without a person,
and the checks at its end."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx

from hub.domain.payment import Payment
from hub.flows.payments.view_payment import view_payment

from .companies import OWNERS
from .onvo_play import play_onvo
from .report import check_outcomes, report_of
from .story import APPROVED_CARD, DECLINED_CARD, EXPIRING_PHONE, PHONE, Check, Story
from .visitor import Visitor, page_from


async def play_everything(story: Story, api_keys: dict[str, str]) -> dict[str, Any]:
    """Everything without a person; the checks say whether it held."""
    town = story.town
    await town.control("nequi", "options", expiry_seconds=20)
    await town.control("greenpay", "fault", path="notification", kind="repeat", times=1)
    first = await story.greenpay_payment("Alejandro González", APPROVED_CARD)
    await _forge(story, "greenpay", first)
    await town.control("greenpay", "fault", path="notification", kind="reorder", times=1)
    second = await story.greenpay_payment("María Fernanda Solís", DECLINED_CARD, APPROVED_CARD)
    expiring = await story.nequi_payment("Andrés Felipe Pardo", "leave", phone=EXPIRING_PHONE)
    await town.control("nequi", "fault", path="notification", kind="repeat", times=1)
    approved = await story.nequi_payment("La Compañía SAS", "Aceptar")
    await _forge(story, "nequi", approved)
    rejected = await story.nequi_payment("Luisa Fernanda Rojas", "Rechazar")
    by_qr = await story.nequi_payment("Jorge Iván Cardona", "Aceptar", way="qr")
    paid_at_onvo = await play_onvo(story)
    order_cr = await _buy(story, "CR", api_keys["cr"])
    order_co = await _buy(story, "CO", api_keys["co"])
    await _record_cash_receipt(story, approved)
    views = {
        payment.id: await story.settled(payment)
        for payment in (first, second, expiring, approved, rejected, by_qr, order_cr, order_co, *paid_at_onvo)
    }
    await _wait_for_mails(story)
    check_outcomes(story, views, first, second, expiring, approved, rejected, by_qr, order_cr, order_co, *paid_at_onvo)
    return await report_of(story)


async def _forge(story: Story, code: str, payment: Payment) -> None:
    """Send genuine notifications again with a broken signature,
    and with another amount or reference."""
    country = "CR" if code == "greenpay" else "CO"
    accounts = await story.town.opened.hub.store.read(
        lambda tx: tx.accounts.current_of(story.town.companies[country].id)
    )
    account = next(item for item in accounts if item.provider == code)
    url = f"{story.town.base_url}/n/{code}/{account.path_token}"
    refused = 0
    for row in (await story.town.notifications(code, payment.reference))[:1]:
        body = json.loads(base64.b64decode(row["body"]))
        for change in ({"status": 200, "orderId": "0" * 26}, {"_signature": "00" * 128}):
            forged = json.dumps({**body, **change, "value": "1"}).encode()
            answer = await story.town.client.post(url, content=forged, headers=row["headers"])
            refused += int(answer.status_code == 401)
    story.checks.append(Check(f"forged {code} notifications refused", refused == 2, f"{refused} of 2"))
    await story.narrate("forged", count=refused, provider=code)


async def _buy(story: Story, country: str, api_key: str) -> Payment:
    """A shop places an order; the shopper pays it."""
    currency, price = ("CRC", 1250000) if country == "CR" else ("COP", 4500000)
    order = {
        "number": f"T-{country}-1001",
        "currency": currency,
        "items": [{"sku": "A-1", "description": "Caja de regalo", "quantity": 2, "price": price}],
        "customer": {"name": "Compra en línea", "email": f"tienda.{country.lower()}@correo.example", "phone": ""},
        "hold_minutes": 30,
    }
    headers = {"authorization": f"Bearer {api_key}", "idempotency-key": f"demo-{country}"}
    answers = [
        await story.town.client.post(f"{story.town.base_url}/v1/orders", json=order, headers=headers) for _ in range(2)
    ]
    placed = answers[0].json()
    same = [answer.status_code for answer in answers] == [201, 200] and answers[1].json()["id"] == placed["id"]
    story.checks.append(Check(f"{country} order placed once", same, str([a.status_code for a in answers])))
    await story.narrate("ordered", number=order["number"])
    async with Visitor() as visitor:
        await visitor.open(placed["page"])
        if country == "CR":
            await visitor.choose("Greenpay")
            await visitor.press("Pagar")
        else:
            await visitor.choose("Nequi")
            await visitor.press("Pagar", **{"field.push.phone": PHONE})
        merchant = story.town.companies[country]
        found = await story.town.opened.hub.store.read(
            lambda tx: tx.customers.find(merchant.id, email=order["customer"]["email"], shoppers=True)  # type: ignore[index]
        )
        payment = await story.started(found[0])
        if country == "CR":
            await story.to_card_form(visitor)
            await story.pay_by_card(visitor, APPROVED_CARD)
        else:
            await story.answer_on_phone(payment, "Aceptar", PHONE, "push")
        await visitor.until("aprobad")
    await story.narrate_result(payment, country)
    return payment


async def _record_cash_receipt(story: Story, payment: Payment) -> None:
    """The Colombian merchant records the cash receipt from the mail's link; twice makes one."""
    mail = await story.mail_to(OWNERS["CO"], payment.reference)
    page = page_from(httpx.Response(200, html=mail.html, request=httpx.Request("GET", "http://mail/")))
    async with Visitor() as visitor:
        link = page.link("Agregar recibo de caja")
        await visitor.open(link)
        before = await view_payment(story.town.opened.hub, payment.id)
        shown_only = before is not None and before.cash_receipt is None
        await visitor.press("recibo de caja")
        await visitor.open(link)
    after = await view_payment(story.town.opened.hub, payment.id)
    receipt = after.cash_receipt if after else None
    story.checks.append(Check("opening the mail's link records nothing", shown_only))
    story.checks.append(Check("cash receipt recorded from the mail", receipt is not None))
    if receipt:
        await story.narrate("recorded", label=receipt.label, words=receipt.words)


async def _wait_for_mails(story: Story, seconds: float = 20.0) -> None:
    for _ in range(int(seconds / 0.1)):
        due = await story.town.opened.hub.store.read(lambda tx: tx.deliveries.of(state="due"))
        if not due:
            return
        await asyncio.sleep(0.1)
