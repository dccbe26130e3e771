"""What a shop owner does at the desk, in a real browser, on a phone and on a desk:
nothing of it needs a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.domain.export import Cell, xlsx_of
from hub.domain.files.table_file import read_table
from hub_hookspecs import Money
from tests.web.conftest import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = {"phone": 390, "desk": 1280}
CARD = {
    "Número de tarjeta": "4111111111111111",
    "Nombre en la tarjeta": "Dueña",
    "Vence (MM/AA)": f"12/{(datetime.now(UTC).year + 3) % 100}",
    "Código (CVC)": "123",
}
HEADER = ("Número", "Cliente", "Fecha", "Vencimiento", "Total")


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, open_desk: Callable[..., Page]) -> Page:
    """The browser of a company's owner; each width has a company of its own."""
    return open_desk(f"viaje-{request.param}", WIDTHS[request.param])


def says(page: Page, *words: str) -> None:
    """These words come to stand on the page; it comes again by itself where it waits."""
    for each in words:
        page.get_by_text(each).first.wait_for()


def try_a_payment_and_see_both_mails(house: House, page: Page) -> None:
    says(page, "Primeros pasos: 2 de 5")
    page.get_by_role("link", name="Ver todos los pasos").click()
    page.get_by_role("button", name="Probar con un pago de prueba").click()
    says(page, "Salió un estado de cuenta a duena@")
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Abrir el estado de cuenta").click()
    payer = opening.value
    payer.get_by_role("button", name=re.compile("Greenpay")).or_(
        payer.get_by_role("link", name=re.compile("Greenpay"))
    ).first.click()
    payer.get_by_role("button", name=re.compile("^Pagar")).first.click()
    payer.get_by_label("Número de tarjeta").wait_for()
    for label, value in CARD.items():
        payer.get_by_label(label).fill(value)
    payer.get_by_role("button", name="Pagar").first.click()
    payer.get_by_text(re.compile("Aprobad")).first.wait_for()
    payer.close()
    page.goto(f"{house.base}/m/guide/try")
    says(page, "Así funciona con cada cliente")
    frames = page.locator("iframe.mail")
    assert frames.count() == 2
    proof, notice = (page.frame_locator("iframe.mail").nth(at) for at in range(2))
    proof.get_by_text("Soporte de pago").first.wait_for()
    notice.get_by_text("Agregar recibo de caja").first.wait_for()
    page.get_by_role("link", name="Ir al inicio").click()
    says(page, "Primeros pasos: 3 de 5", "Últimos pagos")


def file_of(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def bring(page: Page, kind: str, file: str) -> None:
    """Choose what a file holds, and the file."""
    page.goto(f"{page.url.partition('/m')[0]}/m/import")
    page.get_by_label(kind).check()
    page.get_by_label("Archivo", exact=True).set_input_files(file)
    page.get_by_role("button", name="Revisar archivo").click()


def correct_a_workbook_with_faults_and_bring_it(house: House, page: Page, tmp_path: Path) -> None:
    people = xlsx_of(
        "Clientes",
        ("Tipo", "Identificación", "Nombre", "Correo"),
        [
            ("Cédula física", "112340567", "José Núñez", "jose@viaje.example"),
            ("Cédula física", "212340567", "Rosa Mata", ""),
        ],
    )
    page.goto(f"{house.base}/m/import")
    bring(page, "Clientes", file_of(tmp_path, "clientes.xlsx", people))
    says(page, "Todavía no se importó nada", "José Núñez")
    page.get_by_role("button", name="Importar").click()
    says(page, "El archivo se importó")
    day, amount = date(2026, 1, 5), Money(2_500_050, "CRC")
    wrong: list[tuple[Cell, ...]] = [
        ("V-1", "112340567", "5 de eneros", None, amount),
        ("V-2", "999999999", day, None, amount),
    ]
    bring(page, "Facturas de venta", file_of(tmp_path, "mal.xlsx", xlsx_of("Facturas", HEADER, wrong)))
    says(page, "No es una fecha", "Línea 2 · Fecha: «5 de eneros»")
    good = [("V-1", "112340567", day, day, amount), ("V-2", "212340567", day, day, amount)]
    bring(page, "Facturas de venta", file_of(tmp_path, "bien.xlsx", xlsx_of("Facturas", HEADER, good)))
    says(page, "Filas nuevas", "Excel, hoja «Facturas»")
    page.get_by_role("button", name="Importar").click()
    says(page, "El archivo se importó")
    page.get_by_role("link", name="Ver las facturas").click()
    says(page, "V-1", "V-2")


def send_statements_to_all_who_owe_and_see_what_became_of_them(house: House, page: Page) -> None:
    page.goto(f"{house.base}/m")
    page.get_by_role("link", name="Enviar estados de cuenta").click()
    says(page, "1 cliente queda fuera", "Rosa Mata", "Le llega a 1 cliente")
    page.get_by_label("Mensaje para todos (opcional)").first.fill("Gracias por su compra.")
    page.get_by_role("button", name="Enviar a los marcados").click()
    says(page, "Listo: salieron 1 de 1")
    mail = house.until(lambda: list(house.mailbox.to("jose@viaje.example")))[-1]
    assert "Gracias por su compra." in mail.text
    page.get_by_role("link", name="Envíos", exact=True).first.click()
    page.get_by_role("link", name="Ver todos los correos").click()
    page.get_by_role("link", name="Estado de cuenta").first.click()
    page.frame_locator("iframe.mail").get_by_text("Gracias por su compra.").first.wait_for()


def carry_away_what_was_paid_as_a_workbook(house: House, page: Page) -> None:
    page.goto(f"{house.base}/m/payments")
    page.get_by_role("link", name="Exportar").click()
    since = (house.time() - timedelta(days=2)).date().isoformat()
    page.get_by_label("Desde").fill(since)
    page.get_by_role("button", name="Contar primero").click()
    says(page, "1 movimiento")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Descargar").click()
    path = downloading.value.path()
    table = read_table(Path(path).read_bytes())
    assert not table.errors
    assert table.rows[0].cells["Facturas"] == "PRUEBA-1: 1000,00"
    assert table.rows[0].cells["Monto"] == "1000"


def test_an_owner_tries_a_payment_brings_a_workbook_sends_statements_and_exports_what_was_paid(
    house: House, page: Page, tmp_path: Path
) -> None:
    try_a_payment_and_see_both_mails(house, page)
    correct_a_workbook_with_faults_and_bring_it(house, page, tmp_path)
    send_statements_to_all_who_owe_and_see_what_became_of_them(house, page)
    carry_away_what_was_paid_as_a_workbook(house, page)
