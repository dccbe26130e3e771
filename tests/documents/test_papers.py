"""The cash receipt on paper, and QR codes."""

from __future__ import annotations

import io
import struct
import zlib

import attrs
import pytest
import zxingcpp
from pypdf import PdfReader

from hub.documents import Documents, qr_png, qr_svg
from hub.documents.content import pdf_content
from hub.documents.shown import DocumentReader
from hub.domain.cash_receipt_document import CashReceiptDocument
from hub_hookspecs import Money

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
    "A favor del cliente 15.000",
    "Cancela el saldo total de lo indicado.",
    "21/11/2026",
]


def test_a_cash_receipt_holds_what_the_books_need(documents: Documents, cash_receipt: CashReceiptDocument) -> None:
    drawn = PdfReader(io.BytesIO(documents.pdf(cash_receipt, locale="es_CO").content))
    plain = " ".join(drawn.pages[0].extract_text().replace("\u200b", "").split()).casefold()
    assert [words for words in HELD if words.casefold() not in plain] == []


@pytest.mark.parametrize("clause", ["settles", "part", "account"])
@pytest.mark.parametrize("locale", ["es_CR", "es_CO", "en"])
def test_every_clause_has_words(cash_receipt: CashReceiptDocument, clause: str, locale: str) -> None:
    empty = attrs.evolve(cash_receipt, clause=clause, lines=(), advance=Money(0, "COP"))
    assert "{" not in str(pdf_content(empty, DocumentReader(locale, empty.letterhead)).parts)


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
