"""The story, played by visitors over real HTTP: what a reader sees first,
and what ``--play`` checks to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import attrs
import httpx

from hub.domain.figures import money_text
from hub.domain.merchant import Customer
from hub.domain.payment import Payment, Status
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Money

from .books import book_differences
from .mailbox import StoredMail
from .town import Town
from .visitor import Visitor, page_from

APPROVED_CARD = "4111111111111111"
DECLINED_CARD = "4485970366452449"
PHONE = "3998764643"
EXPIRING_PHONE = "3001110454"
SAY = Callable[..., str]


@attrs.frozen
class Check:
    """Something that must hold at the end."""

    name: str
    ok: bool
    detail: str = ""


@attrs.define(kw_only=True)
class Story:
    """Plays payments in a town and remembers what was played.

    Attributes:
        pace: Seconds after each sentence.
    """

    town: Town
    say: SAY
    played: list[str] = attrs.Factory(list)
    checks: list[Check] = attrs.Factory(list)
    before: dict[str, dict[str, int]] = attrs.Factory(dict)
    pace: float = 0.0

    async def narrate(self, key: str, **values: object) -> None:
        """Say a sentence, and leave the reader the time to read it."""
        self.say(key, **values)
        await asyncio.sleep(self.pace)

    async def customer(self, country: str, name: str) -> Customer:
        """The sample customer with this name."""
        merchant = self.town.companies[country]
        found = await self.town.opened.hub.store.read(lambda tx: tx.customers.of(merchant.id, name))
        return found[0]

    async def mail_to(self, address: str, words: str, *, seconds: float = 20.0, after: int = 0) -> StoredMail:
        """The newest mail to an address whose subject or text holds ``words``."""
        for _ in range(int(seconds / 0.1)):
            for mail in reversed(list(self.town.mailbox.mails)[after:]):
                text = f"{mail.subject} {mail.text}".casefold()
                if address in mail.recipients and words.casefold() in text:
                    return mail
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no mail to {address} says {words!r}")

    async def open_statement(self, visitor: Visitor, country: str, name: str, button: str) -> Customer:
        """Send the statement, open the mail and press a provider's button in it."""
        customer = await self.customer(country, name)
        count = len(self.town.mailbox.mails)
        await send_statement(self.town.opened.hub, self.town.companies[country], customer.id)
        mail = await self.mail_to(customer.email, "estado de cuenta", after=count)
        await self.narrate("statement", customer=customer.name)
        page = page_from(httpx.Response(200, html=mail.html, request=httpx.Request("GET", "http://mail/")))
        await self.narrate("opened", customer=customer.name, button=button)
        await visitor.open(page.link(button))
        return customer

    async def newest(self, customer: Customer) -> Payment:
        """The customer's newest payment."""
        merchant = next(m for m in self.town.companies.values() if m.id == customer.merchant_id)
        found = await self.town.opened.hub.store.read(lambda tx: tx.payments.of_customer(customer.id, merchant.mode))
        return max(found, key=lambda payment: payment.created_at)

    async def started(self, customer: Customer) -> Payment:
        """The payment that was just started, with what its invoices owed."""
        payment = await self.newest(customer)
        self.played.append(payment.id)
        self.before[payment.id] = {line.number: due for line, due in await self._dues(payment)}
        return payment

    async def _dues(self, payment: Payment) -> list[tuple[Any, int]]:
        payables = await self.town.opened.hub.store.read(
            lambda tx: {item.id: item for item in tx.payables.many([line.payable_id for line in payment.lines])}
        )
        return [(line, payables[line.payable_id].due) for line in payment.lines]

    async def settled(self, payment: Payment, *, seconds: float = 60.0) -> PaymentView:
        """The payment once it is no longer live."""
        view = None
        for _ in range(int(seconds / 0.1)):
            view = await view_payment(self.town.opened.hub, payment.id)
            if view and not view.payment.is_live:
                return view
            await asyncio.sleep(0.1)
        raise TimeoutError(f"payment {payment.reference} stays {view.payment.status if view else 'lost'}")

    async def pay_by_card(self, visitor: Visitor, card: str) -> None:
        """Fill Greenpay's form and press Pagar; the browser comes back by itself."""
        await visitor.press("Pagar", cardNumber=card, cardHolder="PRUEBA", expiry="12/31", cvc="123")

    async def to_hosted_page(self, visitor: Visitor) -> None:
        """From the payment's page to the provider's, as soon as it names it."""
        await visitor.until("a la página de ")
        await visitor.open(visitor.here.link("a la página de "))

    async def to_card_form(self, visitor: Visitor) -> None:
        """From the payment's page to Greenpay's form."""
        page = visitor.here
        if "cardNumber" not in page.html:
            await visitor.open(page.link("a la página de "))

    def money(self, amount: Money, country: str) -> str:
        """An amount as this country's company writes it."""
        return money_text(amount, self.town.companies[country].locale)

    async def greenpay_payment(self, name: str, *cards: str, country: str = "CR") -> Payment:
        """A customer pays the default selection at Greenpay with one card after another."""
        async with Visitor() as visitor:
            customer = await self.open_statement(visitor, country, name, "Greenpay")
            await visitor.press("Pagar")
            payment = await self.started(customer)
            for card in cards:
                await self.to_card_form(visitor)
                await self.narrate(
                    "form", provider="Greenpay", amount=self.money(payment.amount, country), card=f"****{card[-4:]}"
                )
                await self.pay_by_card(visitor, card)
            await visitor.until("aprobad")
        await self.narrate_result(payment, country)
        return payment

    async def nequi_payment(self, name: str, answer: str, *, phone: str = PHONE, way: str = "push") -> Payment:
        """A customer pays the default selection with Nequi: by push or QR, accepted,
        rejected or left."""
        async with Visitor() as visitor:
            customer = await self.open_statement(visitor, "CO", name, "Nequi")
            if way == "push":
                await visitor.press("Pagar", **{"field.push.phone": phone})
            else:
                await visitor.press("Pagar", way="qr")
            payment = await self.started(customer)
            if answer != "leave":
                await self.answer_on_phone(payment, answer, phone, way)
            if answer == "Aceptar":
                await visitor.until("aprobad")
        if answer == "Aceptar":
            await self.narrate_result(payment, "CO")
        return payment

    async def answer_on_phone(self, payment: Payment, answer: str, phone: str, way: str) -> None:
        """A person takes the simulated phone and answers."""
        amount = self.money(payment.amount, "CO")
        async with Visitor() as person:
            url = f"{self.town.simulator_url('nequi')}/phone"
            if way == "push":
                await self.narrate("phone_asked", amount=amount, phone=phone)
                await person.open(f"{url}?number={phone}")
                await person.until(answer)
                await self.narrate("phone_yes" if answer == "Aceptar" else "phone_no")
                await person.press(answer)
            else:
                await person.open(f"{url}/qr?number={phone}")
                await self.narrate("qr_shown", amount=amount)
                await person.press("Pagar")

    async def narrate_result(self, payment: Payment, country: str) -> None:
        """Say how a payment ended, and what each of the two got by mail."""
        view = await self.settled(payment)
        merchant = self.town.companies[country]
        await self.narrate(
            "result",
            status=self.words("approved").capitalize() if view.payment.status is Status.PAID else view.payment.status,
            authorisation=view.authorisation,
            numbers=", ".join(line.number for line in view.lines),
            amount=self.money(view.amount, country),
        )
        await self.mail_to(payment.payer.email, payment.reference)
        await self.narrate("receipt", customer=view.customer.name)
        await self.mail_to(merchant.notify[0], payment.reference)
        receipt = view.cash_receipt
        await self.narrate(
            "notice",
            owner=merchant.company.name,
            cash=self.words("cash_auto", label=receipt.label) if receipt else self.words("cash_link"),
        )
        await self.narrate_books()

    def words(self, key: str, **values: object) -> str:
        """A sentence without its time."""
        return str(self.say(key, quiet=True, **values))

    async def narrate_books(self) -> bool:
        """Verify the ledger and compare it with the providers' own books."""
        problems = list(await self.town.opened.hub.store.read(lambda tx: tx.ledger.verify()))
        problems += await book_differences(self.town)
        if problems:
            await self.narrate("unbalanced", problems="; ".join(problems))
        else:
            await self.narrate("balanced")
        return not problems

    async def first_payments(self) -> None:
        """The first payment of each country, in front of the reader."""
        await self.greenpay_payment("Alejandro González", APPROVED_CARD)
        await self.nequi_payment("La Compañía SAS", "Aceptar")
