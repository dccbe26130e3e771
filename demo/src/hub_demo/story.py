"""The story, played by visitors over real HTTP: what a reader sees first, and what ``--play`` checks to the end."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import attrs
import httpx

from hub.domain.figures import money_text
from hub.domain.merchant import Customer, Merchant
from hub.domain.observation import Seen
from hub.domain.payment import Payment, Status
from hub.flows.ground.ports import Tx
from hub.flows.payments.view_payment import PaymentView, view_of, view_payment
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Money

from .companies import OWNERS
from .mailbox import KeptMail
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

    async def tell(self, key: str, **values: object) -> None:
        """Say a sentence, and leave the reader the time to read it."""
        self.say(key, **values)
        await asyncio.sleep(self.pace)

    async def customer(self, country: str, name: str) -> Customer:
        """The sample customer with this name."""
        merchant = self.town.companies[country]
        found = await self.town.opened.hub.store.read(lambda tx: tx.customers.of(merchant.id, name))
        return found[0]

    async def mail_to(self, address: str, words: str, *, seconds: float = 20.0, after: int = 0) -> KeptMail:
        """The newest mail to an address whose subject or text holds ``words``."""
        for _ in range(int(seconds / 0.1)):
            for mail in reversed(list(self.town.mailbox.mails)[after:]):
                said = f"{mail.subject} {mail.text}".casefold()
                if address in mail.recipients and words.casefold() in said:
                    return mail
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no mail to {address} says {words!r}")

    async def open_statement(self, visitor: Visitor, country: str, name: str, button: str) -> Customer:
        """Send the statement, open the mail and press a provider's button in it."""
        customer = await self.customer(country, name)
        count = len(self.town.mailbox.mails)
        await send_statement(self.town.opened.hub, self.town.companies[country], customer.id)
        mail = await self.mail_to(customer.email, "estado de cuenta", after=count)
        await self.tell("statement", customer=customer.name)
        page = page_from(httpx.Response(200, html=mail.html, request=httpx.Request("GET", "http://mail/")))
        await self.tell("opened", customer=customer.name, button=button)
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

    async def to_card_form(self, visitor: Visitor) -> None:
        """From the payment's page to Greenpay's form."""
        page = visitor.here
        if "cardNumber" not in page.html:
            await visitor.open(page.link("página de la tarjeta"))

    def _money(self, amount: Money, country: str) -> str:
        return money_text(amount, self.town.companies[country].locale)

    async def greenpay_payment(self, name: str, *cards: str, country: str = "CR") -> Payment:
        """A customer pays the default selection at Greenpay with one card after another."""
        async with Visitor() as visitor:
            customer = await self.open_statement(visitor, country, name, "Greenpay")
            await visitor.press("Pagar")
            payment = await self.started(customer)
            for card in cards:
                await self.to_card_form(visitor)
                await self.tell("form", amount=self._money(payment.amount, country), card=f"****{card[-4:]}")
                await self.pay_by_card(visitor, card)
            await visitor.until("aprobad")
        await self._tell_result(payment, country)
        return payment

    async def nequi_payment(self, name: str, answer: str, *, phone: str = PHONE, way: str = "push") -> Payment:
        """A customer pays the default selection with Nequi: by push or QR, accepted, rejected or left."""
        async with Visitor() as visitor:
            customer = await self.open_statement(visitor, "CO", name, "Nequi")
            if way == "push":
                await visitor.press("Pagar", **{"field.push.phone": phone})
            else:
                await visitor.press("Pagar", way="qr")
            payment = await self.started(customer)
            if answer != "leave":
                await self._answer(payment, answer, phone, way)
            if answer == "Aceptar":
                await visitor.until("aprobad")
        if answer == "Aceptar":
            await self._tell_result(payment, "CO")
        return payment

    async def _answer(self, payment: Payment, answer: str, phone: str, way: str) -> None:
        """A person takes the simulated phone and answers."""
        amount = self._money(payment.amount, "CO")
        async with Visitor() as person:
            url = f"{self.town.simulator_url('nequi')}/phone"
            if way == "push":
                await self.tell("phone_asked", amount=amount, phone=phone)
                await person.open(f"{url}?number={phone}")
                await person.until(answer)
                await self.tell("phone_yes" if answer == "Aceptar" else "phone_no")
                await person.press(answer)
            else:
                await person.open(f"{url}/qr?number={phone}")
                await self.tell("qr_shown", amount=amount)
                await person.press("Pagar")

    async def _tell_result(self, payment: Payment, country: str) -> None:
        view = await self.settled(payment)
        merchant = self.town.companies[country]
        await self.tell(
            "result",
            status=self.words("approved").capitalize() if view.payment.status is Status.PAID else view.payment.status,
            authorisation=view.authorisation,
            numbers=", ".join(line.number for line in view.lines),
            amount=self._money(view.amount, country),
        )
        await self.mail_to(payment.payer.email, payment.reference)
        await self.tell("receipt", customer=view.customer.name)
        await self.mail_to(merchant.notify[0], payment.reference)
        receipt = view.cash_receipt
        await self.tell(
            "notice",
            owner=merchant.company.name,
            cash=self.words("cash_auto", label=receipt.label) if receipt else self.words("cash_link"),
        )
        await self.tell_books()

    def words(self, key: str, **values: object) -> str:
        """A sentence without its time."""
        return str(self.say(key, quiet=True, **values))

    async def tell_books(self) -> bool:
        """Verify the ledger and compare it with the providers' own books."""
        problems = list(await self.town.opened.hub.store.read(lambda tx: tx.ledger.verify()))
        problems += await self.book_differences()
        if problems:
            await self.tell("unbalanced", problems="; ".join(problems))
        else:
            await self.tell("balanced")
        return not problems

    async def book_differences(self) -> list[str]:
        """Where a provider's book and the ledger's clearing account of a merchant differ."""
        differences = []
        for country, code in (("CR", "greenpay"), ("CO", "nequi")):
            merchant = self.town.companies[country]
            book: dict[str, int] = {}
            for row in await self.town.book(code):
                held = row["minor"] * row["captures"] if row["state"] == "captured" else 0
                book[row["currency"]] = book.get(row["currency"], 0) + held
            ledger: dict[str, int] = {}
            rows = await self.town.opened.hub.store.read(
                lambda tx, m=merchant: tx.ledger.balances(m.id, m.mode)  # type: ignore[misc]
            )
            for kind, _owner, currency, amount in rows:
                if kind == "provider_clearing":
                    ledger[currency] = ledger.get(currency, 0) + amount
            for currency in sorted({*book, *ledger}):
                if book.get(currency, 0) != ledger.get(currency, 0):
                    differences.append(
                        f"{code} holds {book.get(currency, 0)} {currency}, the ledger says {ledger.get(currency, 0)}"
                    )
        return differences

    async def first_payments(self) -> None:
        """The first payment of each country, in front of the reader."""
        await self.greenpay_payment("Alejandro González", APPROVED_CARD)
        await self.nequi_payment("La Compañía SAS", "Aceptar")

    async def play_everything(self, api_keys: dict[str, str]) -> dict[str, Any]:
        """Everything without a person; the checks say whether it held."""
        town = self.town
        await town.control("nequi", "options", expiry_seconds=20)
        await town.control("greenpay", "fault", path="notification", kind="repeat", times=1)
        first = await self.greenpay_payment("Alejandro González", APPROVED_CARD)
        await self._forge("greenpay", first)
        await town.control("greenpay", "fault", path="notification", kind="reorder", times=1)
        second = await self.greenpay_payment("María Fernanda Solís", DECLINED_CARD, APPROVED_CARD)
        expiring = await self.nequi_payment("Andrés Felipe Pardo", "leave", phone=EXPIRING_PHONE)
        await town.control("nequi", "fault", path="notification", kind="repeat", times=1)
        approved = await self.nequi_payment("La Compañía SAS", "Aceptar")
        await self._forge("nequi", approved)
        rejected = await self.nequi_payment("Luisa Fernanda Rojas", "Rechazar")
        by_qr = await self.nequi_payment("Jorge Iván Cardona", "Aceptar", way="qr")
        order_cr = await self._buy("CR", api_keys["cr"])
        order_co = await self._buy("CO", api_keys["co"])
        await self._record_cash_receipt(approved)
        views = {
            payment.id: await self.settled(payment)
            for payment in (first, second, expiring, approved, rejected, by_qr, order_cr, order_co)
        }
        await self._wait_for_mails()
        await self._check_outcomes(views, first, second, expiring, approved, rejected, by_qr, order_cr, order_co)
        return await self._report()

    async def _forge(self, code: str, payment: Payment) -> None:
        """Send genuine notifications again with a broken signature, and with another amount or reference."""
        country = "CR" if code == "greenpay" else "CO"
        accounts = await self.town.opened.hub.store.read(
            lambda tx: tx.accounts.current_of(self.town.companies[country].id)
        )
        account = next(item for item in accounts if item.provider == code)
        url = f"{self.town.base_url}/n/{code}/{account.path_token}"
        refused = 0
        for row in (await self.town.notifications(code, payment.reference))[:1]:
            body = json.loads(base64.b64decode(row["body"]))
            for change in ({"status": 200, "orderId": "0" * 26}, {"_signature": "00" * 128}):
                forged = json.dumps({**body, **change, "value": "1"}).encode()
                answer = await self.town.client.post(url, content=forged, headers=row["headers"])
                refused += int(answer.status_code == 401)
        self.checks.append(Check(f"forged {code} notifications refused", refused == 2, f"{refused} of 2"))
        await self.tell("forged", count=refused, provider=code)

    async def _buy(self, country: str, api_key: str) -> Payment:
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
            await self.town.client.post(f"{self.town.base_url}/v1/orders", json=order, headers=headers)
            for _ in range(2)
        ]
        placed = answers[0].json()
        same = [answer.status_code for answer in answers] == [201, 200] and answers[1].json()["id"] == placed["id"]
        self.checks.append(Check(f"{country} order placed once", same, str([a.status_code for a in answers])))
        await self.tell("ordered", number=order["number"])
        async with Visitor() as visitor:
            await visitor.open(placed["page"])
            if country == "CR":
                await visitor.choose("Greenpay")
                await visitor.press("Pagar")
            else:
                await visitor.choose("Nequi")
                await visitor.press("Pagar", **{"field.push.phone": PHONE})
            merchant = self.town.companies[country]
            found = await self.town.opened.hub.store.read(
                lambda tx: tx.customers.find(merchant.id, email=order["customer"]["email"])  # type: ignore[index]
            )
            payment = await self.started(found[0])
            if country == "CR":
                await self.to_card_form(visitor)
                await self.pay_by_card(visitor, APPROVED_CARD)
            else:
                await self._answer(payment, "Aceptar", PHONE, "push")
            await visitor.until("aprobad")
        await self._tell_result(payment, country)
        return payment

    async def _record_cash_receipt(self, payment: Payment) -> None:
        """The Colombian merchant records the cash receipt from the mail's link; twice makes one."""
        mail = await self.mail_to(OWNERS["CO"], payment.reference)
        page = page_from(httpx.Response(200, html=mail.html, request=httpx.Request("GET", "http://mail/")))
        async with Visitor() as visitor:
            link = page.link("Agregar recibo de caja")
            await visitor.open(link)
            before = await view_payment(self.town.opened.hub, payment.id)
            shown_only = before is not None and before.cash_receipt is None
            await visitor.press("recibo de caja")
            await visitor.open(link)
        after = await view_payment(self.town.opened.hub, payment.id)
        receipt = after.cash_receipt if after else None
        self.checks.append(Check("opening the mail's link records nothing", shown_only))
        self.checks.append(Check("cash receipt recorded from the mail", receipt is not None))
        if receipt:
            await self.tell("recorded", label=receipt.label, words=receipt.words)

    async def _wait_for_mails(self, seconds: float = 20.0) -> None:
        for _ in range(int(seconds / 0.1)):
            due = await self.town.opened.hub.store.read(lambda tx: tx.deliveries.of(state="due"))
            if not due:
                return
            await asyncio.sleep(0.1)

    async def _check_outcomes(self, views: dict[str, PaymentView], *payments: Payment) -> None:
        first, second, expiring, approved, rejected, by_qr, order_cr, order_co = (views[p.id] for p in payments)
        wanted = [
            ("CR: two invoices in one payment", first, Status.PAID, ""),
            ("CR: declined, then paid on the second try", second, Status.PAID, ""),
            ("CO: approved on the phone", approved, Status.PAID, ""),
            ("CO: rejected on the phone", rejected, Status.CLOSED, "cancelled declined"),
            ("CO: left until it expired", expiring, Status.CLOSED, "expired"),
            ("CO: paid by QR", by_qr, Status.PAID, ""),
            ("CR: store order", order_cr, Status.PAID, ""),
            ("CO: store order", order_co, Status.PAID, ""),
        ]
        for name, view, status, reasons in wanted:
            payment = view.payment
            ok = payment.status is status and (not reasons or payment.reason in reasons.split())
            self.checks.append(Check(name, ok, f"{payment.status} {payment.reason}".strip()))
        self.checks.append(Check("two invoices settled by one payment", len(first.lines) == 2))
        self.checks.append(Check("two tries in one session", second.tries == 2, f"{second.tries}"))
        label = second.instrument.label if second.instrument else ""
        self.checks.append(Check("the receipt names the card that paid", label.endswith(APPROVED_CARD[-4:]), label))
        self.checks.append(Check("automatic cash receipt", first.cash_receipt is not None))
        for view in views.values():
            paid = view.payment.status is Status.PAID
            receipts = self._mails(view.payment.payer.email, view.payment.reference, "receipt")
            self.checks.append(
                Check(f"{view.payment.reference}: {int(paid)} receipt mail", receipts == int(paid), f"{receipts}")
            )

    def _mails(self, address: str, reference: str, kind: str) -> int:
        return sum(
            1
            for mail in self.town.mailbox.mails
            if address in mail.recipients and reference in mail.text and (kind != "receipt" or _is_receipt(mail))
        )

    async def _report(self) -> dict[str, Any]:
        hub = self.town.opened.hub
        problems = await hub.store.read(lambda tx: tx.ledger.verify())
        differences = await self.book_differences()
        counts = await hub.store.read(lambda tx: tx.messages.counts())
        duplicates, forged = counts.get("duplicates_ignored", 0), counts.get("forged_refused", 0)
        self.checks += [
            Check("ledger balanced", not problems, "; ".join(problems)),
            Check("the providers' books equal the ledger", not differences, "; ".join(differences)),
            Check("duplicates ignored", duplicates >= 1, f"{duplicates}"),
            Check("forged refused", forged >= 4, f"{forged}"),
        ]
        rows = [await self._row(payment_id) for payment_id in self.played]
        return {
            "payments": rows,
            "ledger_balanced": not problems,
            "provider_books_match": not differences,
            "duplicates_ignored": duplicates,
            "forged_refused": forged,
            "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in self.checks],
        }

    async def _row(self, payment_id: str) -> dict[str, Any]:
        hub = self.town.opened.hub

        def read(tx: Tx) -> tuple[PaymentView, dict[str, int]]:
            payment = tx.payments.get(payment_id)
            if payment is None:
                raise LookupError(payment_id)
            payables = tx.payables.many([line.payable_id for line in payment.lines])
            return view_of(tx, hub, payment, hub.clock()), {item.number: item.due for item in payables}

        view, after = await hub.store.read(read)
        payment = view.payment
        owner = self._country_of(view.merchant)
        addresses = (payment.payer.email, OWNERS[owner])
        return {
            "reference": payment.reference,
            "account": payment.account_id,
            "provider": payment.provider,
            "status": payment.status.value,
            "reason": reason_of(payment, view.seen),
            "amount": {"minor": view.amount.minor, "currency": view.amount.currency},
            "provider_reference": payment.provider_reference,
            "authorisation": view.authorisation or None,
            "instrument": view.instrument.label if view.instrument else None,
            "tries": view.tries,
            "invoices": [
                {"number": number, "before": due, "after": after[number]}
                for number, due in self.before[payment_id].items()
            ],
            "receipt": payment.reference if payment.status is Status.PAID else None,
            "cash_receipt": view.cash_receipt.label if view.cash_receipt else None,
            "mails": [
                {"to": address, "subject": mail.subject}
                for address in addresses
                for mail in self.town.mailbox.mails
                if address in mail.recipients and payment.reference in mail.text
            ],
        }

    def _country_of(self, merchant: Merchant) -> str:
        return next(country for country, other in self.town.companies.items() if other.id == merchant.id)


def _is_receipt(mail: KeptMail) -> bool:
    return any(word in mail.subject.casefold() for word in ("soporte", "comprobante"))


def reason_of(payment: Payment, seen: tuple[Seen, ...]) -> str | None:
    """The reason of a closed payment, with the provider's code where there is one."""
    if payment.status is not Status.CLOSED:
        return None
    codes = [item.observation.reason.code for item in seen if item.observation.reason and item.observation.reason.code]
    return f"{payment.reason} ({codes[-1]})" if codes else payment.reason
