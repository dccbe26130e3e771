"""What a payer does next: a code and its key, a reference with its barcode, a way into an app."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import segno
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from hub.documents.mails.payment_pending import PaymentPendingMail, after_payment, gather
from hub.domain.message import owed_mail
from hub.domain.owed_mail import PaymentChange
from hub.domain.payment import Payment, Status
from hub.flows.payments.check_payment import check_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.views.print_voucher import voucher_of
from hub.web.portal.action import ShownAction, shown_action
from hub_hookspecs import ApproveInApp, Barcode, NextAction, ShowQr, ShowReference, Symbology
from tests.web.conftest import House
from tests.web.ways import Ways, as_ever, house, ways, words_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["as_ever", "house", "ways"]


def read_codes(png: bytes) -> list[str]:
    """What a scanner sees in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))]


def at(ways: Ways, path: str, language: str = "") -> str:
    with ways.house.browser() as browser:
        answer = browser.get(f"{path}?lang={language}" if language else path)
    assert answer.status_code == 200
    return answer.text


def shown(ways: Ways, way: str, action: NextAction | None = None) -> tuple[Payment, str]:
    """A payment that waits for its payer, with the provider's action or another one."""
    email = f"ana{next(ways.house.numbers)}@correo.example"
    payment, page = ways.paid(ways.debtor(email=email).path, way)
    ways.house.until(lambda: ways.house.payment(page).action)
    payment = ways.house.payment(page)
    if action is not None:
        payment = attrs.evolve(payment, action=action)
        ways.house.write(lambda tx: tx.payments.save(payment))
    return payment, page


@pytest.fixture
def tab(house: House, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, *rest = request.param
    phone = width < 700
    context = chromium.new_context(
        base_url=house.base, viewport={"width": width, "height": 844}, locale="es", has_touch=phone, is_mobile=phone,
        java_script_enabled="script" in rest, bypass_csp="script" in rest, device_scale_factor=2 if phone else 1,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(90_000)
    yield page
    context.close()


WIDTHS = [(320,), (390,), (1280,)]


# A code.


@pytest.mark.parametrize("tab", WIDTHS, indirect=True, ids=str)
def test_a_code_is_scanned_or_its_key_is_typed_or_its_text_is_copied(ways: Ways, tab: Page) -> None:
    payment, path = shown(ways, "key")
    assert isinstance(payment.action, ShowQr)
    tab.goto(path)

    assert payment.action.payload in read_codes(tab.screenshot(full_page=True))
    key, code = tab.get_by_label("O escribe esta llave"), tab.get_by_label("Código para copiar")
    assert (key.input_value(), code.input_value()) == ("@tienda77", payment.action.payload)
    code.focus()
    tab.keyboard.press("Control+A")
    assert not code.is_editable()
    app = tab.get_by_role("link", name="Abrir Caminos")
    is_phone = tab.viewport_size is not None and tab.viewport_size["width"] < 700
    assert app.is_visible() is is_phone  # nobody has the app on a desk
    if is_phone:
        assert app.get_attribute("href") == f"caminos://pay/{payment.reference}"
        html = tab.content()
        assert html.index("caminos://") < html.index('class="qr"')


def picture(text: str) -> bytes:
    """A code as a provider draws it."""
    written = io.BytesIO()
    segno.make(text).save(written, kind="png", scale=4)
    return written.getvalue()


def test_a_code_that_the_provider_drew_is_shown_and_saved_as_it_came(ways: Ways) -> None:
    png = picture("THEIRS-1")
    _payment, path = shown(ways, "key", ShowQr(image=png, key="@tienda77"))
    html = at(ways, path)
    source = re.search(r'<img class="qr" src="data:image/png;base64,([^"]+)"', html)
    assert source
    assert base64.b64decode(unescape(source[1])) == png
    assert "Código para copiar" not in words_in(html)
    with ways.house.browser() as browser:
        assert browser.get(f"{path}/qr.png").content == png


def test_more_than_a_code_holds_is_copied(ways: Ways) -> None:
    _payment, path = shown(ways, "key", ShowQr("漢" * 2000))
    html = at(ways, path)
    assert 'class="qr"' not in html
    assert "漢" * 2000 in html
    with ways.house.browser() as browser:
        assert browser.get(f"{path}/qr.png").status_code == 404


def test_a_code_that_is_over_is_shown_nowhere(ways: Ways) -> None:
    payment, path = shown(ways, "key")
    ways.house.time.ahead += timedelta(minutes=11)
    html = at(ways, path)
    for gone in ("@tienda77", "caminos://", 'class="qr"', str(getattr(payment.action, "payload", ""))):
        assert gone not in html
    with ways.house.browser() as browser:
        assert browser.get(f"{path}/qr.png").status_code == 404


# A way into an app.


def test_a_page_and_an_app_stand_side_by_side(ways: Ways) -> None:
    payment, path = shown(ways, "bank")
    html = at(ways, path)
    links = re.findall(r'<a class="button wide" href="([^"]+)"', html)
    assert links[0] == f"caminos://pay/{payment.reference}"
    assert links[1].endswith(f"/pay/{payment.reference}")
    _payment, path = shown(ways, "key", ApproveInApp("Abra la aplicación.", deep_link='caminos://a?b=1&c="><script>'))
    html = at(ways, path)
    assert 'href="caminos://a?b=1&amp;c=&#34;&gt;&lt;script&gt;"' in html
    assert "<script" not in html


@pytest.mark.parametrize(("agent", "leads_on"), [("Mozilla/5.0 (X11)", True), ("Mozilla/5.0 (Android) Mobile", False)])
def test_a_phone_shows_both_ways_where_a_desk_is_led_on(ways: Ways, agent: str, leads_on: bool) -> None:
    payment, path = shown(ways, "bank")
    with ways.house.browser() as browser:
        html = browser.get(f"{path}?continuar=1", headers={"user-agent": agent}).text
    assert ("0;url=" in html) is leads_on
    assert f"caminos://pay/{payment.reference}" in html


@pytest.mark.parametrize(("agent", "seconds"), [("Mozilla/5.0 (X11)", 4), ("Mozilla/5.0 (Android) Mobile", 15)])
def test_a_phone_leaves_time_to_copy(ways: Ways, agent: str, seconds: int) -> None:
    _payment, path = shown(ways, "key")
    with ways.house.browser() as browser:
        assert f'content="{seconds};url=' in browser.get(path, headers={"user-agent": agent}).text


def test_nothing_is_shown_to_pay_with_while_it_is_withdrawn(ways: Ways) -> None:
    for way in ("key", "store", "bank"):
        view = ways.house.run(view_payment(ways.house.hub, shown(ways, way)[0].id))
        assert view
        assert shown_action(view) != ShownAction()
        assert shown_action(attrs.evolve(view, cancelling=True)) == ShownAction()
        assert voucher_of(ways.house.hub, attrs.evolve(view, cancelling=True)) is None


# A reference.


@pytest.mark.parametrize("tab", WIDTHS, indirect=True, ids=str)
def test_a_reference_can_be_read_aloud_and_scanned_at_the_till(ways: Ways, tab: Page) -> None:
    payment, path = shown(ways, "store")
    assert isinstance(payment.action, ShowReference)
    assert payment.action.barcode
    tab.goto(path)
    text = tab.inner_text("main").replace("\u00a0", " ")
    wanted = ("Todavía no está pagado", "$15.000", "Convenio 110757", "9988 7766 5544 3322", "Efecty, Baloto")
    assert "Vence el" in text
    for words in wanted:
        assert words in text, words
    assert tab.locator("ol.steps li").all_inner_texts() == list(payment.action.instructions)
    assert payment.action.barcode.payload in read_codes(tab.locator("img.bars").screenshot())
    assert tab.get_by_role("link", name="Volante de Caminos").get_attribute("href") == payment.action.document_url


@pytest.mark.parametrize(
    ("symbology", "payload", "is_drawn"),
    [
        (Symbology.CODE128, "ABC-123456", True),
        (Symbology.ITF, "12345678", True),
        (Symbology.EAN13, "7702004003508", True),
        (Symbology.EAN13, "7702004003509", False),  # the check digit is another number's
        (Symbology.ITF, "1234567", False),  # would become 01234567
        (Symbology.CODE128, "ñandú", False),
    ],
)
def test_a_barcode_says_what_the_provider_gave_or_is_not_there(
    ways: Ways, symbology: Symbology, payload: str, is_drawn: bool
) -> None:
    _payment, path = shown(ways, "store", ShowReference("1234567890", barcode=Barcode(payload, symbology)))
    html = at(ways, path)
    assert ('class="bars"' in html) is is_drawn
    assert payload in html
    assert "1234 5678 90" in html


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("tab", [(320, "script"), (390, "script"), (1280, "script")], indirect=True, ids=str)
def test_axe_finds_nothing_and_nothing_is_cut(ways: Ways, tab: Page, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for way in ("key", "store", "bank"):
        _payment, path = shown(ways, way)
        tab.goto(f"{path}?lang={language}")
        violations = [item["id"] for item in Axe().run(tab).response["violations"] if item["id"] != "meta-refresh"]
        wide = tab.evaluate("document.documentElement.scrollWidth") > tab.evaluate("innerWidth")
        short = tab.evaluate(
            "[...document.querySelectorAll('main :is(button, a.button, input:not([type=hidden]))')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).length"
        )
        if violations or wide or short:
            found[way] = (violations, wide, short)
    assert not found


# The slip.


def slip(ways: Ways, path: str, language: str = "") -> tuple[int, bytes]:
    with ways.house.browser() as browser:
        answer = browser.get(f"{path}/volante.pdf{f'?lang={language}' if language else ''}")
    return answer.status_code, answer.content


def words_of(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("language", "unpaid"),
    [("", "Todavía no está pagado. Este volante no es"), ("en", "It is not paid yet")],
)
def test_the_slip_says_what_is_paid_where_and_that_it_is_no_receipt(ways: Ways, language: str, unpaid: str) -> None:
    payment, path = shown(ways, "store")
    assert isinstance(payment.action, ShowReference)
    assert payment.action.barcode
    status, pdf = slip(ways, path, language)
    assert status == 200
    said = words_of(pdf)
    for words in (unpaid, "9988 7766 5544 3322", "Convenio 110757", "Efecty, Baloto", payment.reference, "15"):
        assert words in said, words
    assert not re.search("Pagado por|Aprobad|Paid by|Approved", said)
    [page] = pdf_pages(pdf)
    assert payment.action.barcode.payload in read_codes(page)


def pdf_pages(pdf: bytes) -> list[bytes]:
    """A PDF as a printer sees it, a picture a page."""
    done = subprocess.run(["pdftoppm", "-r", "200", "-png", "-"], input=pdf, capture_output=True, check=True)
    return [done.stdout]


def test_the_slip_is_gone_once_it_is_paid_over_or_never_was(ways: Ways) -> None:
    assert slip(ways, shown(ways, "key")[1])[0] == 404
    payment, path = shown(ways, "store")
    assert slip(ways, path[:-3] + "AAA")[0] == 404
    ways.house.time.ahead += timedelta(days=3, minutes=1)
    assert slip(ways, path)[0] == 404
    ways.house.time.ahead *= 0
    assert slip(ways, path)[0] == 200
    ways.offers["orders"][payment.reference]["state"] = "paid"
    ways.house.run(check_payment(ways.house.hub, payment.id))
    assert ways.house.payment(path).status is Status.PAID
    assert slip(ways, path)[0] == 404
    assert "9988 7766" not in at(ways, path)


def test_whoever_pays_elsewhere_gets_the_slip_by_mail_once(ways: Ways) -> None:
    payment, _path = shown(ways, "store")

    def sent() -> list[Any]:
        found = ways.house.read(lambda tx: tx.deliveries.of(merchant_id=payment.merchant_id, subject_id=payment.id))
        return [item for item in found if item.kind == "payment_pending"]

    ways.house.until(lambda: [item for item in sent() if item.sent_at])
    ways.house.run(check_payment(ways.house.hub, payment.id))
    assert len(sent()) == 1
    [mail] = ways.house.mailbox.to(payment.payer.email)
    said = " ".join(mail.text.split())
    for words in ("Todavía no está pagado", "$15.000", "9988 7766 5544 3322", "1. Vaya a un punto de pago.", "Efecty"):
        assert words in said, words
    assert [part.get_filename() for part in mail.message.iter_attachments()] == [
        f"volante-de-pago-{payment.reference}.pdf"
    ]


def test_nobody_is_written_to_about_a_code_of_ten_minutes(ways: Ways) -> None:
    payment, _path = shown(ways, "key")
    found = ways.house.read(lambda tx: tx.deliveries.of(merchant_id=payment.merchant_id, subject_id=payment.id))
    assert found == ()


def test_a_code_that_lasts_for_hours_is_told_by_mail_with_its_key(ways: Ways) -> None:
    payment, path = shown(ways, "key")
    house, lasting = ways.house, attrs.evolve(payment, expires_at=payment.created_at + timedelta(hours=3))

    def gathered(tx: Any) -> PaymentPendingMail:
        tx.payments.save(lasting)
        merchant, customer = tx.merchants.get(payment.merchant_id), tx.customers.get(payment.customer_id)
        change = PaymentChange(payment=lasting, merchant=merchant, customer=customer, seen=())
        [owed] = after_payment(change)
        assert owed.recipient == payment.payer.email
        delivery = owed_mail("d", "payment_pending", owed.recipient, lasting, house.time(), details=owed.details)
        return gather(tx, house.hub, delivery, house.time())[0]

    value = house.write(gathered)
    mail = house.hub.documents.mail(value, recipient="a@correo.example", message_id="x", locale="es_CO")
    for words in ("@tienda77", str(getattr(payment.action, "payload", "")), "Este mensaje no es un soporte", path):
        assert words in mail.text, words
    assert "volante" not in mail.text
