"""Mutated files: what strangers send on a bad day. The same seed makes the same file.

Most begin as a table whose cells are changed as people and programs change them, written in one of the formats; half of
them are then damaged as bytes.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from html import escape
from random import Random
from typing import Final, Literal

import attrs

from tests.strangers.files import html_of, json_of, raw_row, raw_xlsx, spreadsheet_2003, zipped

Kind = Literal["invoices", "customers", "payouts"]
Grid = list[list[str]]

_INVOICES = ("factura", "cliente", "fecha", "vencimiento", "moneda", "total", "saldo", "descripción")
_PEOPLE = ("tipo", "identificación", "nombre", "correo", "teléfono", "dirección")
_LINES = (
    "line_id",
    "reference",
    "provider_reference",
    "gross",
    "fee",
    "fee_tax",
    "withholding:vat",
    "net",
    "settled_on",
)
SEEDS: Final[dict[Kind, tuple[tuple[tuple[str, ...], ...], ...]]] = {
    "invoices": (
        (
            _INVOICES,
            (
                "FE-00012",
                "1-1234-0567",
                "02/09/2026",
                "02/10/2026",
                "CRC",
                "1.250.000,50",
                "850.000,00",
                "Año señalado",
            ),
            ("FE-00013", "3-101-555444", "03/09/2026", "", "CRC", "15.000,00", "15.000,00", "x"),
            ("FE-00014", "ana@correo.example", "04/09/2026", "04/10/2026", "CRC", "980,00", "0,00", ""),
        ),
        (
            _INVOICES,
            ("FE-1", "1-1234-0567", "2026-09-02", "2026-10-02", "CRC", "1,250,000.50", "850,000.00", ""),
            ("FE-2", "3-101-555444", "2026-09-03", "", "USD", "1,200.50", "1,200.50", "Ñandú"),
        ),
        (
            ("factura", "cliente", "fecha", "total"),
            ("1", "112340567", "02/09/2026", "1250000.5"),
            ("2", "112340567", "03/09/2026", "850000"),
            ("3", "3101555444", "04/09/2026", "7.5"),
        ),
        (
            _INVOICES,
            ("FE-00013", "3-101-555444", "2026-09-03", "", "USD", "1,200.50", "-", "x"),
            ("FE-00014", "ana@correo.example", "04/09/2026 14:35", "04/10/2026", "CRC", "₡ 15.000", "15.000", ""),
            ("NC-00001", "1-1234-0567", "05/09/2026", "", "COP", "$1'250.000", "(850.000)", "nota"),
        ),
        (
            ("factura", "cliente", "fecha", "moneda", "total"),
            ("FV-1", "1-1234-0567", "02/09/2026", "COP", "$1'250.000"),
            ("FV-2", "1-1234-0567", "02/09/2026", "COP", "$850.000"),
        ),
    ),
    "customers": (
        (
            _PEOPLE,
            ("CF", "1-1234-0567", "José Núñez", "jose@correo.example", "8888-8888", "Peñas Blancas"),
            ("CJ", "3-101-555444", "Robles de Prueba S.A.", "pagos@robles.example", "+506 2222 2222", ""),
        ),
        (
            _PEOPLE,
            ("CF", "1-1234-0567", "José Núñez", "jose@correo.example", "8888-8888", "Peñas Blancas"),
            ("CJ", "3-101-555444", "Robles S.A.", "pagos@robles.example; b@robles.example", "+506 2222 2222", ""),
            ("02", "3101555445", "N/A", "", "N/A", "x"),
        ),
    ),
    "payouts": (
        (
            _LINES,
            ("L-1", "R1", "abc-1", "2500.50", "87.52", "11.38", "5.00", "2396.60", "2026-11-29"),
            ("L-2", "R3", "", "-500.00", "0.00", "0", "", "-500.00", "2026-11-30"),
        ),
        (
            _LINES,
            ("L-1", "R1", "abc-1", "2500.50", "87.52", "11.38", "5.00", "2396.60", "2026-11-29"),
            ("L-2", "R2", "abc-2", "1.250.000,00", "10.000,00", "", "", "1.240.000,00", "29/11/2026"),
            ("L-4", "", "", "0.00", "5650.00", "", "", "-5650.00", "2026-11-30"),
        ),
        (("line_id", "reference", "gross"), ("L-1", "R1", "1.250.000,00"), ("L-2", "R2", "15.000,50")),
    ),
}
MONEY: Final = ("total", "saldo", "gross", "fee", "fee_tax", "withholding:vat", "net")
TITLES: Final = ("Ferretería de Prueba S.A.", "Cuentas por cobrar", "Del 01/01/2026 al 28/11/2026", "Página 1 de 2")
WORDS: Final = (
    *(
        "",
        " ",
        "-",
        "N/A",
        "mil",
        "0",
        "=A1+1",
        '="00123"',
        "'1-1234",
        "#N/A",
        "1E+06",
        "13%",
        "TOTAL",
        "Anulada",
        "Pagada",
    ),
    *(
        "Nota de crédito",
        "\u00a0",
        "\u200b",
        '"',
        ";",
        "\n",
        "31/02/2026",
        "46267",
        "NaN",
        "1e999999",
        "9" * 400,
        "x" * 3000,
    ),
)
HEADINGS: Final = (
    *(
        "Total a pagar",
        "Subtotal",
        "Vendedor",
        "Identificación",
        "Estado",
        "Saldo pendiente",
        "Monto",
        "",
        "total",
        "Abonos",
    ),
    *("Tipo de documento", "Cuota", "Referencia", "Total (USD)", "gross", "Comisión", "fecha", "Creación", "No.", "DV"),
)
FORMATS: Final = (
    *(
        "General",
        "#,##0.00",
        "#,##0",
        "0.00",
        '"$"#,##0.00',
        "[$US$-540A]#,##0.00",
        '"₡"#,##0.00;-"₡"#,##0.00;"-"',
        "0%",
    ),
    *(
        "[$€-C0A]#,##0.00",
        "dd/mm/yyyy",
        '"FE-"00000000',
        "@",
        "#,##0,",
        "[>=1000]#,##0;0",
        "[$-es-CR]#,##0.00",
        '"',
        "[$",
    ),
)
ENCODINGS: Final = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16", "utf-16-le", "latin-1")


@attrs.frozen
class Mutated:
    """A file, and what it is brought as."""

    seed: int
    kind: Kind
    name: str
    data: bytes
    format: str


def mutated(seed: int) -> Mutated:
    """The file of a seed."""
    dice = Random(seed)
    kind: Kind = dice.choice(("invoices", "invoices", "invoices", "customers", "payouts"))
    grid = [list(row) for row in dice.choice(SEEDS[kind])]
    for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3, 6))):
        dice.choice(CHANGES)(grid, dice)
    format = dice.choice(("csv", "csv", "csv", "xlsx", "xlsx", "json", "ndjson", "html", "xml"))
    data = WRITERS[format](grid, dice)
    for _ in range(dice.choice((0, 0, 0, 0, 1, 1, 2, 5))):
        data = dice.choice(DAMAGES)(data, dice)
    name = dice.choice((f"f.{format}", f"f.{format}", "f.csv", "f.xls", "f.xlsx", "", "f.pdf"))
    return Mutated(seed, kind, name, data, format)


STYLES: Final = ((".", ","), (",", "."), (" ", ","), ("\u00a0", ","), ("'", "."), ("’", ","), ("", "."), ("", ","))

# ---- an amount, as somebody would write it, or nearly


def amount_text(dice: Random, style: tuple[str, str] | None = None) -> str:
    """An amount in some style, now and then with a letter of it changed."""
    number = dice.choice(
        (0, 5, 850, 1000, 1250, 15000, 850000, 1250000, 10**9, dice.randrange(10 ** dice.randrange(1, 13)))
    )
    group, sign = style or dice.choice(STYLES)
    text = f"{number:,}".replace(",", group)
    if group in (".", ",") and 10**6 <= number < 10**9 and dice.random() < 0.4:
        text = text.replace(group, dice.choice("'’´"), 1)
    if dice.random() < 0.5:
        text += sign + "".join(dice.choice("0123456789") for _ in range(dice.choice((1, 2, 2, 2, 2, 3, 5, 11))))
    around = (
        "{}"
        if style and dice.random() < 0.6
        else dice.choice(
            (
                "{}",
                "{}",
                "{}",
                "₡{}",
                "$ {}",
                "US${}",
                "{} CRC",
                "USD {}",
                "-{}",
                "{}-",
                "({})",
                "₡-{}",
                "{} CR",
                "'{}",
                "{}.-",
            )
        )
    )
    text = around.format(text)
    if dice.random() < (0.05 if style else 0.2):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(".,' -0123456789$E%()\u202f") + text[at + dice.randrange(2) :]
    return text


# ---- changes of a table


def _other_amount(grid: Grid, dice: Random) -> None:
    columns = [at for at, name in enumerate(grid[0]) if name in MONEY] if grid else []
    style = dice.choice((*STYLES, None))
    for row in grid[1:]:
        text = amount_text(dice, style)
        for at in columns:
            if at < len(row):  # mostly alike, so that a balance is not above its total
                row[at] = text if dice.random() < 0.8 else amount_text(dice, style)


def _other_cell(grid: Grid, dice: Random) -> None:
    row = dice.choice(grid)
    if row:
        row[dice.randrange(len(row))] = dice.choice((*WORDS, amount_text(dice)))


def _edited_cell(grid: Grid, dice: Random) -> None:
    row = dice.choice(grid)
    if row:
        at = dice.randrange(len(row))
        place = dice.randrange(len(row[at]) + 1)
        row[at] = (
            row[at][:place] + dice.choice("0 .,;'\"\t-€₡ñ\u00a0\u200b\x00\x1f😀") + row[at][place + dice.randrange(2) :]
        )


def _other_heading(grid: Grid, dice: Random) -> None:
    grid[0] = [name if dice.random() < 0.8 else dice.choice(HEADINGS) for name in grid[0]]


def _shuffled(grid: Grid, dice: Random) -> None:
    order = list(range(len(grid[0])))
    dice.shuffle(order)
    grid[:] = [[row[at] for at in order if at < len(row)] for row in grid]


def _without_column(grid: Grid, dice: Random) -> None:
    at = dice.randrange(len(grid[0])) if grid[0] else 0
    for row in grid:
        del row[at : at + 1]


def _with_column(grid: Grid, dice: Random) -> None:
    at, name = dice.randrange(len(grid[0]) + 1), dice.choice(HEADINGS)
    for number, row in enumerate(grid):
        row.insert(at, name if number == 0 else dice.choice((*WORDS[:8], amount_text(dice))))


def _repeated(grid: Grid, dice: Random) -> None:
    grid.insert(dice.randrange(len(grid) + 1), list(dice.choice(grid)))


def _shorter(grid: Grid, dice: Random) -> None:
    row = dice.choice(grid)
    del row[dice.randrange(len(row) + 1) :]


def _titled(grid: Grid, dice: Random) -> None:
    for text in dice.sample(TITLES, dice.randrange(1, 4)):
        grid.insert(0, [text] + [""] * dice.randrange(3))


def _summed(grid: Grid, dice: Random) -> None:
    width = max(map(len, grid))
    grid.append([dice.choice(("TOTAL", "Total general", "", "Subtotal"))] + [amount_text(dice)] * max(0, width - 1))


CHANGES: Final[tuple[Callable[[Grid, Random], None], ...]] = (
    *(_other_amount, _other_amount, _other_amount, _other_cell, _edited_cell, _other_heading, _shuffled),
    *(_without_column, _with_column, _repeated, _shorter, _titled, _summed),
)


# ---- formats


def _csv(grid: Grid, dice: Random) -> bytes:
    sep, end = dice.choice((";", ";", ",", "\t", "|")), dice.choice(("\n", "\r\n", "\r"))
    wild = dice.random() < 0.2

    def cell(text: str) -> str:
        needs = not wild and any(char in text for char in (sep, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    text = "".join(sep.join(map(cell, row)) + end for row in grid)
    text = f"sep={sep}{end}{text}" if dice.random() < 0.05 else text
    return text.encode(dice.choice(ENCODINGS), "replace")


def _xlsx(grid: Grid, dice: Random) -> bytes:
    used = [dice.choice(FORMATS) for _ in range(4)]
    rows = []
    for number, row in enumerate(grid, 1):
        cells = [_cell(text, dice) for text in row[:26]]
        hidden = ' hidden="1"' if dice.random() < 0.05 else ""
        rows.append(raw_row(number, *cells, more=hidden))
    before = f"<!--{dice.random()}-->" if dice.random() < 0.1 else ""
    return raw_xlsx(
        "".join(rows), formats=used, strict=dice.random() < 0.1, from_1904=dice.random() < 0.1, before=before
    )


def _cell(text: str, dice: Random) -> str:
    clean = "".join(char for char in text if char in "\t\n" or ord(char) >= 32)
    if dice.random() < 0.8:
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", clean) and dice.random() < 0.7:
            return f'<c r="@" s="{dice.randrange(6)}"><v>{clean}</v></c>'
        return clean
    value = dice.choice(
        (
            str(dice.randrange(10**7) / 100),
            f"{dice.random() * 10 ** dice.randrange(8)}",
            "46267",
            "0",
            "1E3",
            "",
            "x",
            clean,
        )
    )
    kind = dice.choice(("n", "n", "n", "n", "str", "b", "e", "d", "s"))
    formula = "<f>A1+B1</f>" if dice.random() < 0.05 else ""
    return f'<c r="@" s="{dice.randrange(6)}" t="{kind}">{formula}<v>{escape(value)}</v></c>'


def _json(grid: Grid, dice: Random) -> bytes:
    data = json_of(grid).decode()
    if dice.random() < 0.5:  # bare numbers
        data = data.replace('"1,200.50"', dice.choice(("1200.5", "1E3", "1e400", "-0", "NaN", "15000.500"))).replace(
            '"-"', "0"
        )
    return data.encode(dice.choice(("utf-8", "utf-8-sig", "utf-16")))


def _ndjson(grid: Grid, dice: Random) -> bytes:
    head, body = grid[0], grid[1:]
    return "\n".join(json.dumps(dict(zip(head, row, strict=False)), ensure_ascii=False) for row in body).encode()


def _html(grid: Grid, dice: Random) -> bytes:
    spans = dice.random() < 0.2
    rows = [
        [f'<td colspan="{dice.randrange(1, 4)}">{escape(cell)}</td>' if spans else escape(cell) for cell in row]
        for row in grid
    ]
    page = html_of(rows, before=dice.choice(("", "<table><tr><td>x</td></tr></table>", "<p>")))
    return page.decode().encode(dice.choice(("utf-8", "cp1252", "utf-16")), "replace")


def _xml(grid: Grid, dice: Random) -> bytes:
    clean = [["".join(char for char in cell if ord(char) >= 32) for cell in row] for row in grid]
    entity = '<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]>' if dice.random() < 0.1 else ""
    return spreadsheet_2003(clean, more=entity)


WRITERS: Final[dict[str, Callable[[Grid, Random], bytes]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "ndjson": _ndjson,
    "html": _html,
    "xml": _xml,
}


# ---- damage


def _flipped(data: bytes, dice: Random) -> bytes:
    found = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        if found:
            found[dice.randrange(len(found))] = dice.randrange(256)
    return bytes(found)


def _cut(data: bytes, dice: Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _doubled(data: bytes, dice: Random) -> bytes:
    first, last = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return data[:last] + data[first:last][:5000] + data[last:]


def _dropped(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.randrange(1, 40) :]


def _inserted(data: bytes, dice: Random) -> bytes:
    at = dice.choice((0, 0, len(data), dice.randrange(len(data) + 1)))
    return data[:at] + dice.choice(INSERTED) + data[at:]


INSERTED: Final = (
    *(
        b"\x00",
        codecs.BOM_UTF8,
        codecs.BOM_UTF16_LE,
        b"\r",
        b'"',
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"<html>",
        b"{",
        b"[" * 2000,
    ),
    *(
        b"<a>" * 3000,
        b"&#0;",
        b"]]>",
        b"\xff\xfe",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b'{"a":' * 2000,
        b"\n\n\n",
        b"\x1a",
    ),
)


def _inside_zip(data: bytes, dice: Random) -> bytes:
    """A member of the zip is changed, missing, or another one is there; else the bytes alone are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError, zlib.error):
        return _flipped(data, dice)
    name = dice.choice([*members, "xl/worksheets/sheet1.xml"]) if members else "x"
    content = members.get(name, b"")
    content = content if isinstance(content, bytes) else content.encode()
    act = dice.randrange(7)
    if act == 0:
        members.pop(name, None)
    elif act == 1:
        members[name] = content.replace(b'r="', dice.choice((b'r="Z', b'r="9', b'r="', b'r="-')), dice.randrange(1, 5))
    elif act == 2:
        members[name] = b"<x>" * 5000 + content
    elif act == 3:
        members[name] = content.replace(b"<sheetData>", b'<sheetData><row r="1048577"><c r="XFE1"><v>1</v></c></row>')
    elif act == 4:
        members[name] = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + content
    else:
        members[name] = dice.choice((_flipped, _cut, _doubled, _dropped, _inserted))(content, dice)
    return zipped(members)


DAMAGES: Final[Sequence[Callable[[bytes, Random], bytes]]] = (
    _flipped,
    _cut,
    _doubled,
    _dropped,
    _inserted,
    _inside_zip,
    _inside_zip,
)
