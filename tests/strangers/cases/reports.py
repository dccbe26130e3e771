"""The shape of a file: titles, headings, sums, encodings; tables under another name, and what is no table."""

from __future__ import annotations

from datetime import date

from tests.strangers.case import bill, case
from tests.strangers.files import (
    ANA,
    DOCX,
    E_INVOICES,
    INVOICE_HEAD,
    JPEG,
    ODS,
    OLD_XLS,
    PDF,
    PNG,
    csv_of,
    html_of,
    json_of,
    lines_of,
    spreadsheet_2003,
    xlsx,
)
from tests.strangers.shop import Shop

DAY = date(2026, 9, 2)
HEAD = ("factura", "cliente", "fecha", "vencimiento", "moneda", "total", "saldo")
ROWS = (HEAD, ("F1", ANA, "02/09/2026", "02/10/2026", "CRC", "15.000,50", "15.000,50"))


def row(number: str = "F1", total: str = "1.000,00", who: str = ANA) -> str:
    """A line of the usual columns."""
    return f"{number};{who};02/09/2026;02/10/2026;CRC;{total};{total}"


def report(*lines: str) -> bytes:
    """Lines as a report prints them."""
    return "".join(f"{line}\n" for line in lines).encode()


# ---- H08: titles above, sums below


@case("H08-a", "A CSV with company, title and period above the headings, and a TOTAL below")
def _(shop: Shop) -> None:
    told = shop.look(
        report(
            "Ferretería de Prueba S.A.;;;;;;",
            "Cuentas por cobrar;;;;;;",
            "Del 01/01/2026 al 28/11/2026;;;;;;",
            ";;;;;;",
            INVOICE_HEAD,
            row("F1"),
            row("F2", "500,00"),
            "TOTAL;;;;;1.500,00;1.500,00",
        )
    )
    told.all_good(2).titled("Ferretería de Prueba").total_row(agrees=True).took("F1", "1000.00 CRC", line=6)


@case("H08-b", "A sum per customer between the rows, and «Total general» at the end")
def _(shop: Shop) -> None:
    told = shop.look(
        report(
            INVOICE_HEAD,
            row("F1"),
            row("F2", "500,00"),
            "Total Ana Prueba;;;;;1.500,00;1.500,00",
            row("F3", "250,00", "3-101-555444"),
            "Total Robles de Prueba S.A.;;;;;250,00;250,00",
            "Total general;;;;;1.750,00;1.750,00",
        )
    )
    told.all_good(3).total_row(agrees=True)


@case("H08-c", "A TOTAL that does not agree with what was read is told, with both sums")
def _(shop: Shop) -> None:
    told = shop.look(report(INVOICE_HEAD, row("F1"), row("F2", "500,00"), "TOTAL;;;;;9.999,00;9.999,00"))
    told.total_row(agrees=False).says("9")


@case("H08-d", "The sum stands without a word: the last row has amounts alone")
def _(shop: Shop) -> None:
    told = shop.look(report(INVOICE_HEAD, row("F1"), row("F2", "500,00"), ";;;;;1.500,00;1.500,00"))
    told.all_good(2).total_row(agrees=True)


@case("H08-e", "The word TOTALES stands in another column than the first")
def _(shop: Shop) -> None:
    told = shop.look(report(INVOICE_HEAD, row("F1"), ";;;TOTALES:;;1.000,00;1.000,00"))
    told.all_good(1).total_row(agrees=True)


@case("H08-f", "An invoice called TOTAL-1, and a customer called Total Seguros, are no sums")
def _(shop: Shop) -> None:
    head = "factura;cliente;Nombre;fecha;moneda;total"
    told = shop.look(
        lines_of(
            f"TOTAL-1;{ANA};Ana;02/09/2026;CRC;1.000,00",
            f"F2;{ANA};Total Seguros S.A.;02/09/2026;CRC;500,00",
            head=head,
        )
    )
    told.all_good(2).took("TOTAL-1", "1000.00 CRC").took("F2", "500.00 CRC")


@case(
    "H08-g",
    "Headings in two lines, the upper ones merged: «Factura» over number and date, «Montos» over total and balance",
)
def _(shop: Shop) -> None:
    rows = (
        ("Factura", "", "Cliente", "", "Montos", ""),
        ("Número", "Fecha", "Identificación", "Nombre", "Total", "Saldo"),
        ("F1", DAY, ANA, "Ana Prueba", 1000, 400),
    )
    told = shop.look(xlsx(rows, merged=("A1:B1", "C1:D1", "E1:F1")), name="libro.xlsx")
    told.all_good(1).took("F1", "1000.00 CRC", balance="400.00 CRC")


@case(
    "H08-h", "Headings merged downwards over two lines, beside one that is split: «Total» over «Colones» and «Dólares»"
)
def _(shop: Shop) -> None:
    rows = (
        ("Factura", "Identificación", "Fecha", "Total", ""),
        ("", "", "", "Colones", "Dólares"),
        ("F1", ANA, DAY, 1000, ""),
        ("F2", ANA, DAY, "", 50),
    )
    told = shop.look(xlsx(rows, merged=("A1:A2", "B1:B2", "C1:C2", "D1:E1")), name="libro.xlsx")
    told.never_read("50.00 CRC", "1000.00 USD")


@case("H08-i", "The headings come again on each printed page; they are no invoices and no faults")
def _(shop: Shop) -> None:
    told = shop.look(
        report(INVOICE_HEAD, row("F1"), "Página 1 de 2;;;;;;", INVOICE_HEAD, row("F2", "500,00"), "Página 2 de 2")
    )
    told.all_good(2)


@case("H08-j", "Below stands who made the report and when")
def _(shop: Shop) -> None:
    told = shop.look(report(INVOICE_HEAD, row("F1"), "", "Generado por: María Solís;28/11/2026 14:35;;;;;"))
    told.all_good(1)


@case("H08-k", "Empty columns between the full ones, and an empty first column and row")
def _(shop: Shop) -> None:
    rows = (
        (),
        ("", "factura", "", "cliente", "fecha", "", "total", "", "saldo"),
        ("", "F1", "", ANA, DAY, "", 1000, "", 400),
    )
    told = shop.look(xlsx(rows), name="libro.xlsx")
    told.all_good(1).took("F1", "1000.00 CRC", balance="400.00 CRC", line=3).left_out()


@case("H08-l", "A title of as many cells as the headings: filters that were used («Desde», «01/01/2026», «Hasta», ...)")
def _(shop: Shop) -> None:
    told = shop.look(report("Desde;01/01/2026;Hasta;28/11/2026;Moneda;Todas;Vendedor", INVOICE_HEAD, row("F1")))
    told.all_good(1).took("F1", "1000.00 CRC", line=3)


@case("H08-m", "Sums per currency: «Total CRC» and «Total USD», each agrees with its own")
def _(shop: Shop) -> None:
    dollars = f"F2;{ANA};02/09/2026;02/10/2026;USD;50,25;50,25"
    told = shop.look(
        report(INVOICE_HEAD, row("F1"), dollars, "Total CRC;;;;;1.000,00;1.000,00", "Total USD;;;;;50,25;50,25")
    )
    told.all_good(2).total_row(agrees=True)


@case("H08-n", "An ageing report: the balance of the «Sub-total» row and of «Saldo anterior» is nobody's invoice")
def _(shop: Shop) -> None:
    told = shop.look(report(INVOICE_HEAD, "Saldo anterior;;;;;;300,00", row("F1"), "Sub-total;;;;;1.000,00;1.300,00"))
    told.took("F1", "1000.00 CRC").never_read("300.00 CRC", "1300.00 CRC")


# ---- H09 in text: moments and orders

for letter, text in (
    ("g", "02/09/2026 2:35 p. m."),
    ("h", "02/09/2026 02:35:10 PM"),
    ("i", "2026-09-02T23:30:00-06:00"),
    ("j", "2026-09-02 14:35:10.000"),
    ("k", "2/9/26"),
    ("l", "02-sep-2026"),
    ("m", "2 de septiembre de 2026"),
    ("n", "02-set-26"),
    ("o", "20260902"),
    ("p", "2026/09/02"),
    ("q", "miércoles, 2 de septiembre de 2026"),
    ("r", "02.09.2026"),
):

    @case(f"H09-{letter}", f"«{text}» is 2 September 2026")
    def _(shop: Shop, text: str = text) -> None:
        told = shop.look(lines_of(f"F1;{ANA};{text};;CRC;1.000,00;"))
        told.all_good(1).took("F1", issued_on="2026-09-02")


@case(
    "H09-s",
    "A column that proves the month first («09/25/2026») is never read day first: «09/02/2026» is not 9 February",
)
def _(shop: Shop) -> None:
    told = shop.look(lines_of(f"F1;{ANA};09/02/2026;;CRC;1.000,00;", f"F2;{ANA};09/25/2026;;CRC;500,00;"))
    read = [found.get("issued_on") for found in told.rows("F1")]
    shop.expect(read in ([], ["2026-09-02"]), f"issued on {read}")
    told.took("F2", issued_on="2026-09-25") if not told.facts.get("questions") else told.asks("order")


@case("H09-t", "Days that do not exist set their row aside; the good one is taken")
def _(shop: Shop) -> None:
    rows = (
        f"F1;{ANA};31/02/2026;;CRC;1.000,00;",
        f"F2;{ANA};00/00/0000;;CRC;1.000,00;",
        f"F3;{ANA};02/09/2026;;CRC;7,50;",
    )
    shop.look(lines_of(*rows)).set_aside(2, 3).took("F3", "7.50 CRC")


@case("H09-u", "A due date of «-», «N/A», «0000-00-00» or «Contado» is none; the invoice is taken")
def _(shop: Shop) -> None:
    words = ("-", "N/A", "0000-00-00", "Contado")
    told = shop.look(lines_of(*(f"F{at};{ANA};02/09/2026;{word};CRC;1.000,00;" for at, word in enumerate(words))))
    told.counts(new=4).ends(0)
    for at in range(4):
        told.took(f"F{at}", due_on=None)


@case("H09-v", "A moment in UTC late in the evening is a day that somebody can see, and nothing crashes")
def _(shop: Shop) -> None:
    told = shop.look(lines_of(f"F1;{ANA};2026-09-03T03:30:00Z;;CRC;1.000,00;"))
    read = [found.get("issued_on") for found in told.rows("F1")]
    shop.expect(read in (["2026-09-02"], ["2026-09-03"]), f"issued on {read}")


# ---- H11: tables under another name, and what is no table


@case("H11-a", "SpreadsheetML of 2003, called .xls, is read or the remedy is named")
def _(shop: Shop) -> None:
    rows = (HEAD, ("F1", ANA, DAY, DAY, "CRC", 15000.5, 15000.5))
    told = shop.look(spreadsheet_2003(rows), name="informe.xls")
    told.took("F1", "15000.50 CRC") if told.rows("F1") else told.refused("xlsx")


@case("H11-b", "An HTML table with &nbsp;, line breaks, merged title cells and a nested layout, called .xls")
def _(shop: Shop) -> None:
    title = ('<td colspan="7"><b>Cuentas por cobrar</b></td>',)
    cells = ("F1", ANA, "02/09/2026<br>", "&nbsp;02/10/2026", "CRC", "&#8353;15.000,50", "<b>15.000,50</b>")
    told = shop.look(html_of((title, HEAD, cells)), name="informe.xls")
    told.took("F1", "15000.50 CRC", balance="15000.50 CRC") if told.rows("F1") else told.refused("xlsx")


@case("H11-c", "An HTML table in Windows-1252 keeps its letters, or is refused")
def _(shop: Shop) -> None:
    rows = (("tipo", "identificación", "nombre"), ("CF", "1-1111-0567", "José Núñez Peña"))
    told = shop.customers(html_of(rows, encoding="windows-1252"), name="clientes.xls")
    shop.knows("1-1111-0567", name="José Núñez Peña") if told.code == 0 else told.refused("xlsx")


@case("H11-d", "Text between tabs called .xls, as many web programs give it, is read")
def _(shop: Shop) -> None:
    shop.look(csv_of(ROWS, sep="\t"), name="informe.xls").all_good(1).took("F1", "15000.50 CRC")


@case("H11-e", "A CSV that somebody renamed .xlsx is read, or named as a CSV")
def _(shop: Shop) -> None:
    told = shop.look(csv_of(ROWS), name="informe.xlsx")
    told.took("F1", "15000.50 CRC") if told.rows("F1") else told.refused("csv")


@case("H11-f", "A workbook called .csv is read as what it is")
def _(shop: Shop) -> None:
    shop.look(xlsx(ROWS), name="informe.csv").all_good(1).took("F1", "15000.50 CRC")


@case("H11-g", "An old workbook called .xlsx is named, with the remedy")
def _(shop: Shop) -> None:
    shop.look(OLD_XLS, name="informe.xlsx").refused("xlsx")


@case("H11-h", "An OpenDocument table is named, with the remedy, or read")
def _(shop: Shop) -> None:
    shop.look(ODS, name="informe.ods").refused("xlsx").says_one_of("OpenDocument", "LibreOffice", "ODS")


@case("H11-i", "A letter of Word is named as such")
def _(shop: Shop) -> None:
    shop.look(DOCX, name="carta.docx").refused().says_one_of("Word", "documento de texto", "text document")


@case("H11-j", "A page of a program whose session ended («Iniciar sesión»), called .xls, is no empty table")
def _(shop: Shop) -> None:
    page = b"<!DOCTYPE html><html><body><form action='/login'>Iniciar sesi\xc3\xb3n</form></body></html>"
    shop.look(page, name="facturas.xls").refused().says_one_of("HTML", "página web", "web page")


@case(
    "H11-k",
    "An HTML page with two tables: the one with the invoices is read, or the file is refused",
)
def _(shop: Shop) -> None:
    page = html_of(ROWS, before="<table><tr><td>Empresa</td><td>Prueba</td></tr></table>")
    told = shop.look(page, name="informe.xls")
    told.took("F1", "15000.50 CRC") if told.rows("F1") else told.refused()


for letter, name, content, words in (
    ("l", "factura.pdf", PDF, ("PDF",)),
    ("m", "factura.xlsx", PDF, ("PDF",)),
    ("n", "foto.jpg", JPEG, ("imagen", "picture", "image", "foto")),
    ("o", "captura.png", PNG, ("imagen", "picture", "image", "foto")),
    ("p", "FE-123.xml", E_INVOICES["CR"], ("factura electrónica", "e-invoice", "electronic invoice")),
    ("q", "SETP1.xml", E_INVOICES["CO"], ("factura electrónica", "e-invoice", "electronic invoice")),
    ("r", "A123.xml", E_INVOICES["MX"], ("CFDI", "factura electrónica", "e-invoice", "electronic invoice")),
    ("s", "F33T123.xml", E_INVOICES["CL"], ("DTE", "factura electrónica", "e-invoice", "electronic invoice")),
):

    @case(f"H11-{letter}", f"{name} ({content[:5]!r}) is named as what it is")
    def _(shop: Shop, name: str = name, content: bytes = content, words: tuple[str, ...] = words) -> None:
        shop.look(content, name=name).refused().says_one_of(*words)


@case("H11-t", "An XML that expands itself is refused before it grows")
def _(shop: Shop) -> None:
    levels = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    data = spreadsheet_2003(ROWS, more=f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{levels}]>')
    shop.look(data.replace(b"15.000,50", b"&e9;"), name="informe.xls").refused()


@case("H11-u", "A list of objects from an interface, called .txt, is read as JSON")
def _(shop: Shop) -> None:
    rows = (("factura", "cliente", "fecha", "total"), ("F1", ANA, "2026-09-02", "15000.50"))
    shop.look(json_of(rows), name="facturas.json").all_good(1).took("F1", "15000.50 CRC")


@case("H11-v", "JSON numbers are exact: 15000.5 and 1250000 are not text to be grouped")
def _(shop: Shop) -> None:
    rows = (
        ("factura", "cliente", "fecha", "total"),
        ("F1", ANA, "2026-09-02", 15000.5),
        ("F2", ANA, "2026-09-02", 1250000),
    )
    told = shop.look(json_of(rows), name="facturas.json")
    told.all_good(2).took("F1", "15000.50 CRC").took("F2", "1250000.00 CRC")


# ---- encodings

NAMES = "tipo;identificación;nombre;dirección\nCF;1-1111-0567;José Núñez Ñeñez;Peñas Blancas\n"
for letter, encoding in (("a", "utf-8-sig"), ("b", "cp1252"), ("c", "utf-16"), ("d", "cp850"), ("e", "latin-1")):

    @case(f"encoding-{letter}", f"Names in {encoding} are right, or the file is refused; never «Jos‚ N£¤ez»")
    def _(shop: Shop, encoding: str = encoding) -> None:
        told = shop.customers(NAMES.encode(encoding))
        told.refused() if told.code else shop.knows("1-1111-0567", name="José Núñez Ñeñez", address="Peñas Blancas")


@case("encoding-f", "UTF-16 without a mark, as old accounting programs write, is told apart or refused")
def _(shop: Shop) -> None:
    told = shop.customers(NAMES.encode("utf-16-le"))
    told.refused() if told.code else shop.knows("1-1111-0567", name="José Núñez Ñeñez")


@case("encoding-h", "One line in Windows text within a file of UTF-8 is told by its line; the file is not guessed")
def _(shop: Shop) -> None:
    data = NAMES.encode() + "CF;1-1111-0568;María Peña;x\n".encode("cp1252")
    told = shop.customers(data)
    shop.expect(told.code == 1, f"exit {told.code}")
    shop.expect("3" in str(told.facts.get("faults", "")) + str(told.facts.get("set_aside", "")), "line 3 is not named")


@case("encoding-i", "CP850 in a file of invoices: the descriptions are right, or the file is refused")
def _(shop: Shop) -> None:
    told = shop.invoices(
        lines_of(
            f"F1;{ANA};02/09/2026;1.000,00;Año señalado: instalación",
            head="factura;cliente;fecha;total;descripción",
            encoding="cp850",
        )
    )
    said = shop.description("F1")
    shop.expect(told.code != 0 or said == "Año señalado: instalación", f"description {said!r}")


# ---- ends, separators, quotes


@case("shape-a", "A file cut off within a quoted cell says so, and the cut row is not taken")
def _(shop: Shop) -> None:
    told = shop.look(lines_of(row("F1"), 'F2;"1-1234-0567;02/09/20'))
    told.took_not("F2").ends(1)


@case("shape-b", "A file whose last row has fewer cells than its headings needs: set aside, not half taken")
def _(shop: Shop) -> None:
    shop.look(lines_of(row("F1"), f"F2;{ANA};02/0")).set_aside(3).counts(new=1)


@case("shape-c", "A row with one cell too many (an unquoted separator in a name) is set aside; the others are taken")
def _(shop: Shop) -> None:
    shop.look(lines_of(row("F1"), f"{row('F2')};sobra", row("F3", "7,50"))).set_aside(3).counts(new=2)


@case("shape-d", 'Commas between the columns and quoted amounts with commas: "15,000.50"')
def _(shop: Shop) -> None:
    rows = (
        ("factura", "cliente", "fecha", "total"),
        ("F1", ANA, "02/09/2026", "15,000.50"),
        ("F2", ANA, "02/09/2026", "1,250"),
    )
    shop.look(csv_of(rows, sep=",")).all_good(2).took("F1", "15000.50 CRC").took("F2", "1250.00 CRC")


@case("shape-e", "Bars between the columns")
def _(shop: Shop) -> None:
    shop.look(csv_of(ROWS, sep="|")).all_good(1).took("F1", "15000.50 CRC")


@case("shape-f", "A heading alone, without rows, says that there is nothing, and closes nothing")
def _(shop: Shop) -> None:
    shop.invoices(bill("1000,00"))
    shop.look(INVOICE_HEAD.encode()).took_nothing()
    shop.owes(F1="1000.00 CRC")


@case("shape-g", "The same heading twice («Fecha», «Fecha»): the person is asked or the mapping opens; not refused")
def _(shop: Shop) -> None:
    told = shop.look(lines_of(f"F1;{ANA};02/09/2026;03/09/2026;1.000,00", head="factura;cliente;fecha;fecha;total"))
    told.ends(2).took_nothing()
    shop.expect(
        told.facts.get("questions") or "issued_on" in (told.facts.get("missing") or []), "neither asked nor missing"
    )
