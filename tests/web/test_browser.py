"""The payer's pages in a real browser: two presses, one field, and the page policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.web.conftest import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def opened(chromium: Browser, house: House, **options: Any) -> tuple[Page, list[str]]:
    """A fresh page, and what its console complains of."""
    page = chromium.new_context(
        base_url=house.base, viewport={"width": 390, "height": 844}, locale="es", **options
    ).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def test_a_card_payment_takes_two_presses_to_the_card_page_and_comes_back_approved(
    house: House, chromium: Browser
) -> None:
    debtor = house.debtor("CR", (1500050, -30), (4825000, 10), email="ana@correo.example")
    page, complaints = opened(chromium, house)
    page.goto(debtor.path)

    page.get_by_role("button", name="Greenpay").click()
    page.get_by_role("button", name="Pagar ₡15").click()
    page.wait_for_url("**/sim/greenpay/form/**")

    payment = house.read(lambda tx: tx.payments.live_with([debtor.invoices[0].id]))[0]
    page.goto(f"/pay/return/{payment.return_token}/cancel")
    assert page.get_by_role("heading", level=1).inner_text() == "Pendiente"
    assert page.get_by_role("link", name="Continuar a la página de Greenpay").is_visible()
    house.control("greenpay", "approve", reference=payment.reference)
    page.get_by_text("Aprobada").wait_for(timeout=90_000)  # the page looks again by itself
    page.get_by_role("link", name="Volver al estado de cuenta").click()
    assert debtor.invoices[0].number not in page.inner_text("main")
    assert debtor.invoices[1].number in page.inner_text("main")
    assert [text for text in complaints if "404" not in text] == []  # the simulator has no icon
    page.context.close()


def test_a_wallet_payment_takes_one_field(house: House, chromium: Browser) -> None:
    debtor = house.debtor("CO", (1500000, -30))
    page, complaints = opened(chromium, house)
    page.goto(f"{debtor.path}/pay?currency=COP&provider=nequi")  # the mail's button

    page.get_by_label("Celular Nequi").fill("300 123 4567")
    page.get_by_role("button", name="Pagar $15.000").click()
    page.get_by_text("Aprueba el pago en tu aplicación").wait_for()

    page.goto(debtor.path)
    assert "Pago en proceso" in page.inner_text("main")
    assert page.get_by_role("checkbox").count() == 0
    assert complaints == []
    page.context.close()


def test_the_phone_is_only_shown_for_the_way_that_asks_for_it(house: House, chromium: Browser) -> None:
    debtor = house.debtor("CO", (1500000, -30))
    page, _complaints = opened(chromium, house)
    page.goto(f"{debtor.path}/pay?provider=nequi")

    assert page.get_by_label("Celular Nequi").is_visible()
    page.get_by_label("Código QR").check()
    assert not page.get_by_label("Celular Nequi").is_visible()
    page.context.close()
