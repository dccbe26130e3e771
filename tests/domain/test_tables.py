"""Files of invoices and customers as people's programs write them."""

import codecs
import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files.customer_file import parse_customers
from hub.domain.files.invoice_file import InvoiceFile, InvoiceRow, parse_invoices
from hub.domain.files.layout import DECIMAL, Layout
from hub.domain.files.sheet import RowError, unmarked
from hub.domain.files.table_file import read_table
from hub.domain.text import Text
from hub_hookspecs import IdentityDocument, Money
from tests.spoken import spoken

PLAIN = """number;customer;issued_on;due_on;currency;total;balance;description
FV-1;900123456;01/10/2026;31/10/2026;COP;1.234.567,50;234.567,50;Repuestos
FV-2;compras@example.com;2026-10-05;;COP;185.000;;
"""
READ = (
    InvoiceRow(
        line=2,
        number="FV-1",
        customer_key="900123456",
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 31),
        total=Money(123456750, "COP"),
        balance=Money(23456750, "COP"),
        description="Repuestos",
        keeps=frozenset({"branch", "terms"}),
    ),
    InvoiceRow(
        line=3,
        number="FV-2",
        customer_key="compras@example.com",
        issued_on=date(2026, 10, 5),
        total=Money(18500000, "COP"),
        keeps=frozenset({"branch", "terms"}),
    ),
)


def invoices(
    text: str, *, mapping: Mapping[str, str] | None = None, decimal: str | None = None, **options: str
) -> InvoiceFile:
    answers = {DECIMAL: decimal} if decimal else {}
    layout = Layout(columns=mapping or {}, answers=answers)
    return parse_invoices(text.encode(), layout=layout, **options)


def places(errors: tuple[RowError, ...]) -> list[tuple[int, str]]:
    return [(error.line, error.column) for error in errors]


# ---- formats


def as_tsv(text: str) -> str:
    return text.replace(";", "\t")


def as_commas(text: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(csv.reader(io.StringIO(text), delimiter=";"))
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.encode("cp1252"),
        PLAIN.encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        as_tsv(PLAIN).encode(),
        as_tsv(PLAIN).encode("utf-16"),  # Excel's "Unicode text"
        as_commas(PLAIN).encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip("\n").encode(),
        (PLAIN + ";;;;;;;\n\n").encode(),
        PLAIN.replace("\n", ";;\n").encode(),  # every row, the header included, ends in empty columns
        PLAIN.replace(";185.000;;\n", ";185.000\n").encode(),  # Excel drops empty cells at the end
        PLAIN.replace("FV-1", '"FV-1"').replace("900123456", '="900123456"').encode(),
        PLAIN.replace("1.234.567,50", "$\u00a01.234.567,50").replace("185.000", " COP 185.000 ").encode(),
        PLAIN.translate(str.maketrans(".,", ",.")).replace("example,com", "example.com").encode(),
        PLAIN.replace("1.234.567,50", "1\u202f234\u202f567,50").replace("185.000", "185 000").encode(),
    ],
)  # fmt: skip
def test_invoices_are_read_however_excel_writes_them(data: bytes) -> None:
    """Delimiter, encoding and decimal sign are found in the file."""
    found = parse_invoices(data)

    assert found.wrong == ()
    assert found.rows == READ


def test_a_first_line_that_names_the_delimiter_is_no_row_but_counts_as_a_line() -> None:
    """Excel writes sep=; for itself."""
    found = invoices("sep=;\r\n" + PLAIN.replace("\n", "\r\n"))

    assert found.wrong == ()
    assert [row.line for row in found.rows] == [3, 4]


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    """A quoted cell may hold line breaks, and empty lines count."""
    text = PLAIN.replace("Repuestos", '"Repuestos\ny aceite;\n10 litros"').replace("FV-2", "\nFV-2")

    found = invoices(text)

    assert [row.line for row in found.rows] == [2, 6]
    assert found.rows[0].description == "Repuestos y aceite; 10 litros"


@pytest.mark.parametrize("name", ["x.json", "x.ndjson", "", "-"])
@pytest.mark.parametrize("layout", ["list", "lines", "pretty"])
def test_invoices_are_read_from_json_with_exact_amounts(name: str, layout: str) -> None:
    """A list, one object a line, or objects one after the other; no amount is ever a float."""
    same = {"customer": "900", "issued_on": "2026-10-01", "currency": "CRC"}
    rows = ({**same, "number": "A", "total": 12.5}, {**same, "number": 7, "customer": 900, "total": "1.5", "x": None})
    texts = [json.dumps(row, indent=2 if layout == "pretty" else None) for row in rows]
    text = "[\n" + ",\n".join(texts) + "\n]\n" if layout == "list" else "\n".join(texts) + "\n"

    found = invoices(text, name=name, mapping={"x": "-"})

    assert found.wrong == ()
    assert [(row.number, row.customer_key, row.total.minor) for row in found.rows] == [
        ("A", "900", 1250),
        ("7", "900", 150),
    ]


def test_json_amounts_keep_every_digit_and_json_rows_their_lines() -> None:
    """The number that a float would spoil."""
    text = '[\n{"number":"A","customer":"9","issued_on":"2026-10-01",\n"total":9007199254740.93},\n{"number":"B",'
    text += '"customer":"9","issued_on":"2026-10-01","total":1.5E3},{"number":"C","customer":"9",\n"issued_on":"x"}]'

    found = invoices(text, default_currency="CRC")

    assert [(row.line, row.total) for row in found.rows] == [
        (2, Money(900719925474093, "CRC")),
        (4, Money(150000, "CRC")),
    ]
    assert places(found.wrong) == [(4, "issued_on"), (4, "total")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"number":"A"},\n{"number":}]', 2),
        ('[{"number":"A"}\n', 2),
        ('[{"number":"A"}] []', 1),
        ('{"invoices":[{"number":"A"}]}', 1),
        ('{"number":"A"}\n{"number"', 2),
        ('{"number":"A"}\n[1]\n', 2),
        ('{"number":"A","number":"B"}', 1),
        ('{"number":{"a":1}}', 1),
        ('{"number":true}', 1),
        ('{"total":NaN}', 1),
        ("[" * 5000, 1),
        ("[]", 0),
        ('"x"', 1),
    ],
)  # fmt: skip
def test_json_that_cannot_be_rows_is_a_fault_with_its_line(text: str, line: int) -> None:
    """Never an exception, and never half a file in silence."""
    found = invoices(text, name="x.json", default_currency="CRC")

    assert found.rows == ()
    assert line in {error.line for error in found.wrong}


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"", 0, "vacío"),
        (codecs.BOM_UTF8 + b" \r\n", 0, "vacío"),
        (b"PK\x03\x04rest", 0, "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "Excel"),
        (b"\x00\x01\x02\xff", 1, "UTF-8"),
        (b"number;total\na\x00;1", 2, "texto"),
        ("number;Señor\nJosé;".encode() + "José".encode("latin-1"), 2, "UTF-8"),  # two encodings in one file
        (b"number\n\x81\x8d", 2, "UTF-8"),
        (codecs.BOM_UTF16_LE + b"a", 1, "UTF-16"),
        (b"number;total\n", 0, "filas"),
        (b'number;total\nA;"12\nB;13\n', 2, "comilla"),
        (b'number;total\nA;"1"2"\nB;13\n', 2, "comillas"),
        (b"number;total\nA;1;2\n", 2, "celdas"),
        (b"number,total\nA,1,\n", 2, "celdas"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_a_fault_that_names_the_remedy(data: bytes, line: int, word: str) -> None:
    """The line where it goes wrong, and what to do."""
    (error,) = read_table(data).errors

    assert error.line == line
    assert word in spoken(error.message)


def test_a_comma_within_an_amount_without_quotes_is_never_two_amounts() -> None:
    """A row with one cell too many is refused, even if the last one is empty."""
    found = invoices("number,customer,issued_on,total,balance\nA,9,01/10/2026,1234,50,\n", default_currency="CRC")

    assert found.rows == ()
    assert found.wrong[0].line == 2


def test_a_row_after_bad_quotes_is_still_read() -> None:
    """So that every error is found at once."""
    found = invoices(PLAIN.replace("Repuestos", '"Repuestos" y más').replace("185.000", "?"))

    assert places(found.wrong) == [(2, ""), (3, "total")]


# ---- columns


def test_spanish_column_names_are_known_and_others_are_mapped() -> None:
    """Accents, case and punctuation do not matter."""
    text = "Nº Factura;Identificación del cliente;FECHA DE EMISIÓN;Vencimiento;Moneda;Valor total;Saldo;Vendedor;Ref\n"
    text += "A;9;01/10/2026;02/10/2026;crc;100;50;Ana;x\n"

    found = invoices(text.replace("Nº", "No."), mapping={"VENDEDOR": "-", "Ref": "descripción"})

    assert found.wrong == ()
    (row,) = found.rows
    assert (row.number, row.total, row.balance, row.description) == ("A", Money(10000, "CRC"), Money(5000, "CRC"), "x")


# ---- invoices


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (";9;01/10/2026;;CRC;100;;", ["number"]),
        ("A;;01/10/2026;;CRC;100;;", ["customer"]),
        ("A;9;;;CRC;100;;", ["issued_on"]),
        ("A;9;01/10/2026;;CRC;;;", ["total"]),
        ("A;9;10/01/2026;01/01/2026;CRC;100;;", ["due_on"]),
        ("A;9;01/10/2026;;XXX;100;;", ["currency"]),
        ("A;9;01/10/2026;;CRC;0;;", ["total"]),
        ("A;9;01/10/2026;;CRC;100;101;", ["balance"]),
        ("A;9;01/10/2026;;CRC;100;-1;", ["balance"]),
        ("A;9;01/10/2026;;CRC;10000000000000,01;;", ["total"]),
        ("A;9,00123E+08;01/10/2026;;CRC;100;;", ["customer"]),
        ("#N/A;9;01/10/2026;;CRC;100;;", ["number"]),
        (f"{'A' * 101};9;01/10/2026;;CRC;100;;", ["number"]),
        ("A\x07;9;01/10/2026;;CRC;100;;", ["number"]),
        (";;13/13/2026;x;;x;y;", ["number", "customer", "issued_on", "due_on", "currency"]),
    ],
)
def test_every_fault_of_a_row_is_listed_with_its_column(cells: str, columns: list[str]) -> None:
    """The row is not given back, and its neighbours are."""
    text = f"number;customer;issued_on;due_on;currency;total;balance;description\n{cells}\nZ;9;01/10/2026;;CRC;7;;\n"

    found = invoices(text)

    assert places(found.wrong) == [(2, column) for column in columns]
    assert [row.number for row in found.rows] == ["Z"]
    assert found.seen == 2


def test_a_number_that_stands_twice_is_refused_in_every_row() -> None:
    """Nobody knows which of them is meant."""
    rows = "A;9;01/10/2026;100\na;9;01/10/2026;200\nB;9;01/10/2026;1\n"

    found = invoices(f"number;customer;issued_on;total\n{rows}", default_currency="CRC")

    assert places(found.wrong) == [(2, "number"), (3, "number")]
    assert [row.number for row in found.rows] == ["B"]


def test_a_balance_of_nothing_is_an_invoice_that_was_paid() -> None:
    """Zero is not empty."""
    found = invoices("number;customer;issued_on;total;saldo\nA;9;01/10/2026;100;0\n", default_currency="CRC")

    assert found.rows[0].balance == Money(0, "CRC")


def test_a_fault_shows_a_long_value_shortened_and_on_one_line() -> None:
    """It is meant for a table on a screen."""
    error = RowError(3, "total", "x\n" + "y" * 100, Text("cell.no_amount"))

    assert len(error.value) == 40
    assert error.value.startswith("x y")
    assert str(error).startswith("line 3, total: cell.no_amount (x y")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(["", "x.csv", "x.json"]))
def test_whatever_the_bytes_a_file_is_read_or_has_faults(data: bytes, name: str) -> None:
    """Never an exception."""
    found = parse_invoices(data, name=name, default_currency="CRC")

    assert found.rows or found.wrong or found.is_open


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(
    st.lists(
        st.tuples(CELL, CELL, st.integers(1, 10**15)), min_size=1, max_size=5, unique_by=lambda row: row[0].casefold()
    )
)
def test_what_a_program_writes_with_quotes_is_read_as_it_was(rows: list[tuple[str, str, int]]) -> None:
    """Numbers and customers are opaque, whatever delimiters and quotes they hold."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(["number", "customer", "issued_on", "total"])
    writer.writerows((number, key, "2026-10-01", f"{Decimal(minor).scaleb(-2):.2f}") for number, key, minor in rows)

    found = invoices(out.getvalue(), default_currency="COP")

    by_line = {row.line: row for row in found.rows}
    for line, (number, _key, minor) in enumerate(rows, 2):
        if line in by_line:
            assert (by_line[line].number, by_line[line].total.minor) == (unmarked(number), minor)
        else:
            assert line in {error.line for error in found.wrong}


# ---- customers


def test_customers_are_read_by_the_rules_of_their_country() -> None:
    """Types by code or label, the check digit apart, mail in lower case, or none."""
    text = "Nombre,Tipo de identificación,Número de identificación,DV,Correo electrónico,Teléfono,Dirección\n"
    text += "La Compañía SAS,NIT,900.123.456,8,Pagos@Compania.example,300 123 4567,Calle 1 # 2-3\n"
    text += "Ana Ruiz,Cédula de ciudadanía,52.123.456,,,,\n"

    found = parse_customers(text.encode("cp1252"), name="clientes.csv", country=CO)

    assert found.wrong == ()
    company, person = found.rows
    assert company.document == IdentityDocument("NIT", "900123456", "8")
    assert (company.name, company.email) == ("La Compañía SAS", "pagos@compania.example")
    assert (company.phone, company.address) == ("300 123 4567", "Calle 1 # 2-3")
    assert (person.document, person.email) == (IdentityDocument("CC", "52123456"), "")
    assert spoken(found.format) == "CSV con coma, Windows-1252"


def test_a_customers_language_may_be_named() -> None:
    text = "nombre,tipo,identificación,idioma\nA,CF,1-1234-0567,Inglés\nB,CF,1-1234-0568,\nC,CF,1-1234-0569,ES\n"
    found = parse_customers(text.encode(), country=CR)
    assert [row.language for row in found.rows] == ["en", "", "es"]
    wrong = parse_customers(text.replace("Inglés", "klingon").encode(), country=CR)
    assert places(wrong.warnings) == [(2, "idioma")]
