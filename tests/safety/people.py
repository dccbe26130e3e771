"""Whoever the safety tests need: clerks of companies, customers who pay, strangers."""

from __future__ import annotations

import itertools
import re
from html import unescape

import attrs
import httpx

from hub.domain.intake import Share
from hub.domain.merchant import Merchant, Role
from hub.domain.payment import Payment, Status
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_company import CompanyForm, create_company
from hub.flows.merchants.sign_in import request_sign_in, sign_in, sign_in_token
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub_hookspecs import Channel, Mode
from tests.web.conftest import Debtor, House

NUMBERS = itertools.count(1)
PHONE = "3998764643"


def words_of(html: str) -> str:
    """What a reader sees of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@attrs.define
class Clerk:
    """A person of a merchant, signed in."""

    browser: httpx.Client
    merchant: Merchant
    csrf: str


@attrs.define
class People:
    """Signs people in, founds companies, pays."""

    house: House
    opened: list[httpx.Client] = attrs.Factory(list)

    def browser(self) -> httpx.Client:
        browser = self.house.browser()
        self.opened.append(browser)
        return browser

    def clerk(self, merchant: Merchant, role: Role = Role.OWNER) -> Clerk:
        house = self.house
        email = next((m.email for m in house.read(lambda tx: tx.merchants.members(merchant.id)) if m.role is role), "")
        if not email:
            email = f"{role.value}@{merchant.slug}.example"
            house.run(add_member(house.hub, merchant, email, role))
        house.run(request_sign_in(house.hub, email))
        sent = house.read(lambda tx: tx.deliveries.of(merchant_id=merchant.id))
        newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
        signed_in = house.run(sign_in(house.hub, sign_in_token(house.hub, newest.id)))
        assert signed_in is not None
        browser = self.browser()
        browser.cookies.set("session", signed_in.token)
        return Clerk(browser, merchant, signed_in.session.csrf)

    def company(self, slug: str, country: str = "CR", mode: Mode = Mode.TEST) -> Merchant:
        """Another company, that nothing is connected to."""
        form = CompanyForm(
            country=country,
            identity_type="CJ" if country == "CR" else "NIT",
            identity_number="3-101-765432" if country == "CR" else "800197268",
            check_digit="" if country == "CR" else "4",
            legal_name=f"La Otra {slug} S.A.",
            email=f"{slug}@otra.example",
        )
        hub = self.house.hub
        return self.house.run(
            create_company(hub, form, slug=slug, mode=mode, owner_email=f"dueno@{slug}.example")
        ).merchant

    def start(self, country: str, debtor: Debtor) -> Payment:
        """The customer starts to pay the first invoice."""
        house, invoice = self.house, debtor.invoices[0]
        request = PayRequest(
            account_id=house.accounts[country].id,
            way="form" if country == "CR" else "push",
            channel=Channel.STATEMENT,
            customer_id=debtor.customer.id,
            shares=[Share(invoice.id, invoice.total)],
            fields={} if country == "CR" else {"phone": PHONE},
            email="pagador@correo.example",
            name="Pagadora",
        )
        started = house.run(start_payment(house.hub, request))

        def sent() -> Payment | None:
            found = house.read(lambda tx: tx.payments.get(started.id))
            assert found is not None
            return found if found.status is Status.PENDING else None

        pending = house.until(sent)
        assert pending is not None
        return pending

    def paid(self, country: str, debtor: Debtor) -> Payment:
        """The customer has paid the first invoice."""
        house, payment = self.house, self.start(country, debtor)
        reference = payment.reference if country == "CR" else payment.memory["message_id"]
        house.control(house.accounts[country].provider, "approve", reference=reference)

        def done() -> Payment | None:
            found = house.read(lambda tx: tx.payments.get(payment.id))
            assert found is not None
            return found if found.status is Status.PAID else None

        paid = house.until(done)
        assert paid is not None
        return paid

    def page_of(self, payment: Payment) -> str:
        """Path of a payment's page."""
        view = self.house.run(view_payment(self.house.hub, payment.id))
        assert view is not None
        return view.url.removeprefix(self.house.base)

    def api_key(self, merchant: Merchant) -> str:
        return self.house.run(issue_api_key(self.house.hub, merchant, "tienda"))


def stranger() -> dict[str, str]:
    """Headers of a visitor whom nobody has seen yet; the house stands behind a proxy on loopback."""
    number = next(NUMBERS)
    return {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}
