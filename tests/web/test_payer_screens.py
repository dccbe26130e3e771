"""Every page that a payer may see, in every state: by axe, narrow and zoomed, by keyboard, on a slow line."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs
import pytest
import zxingcpp

from hub.domain.merchant import Link, LinkKind
from hub.domain.payment import Phase, Status
from hub.flows.ground.open_link import url_of
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_logo import save_logo
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.run_operation import refund_payment
from hub.flows.payments.view_payment import payment_link_id
from hub_hookspecs import Barcode, PostForm, ShowQr, ShowReference
from tests.web.conftest import BROKEN_WORDS, Debtor, House, logo_png

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Forms = Callable[[str], list[dict[str, Any]]]
PHONE = {"field.push.phone": "300 123 45 67"}
WIDTHS = (390, 1280)
ACCEPTED = {"meta-refresh"}
"""Without scripts a waiting page can only look again by itself."""


SCRIPTED = {
    "statement",
    "statement in English",
    "statement, long words",
    "statement, large amounts and long numbers",
    "statement, one is being paid",
    "statement, in clarification",
    "statement, words were sent",
}
"""The pages that have the one script."""


@attrs.define
class Screens:
    """Makes the pages: each method leaves an address behind."""

    house: Any
    forms: Forms
    found: dict[str, str] = attrs.Factory(dict)

    def start(self, country: str, debtor: Debtor = None, **changes: Any) -> tuple[Any, str]:
        """Press Pagar: the debtor, and the payment's path."""
        debtor = debtor or self.house.debtor(country, (1500000, -30), (800000, 9), email="ana@correo.example")
        with self.house.browser() as browser:
            html = browser.get(f"{debtor.path}/pay?provider={'greenpay' if country == 'CR' else 'nequi'}").text
            form = next(form for form in self.forms(html) if "total" in form["fields"])
            answer = browser.post(form["action"], data={**form["fields"], **changes})
        assert answer.status_code == 303, answer.text
        return debtor, urlsplit(answer.headers["location"]).path

    def paid(self, country: str, path: str) -> str:
        payment = self.house.payment(path)
        self.house.control("greenpay" if country == "CR" else "nequi", "approve", reference=payment.reference)
        self.house.until(lambda: self.house.payment(path).status is Status.PAID)
        return path

    def changed(self, country: str, **changes: Any) -> str:
        _debtor, path = self.start(country)
        payment = self.house.payment(path)
        self.house.write(lambda tx: tx.payments.save(attrs.evolve(payment, **changes)))
        return path

    def preparing(self) -> str:
        """A payment of which nobody knows yet whether it was sent."""
        debtor, path = self.house.debtor("CR", (100000, -1)), self.start("CR")[1]
        known, now = self.house.payment(path), self.house.time()
        line = attrs.evolve(known.lines[0], payable_id=debtor.invoices[0].id, amount=100000)
        fresh = attrs.evolve(
            known,
            id=self.house.hub.fresh_id(),
            reference=f"{known.reference[:-2]}ZZ",
            return_token="",
            provider_reference=None,
            customer_id=debtor.customer.id,
            amount=debtor.invoices[0].balance,
            lines=(line,),
            phase=Phase.CREATED,
            status=Status.CREATED,
            action=None,
            created_at=now,
        )
        link = Link(
            id=payment_link_id(fresh.id),
            merchant_id=fresh.merchant_id,
            mode=fresh.mode,
            kind=LinkKind.PAYMENT,
            target=fresh.id,
            version=1,
            expires_at=now + timedelta(days=1),
        )

        def write(tx: Any) -> None:
            tx.payments.add(fresh)
            tx.payments.begin_sending(fresh.id, "elsewhere", now + timedelta(hours=1))
            tx.links.add(link)

        self.house.write(write)
        return url_of(self.house.hub, link).removeprefix(self.house.base)

    def order(self, country: str, **changes: Any) -> str:
        key = self.house.run(issue_api_key(self.house.hub, self.house.merchants[country], "tienda"))
        number = f"W-{next(self.house.numbers)}"
        cart = {
            "number": number,
            "currency": "CRC" if country == "CR" else "COP",
            "items": [{"sku": "T-1", "description": "Taladro inalámbrico 20 V", "quantity": 2, "price": 2500000}],
            "customer": {"name": "Ana Mora", "email": "ana@tienda.example", "phone": "88887777"},
            **changes,
        }
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": number}
        with self.house.browser() as browser:
            answer = browser.post("/v1/orders", json=cart, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["page"]).removeprefix(self.house.base)

    def ordered(self, country: str) -> tuple[str, str]:
        """An order that is being paid: its page, and the payment's."""
        page = self.order(country)
        with self.house.browser() as browser:
            html = browser.get(f"{page}/pay?provider={'greenpay' if country == 'CR' else 'nequi'}").text
            form = next(form for form in self.forms(html) if "total" in form["fields"])
            answer = browser.post(form["action"], data=form["fields"])
        return page, urlsplit(answer.headers["location"]).path

    def expired(self) -> str:
        debtor = self.house.debtor("CR", (1500000, -30), email="vieja@correo.example")

        def expire(tx: Any) -> None:
            link = tx.links.find(LinkKind.STATEMENT, debtor.customer.id, debtor.invoices[0].mode, self.house.time())
            tx.links.save(attrs.evolve(link, expires_at=self.house.time() - timedelta(days=1)))

        self.house.write(expire)
        return str(debtor.path)

    def unproven(self) -> str:
        _debtor, path = self.start("CR")
        self.house.time.ahead = timedelta(hours=2)
        try:
            self.house.run(check_payment(self.house.hub, self.house.payment(path).id))
        finally:
            self.house.time.ahead = timedelta()
        return path

    def closed(self, action: str) -> str:
        _debtor, path = self.start("CO", **PHONE)
        self.house.control("nequi", action, reference=self.house.payment(path).reference)
        self.house.until(lambda: self.house.payment(path).status is Status.CLOSED)
        return path

    def returned(self) -> str:
        path = self.paid("CO", self.start("CO", **PHONE)[1])
        self.house.run(refund_payment(self.house.hub, self.house.payment(path).id, by="dueño"))
        return path

    def unclear(self) -> tuple[str, str]:
        """A statement of which an invoice is in clarification, and an old link that pays it."""
        debtor, path = self.start("CO", **PHONE)
        payment = self.house.payment(self.paid("CO", path))
        self.house.run(refund_payment(self.house.hub, payment.id, by="dueño"))
        return debtor.path, f"{debtor.path}/pay?currency=COP&invoice={payment.lines[0].payable_id}"

    def unknown(self) -> str:
        self.house.control("nequi", "fault", path="*unregisteredpayment*", kind="cut_after", times=1)
        return self.start("CO", **PHONE)[1]


@pytest.fixture(scope="module")
def screens(house: House, forms: Forms) -> Mapping[str, str]:
    """Every page by name."""
    make = Screens(house, forms)
    house.run(save_logo(house.hub, house.merchants["CR"], logo_png()))
    owed = ((1500050, -50), (4825000, -17), (123456750, -95), (9680000, -2), (2240000, 21))
    many = house.debtor("CR", *owed, email="ana@correo.example")
    wordy = house.debtor("CR", (1234567500, -63))
    described = attrs.evolve(wordy.invoices[0], description="Impermeabilización y acabados de la segunda etapa")
    house.write(lambda tx: tx.payables.revise(described))
    large = house.debtor("CR", (123456789, -3), numbers=("00100001010000000421",))
    house.add_invoice(large, "00100001010000000422", 99999999999, "CRC")
    house.add_invoice(large, "FACTURA-ELECTRONICA-DE-EXPORTACION-2026-000000001", 12345678999, "USD")
    merchant = house.merchants["CO"]
    options = attrs.evolve(merchant.options, partial=True, withholdings=True)
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=options)))
    wide = house.debtor("CO", (18500000, -37), (9250000, 12), remembered="3001234567")
    held, hosted = make.start("CR")
    refused = make.start("CR")[1]
    house.control("greenpay", "reject", reference=house.payment(refused).reference)
    order_page, order_payment = make.ordered("CR")
    unclear, old_link = make.unclear()
    paid_order, paid_payment = make.ordered("CR")
    make.paid("CR", paid_payment)
    return {
        "statement": many.path,
        "statement in English": f"{many.path}?lang=en",
        "statement, long words": wordy.path,
        "statement, large amounts and long numbers": large.path,
        "pay step, large amounts and long numbers": f"{large.path}/pay?provider=greenpay&currency=CRC",
        "statement, one is being paid": held.path,
        "statement, in clarification": unclear,
        "pay step, in clarification": old_link,
        "statement, nothing owed": house.debtor("CR").path,
        "activity": f"{many.path}/activity",
        "statement, words were sent": f"{many.path}?said=note",
        "pay step": f"{many.path}/pay?provider=greenpay",
        "pay step, parts and withholdings": f"{wide.path}/pay?provider=nequi&retefuente.amount.{wide.invoices[0].id}=1",
        "note": f"{many.path}/note",
        "report": f"{many.path}/report",
        "promise": f"{many.path}/promise",
        "preparing": make.preparing(),
        "hosted page": hosted,
        "hosted page, the bank said no": refused,
        "approve in the app": make.start("CO", **PHONE)[1],
        "QR": make.start("CO", way="qr")[1],
        "form to post": make.changed("CR", action=PostForm("https://pay.example/go", {"a": "b"})),
        "reference": make.changed("CR", action=ShowReference("1234 5678 9012", barcode=Barcode("00012345"))),
        "waiting for the result": make.changed("CR", expires_at=house.time() - timedelta(minutes=1)),
        "unknown": make.unknown(),
        "declined": make.closed("reject"),
        "expired": make.closed("expire"),
        "not confirmed": make.unproven(),
        "approved": make.paid("CR", make.start("CR")[1]),
        "returned": make.returned(),
        "link expired": make.expired(),
        "not there": "/nothing/at/all",
        "cut": "/s/none",
        "the address alone": "/",
        "the address alone, in English": "/?lang=en",
        "order": make.order("CO"),
        "order, pay step": f"{make.order('CR')}/pay?provider=greenpay",
        "order being paid": order_page,
        "order payment": order_payment,
        "order paid": paid_order,
        "components": "/design",
    }


def opened(chromium: Browser, house: House, width: int = 390, height: int = 844, **options: Any) -> Page:
    page = chromium.new_context(
        base_url=house.base, viewport={"width": width, "height": height}, locale="es", **options
    ).new_page()
    page.set_default_timeout(90_000)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    house: House, screens: Mapping[str, str], chromium: Browser, scheme: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(chromium, house, color_scheme=scheme, bypass_csp=True)
    found = {}
    for name, path in screens.items():
        page.goto(path)
        violations = [item for item in Axe().run(page).response["violations"] if item["id"] not in ACCEPTED]
        if violations:
            found[name] = [(item["id"], [node["html"][:120] for node in item["nodes"][:3]]) for item in violations]
    page.context.close()
    assert not found


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [(320, 640, 1), (640, 400, 1), (390, 844, 2), (760, 900, 1), (1000, 800, 1), (1280, 800, 1)],
)
def test_no_page_scrolls_sideways_or_breaks_a_word_of_a_table(
    house: House, screens: Mapping[str, str], chromium: Browser, width: int, height: int, text: int
) -> None:
    """640 x 400 is what a zoom of 200 % leaves of 1280 x 800; ``text`` enlarges the letters alone."""
    page = opened(chromium, house, width, height)
    wide = {}
    for name, path in screens.items():
        page.goto(path)
        if text > 1:
            page.evaluate(f"document.documentElement.style.fontSize = '{text * 100}%'")
        reached = page.evaluate("document.documentElement.scrollWidth")
        if reached > width:
            wide[name] = reached
        if width >= 760 and (broken := page.evaluate(BROKEN_WORDS)):
            wide[name] = broken
    page.context.close()
    assert not wide


def test_a_field_with_a_fault_has_a_red_edge_and_the_scale_its_five_sizes(house: House, chromium: Browser) -> None:
    page = opened(chromium, house, 1280)
    page.goto("/design")
    style = "getComputedStyle(e)"
    red = page.locator(".error").first.evaluate(f"e => {style}.color")
    edges = page.locator("[aria-invalid=true]").evaluate_all(f"all => all.map(e => {style}.borderTopColor)")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.sheet')].find(e => e.textContent.includes('--xxl')).querySelectorAll('p')"
        ".values().map(e => parseFloat(getComputedStyle(e).fontSize)).toArray()"
    )
    page.context.close()
    assert set(edges) == {red}
    assert sizes == sorted(set(sizes), reverse=True)
    assert len(sizes) == 5


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_an_amount_is_never_broken(house: House, screens: Mapping[str, str], chromium: Browser, width: int) -> None:
    """However many digits it has: who reads a figure must not have to put it together."""
    page = opened(chromium, house, width)
    for name, path in screens.items():
        page.goto(path)
        broken = page.evaluate(BROKEN_AMOUNTS)
        assert not broken, (name, broken)
    page.context.close()


BROKEN_AMOUNTS = r"""() => {
  const isAmount = node => node.nodeType === Node.TEXT_NODE && /^[^a-z]*\d[\d\s.,]*$/.test(node.data.trim());
  const lines = node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
  };
  return [...document.querySelectorAll(".figure, .amount, .summary dd, .sum span")]
    .filter(item => item.checkVisibility())
    .filter(item => [...item.childNodes].some(node => isAmount(node) && lines(node) > 1))
    .map(item => item.textContent);
}"""


def test_every_target_can_be_hit_and_nothing_comes_from_elsewhere(
    house: House, screens: Mapping[str, str], chromium: Browser
) -> None:
    page = opened(chromium, house)
    strangers: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if _is_strange(house, request.url) else None)
    page.on("console", lambda message: complaints.append(message.text))
    small = {}
    for name, path in screens.items():
        answer = page.goto(path)
        assert answer
        assert answer.status in (200, 404, 410), name
        assert page.locator("h1").count() == 1, name
        assert page.locator("script").count() == (name in SCRIPTED), name
        sizes = page.evaluate(
            "[...document.querySelectorAll('button:not(.away), a.button, .choice, input:not([type=hidden])')]"
            ".filter(e => e.checkVisibility() && !e.closest('.choice input'))"
            ".map(e => [e.outerHTML.slice(0, 80), (e.closest('label') || e).getBoundingClientRect().height])"
        )
        if short := [size for size in sizes if size[1] < 44]:
            small[name] = short
    page.context.close()
    assert not strangers
    assert not [text for text in complaints if "404" not in text and "410" not in text]
    assert not small


def _is_strange(house: House, url: str) -> bool:
    return not url.startswith((house.base, "data:"))


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_statement_by_card_to_the_receipt(house: House, chromium: Browser, width: int) -> None:
    debtor = house.debtor("CR", (1500050, -30), (4825000, 10), (990000, -3), email="ana@correo.example")
    page = opened(chromium, house, width)
    page.goto(debtor.path)

    page.get_by_role("checkbox", name=debtor.invoices[2].number).uncheck()
    page.get_by_role("button", name="Greenpay").click()
    page.get_by_role("button", name="Pagar ₡15").click()
    page.wait_for_url("**/sim/greenpay/form/**")
    payment = house.read(lambda tx: tx.payments.live_with([debtor.invoices[0].id]))[0]
    page.goto(debtor.path)
    page.get_by_role("link", name="Volver a la página de Greenpay").click()
    assert page.get_by_role("main").get_by_role("link").first.inner_text().startswith(("Continuar a la", "Volver a la"))
    house.control("greenpay", "approve", reference=payment.reference)
    page.get_by_text("Aprobada").wait_for()  # the page looks again by itself

    text = page.inner_text("main").replace("\u00a0", " ")
    for fact in ("₡15 000,50", debtor.invoices[0].number, "pagada por completo", "Autorización", "Visa ****"):
        assert fact in text
    page.get_by_role("link", name="Volver al estado de cuenta").click()
    assert debtor.invoices[0].number not in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_statement_by_push_to_the_receipt_without_any_script(
    house: House, chromium: Browser, width: int
) -> None:
    debtor = house.debtor("CO", (1500000, -30))
    page = opened(chromium, house, width, java_script_enabled=False)
    page.goto(debtor.path)

    page.get_by_role("button", name="Paga con Nequi").click()
    page.get_by_label("Celular Nequi").fill("300 123 4567")
    page.get_by_role("button", name="Pagar $15.000").click()
    page.get_by_text("Aprueba el pago en tu aplicación").wait_for()
    assert "Tienes hasta las" in page.inner_text("main")
    house.control("nequi", "approve", reference=house.payment(urlsplit(page.url).path).reference)
    page.get_by_text("Aprobada").wait_for()  # the page looks again by itself

    assert "300***4567" in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_code_that_was_saved_says_what_the_code_on_the_page_says(house: House, chromium: Browser, width: int) -> None:
    debtor = house.debtor("CO", (1500000, -30))
    page = opened(chromium, house, width, accept_downloads=True)
    page.goto(f"{debtor.path}/pay?provider=nequi")
    page.get_by_label("Código QR").check()
    page.get_by_role("button", name="Pagar $15.000").click()
    page.get_by_role("img", name="Código QR para pagar").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Guardar imagen").click()

    action = house.payment(urlsplit(page.url).path).action
    assert isinstance(action, ShowQr)
    [read] = zxingcpp.read_barcodes(grey(download.value.path().read_bytes()))
    assert read.text == action.payload
    assert download.value.suggested_filename.endswith(".png")
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_store_order_is_paid_and_leads_back(house: House, forms: Forms, chromium: Browser, width: int) -> None:
    path = Screens(house, forms).order("CR")
    page = opened(chromium, house, width)
    page.goto(path)
    assert "Guardamos sus artículos hasta el" in page.inner_text("main")

    page.get_by_role("link", name="Greenpay").click()
    page.get_by_role("button", name="Pagar ₡50").click()
    page.wait_for_url("**/sim/greenpay/form/**")
    page.goto(path)
    page.get_by_role("link", name="Volver a la página de Greenpay").click()
    payment = urlsplit(page.url).path
    Screens(house, forms).paid("CR", payment)
    page.goto(payment)
    page.get_by_text("Aprobada").wait_for()
    page.get_by_role("link", name="Volver al pedido").click()

    assert "Pagado." in page.inner_text("main")
    page.context.close()


def test_the_keyboard_alone_pays(house: House, chromium: Browser) -> None:
    debtor = house.debtor("CO", (1500000, -30), (2500000, -20))
    page = opened(chromium, house, 1280, 800)
    page.goto(debtor.path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    for _ in range(40):
        page.keyboard.press("Tab")
        if debtor.invoices[1].number in (page.evaluate("document.activeElement.closest('label')?.innerText") or ""):
            break
    page.keyboard.press("Space")
    tab_to(page, "button", "Nequi")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Pagar $15.000").wait_for()
    tab_to(page, "input", "phone")
    page.keyboard.type("3001234567")
    page.keyboard.press("Enter")  # the form's own button

    page.get_by_text("Aprueba el pago en tu aplicación").wait_for()
    page.context.close()


def tab_to(page: Page, tag: str, words: str) -> None:
    """Go on until a control of this kind, whose text says this, has a visible focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        html = page.evaluate("document.activeElement.outerHTML")
        if html.startswith(f"<{tag}") and words in html:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"no {tag} with {words!r} can be reached")


def test_the_statement_is_light_and_quick_on_a_slow_line(
    house: House, screens: Mapping[str, str], chromium: Browser
) -> None:
    page = opened(chromium, house)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    received: list[float] = []
    line.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    slow = {"offline": False, "latency": 400, "downloadThroughput": 400 * 1024 / 8, "uploadThroughput": 400 * 1024 / 8}
    line.send("Network.emulateNetworkConditions", slow)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    page.goto(screens["statement"])
    page.wait_for_load_state("networkidle")
    painted = page.evaluate(
        "new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))"
        ".observe({type: 'largest-contentful-paint', buffered: true}))"
    )

    page.context.close()
    print(f"statement: {sum(received) / 1024:.1f} kB over the wire, largest contentful paint {painted:.0f} ms")  # noqa: T201
    assert sum(received) <= 60 * 1024
    assert painted < 3000


def grey(png: bytes) -> memoryview:
    """A one-bit PNG as rows of grey values."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (1, 0)
    parts, place = [], 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        parts += [png[place + 8 : place + 8 + size]] if png[place + 4 : place + 8] == b"IDAT" else []
        place += size + 12
    rows, stride = zlib.decompress(b"".join(parts)), (width + 7) // 8
    above, pixels = bytes(stride), bytearray()
    for y in range(height):
        kind, *row = rows[y * (stride + 1) : (y + 1) * (stride + 1)]
        assert kind in (0, 2)  # as it is, or the difference to the row above
        above = bytes((one + other) % 256 for one, other in zip(row, above, strict=True)) if kind else bytes(row)
        pixels += bytes(255 * ((above[x // 8] >> (7 - x % 8)) & 1) for x in range(width))
    return memoryview(pixels).cast("B", (height, width))
