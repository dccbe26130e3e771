"""Script payloads in every field, on every page and in every mail, in a real browser whose page
policy is switched off: what holds is the escaping, and the policy is never needed."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import attrs
import httpx
import pytest

from hub.domain import billing
from hub.domain.intake import Share
from hub.domain.lengths import NAME
from hub.domain.merchant import Customer
from hub.domain.order import OrderItem
from hub.domain.payable import Payable, PayableKind
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.statements.place_order import Cart, OrderRefused, place_order
from hub.flows.statements.send_statement import copy_link, send_statement
from hub.web.app import create_app
from hub_hookspecs import Channel, IdentityDocument, Mode
from tests.safety.people import People
from tests.web.conftest import House

from .payloads import EVIL, SCRIPTS, put_together
from .people import Clerk, stranger
from .routes import OPEN, routes_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

INVENTORY = """([HOSTS, OURS]) => {
  const found = [];
  for (const item of document.querySelectorAll('*')) {
    const name = item.tagName.toLowerCase();
    const ours = name === 'script' && OURS && item.src.split('?')[0] === OURS;
    if (ours && !item.textContent && item.attributes.length === 2) continue;
    if (['script', 'iframe', 'object', 'embed', 'base', 'noscript', 'template'].includes(name)) found.push(name);
    if (name === 'link' && new URL(item.href).host !== location.host) found.push('link ' + item.href);
    for (const attribute of item.attributes) {
      if (attribute.name.startsWith('on') || attribute.name === 'srcdoc') found.push(name + ' ' + attribute.name);
      if (!['href', 'src', 'action', 'formaction', 'data', 'background'].includes(attribute.name)) continue;
      const url = new URL(attribute.value, location);
      const led = ['mailto:', 'data:'].includes(url.protocol) && !url.pathname.startsWith('text') ? true
        : ['http:', 'https:'].includes(url.protocol) && HOSTS.includes(url.host);
      if (!led) found.push(name + ' ' + attribute.value);
    }
  }
  return found;
}"""


TALLY = "/static/tally.js"
"""The one script, of the payer's statement."""

SHARE = "wa.me"
"""Where a statement's link is shared."""


@attrs.define(slots=False)
class Judge:
    """A page that is driven to everything, and what went wrong on the way."""

    page: Page
    base: str
    hosts: list[str]
    found: list[str] = attrs.Factory(list)
    judged: int = 0
    is_blank: bool = False

    def watch(self) -> None:
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.found.append(f"a script ran on {self.page.url}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if EVIL in (urlsplit(request.url).hostname or ""):
            self.found.append(f"{self.page.url} asked for {request.url}")

    def visit(self, path: str, *, script: str = "") -> None:
        """Open an address; ``script`` is the path of the one that this page may have."""
        self.is_blank = False
        answer = self.page.goto(f"{self.base}{path}", wait_until="load")
        assert answer is not None
        assert answer.status < 500, path
        self._judge(path, script)

    def show(self, html: str, name: str) -> None:
        """Draw a text, such as a mail or the answer to a form."""
        if not self.is_blank:
            self.page.goto(f"{self.base}/healthz")
        self.is_blank = True
        self.page.set_content(html, wait_until="load")
        self._judge(name)

    def _judge(self, name: str, script: str = "") -> None:
        self.judged += 1
        given = [self.hosts, f"{self.base}{script}" if script else ""]
        self.found += [f"{name}: {item}" for item in self.page.evaluate(INVENTORY, given)]


@pytest.fixture
def judge(house: House, chromium: Browser) -> Any:
    context = chromium.new_context(base_url=house.base, bypass_csp=True, locale="es")
    links = [url for item in house.hub.providers.values() for url in attrs.astuple(item.info.links)]
    hosts = [SHARE, *(urlsplit(url).netloc for url in (house.base, *links))]
    made = Judge(context.new_page(), house.base, hosts)
    made.watch()
    yield made
    context.close()


@attrs.frozen
class Planted:
    """One payload in every field of a customer and what belongs to it."""

    customer: Customer
    statement: str
    payment: str
    payment_id: str
    order: str


def infected(merchant: Any, words: str) -> Any:
    """The merchant with the payload in each free text of its company."""
    company = attrs.evolve(
        merchant.company,
        legal_name=words,
        trade_name=words,
        address=dict.fromkeys(merchant.company.address, words),
        phone=words[:40],
    )
    return attrs.evolve(merchant, company=company)


def one_line(words: str) -> str:
    """The payload as an order may carry it: without control characters."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in words)


def cart_of(number: int, words: str) -> Cart:
    """An order with as much of the payload as fits in each of its free texts."""
    return Cart(
        number=words[:50] + str(number),
        currency="CRC",
        items=(OrderItem(sku=words[:60], description=words, quantity=1, price=100),),
        name=words[:NAME],
        email=f"tienda{number}@correo.example",
    )


def plant_words(house: House, number: int, words: str) -> Planted:
    """A customer, an invoice, a started payment and an order, all made of the payload.

    All but the order, which is placed as a shop does, is written past every check.
    """
    hub, merchant, now = house.hub, house.merchants["CR"], house.time()
    customer = Customer(
        id=hub.fresh_id(),
        merchant_id=merchant.id,
        name=words,
        document=IdentityDocument("CF", f"7{number:08d}"),
        email=f"xss{number}@correo.example",
        phone=words,
        address=words,
    )
    invoices = [
        Payable(
            id=hub.fresh_id(),
            merchant_id=merchant.id,
            mode=Mode.TEST,
            kind=PayableKind.INVOICE,
            number=f"{words}{at}",
            customer_id=customer.id,
            currency="CRC",
            total=1500000,
            issued_on=house.today,
            due_on=house.today,
            description=words,
            created_at=now,
        )
        for at in range(2)
    ]

    def write(tx: Any) -> None:
        tx.customers.save(customer)
        for invoice in invoices:
            tx.payables.add(invoice)
            tx.ledger.write(billing.bill(invoice, difference=invoice.total, at=now))

    house.write(write)
    house.run(send_statement(hub, merchant, customer.id, note=words))
    statement = house.run(copy_link(hub, merchant, customer.id)).removeprefix(house.base)
    payment = house.run(
        start_payment(
            hub,
            PayRequest(
                account_id=house.accounts["CR"].id,
                way="form",
                channel=Channel.STATEMENT,
                customer_id=customer.id,
                shares=[Share(invoices[0].id, 1500000)],
                email=customer.email,
                name=words,
            ),
        )
    )
    key, line = f"x{number}", one_line(words)
    if line != words:
        with pytest.raises(OrderRefused, match="one line without control characters"):
            house.run(place_order(hub, merchant, Mode.TEST, key, cart_of(number, words)))
    # Where nothing came of the refused order, its key is still free for another.
    placed = house.run(place_order(hub, merchant, Mode.TEST, key, cart_of(number, line)))
    page = house.read(lambda tx: tx.links.get(f"p{payment.id}"))
    return Planted(
        customer=customer,
        statement=statement,
        payment=f"/p/{hub.vault.link_token(page)}",
        payment_id=payment.id,
        order=placed.body["page"].removeprefix(house.base),
    )


@pytest.fixture(scope="module")
def planted(house: House) -> list[Planted]:
    """All payloads, each in everything of a customer of its own."""
    return [plant_words(house, number, words) for number, words in enumerate(SCRIPTS, 1)]


@pytest.fixture(scope="module")
def owner(house: House, people: People) -> Clerk:
    clerk: Clerk = people.clerk(house.merchants["CR"])
    return clerk


def sign_in_browser(judge: Judge, clerk: Clerk) -> None:
    token = clerk.browser.cookies["session"]
    judge.page.context.add_cookies([{"name": "session", "value": token, "url": judge.base}])


def test_no_script_runs_on_the_payers_pages(house: House, planted: list[Planted], judge: Judge) -> None:
    merchant = house.merchants["CR"]
    for words, item in zip(SCRIPTS, planted, strict=True):
        house.write(lambda tx, words=words: tx.merchants.save(infected(merchant, words)))
        typed = quote(words)
        judge.visit(item.statement, script=TALLY)
        judge.visit(
            f"{item.statement}/pay?provider=greenpay&way={typed}&currency={typed}&email={typed}&field.form.x={typed}"
        )
        judge.visit(item.payment)
        judge.visit(item.order)
    house.write(lambda tx: tx.merchants.save(merchant))

    assert judge.found == []
    assert judge.judged == 4 * len(SCRIPTS)


def test_no_script_runs_on_the_merchants_pages(
    house: House, front: Any, planted: list[Planted], owner: Clerk, judge: Judge
) -> None:
    merchant = house.merchants["CR"]
    sign_in_browser(judge, owner)
    for at, (words, item) in enumerate(zip(SCRIPTS, planted, strict=True)):
        house.write(lambda tx, words=words: tx.merchants.save(infected(merchant, words)))
        judge.visit(f"/m/customers/{item.customer.id}")
        judge.visit(f"/m/payments/{item.payment_id}")
        judge.visit(f"/m/customers/{item.customer.id}/receipt")
        if at % 10:
            continue
        typed = quote(words)
        for route in routes_of(front):  # lists and settings hold all payloads at once
            if (
                route.path.startswith("/m")
                and not route.parameters
                and "GET" in route.methods
                and route.path not in OPEN
            ):
                judge.visit(f"{route.path}?q={typed}&only={typed}&status={typed}&since={typed}")
    house.write(lambda tx: tx.merchants.save(merchant))

    assert judge.found == []


def test_no_script_runs_that_was_put_together_by_chance(
    house: House, owner: Clerk, judge: Judge, dice: random.Random, size: Callable[[int, int], int]
) -> None:
    """A page of each kind in turn, and a search that repeats the payload."""
    merchant, count = house.merchants["CR"], size(3, 500)
    sign_in_browser(judge, owner)
    used = {*SCRIPTS}  # they are invoice numbers too, of which there is one each
    for turn in range(count):
        while (words := put_together(dice)) in used:
            pass
        used.add(words)
        item = plant_words(house, (1000, 2000)[size(0, 1)] + turn, words)
        house.write(lambda tx, words=words: tx.merchants.save(infected(merchant, words)))
        pages = (
            item.statement,
            item.payment,
            item.order,
            f"/m/customers/{item.customer.id}",
            f"/m/payments/{item.payment_id}",
        )
        path = pages[turn % len(pages)] if size(0, 1) else pages[turn]
        judge.visit(path, script=TALLY if path == item.statement else "")
        judge.visit(f"/m/customers?q={quote(words)}")
        assert judge.found == [], words
    house.write(lambda tx: tx.merchants.save(merchant))

    assert judge.judged == 2 * count


def answers(owner: Clerk, item: Planted, words: str) -> list[tuple[str, httpx.Response]]:
    """What forms say that were filled with a payload."""
    browser, form = owner.browser, {"form": owner.csrf}
    company = dict.fromkeys(
        ("legal_name", "trade_name", "identity_type", "identity_number", "email", "phone", "zone"), words
    )
    receipt = {
        "currency": "CRC",
        "means": words,
        "amount": words,
        "received_on": words,
        "notes": words,
        "receipt_id": words,
    }
    right = {**receipt, "means": "cash", "amount": "1000", "received_on": "", "receipt_id": "0" * 26, "notes": words}
    file = f"name;identity_type;identity_number;email\n{words};{words};{words};{words}\n".encode()
    return [
        ("company", browser.post("/m/company", data={**form, **company, "address-province": words})),
        ("options", browser.post("/m/options", data={**form, "notify": words})),
        ("receipt", browser.post(f"/m/customers/{item.customer.id}/receipt", data={**form, **receipt})),
        ("receipt understood", browser.post(f"/m/customers/{item.customer.id}/receipt", data={**form, **right})),
        ("send", browser.post(f"/m/customers/{item.customer.id}/send", data={**form, "note": words})),
        (
            "import",
            browser.post(
                "/m/import",
                data={**form, "kind": "customers"},
                files={"file": (f"{words}.csv", file)},
                follow_redirects=True,
            ),
        ),
        (
            "connect",
            browser.post("/m/integrations/greenpay", data={**form, "set-merchant_id": words, "set-terminal": words}),
        ),
        ("sign-in", browser.post("/m/sign-in", data={"email": words})),
        ("not there", browser.get(f"/m/customers/{quote(words)}")),
        ("not there", browser.get(f"/{quote(words)}", headers=stranger())),
        ("not there", browser.get(f"/s/{quote(words)}", headers=stranger())),
    ]


def test_no_script_runs_in_what_a_form_answers(planted: list[Planted], owner: Clerk, judge: Judge) -> None:
    for turn, (words, item) in enumerate(zip(SCRIPTS, planted, strict=True)):
        for at, (name, answer) in enumerate(answers(owner, item, words)):
            assert answer.status_code < 500, (name, words)
            assert answer.headers["content-type"].startswith(("text/html", "text/plain")), name
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            if answer.text and (at + turn) % 3 == 0:
                judge.show(answer.text, f"{name} after {words[:20]}")

    assert judge.found == []


def test_no_script_runs_in_a_mail(house: House, planted: list[Planted], judge: Judge) -> None:
    merchant = house.merchants["CR"]
    house.write(lambda tx: tx.merchants.save(infected(merchant, SCRIPTS[7])))
    for number, item in enumerate(planted, 1):
        house.until(lambda number=number: house.mailbox.to(f"tienda{number}@correo.example"))
        house.until(lambda number=number: house.mailbox.to(f"xss{number}@correo.example"))
        house.control(
            "greenpay", "approve", reference=house.read(lambda tx, i=item: tx.payments.get(i.payment_id)).reference
        )
    for number in range(1, len(planted) + 1):
        house.until(
            lambda number=number: len(house.mailbox.to(f"xss{number}@correo.example")) >= 2
        )  # statement, receipt
    house.write(lambda tx: tx.merchants.save(merchant))
    mails = [
        mail for mail in house.mailbox.mails if re.search(r"(xss|tienda)\d|cr\.example|eltornillo", mail.recipients[0])
    ]
    assert len(mails) >= 3 * len(SCRIPTS)
    for mail in mails:
        judge.show(mail.html, mail.subject[:60])
        assert not re.findall(r"url\((?!data:)", mail.html), "nothing is loaded from elsewhere"

    assert judge.found == []


def test_control_an_unescaped_template_runs_the_script(house: House, planted: list[Planted], judge: Judge) -> None:
    careless = create_app(house.hub)
    careless.pages.state["pages"].environment.autoescape = False

    async def read(path: str) -> str:
        transport = httpx.ASGITransport(app=careless)
        async with httpx.AsyncClient(transport=transport, base_url=house.base) as client:
            return (await client.get(path)).text

    for item in planted[:6]:
        judge.show(house.run(read(item.statement)), "careless")

    assert any("a script ran" in found for found in judge.found)
    assert len({found for found in judge.found if found.startswith("careless")}) >= 3
