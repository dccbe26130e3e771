"""Files as accounting programs, Excel, LibreOffice and people write them; every maker gives the bytes.

A workbook is written by openpyxl where openpyxl can write what is meant, and part by part otherwise.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

import attrs
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[Any]]

INVOICE_HEAD = "factura;cliente;fecha;vencimiento;moneda;total;saldo"
ANA, ROBLES = "1-1234-0567", "3-101-555444"
COMERCIAL, LUIS = "800.197.268-4", "1020304050"

# ---- text


def csv_of(rows: Rows, *, sep: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """Rows between separators, quoted where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=sep, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def lines_of(*lines: str, head: str = INVOICE_HEAD, encoding: str = "utf-8") -> bytes:
    """Lines as they stand, below the usual headings."""
    return "".join(f"{line}\n" for line in (head, *lines) if line).encode(encoding)


def json_of(rows: Rows) -> bytes:
    """A list of objects, as an interface of a program gives it."""
    head, *body = rows
    return json.dumps([dict(zip(head, row, strict=False)) for row in body], ensure_ascii=False, default=str).encode()


# ---- workbooks


@attrs.frozen
class Shown:
    """A cell whose number format says something: ``Shown(1200, "[$$-409]#,##0.00")``; ``text`` marks it as text."""

    value: Any
    format: str = "General"
    text: bool = False


def xlsx(
    rows: Rows,
    *,
    sheet: str = "Hoja1",
    hidden: Iterable[int] = (),
    filtered: str = "",
    merged: Iterable[str] = (),
    from_1904: bool = False,
    hidden_columns: Iterable[str] = (),
    more: Mapping[str, Rows] | None = None,
    sheet_state: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook; ``hidden`` are numbers of rows, ``filtered`` the range of an autofilter, ``more`` further sheets.

    A cell whose text begins with an apostrophe carries Excel's text mark.
    """
    book = Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    first = book.active
    assert first is not None
    first.title = sheet
    _fill(first, rows)
    for number in hidden:
        first.row_dimensions[number].hidden = True
    if filtered:
        first.auto_filter.ref = filtered
        first.auto_filter.add_filter_column(0, ["x"])
    for area in merged:
        first.merge_cells(area)
    for column in hidden_columns:
        first.column_dimensions[column].hidden = True
    for name, others in (more or {}).items():
        _fill(book.create_sheet(name), others)
    for name, state in (sheet_state or {}).items():
        book[name].sheet_state = state
    return _saved(book)


def _fill(sheet: Any, rows: Rows) -> None:
    for number, row in enumerate(rows, 1):
        for place, given in enumerate(row, 1):
            if given is None or given == "":
                continue
            shown = given if isinstance(given, Shown) else Shown(given, _usual(given))
            cell = sheet.cell(number, place)
            value, marked = shown.value, shown.text
            if isinstance(value, str) and value.startswith("'"):
                value, marked = value[1:], True
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # openpyxl would make a formula of =...
            cell.number_format = "@" if marked and shown.format == "General" else shown.format
            if marked:
                cell.quotePrefix = True


def _usual(value: Any) -> str:
    if isinstance(value, datetime):
        return "dd/mm/yyyy hh:mm"
    return "dd/mm/yyyy" if isinstance(value, date) else "General"


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def raw_xlsx(
    sheet_data: str,
    *,
    formats: Sequence[str] = (),
    strict: bool = False,
    from_1904: bool = False,
    before: str = "",
    prolog: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook whose ``<sheetData>`` is given; style n+1 has the n-th number format, style 0 none."""
    main, rel = (STRICT, STRICT_REL) if strict else (MAIN, REL)
    codes = "".join(f'<numFmt numFmtId="{164 + at}" formatCode="{escape(code)}"/>' for at, code in enumerate(formats))
    used = "".join(f'<xf numFmtId="{164 + at}" applyNumberFormat="1"/>' for at in range(len(formats)))
    base_1904 = '<workbookPr date1904="1"/>' if from_1904 else ""
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{prolog}'
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}">{base_1904}'
        '<sheets><sheet name="Hoja1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{rel}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><numFmts count="{len(formats)}">{codes}</numFmts>'
        "<fonts count='1'><font/></fonts><fills count='1'><fill/></fills><borders count='1'><border/></borders>"
        "<cellStyleXfs count='1'><xf/></cellStyleXfs>"
        f'<cellXfs count="{len(formats) + 1}"><xf numFmtId="0"/>{used}</cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{main}" xmlns:r="{rel}">{before}'
        f"<sheetData>{sheet_data}</sheetData></worksheet>",
        **(parts or {}),
    }
    return zipped(files)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files; always the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def raw_row(number: int, *cells: str, more: str = "") -> str:
    """A row of hand-written cells: a plain text, or XML that begins with ``<c``, where ``@`` is the address."""
    made = []
    for at, cell in enumerate(cells):
        place = f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[at]}{number}"
        if cell.startswith("<c"):
            made.append(cell.replace("@", place, 1))
        elif cell:
            made.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>')
    return f'<row r="{number}"{more}>{"".join(made)}</row>'


# ---- tables that are called .xls, and what is no table


def html_of(rows: Rows, *, encoding: str = "utf-8", before: str = "", attributes: str = "") -> bytes:
    """An HTML table, as half of all "Excel" buttons of web programs give it."""
    body = "".join(
        "<tr>" + "".join(cell if str(cell).startswith("<t") else f"<td>{cell}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    page = (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{encoding}"></head>'
        f"<body>{before}<table {attributes}>{body}</table></body></html>"
    )
    return page.encode(encoding)


def spreadsheet_2003(rows: Rows, *, more: str = "") -> bytes:
    """SpreadsheetML of 2003, as reporting servers still write it with the name .xls."""
    body = ""
    for row in rows:
        cells = ""
        for cell in row:
            kind = "Number" if isinstance(cell, int | float) else "DateTime" if isinstance(cell, date) else "String"
            text = f"{cell:%Y-%m-%dT00:00:00.000}" if isinstance(cell, date) else escape(str(cell))
            cells += f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>'
        body += f"<Row>{cells}</Row>"
    return (
        f'<?xml version="1.0"?>{more}<?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Hoja1"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00C\x00" + bytes(64)
OLD_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ODS = zipped(
    {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
    }
)
DOCX = zipped(
    {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
    }
)
E_INVOICES = {
    "CR": b"""<?xml version="1.0" encoding="utf-8"?>
<FacturaElectronica xmlns="https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/facturaElectronica">
<Clave>50602092600310123456700100001010000000123100000001</Clave>
<NumeroConsecutivo>00100001010000000123</NumeroConsecutivo>
<FechaEmision>2026-09-02T14:35:10-06:00</FechaEmision>
<Emisor>
<Nombre>Prueba CR S.A.</Nombre><Identificacion><Tipo>02</Tipo><Numero>3101234567</Numero></Identificacion></Emisor>
<Receptor>
<Nombre>Ana Prueba</Nombre><Identificacion><Tipo>01</Tipo><Numero>112340567</Numero></Identificacion></Receptor>
<ResumenFactura><TotalComprobante>15000.50000</TotalComprobante></ResumenFactura></FacturaElectronica>""",
    "CO": b"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
<cbc:ProfileID>DIAN 2.1: Factura Electr\xc3\xb3nica de Venta</cbc:ProfileID><cbc:ID>SETP990000001</cbc:ID>
<cbc:IssueDate>2026-09-02</cbc:IssueDate><cac:LegalMonetaryTotal>
<cbc:PayableAmount currencyID="COP">1250000.00</cbc:PayableAmount></cac:LegalMonetaryTotal></Invoice>""",
    "MX": b"""<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" Serie="A" Folio="123"
 Fecha="2026-09-02T14:35:10" Moneda="MXN" SubTotal="1000.00" Total="1160.00" TipoDeComprobante="I">
<cfdi:Emisor Rfc="AAA010101AAA" Nombre="PRUEBA"/>
<cfdi:Receptor Rfc="XAXX010101000" Nombre="PUBLICO"/></cfdi:Comprobante>""",
    "CL": b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<EnvioDTE xmlns="http://www.sii.cl/SiiDte" version="1.0"><SetDTE ID="SetDoc"><DTE version="1.0"><Documento ID="F123T33">
<Encabezado><IdDoc><TipoDTE>33</TipoDTE><Folio>123</Folio><FchEmis>2026-09-02</FchEmis></IdDoc>
<Totales><MntTotal>119000</MntTotal></Totales></Encabezado></Documento></DTE></SetDTE></EnvioDTE>""",
}


# ---- what a person does with one


def cells_of(content: bytes) -> list[list[str]]:
    """The cells of a workbook's first sheet, row by row, as texts."""
    rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def saved_anew(content: bytes, typed: Mapping[str, str]) -> bytes:
    """A workbook that a person opened and saved, with what was typed: into a cell, or in place of what stood there."""
    book = load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            cell.value = typed.get(cell.coordinate, typed.get(str(cell.value), cell.value))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
