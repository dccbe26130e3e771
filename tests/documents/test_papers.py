"""The cash receipt and QR codes, on the page and on paper."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import attrs
import pytest
import zxingcpp

from hub.documents import qr_png, qr_svg, receipt_html, receipt_page, receipt_style, receipt_text
from hub.domain.papers import CashReceiptPaper
from hub_hookspecs import Mode, Money

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HELD = [
    "RC-000012",
    "Distribuciones Andinas SAS",
    "900.123.456-8",
    "La Compañía SAS",
    "800.197.268-4",
    "$200.000",
    "doscientos mil pesos M/CTE",
    "Pago factura FV-1042",
    "Billetera digital por Nequi",
    "350-123-20261121-7781",
    "$15.000",
    "Cancela el saldo total de lo indicado.",
    "21/11/2026",
]


@pytest.mark.parametrize("words", HELD)
def test_a_cash_receipt_holds_what_the_books_need(cash_receipt: CashReceiptPaper, words: str) -> None:
    assert words in receipt_html(cash_receipt, "es_CO")
    assert words in receipt_text(cash_receipt, "es_CO")


def test_what_was_kept_back_and_let_off_stands_beside_its_invoice(cash_receipt: CashReceiptPaper) -> None:
    kept = (("Retefuente", Money(740000, "COP")), ("Descuento", Money(260000, "COP")))
    line = attrs.evolve(cash_receipt.lines[0], applied=Money(17500000, "COP"), less=kept)
    less = attrs.evolve(cash_receipt, lines=(line,))
    for draw in (receipt_html, receipt_text):
        assert "Retefuente $7.400" in draw(less, "es_CO").replace("\u00a0", " ")
        assert "Descuento $2.600" in draw(less, "es_CO").replace("\u00a0", " ")
        assert "Descuento" not in draw(cash_receipt, "es_CO")


def test_a_page_of_its_own_brings_its_styles(cash_receipt: CashReceiptPaper) -> None:
    page = receipt_page(cash_receipt, "es_CO")
    assert receipt_html(cash_receipt, "es_CO") in page
    assert receipt_style().strip() in page
    assert "@media print" in page
    assert "style=" not in receipt_html(cash_receipt, "es_CO"), "pages forbid styles on elements"


def test_a_voided_receipt_says_so_and_why(cash_receipt: CashReceiptPaper) -> None:
    void = attrs.evolve(cash_receipt, void_reason="Se registró dos veces", voided_at=cash_receipt.issued_at)
    for drawn in (receipt_html(void, "es_CO"), receipt_text(void, "es_CO")):
        assert "ANULADO" in drawn
        assert "Se registró dos veces" in drawn
    assert "ANULADO" not in receipt_text(cash_receipt, "es_CO")


def test_a_test_receipt_has_no_value(cash_receipt: CashReceiptPaper) -> None:
    head = attrs.evolve(cash_receipt.letterhead, mode=Mode.TEST, simulated=True)
    for draw in (receipt_html, receipt_text):
        assert "PRUEBA - SIN VALOR · SIMULADO" in draw(attrs.evolve(cash_receipt, letterhead=head), "es_CO")
        assert "PRUEBA" not in draw(cash_receipt, "es_CO")


@pytest.mark.parametrize("clause", ["settles", "part", "account"])
@pytest.mark.parametrize("locale", ["es_CR", "es_CO", "en"])
def test_every_clause_has_words(cash_receipt: CashReceiptPaper, clause: str, locale: str) -> None:
    drawn = receipt_text(attrs.evolve(cash_receipt, clause=clause, lines=(), advance=Money(0, "COP")), locale)
    assert "{" not in drawn


def test_no_name_adds_markup_or_a_line(cash_receipt: CashReceiptPaper) -> None:
    evil = "<b onclick=x>&\"'\r\nTotal recibido: $0"
    drawn = attrs.evolve(cash_receipt, customer=evil, concept=evil, means=evil, issued_by=evil, note=evil)
    assert "<b" not in receipt_html(drawn, "es_CO")
    assert "\nTotal recibido: $0" not in receipt_text(drawn, "es_CO")


@pytest.mark.browser
def test_a_receipt_fits_a_phone_and_a_sheet(cash_receipt: CashReceiptPaper, chromium: Browser) -> None:
    long = attrs.evolve(
        cash_receipt,
        lines=tuple(attrs.evolve(cash_receipt.lines[0], number=f"0010000101000000{n:04d}") for n in range(40)),
        customer="Compañía " * 20,
    )
    for width in (360, 800):
        page = chromium.new_page(viewport={"width": width, "height": 640})
        page.set_content(receipt_page(long, "es_CO"))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


@pytest.mark.parametrize(
    "payload", ["bancadigital-C001-12345-770508433347", "https://pagos.example.com/s/abc.def", "ñ€"]
)
def test_a_qr_code_reads_back(payload: str) -> None:
    [found] = zxingcpp.read_barcodes(grey(qr_png(payload)))
    assert found.text == payload


def test_a_qr_codes_svg_scales_and_has_a_name() -> None:
    svg = qr_svg("abc", title="Código <QR>")
    assert svg.startswith("<svg ")
    assert "viewBox" in svg
    assert "width" not in svg.split(">")[0].replace("stroke-width", "")
    assert "<title>Código &lt;QR&gt;</title>" in svg
    assert "#fff" in svg, "a dark page must not swallow it"


def grey(png: bytes) -> memoryview:
    """A one-bit PNG as rows of grey values, which the reader takes."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (1, 0)
    rows = zlib.decompress(b"".join(content for name, content in chunks(png) if name == b"IDAT"))
    stride = (width + 7) // 8
    above = bytes(stride)
    pixels = bytearray()
    for y in range(height):
        kind, *row = rows[y * (stride + 1) : (y + 1) * (stride + 1)]
        assert kind in (0, 2)  # as it is, or the difference to the row above
        above = bytes((one + other) % 256 for one, other in zip(row, above, strict=True)) if kind else bytes(row)
        pixels += bytes(255 * ((above[x // 8] >> (7 - x % 8)) & 1) for x in range(width))
    return memoryview(pixels).cast("B", (height, width))


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        found.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + size]))
        place += size + 12
    return found
