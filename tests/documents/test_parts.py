"""Every part is known to all three renderers, which know nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from pypdf import PdfReader

from hub.documents import pdf
from hub.documents.document import PdfContent
from hub.documents.mail_body import environment
from hub.documents.parts import (
    Addressee,
    Ageing,
    AgeingBar,
    Bars,
    Button,
    Cell,
    Code,
    ColumnHead,
    Divider,
    Facts,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Part,
    PayBar,
    Quote,
    Rows,
    ScanLink,
    Signature,
    Steps,
    Title,
    Tone,
)
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub_hookspecs import Barcode, Mode

from .conftest import NOW, SITE

READER = DocumentReader("es_CR", Letterhead(name="Tienda", mode=Mode.LIVE))
PAY = Button(label="Greenpay", url=f"{SITE}/s/1", accessible="Pagar con Greenpay", hint="Con tarjeta")
PARTS: tuple[Part, ...] = (
    Title("Título"),
    Heading("Apartado"),
    Heading("Inciso", level=3, small=True),
    Addressee("Para", "Ana Mora", ("Cédula 1", "ana@correo.example")),
    Paragraph("Párrafo", strong=True),
    Quote("Una cita\nde dos renglones"),
    Notice("Aviso", Tone.BAD),
    Figure("Total", "₡1,00", "vencido", Tone.WARNING, (("Interés", "₡0,10"),)),
    Facts((("Banco", "BAC"), ("Vacío", ""))),
    Ageing(
        "Antigüedad", (AgeingBar("Reciente", "₡3,00", 0.5, late=False), AgeingBar("Añejo", "₡4,00", 0.5, late=True)), 3
    ),
    Rows(
        (ColumnHead("Factura", width=1), "Vence", ColumnHead("Monto", right=True, strong=True)),
        (
            (Cell("Anterior", span=2, strong=True), Cell("₡5,00")),
            (Cell("FE-1"), Cell("hoy", "tarde", Tone.WARNING), Cell("₡6,00", small=True)),
        ),
        total=("Suma", "₡11,00"),
        more=("Otras", "₡12,00"),
    ),
    PAY,
    PayBar("En línea", "Pague aquí", (PAY,), ("Nequi no se ofrece",), scan="Escanee aquí"),
    ScanLink("Verificar", f"{SITE}/v/1", hint="Escanee el código", accessible="Verificar"),
    Code("payment-hub doctor"),
    Bars(Barcode("ABC-77"), "Código de barras ABC-77"),
    Steps(("Vaya", "Pague")),
    Divider(),
    Signature("Firma"),
)
SAID = """
Título Apartado Inciso Para Ana Mora Cédula Párrafo cita renglones Aviso Total ₡1,00 vencido Interés ₡0,10 Banco BAC
Antigüedad Reciente ₡3,00 Añejo ₡4,00 Factura Vence Monto Anterior ₡5,00 FE-1 hoy tarde ₡6,00 Suma ₡11,00 Otras ₡12,00
Greenpay tarjeta línea Nequi Verificar doctor ABC-77 Vaya Pague Firma
"""


def drawn_by_jinja(ending: str) -> str:
    macros = environment(autoescape=ending == "html").get_template(f"parts.{ending}").module
    return "\n".join(getattr(macros, part.part)(part) for part in PARTS)


def in_html() -> str:
    return drawn_by_jinja("html")


def in_text() -> str:
    return drawn_by_jinja("txt")


def in_pdf() -> str:
    content = PdfContent(kind="Prueba", below="1", running="Prueba", file="prueba", made_at=NOW, parts=PARTS)
    drawn = pdf.compiled(pdf.words_of(content, READER), format="pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages)
    return text.replace("\u200b", "")


def test_the_samples_are_of_every_class() -> None:
    assert {type(part) for part in PARTS} == set(get_args(Part))


@pytest.mark.parametrize("draw", [in_html, in_text, in_pdf])
def test_a_renderer_says_everything_that_a_part_holds(draw: Callable[[], str]) -> None:
    words = draw().casefold()
    if draw is in_pdf:  # the mark that a whole column shares stands in its head
        words = words.replace("monto (₡)", "monto ₡5,00 ₡6,00 ₡11,00 ₡12,00")
        assert [figure for figure in ("5,00", "6,00", "11,00", "12,00") if words.count(figure) != 2] == []
    assert [word for word in SAID.casefold().split() if word not in words] == []
    assert "vacío" not in words


def test_what_is_said_of_a_code_is_said_where_there_is_one() -> None:
    for words in (in_html(), in_text()):
        assert "Pague aquí" in words
        assert "Escanee" not in words
    words = in_pdf()
    assert "Pague aquí" not in words
    assert "Escanee aquí" in words
    assert "Escanee el código" in words


@pytest.mark.parametrize("name", ["templates/parts.html", "templates/parts.txt", "typst/parts.typ"])
def test_a_renderer_takes_its_words_from_the_parts_alone(name: str) -> None:
    source = (Path(pdf.__file__).parent / name).read_text(encoding="utf-8")
    assert not re.search(r"reader|\bt\(|[áéíóúñ]", source)
