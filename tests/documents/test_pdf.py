"""PDFs hold what their values hold, on every machine alike, for eyes, phones and screen readers."""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import zxingcpp
from pypdf import PdfReader

from hub.documents import Documents
from hub.domain.cash_receipt_document import CashReceiptDocument
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.letterhead import Letterhead
from hub.domain.payments_document import Direction, PaymentsDocument
from hub.domain.pdf import PdfDocument, PdfMissing
from hub.domain.receipt_document import ReceiptDocument
from hub.domain.statement import Statement, compute_statement
from hub.domain.statement_document import PayLink, PayWays, StatementDocument
from hub.domain.text import Text
from hub.domain.words import amount_in_words
from hub_hookspecs import CROCKFORD, Mode, Money, PayButton

Papers = dict[str, tuple[PdfDocument, str]]
PNG = b"\x89PNG\r\n\x1a\n"
LETTER = {(612, 792), (792, 612)}


def reader_of(documents: Documents, paper: PdfDocument, locale: str) -> PdfReader:
    return PdfReader(io.BytesIO(documents.pdf(paper, locale=locale).content))


def words_of(pdf: PdfReader) -> str:
    """Everything that can be read, on one line."""
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).replace("\u200b", "").split())


def text_of(documents: Documents, paper: PdfDocument, locale: str) -> str:
    return words_of(reader_of(documents, paper, locale))


def long_statement(paper: StatementDocument, count: int) -> Statement:
    before = paper.statement
    one = before.sections[0].rows[0].item
    items = [
        attrs.evolve(
            one, payable_id=f"i{number}", number=f"FV-{number:04d}", due_on=date(2026, 12, 20) - timedelta(days=number)
        )
        for number in range(count)
    ]
    return compute_statement(company=before.company, customer=before.customer, items=items, as_of=before.as_of)


def statement(papers: Papers, name: str) -> StatementDocument:
    paper, _ = papers[name]
    assert isinstance(paper, StatementDocument)
    return paper


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("statement_cr", ["Estado de cuenta", "Alejandro González", "Cédula física 1-0234-0567", "En CRC", "En USD"]),
        ("statement_cr", ["₡96 850,75", "₡22 350,75", "₡5 000,00", "₡87 750,75", "USD 250,00"]),
        ("statement_cr", ["Otras formas de pagar", "CR05 0152 0200 1026 2840 66", "SINPE Móvil 8888-1234"]),
        ("statement_cr", ["19 días", "1 a 30 días", "Más de 90 días", "Sin vencimiento", "Por vencer, abonada"]),
        (
            "statement_cr",
            ["Pagar en línea en CRC", "Greenpay", "Greenpay no recibe pagos en esta moneda.", "21/12/2026"],
        ),
        (
            "statement_co",
            ["Paga con Nequi", "$1.419.567", "$185.000", "FV-1042", "mora", "Al 21/11/2026 10:41 (UTC-5)"],
        ),
        ("receipt_cr", ["Soporte de pago", "₡48 250,75", "Greenpay", "612044", "Visa ****1111", "₡44 500,00 y USD"]),
        ("receipt_cr", ["21/11/2026 09:41 (UTC-6)", "7K2M9QX4TBW0A3F5G6H8J1N2PR", "no es una factura", "Verificar"]),
        ("receipt_en", ["Payment receipt", "paid in full", "it is not an invoice", "Page 1 of 1"]),
        ("cash_receipt_co", ["Recibo de caja", "RC-000012", "Doscientos mil pesos M/CTE", "$200.000", "Bogotá"]),
        ("cash_receipt_co", ["Cancela el saldo total de lo indicado.", "A favor del cliente 15.000", "Abono ($)"]),
        ("cash_receipt_co", ["Firma y sello"]),
        ("payments_cr", ["Reporte de pagos", "Del 01/11/2026 al 30/11/2026", "Devolución", "Contracargo", "RC-000012"]),
        ("payments_cr", ["Huella de los libros, 124 asientos: 5e4d5e4d", "aut. 612044", "−₡10 000,00"]),
    ],
)
def test_a_paper_holds_what_its_reader_needs(papers: Papers, documents: Documents, name: str, held: list[str]) -> None:
    plain = text_of(documents, *papers[name])
    for words in held:
        assert words in plain, words


def test_a_statements_figures_are_those_of_the_computed_object(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_co")
    plain = text_of(documents, paper, "es_CO")
    [section] = paper.statement.sections
    balances = [row.item.balance.minor for row in section.rows]
    shown = [int(words.replace(".", "")) * 100 for words in re.findall(r"FV-\d+.*? 0 ([\d.]+)", plain)]
    assert shown == balances
    total = re.search(r"Total ([\d.]+)", plain.partition("FV-1057")[2])
    assert total
    assert int(total[1].replace(".", "")) * 100 == sum(balances) == section.outstanding.minor


def test_no_reference_of_a_report_is_broken(papers: Papers, documents: Documents) -> None:
    paper, locale = papers["payments_cr"]
    assert isinstance(paper, PaymentsDocument)
    dice = random.Random(26)
    references = ["".join(dice.choices(CROCKFORD, k=26)) for _ in range(200)]
    rows = tuple(attrs.evolve(paper.movements[0], reference=reference) for reference in references)
    pages = reader_of(documents, attrs.evolve(paper, movements=rows), locale).pages
    plain = " ".join(page.extract_text() for page in pages).split()
    assert [reference for reference in references if reference not in plain] == []


def test_a_reports_totals_are_those_of_its_movements(papers: Papers, documents: Documents) -> None:
    paper, locale = papers["payments_cr"]
    assert isinstance(paper, PaymentsDocument)
    greenpay, dollars, other = paper.totals
    came = [item.amount.minor for item in paper.movements if item.direction is Direction.RECEIVED]
    assert sum(came) == greenpay.received.minor + dollars.received.minor + other.received.minor
    assert greenpay.returned == Money(1500000, "CRC")
    assert greenpay.net == greenpay.received - greenpay.returned
    assert [item.count for item in (greenpay, dollars, other)] == [14, 1, 1]
    assert "Greenpay · CRC 14 ₡579 009,66 ₡15 000,00 ₡564 009,66" in text_of(documents, paper, locale)


def test_a_long_table_repeats_its_head_and_loses_no_row(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_co")
    long = attrs.evolve(paper, statement=long_statement(paper, 124))
    started = time.process_time()
    pdf = reader_of(documents, long, "es_CO")
    took = time.process_time() - started
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    assert len(pages) >= 3
    assert all("Factura Emitida Vence Estado Total ($) Aplicado ($) Saldo ($)" in page for page in pages)
    assert all(f"Página {number} de {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("Estado de cuenta · La Compañía SAS" in page for page in pages[1:])
    assert sorted(re.findall(r"FV-\d{4}", " ".join(pages))) == [f"FV-{number:04d}" for number in range(124)]
    assert f"Total {124 * 185_000:,}".replace(",", ".") in pages[-1]
    assert took < 10, "a mail waits for it"


def test_an_amount_stands_in_words(documents: Documents, cash_receipt: CashReceiptDocument) -> None:
    amount = Money(123456750, "CRC")
    said = attrs.evolve(
        cash_receipt, cash=amount, advance=amount, lines=(), clause="account", words=amount_in_words(amount, CR)
    )
    plain = text_of(documents, said, "es_CR")
    assert "Un millón doscientos treinta y cuatro mil quinientos sesenta y siete colones con 50/100" in plain
    assert "Pago a cuenta." in plain


def test_what_was_withheld_stands_beside_its_invoice(
    papers: Papers, documents: Documents, cash_receipt: CashReceiptDocument
) -> None:
    kept = (("Retefuente", Money(740000, "COP")), ("Descuento", Money(260000, "COP")))
    line = attrs.evolve(cash_receipt.lines[0], applied=Money(17500000, "COP"), less=kept)
    plain = text_of(documents, attrs.evolve(cash_receipt, lines=(line,)), "es_CO")
    assert "Retenciones y descuentos" in plain
    assert "FV-1042 185.000 175.000 Retefuente $7.400 Descuento $2.600 0" in plain
    receipt, _ = papers["receipt_cr"]
    assert isinstance(receipt, ReceiptDocument)
    withheld = tuple(attrs.evolve(item, withheld=Money(12345, "CRC")) for item in receipt.lines[:1])
    plain = text_of(documents, attrs.evolve(receipt, lines=(*withheld, *receipt.lines[1:])), "es_CR")
    assert "Pagado (₡) Retenciones (₡) Saldo después del pago" in plain
    assert "123,45" in plain
    assert "Retenciones" not in text_of(documents, receipt, "es_CR")


def test_a_paper_says_usted_in_costa_rica_and_tu_in_colombia(papers: Papers, documents: Documents) -> None:
    for name in ("statement_cr", "receipt_cr"):
        formal, familiar = (text_of(documents, papers[name][0], locale) for locale in ("es_CR", "es_CO"))
        assert "Si tiene preguntas" in formal
        assert "Si tienes preguntas" in familiar
        assert not re.search(r"\b(tienes|toca|escanea|compartas|debes)\b", formal, re.IGNORECASE)
        assert not re.search(r"\b(tiene preguntas|toque|escanee|comparta)\b", familiar, re.IGNORECASE)


def test_every_paper_can_be_drawn_in_every_language(papers: Papers, documents: Documents) -> None:
    for paper, _ in papers.values():
        for locale in ("es_CR", "es_CO", "es_PE", "en"):
            pdf = reader_of(documents, paper, locale)
            assert "{" not in words_of(pdf)
            assert pdf.trailer["/Root"]["/Lang"].lower().startswith(locale[:2])


@pytest.mark.parametrize(
    ("mode", "simulated", "mark"),
    [
        (Mode.LIVE, False, ""),
        (Mode.TEST, False, "PRUEBA - SIN VALOR"),
        (Mode.TEST, True, "PRUEBA - SIN VALOR · SIMULADO"),
    ],
)
def test_a_test_says_on_every_page_that_it_has_no_value(
    papers: Papers, documents: Documents, mode: Mode, simulated: bool, mark: str
) -> None:
    for name, (paper, locale) in papers.items():
        if locale == "en":
            continue
        marked: PdfDocument = attrs.evolve(
            paper, letterhead=attrs.evolve(paper.letterhead, mode=mode, simulated=simulated)
        )
        for page in reader_of(documents, marked, locale).pages:
            plain = " ".join(page.extract_text().split())
            assert mark in plain, name
            assert ("PRUEBA" in plain) == bool(mark), name
            assert plain.count("PRUEBA") >= 2 * bool(mark), "across the page and at its foot"


def test_a_void_receipt_says_so_across_the_page_and_why(
    documents: Documents, cash_receipt: CashReceiptDocument
) -> None:
    void = attrs.evolve(cash_receipt, void_reason="Se registró dos veces", voided_at=cash_receipt.issued_at)
    plain = text_of(documents, void, "es_CO")
    assert plain.count("ANULADO") == 2
    assert "Se registró dos veces" in plain
    assert "ANULADO" not in text_of(documents, cash_receipt, "es_CO")


def test_a_receipt_of_another_amount_a_late_and_a_double_one_are_explained(
    papers: Papers, documents: Documents
) -> None:
    receipt, _ = papers["receipt_cr"]
    assert isinstance(receipt, ReceiptDocument)
    odd = attrs.evolve(receipt, asked=Money(5000000, "CRC"), duplicate=True, credit=receipt.amount, lines=(), left=())
    plain = text_of(documents, odd, "es_CR")
    assert "El monto solicitado era ₡50 000,00" in plain
    assert "ya estaban pagadas" in plain
    assert "₡48 250,75 quedó como saldo a su favor" in plain
    assert "dejamos de esperarlo" in text_of(documents, attrs.evolve(receipt, late=True), "es_CR")


def test_the_same_values_give_the_same_file(papers: Papers, documents: Documents) -> None:
    for name, (paper, locale) in papers.items():
        one, other = (documents.pdf(paper, locale=locale) for _ in range(2))
        assert one == other, name
        assert re.fullmatch(r"[A-Za-z0-9.-]+\.pdf", one.name)
    made = PdfReader(io.BytesIO(documents.pdf(*papers["receipt_cr"][:1], locale="es_CR").content)).metadata
    assert made
    assert made.creation_date_raw == "D:20261121154100Z"


def test_a_file_is_tagged_titled_and_brings_its_fonts(papers: Papers, documents: Documents) -> None:
    for name, (paper, locale) in papers.items():
        pdf = reader_of(documents, paper, locale)
        root = pdf.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"], name
        assert root["/StructTreeRoot"], name
        assert pdf.metadata
        assert paper.letterhead.name.split()[0] in (pdf.metadata.title or ""), name
        assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data(), name
        for page in pdf.pages:
            assert (round(page.mediabox.width), round(page.mediabox.height)) in LETTER
            for font in page["/Resources"]["/Font"].values():
                [inner] = font.get_object()["/DescendantFonts"]
                descriptor = inner.get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & set(descriptor), name
                assert re.search("SourceSans3|Libertinus|NewCM", descriptor["/FontName"]), name


def sizes_of(pdf: PdfReader) -> set[float]:
    """How large every text of a file is, in points."""
    found: set[float] = set()

    def seen(words: str, user: list[float], text: list[float], _font: object, size: float) -> None:
        if words.strip():
            found.add(round(abs(size * text[3] * user[3]), 2))

    for page in pdf.pages:
        page.extract_text(visitor_text=seen)
    return found


def test_nothing_on_a_paper_is_smaller_than_nine_points(papers: Papers, documents: Documents) -> None:
    for name, (paper, locale) in papers.items():
        assert min(sizes_of(reader_of(documents, paper, locale))) >= 9, name


def test_a_paper_is_set_in_one_sans(papers: Papers, documents: Documents) -> None:
    for name, (paper, locale) in papers.items():
        for page in reader_of(documents, paper, locale).pages:
            fonts = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
            assert all("SourceSans3" in font for font in fonts), (name, fonts)


def test_a_mark_that_a_column_shares_stands_in_its_head_and_nowhere_below(
    documents: Documents, cash_receipt: CashReceiptDocument
) -> None:
    plain = text_of(documents, cash_receipt, "es_CO")
    table = plain.partition("Saldo anterior")[2].partition("Cancela")[0]
    heads, rows = "($) Abono ($) Saldo nuevo ($)", "FV-1042 185.000 185.000 0 A favor del cliente 15.000"
    assert table.strip() == f"{heads} {rows} Total recibido 200.000"


def test_where_currencies_meet_each_amount_has_one_mark(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_cr")
    plain = text_of(documents, paper, "es_CR")
    assert "₡96 850,75" in plain
    assert not re.search(r"₡[\d\s]+,\d\d CRC", plain)
    report, _ = papers["payments_cr"]
    assert not re.search(r"₡[\d\s]+,\d\d CRC", text_of(documents, report, "es_CR"))


def test_paper_is_of_the_size_that_is_used_there(papers: Papers, documents: Documents) -> None:
    paper, _ = papers["cash_receipt_co"]
    letter, peru = (reader_of(documents, paper, locale).pages[0].mediabox for locale in ("es_CO", "es_PE"))
    assert (round(letter.width), round(letter.height)) == (612, 792)
    assert (round(peru.width), round(peru.height)) == (595, 842)


def test_nothing_in_a_file_is_fetched_or_run(papers: Papers, documents: Documents) -> None:
    for paper, locale in papers.values():
        content = documents.pdf(paper, locale=locale).content
        assert not re.search(rb"/(JavaScript|JS|Launch|GoToR|SubmitForm|OpenAction|EmbeddedFile)\b", content)


def links_of(pdf: PdfReader) -> set[str]:
    return {
        note.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for note in page.get("/Annots", [])
        if note.get_object()["/Subtype"] == "/Link"
    }


def test_buttons_and_codes_lead_to_the_portal_and_nowhere_else(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_co")
    pay = paper.ways[0].buttons[0].url
    assert links_of(reader_of(documents, paper, "es_CO")) == {pay, paper.url}
    assert links_of(reader_of(documents, attrs.evolve(paper, ways=(), url=""), "es_CO")) == set()


def seen_in(documents: Documents, paper: PdfDocument, locale: str, tmp_path: Path, page: int = 1) -> Any:
    """A page of the file as poppler draws it."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(documents.pdf(paper, locale=locale).content)
    command = ["pdftoppm", "-gray", "-r", "110", "-f", str(page), "-l", str(page), "-singlefile", str(file)]
    subprocess.run([*command, str(tmp_path / "page")], check=True, capture_output=True)
    head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", drawn := (tmp_path / "page.pgm").read_bytes())
    assert head
    return memoryview(drawn[head.end() :]).cast("B", (int(head[2]), int(head[1])))


def test_codes_are_read_from_the_page_even_under_the_test_mark(
    papers: Papers, documents: Documents, tmp_path: Path, require: Callable[..., None]
) -> None:
    require("pdftoppm", shutil.which("pdftoppm"), "install Debian's poppler-utils")
    paper = statement(papers, "statement_co")
    assert paper.letterhead.mode is Mode.TEST
    token = "0123456789ABCDEFGHJKMNPQRS." + "x" * 43
    links = [
        attrs.evolve(link, url=f"https://pagos.example.com/s/{token}/pay?currency=COP&provider={name}")
        for link in paper.ways[0].buttons
        for name in ("nequi", "otro", "tercero", "cuarto")
    ]
    many = attrs.evolve(paper, ways=(attrs.evolve(paper.ways[0], buttons=tuple(links)),))
    found = zxingcpp.read_barcodes(seen_in(documents, many, "es_CO", tmp_path))
    assert sorted(code.text for code in found) == sorted(link.url for link in links)
    receipt, _ = papers["receipt_cr"]
    assert isinstance(receipt, ReceiptDocument)
    [code] = zxingcpp.read_barcodes(seen_in(documents, receipt, "es_CR", tmp_path))
    assert code.text == receipt.verify_url


HOSTILE = [
    "#panic() *b* _i_ $x^2$ @ref <label> // c /* d */ \\ `r` = H",
    '#read("/etc/passwd") #import "@preview/x:1.0.0": *',
    '#{sys.inputs} #set page(width: 1pt) #link("https://evil.example")[x] ~ -- ---',
    "<script>alert(1)</script> {company} %s",
    "Ana\r\nTotal recibido: $0\u202eahí\u0000",
    "[ ( { \" ' } ) ]",
]


def everywhere(value: Any, words: str) -> Any:
    """The record with these words in each of its free texts."""
    if isinstance(value, tuple):
        return tuple(everywhere(item, words) for item in value)
    if isinstance(value, Text):
        values = value.values.items()
        return Text(
            value.id, **{name: words if type(item) is str else everywhere(item, words) for name, item in values}
        )
    if not attrs.has(type(value)) or isinstance(value, Money):
        return value
    kept = {"zone", "currency", "url", "verify_url", "clause", "background", "foreground", "merchant_id", "kind"}
    kept |= {"payable_id", "country", "legal_name", "trade_name", "id", "key", "hash"}
    changed = {}
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        if field.name not in kept and field.init:
            changed[field.name] = words if type(inner) is str and inner else everywhere(inner, words)
    return attrs.evolve(value, **changed)


@pytest.mark.parametrize("name", ["statement_co", "receipt_cr", "cash_receipt_co", "payments_cr"])
def test_no_name_is_markup(papers: Papers, documents: Documents, name: str) -> None:
    paper, locale = papers[name]
    calm = links_of(reader_of(documents, everywhere(paper, "Ana"), locale))
    for words in HOSTILE:
        pdf = reader_of(documents, everywhere(paper, words), locale)
        assert links_of(pdf) == calm, words
        plain = words_of(pdf)
        for word in words.replace("\u202e", " ").replace("\u0000", " ").split():
            if len(word) < 20:
                assert word in plain, word
        if "Total recibido" in words:
            assert "Ana Total recibido: $0 ahí" in plain


@pytest.mark.parametrize("words", ["漢字 😀 ﷽ \ue000", "𝓐" * 300, "x" * 400 + " שלום " + "e\u0301" * 50])
def test_letters_that_no_font_has_cost_no_paper(papers: Papers, documents: Documents, words: str) -> None:
    for paper, locale in papers.values():
        assert len(reader_of(documents, everywhere(paper, words), locale).pages) >= 1


@pytest.mark.parametrize("logo", [b"x" * 9, PNG + b"broken"])
def test_a_logo_that_is_no_picture_costs_no_paper(papers: Papers, documents: Documents, logo: bytes) -> None:
    paper = statement(papers, "statement_co")
    button = PayButton(label="*Paga*", accessible_label="Paga", background="red;", foreground="url(x)", logo=logo)
    ways = (PayWays(currency="COP", buttons=(PayLink(button=button, url="https://pagos.example.com/s/1"),)),)
    assert "*Paga*" in text_of(documents, attrs.evolve(paper, ways=ways), "es_CO")


def test_a_link_that_is_no_web_address_is_never_drawn(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_co")
    for url in ("javascript:alert(1)", "file:///etc/passwd", "//evil.example"):
        with pytest.raises(ValueError, match="http"):
            documents.pdf(attrs.evolve(paper, url=url), locale="es_CO")


def test_a_letterhead_with_nothing_but_a_name_is_enough(papers: Papers, documents: Documents) -> None:
    for paper, locale in papers.values():
        bare: PdfDocument = attrs.evolve(paper, letterhead=Letterhead(name="Tienda", mode=Mode.LIVE))
        assert "Tienda" in text_of(documents, bare, locale)


def test_who_owes_nothing_and_a_period_without_payments_get_their_paper(papers: Papers, documents: Documents) -> None:
    paper = statement(papers, "statement_co")
    before = paper.statement
    clear = compute_statement(company=before.company, customer=before.customer, items=(), as_of=before.as_of)
    assert "No tienes facturas pendientes" in text_of(documents, attrs.evolve(paper, statement=clear), "es_CO")
    report, _ = papers["payments_cr"]
    assert "No hubo pagos en este periodo." in text_of(documents, attrs.evolve(report, movements=()), "es_CR")


def test_without_typst_no_pdf_is_offered(papers: Papers, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    assert documents.draws_pdf
    monkeypatch.setitem(sys.modules, "typst", None)
    assert not documents.draws_pdf
    with pytest.raises(PdfMissing, match=r"payment-hub\[pdf\]"):
        documents.pdf(*papers["receipt_cr"][:1], locale="es_CR")
