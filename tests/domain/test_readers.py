"""What files turn out to be, whatever their name: the letters of old programs, tables of pages, and what is no list."""

from __future__ import annotations

import io
import zipfile

import pytest

from hub.domain.files import encodings
from hub.domain.files.sheet import FormattedNumber, JsonNumber, Table
from hub.domain.files.table_file import read_table
from tests.domain.test_workbook import HEAD, MAIN, REL, number, relations, row, workbook
from tests.spoken import spoken

LIST = "Número;Cliente;Razón social;Total\nF1;1-1234-0567;{name};15.000,50\n"
NAMES = (
    "José Peña", "ÁNGELA MUÑOZ", "Compañía Güell", "Íñigo Núñez", "MARÍA ÚBEDA", "Óscar Ávila", "Ana Mora, S.A. Nº 5",
    "Pensión «El Sol»", "Ñandú", "Camión 1ª", "¿Quién? S.A.",
)  # fmt: skip


def refusal(data: bytes, name: str = "") -> str:
    (error,) = read_table(data, name=name).errors
    assert error.line == 0
    return spoken(error.message)


def cells(table: Table, column: str) -> list[str]:
    assert not table.errors
    return [found.cells[column] for found in table.rows]


# ---- letters


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman"]
)
@pytest.mark.parametrize("name", NAMES)
def test_spanish_letters_are_read_whatever_program_wrote_them(name: str, codec: str) -> None:
    """The headings, which have accents, and the name decide together."""
    data = LIST.format(name=name).encode(codec, "replace")
    table = read_table(data)
    assert table.columns == ("Número", "Cliente", "Razón social", "Total")
    assert cells(table, "Razón social") == [name.encode(codec, "replace").decode(codec)]


@pytest.mark.parametrize("codec", ["cp850", "cp437"])
def test_the_letters_of_dos_are_told_from_those_of_windows_by_one_name(codec: str) -> None:
    table = read_table("factura;cliente;total\nF1;José Peña;1,50\n".encode(codec))
    assert cells(table, "cliente") == ["José Peña"]
    assert "CP850" in spoken(table.format)


@pytest.mark.parametrize("name", [b"A\xa7o", b"\xff\xfe\xfd\xf0", b"Mar\x8da \xd8"])
def test_letters_that_cannot_be_told_are_refused_with_the_remedy(name: bytes) -> None:
    """Never a name with other letters in silence."""
    (error,) = read_table(b"factura;cliente;total\nF1;" + name + b";1,50\n").errors
    assert error.line == 2
    assert "CSV UTF-8" in spoken(error.message)


def test_control_a_reader_that_takes_every_old_file_for_windows_writes_other_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encodings, "_family", lambda _data: "cp1252")
    with pytest.raises(AssertionError):
        test_the_letters_of_dos_are_told_from_those_of_windows_by_one_name("cp850")


def test_blanks_that_do_not_break_and_marks_of_text_are_not_seen() -> None:
    text = "factura;cliente;total\n'00123;\u00a01-1234\u00a00567\u200b;₡\u00a015\u202f000,50\n"
    text += "=\"00124\";'Ana;'+506\n'a';'; ' x\n"
    table = read_table(text.encode())
    assert cells(table, "factura") == ["00123", "00124", "'a'"]
    assert cells(table, "cliente") == ["1-1234 0567", "Ana", "'"]
    assert cells(table, "total") == ["₡ 15 000,50", "+506", "' x"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Reporte, de facturas, de noviembre, 2026\nfactura;cliente;total\nF1;9;1,50\nF2;9;2,50\n", "punto y coma"),
        ("factura|cliente|total\nF1|9|1,50\nF2|9|2,50\n", "barra"),
        ("a;b\nfactura,cliente,total\nF1,9,1.50\nF2,9,2.50\n", "coma"),
        ("factura\tcliente\ttotal\nF1\tMora; Ana; y otros; más\t1,50\n", "tabulador"),
        ("factura;1;2;3\nF1;1,00;2,00;3,00\nF2;1,00;2,00;3,00\n", "punto y coma"),
    ],
)
def test_the_delimiter_is_told_from_several_lines(text: str, delimiter: str) -> None:
    table = read_table(text.encode(), known=frozenset({"factura", "cliente", "total"}))
    assert delimiter in spoken(table.format)
    assert table.columns[0] == "factura"


# ---- tables of pages, and of one text file


PAGE = (
    "<html><head><meta charset='utf-8'><style>td{color:red}</style></head><body><h1>Reporte</h1>"
    "<table><tr><td>solo</td></tr></table>"
    "<table border=1><thead><tr><th colspan=2>Factura<th rowspan='1'>Raz&oacute;n&nbsp;social</th><th>Total</thead>"
    "<tr><td>F1<td><td>Pe&ntilde;a<br>e Hijos</td><td x:num=\"15000.5\">15.000,50</td></tr>"
    "<tr style='display:none'><td>F2</td><td></td><td>Oculta</td><td>1</td></tr>"
    "<tr><td>F3</td><td></td><td rowspan=2>Mora &amp; Cía</td><td>2,00</td></tr>"
    "<tr><td>F4</td><td></td><td>3,00</td></tr></table></body></html>"
)  # fmt: skip


def test_a_table_of_a_page_is_read() -> None:
    """Its second table: the first has no list in it."""
    table = read_table(PAGE.encode(), name="reporte.xls")
    assert table.file_type == "html"
    assert cells(table, "Factura") == ["F1", "F3", "F4"]
    assert cells(table, "Razón social") == ["Peña e Hijos", "Mora & Cía", ""]
    assert cells(table, "Total") == ["15000.5", "2,00", "3,00"]
    assert isinstance(table.rows[0].cells["Total"], JsonNumber)
    assert (len(table.hidden), spoken(table.format)) == (1, "Tabla de una página web, UTF-8")


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("<html><body><p>Su sesión ha vencido</p></body></html>", "sin ninguna tabla"),
        ("<html><frameset rows=1><frame src=hoja.htm></frameset></html>", "otros archivos"),
        ("<table><tr><td>a<td><table><tr><td>b<td>c</table></table>", "tablas dentro de tablas"),
    ],
)
def test_a_page_without_one_clear_table_is_refused_by_name(page: str, word: str) -> None:
    assert word in refusal(page.encode(), "reporte.xls")


XML_2003 = """<?xml version="1.0" encoding="ISO-8859-1"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><Styles>
<Style ss:ID="s1"><NumberFormat ss:Format="&quot;₡&quot;#,##0.00"/></Style>
<Style ss:ID="s2"><NumberFormat ss:Format="Short Date"/></Style></Styles>
<Worksheet ss:Name="Oculta"><Table><Row><Cell><Data ss:Type="String">no</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
<Worksheet ss:Name="Cartera"><Table>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">Cartera</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">Factura</Data></Cell><Cell><Data ss:Type="String">Fecha</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="String">Razón social</Data></Cell>
<Cell><Data ss:Type="String">Total</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">F1</Data></Cell>
<Cell ss:StyleID="s2"><Data ss:Type="DateTime">2026-09-02T00:00:00.000</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="String">Peña</Data></Cell>
<Cell ss:StyleID="s1"><Data ss:Type="Number">15000.5</Data></Cell></Row>
<Row ss:Hidden="1"><Cell><Data ss:Type="String">F2</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_a_workbook_of_2003_as_xml_is_read() -> None:
    table = read_table(XML_2003.encode(), name="cartera.xls")
    assert (table.file_type, table.header_line, table.titles, table.hidden) == ("xml", 3, ("Cartera",), (5,))
    assert [list(found.cells.values()) for found in table.rows] == [["F1", "2026-09-02", "Peña", "15000.5"]]
    total = table.rows[0].cells["Total"]
    assert isinstance(total, FormattedNumber)
    assert total.shown_as.currency == "₡"
    assert "entit" not in refusal(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + XML_2003.encode()[38:])


# ---- what is no list


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
UBL = '<?xml version="1.0"?><!-- DIAN --><{0} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{0}-2"><a/></{0}>'


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"), (b"\x89PNG\r\n\x1a\n\x00\x00", "imagen"),
        (b"\xff\xd8\xff\xe0\x00", "imagen"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "imagen"), (b"\x00\x00\x00\x18ftypheic\x00", "imagen"),
        (b"<svg xmlns='x'/>", "imagen"),
        (rb"{\rtf1\ansi Facturas}", "documento de texto"),
        (zipped("_rels/.rels", "word/document.xml"), "documento de texto"),
        (OLE + "WordDocument".encode("utf-16-le"), "documento de texto"),
        (OLE + "Workbook".encode("utf-16-le"), "antiguo"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "contraseña"),
        (zipped("mimetype", "content.xml"), "LibreOffice"),
        (zipped("_rels/.rels", "xl/workbook.bin"), ".xlsb"), (zipped("Index/Document.iwa"), "Numbers"),
        (zipped("factura1.xml", "factura1.pdf"), "facturas electrónicas"), (zipped("lista.xlsx"), "descomprimirlo"),
        (zipped("adentro.zip"), "descomprimirlo"), (b"Rar!\x1a\x07\x00", "comprimido"),
        (b"MZ\x90\x00" + b"\x00" * 64, "programa"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "un solo archivo"),
        (b"SQLite format 3\x00", "base de datos"),
        (b"", "vacío"), (b"\xef\xbb\xbf \n", "vacío"), (b"<nomina><pago/></nomina>", "XML"),
        (b'<FacturaElectronica xmlns="https://cdn.comprobanteselectronicos.go.cr/">', "factura electr"),
        (UBL.format("Invoice").encode(), "factura electr"), (UBL.format("AttachedDocument").encode(), "factura electr"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><DTE version="1.0"><Documento/></DTE>', "factura electr"),
        (b'<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0"/>', "factura electr"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_named_with_what_to_do(data: bytes, word: str) -> None:
    """In words that the owner of a shop has, whatever the file is called."""
    for name in ("", "lista.csv", "lista.xlsx"):
        assert word in refusal(data, name)


# ---- workbooks


def test_hidden_and_filtered_rows_are_no_rows_and_are_named() -> None:
    """By the filter, by hand, of no height; and a row whose sheet hides what it does not show."""
    rows = row(1, "factura", "total") + row(2, "F1", number("1"))
    for line, how in ((3, 'hidden="1"'), (4, 'hidden="true"'), (5, 'ht="0" customHeight="1"')):
        rows += row(line, f"F{line}", number("1")).replace('spans="1:6"', how)
    rows += row(6, "F6", number("1")).replace('spans="1:6"', 'ht="15" hidden="0"')
    table = read_table(workbook(rows))
    assert cells(table, "factura") == ["F1", "F6"]
    assert table.hidden == (3, 4, 5)

    hiding = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetFormatPr zeroHeight="1"/><sheetData>{rows}</sheetData></worksheet>'
    table = read_table(workbook("", extra={"xl/worksheets/sheet1.xml": hiding}))
    assert "ocultas" in spoken(table.errors[0].message) or table.hidden


def test_a_workbook_whose_rows_are_all_hidden_says_so() -> None:
    rows = row(1, "factura", "total").replace("spans", 'hidden="1" spans')
    assert "ocultas o filtradas" in refusal(workbook(rows))
    below = row(1, "factura", "total") + row(2, "F1", number("1")).replace("spans", 'hidden="1" spans')
    assert "ocultas o filtradas" in refusal(workbook(below))
    assert read_table(workbook(below)).hidden == (2,)


def test_the_sheet_with_known_headings_is_read_and_the_others_are_named() -> None:
    rows = row(1, "Notas", "de Ana") + row(2, "a", "b")
    other = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    data = workbook(
        row(1, "factura", "total") + row(2, "F1", number("1")),
        sheets='<sheet name="Portada" sheetId="2" r:id="rId4"/>',
        extra={"xl/worksheets/sheet2.xml": other},
    )
    known = read_table(data, known=frozenset({"factura", "total"}))
    assert cells(known, "factura") == ["F1"]
    assert spoken(known.format) == "Excel, hoja «Facturas», la 2.ª de 2; no se lee de «Portada»"
    assert read_table(data).columns == ("Notas", "de Ana")


def test_moments_and_strict_workbooks_are_read() -> None:
    """A moment is given with its time where Excel shows it; ISO dates keep what they say."""
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    rows = row(1, "a", "b", "c") + row(
        2, ('t="d"', "<v>2026-09-02T14:35:10-06:00</v>"), ('t="d"', "<v>2026-09-02T00:00:00</v>"),
        ('t="d"', "<v>2026-09-02</v>"),
    )  # fmt: skip
    sheet = f'{HEAD}<worksheet xmlns="{strict}"><sheetData>{rows}</sheetData></worksheet>'
    (found,) = read_table(workbook("", extra={"xl/worksheets/sheet1.xml": sheet})).rows
    assert list(found.cells.values()) == ["2026-09-02T14:35:10-06:00", "2026-09-02", "2026-09-02"]


def test_a_formula_that_looks_into_another_workbook_is_set_aside_with_its_name() -> None:
    rows = row(1, "factura", "total")
    for line, formula in enumerate(("[1]Hoja1!A1", "A1*2", "Tabla[2024]", "'[1]Hoja 1'!A1"), 2):
        rows += row(line, f"F{line}", ("", f"<f>{formula}</f><v>5</v>"))
    rows += row(6, "F6", ("", '<f t="shared" ref="B6:B7" si="0">[1]Hoja1!A1</f><v>5</v>'))
    rows += row(7, "F7", ("", '<f t="shared" si="0"/><v>5</v>'))
    outside = relations(("rId1", "externalLinkPath", "Ventas%202026.xlsx")).replace("/>", ' TargetMode="External"/>', 1)
    main = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}">'
    main += '<sheets><sheet name="Facturas" sheetId="1" r:id="rId1"/></sheets>'
    data = workbook(
        rows,
        extra={
            "xl/workbook.xml": main
            + '<externalReferences><externalReference r:id="rId9"/></externalReferences></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId9", "externalLink", "externalLinks/externalLink1.xml"),
            ),
            "xl/externalLinks/_rels/externalLink1.xml.rels": outside,
        },
    )
    table = read_table(data)
    assert [error.line for error in table.errors] == [2, 5, 6, 7]
    assert "Ventas 2026.xlsx" in spoken(table.errors[0].message)
    assert len(table.rows) == 6


def test_a_formula_without_its_result_is_told_of_rows_alone() -> None:
    """A title, a sum and a hidden row are no rows, whatever is wrong with them."""
    lost = ("", "<f>SUM(B3:B4)</f>")
    rows = (
        row(1, lost) + row(2, "factura", "cliente", "total") + row(3, "F1", "9", lost) + row(4, "F2", "9", number("1"))
    )
    rows += row(5, "F3", "9", lost).replace("spans", 'hidden="1" spans') + row(6, "Total", None, lost)
    table = read_table(workbook(rows))
    assert [error.line for error in table.errors] == [3]
    assert [found.line for found in table.totals] == [6]
    assert table.hidden == (5,)


def test_a_formula_that_gives_an_empty_text_has_a_result() -> None:
    table = read_table(workbook(row(1, "a", "b") + row(2, "x", ('t="str"', '<f>""</f><v></v>'))))
    assert cells(table, "b") == [""]


def test_rows_of_every_shape_are_read_alike() -> None:
    """Comments, prefixes, blanks and entities, as other programs write them."""
    plain = row(1, "a", "b") + row(2, "Ana &amp; Luis", number("5")) + row(3, "x", number("6"))
    shapes = [
        plain, plain.replace("<row", "\n  <row"), plain.replace("<v>", "<!-- x --><v>"),
        plain.replace("&amp;", "&#38;"),
        plain.replace("&amp;", "<![CDATA[&]]>"), plain.replace('r="A2" t="inlineStr"', 't="inlineStr" r="A2"'),
        plain.replace("<is>", "<is><rPh><t>アナ</t></rPh>"), plain + '<row r="4"/><row r="5" spans="1:2"/>',
    ]  # fmt: skip
    for rows in shapes:
        assert [list(found.cells.values()) for found in read_table(workbook(rows)).rows] == [
            ["Ana & Luis", "5"],
            ["x", "6"],
        ]
