"""Invoices and customers in the files that people's programs write.

Every fault is listed with line and column, and only rows without one are given back as rows; whoever imports decides
whether a file with faults is taken at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date
from difflib import get_close_matches
from typing import Final, TypeVar

import attrs

from hub.domain.cells import Unreadable, decimal_sign, read_amount, read_date, refuse_excel
from hub.domain.identity import read_document
from hub.domain.mail_address import read_address
from hub.domain.sheet import JsonNumber, Row, RowError, Table
from hub.domain.table_file import read_table
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Country, IdentityDocument, Money

T = TypeVar("T")

LEFT_OUT: Final = "-"
MAX_IN_TITLE: Final = 2
"""Cells of a first line that is a title; what we read has more columns than that."""


@attrs.frozen
class Column:
    """A column that we know: its name, what else files call it, and whether it must be there."""

    name: str
    aliases: str
    required: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Every name of it, reduced."""
        return frozenset({self.name, *self.aliases.split()})


INVOICE_COLUMNS: Final = (
    Column(
        "number",
        "numero no nro num n factura numero_de_factura numero_factura no_factura nro_factura num_factura n_factura"
        " no_de_factura factura_no consecutivo invoice invoice_number",
        required=True,
    ),
    Column(
        "customer",
        "cliente identificacion identificacion_cliente identificacion_del_cliente numero_de_identificacion"
        " numero_identificacion nit nit_cliente nit_del_cliente cedula cedula_cliente cedula_del_cliente correo"
        " correo_cliente correo_del_cliente correo_electronico email",
        required=True,
    ),
    Column(
        "issued_on",
        "fecha fecha_de_emision fecha_emision emision emitida fecha_factura fecha_de_factura fecha_de_creacion"
        " date issued issue_date",
        required=True,
    ),
    Column("due_on", "vencimiento fecha_de_vencimiento fecha_vencimiento fecha_vence vence due due_date"),
    Column("currency", "moneda divisa"),
    Column("total", "importe monto valor valor_total monto_total total_factura amount", required=True),
    Column("balance", "saldo saldo_pendiente saldo_por_cobrar por_cobrar pendiente balance_due"),
    Column("description", "descripcion concepto detalle observaciones notas notes"),
)
CUSTOMER_COLUMNS: Final = (
    Column("name", "nombre razon_social nombre_o_razon_social cliente customer", required=True),
    Column(
        "identity_type",
        "tipo tipo_de_identificacion tipo_identificacion tipo_de_documento tipo_documento tipo_id id_type",
        required=True,
    ),
    Column(
        "identity_number",
        "numero identificacion numero_de_identificacion numero_identificacion documento numero_de_documento"
        " numero_documento cedula nit id",
        required=True,
    ),
    Column("check_digit", "dv digito_de_verificacion digito_verificacion"),
    Column("email", "correo correo_electronico e_mail mail"),
    Column("phone", "telefono celular movil telefono_celular tel"),
    Column("address", "direccion domicilio"),
    Column("language", "idioma lengua idioma_de_correos"),
)
LANGUAGES: Final = {"es": "es", "espanol": "es", "spanish": "es", "en": "en", "ingles": "en", "english": "en"}
"""How files name the languages of mails."""


@attrs.frozen(kw_only=True)
class InvoiceRow:
    """One invoice as the file states it.

    Attributes:
        customer_key: The customer's identity number as written, or the address of the mail in lower case.
        balance: What is still owed, where the file says so; the rest was paid outside the hub.
    """

    line: int
    number: str
    customer_key: str
    issued_on: date
    due_on: date | None = None
    total: Money
    balance: Money | None = None
    description: str = ""


@attrs.frozen(kw_only=True)
class InvoiceFile:
    """The invoices of a file, and all that is wrong with it.

    Attributes:
        format: What the file turned out to be, for people.
        columns: The file's own name for each of our columns that it has.
        decimal: The decimal sign of its amounts, where one was given or found.
        seen: Rows in the file, those with faults included.
    """

    rows: tuple[InvoiceRow, ...] = ()
    faults: tuple[RowError, ...] = ()
    format: Text | str = ""
    columns: Mapping[str, str] = attrs.Factory(dict)
    decimal: str | None = None
    seen: int = 0


@attrs.frozen(kw_only=True)
class CustomerRow:
    """One customer as the file states it; the mail may be missing."""

    line: int
    name: str
    document: IdentityDocument
    email: str = ""
    phone: str = ""
    address: str = ""
    language: str = ""


@attrs.frozen(kw_only=True)
class CustomerFile:
    """The customers of a file, all that is wrong with it, and what is merely unusual."""

    rows: tuple[CustomerRow, ...] = ()
    faults: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    format: Text | str = ""
    seen: int = 0


def parse_invoices(
    data: bytes,
    *,
    name: str = "",
    default_currency: str | None = None,
    mapping: Mapping[str, str] | None = None,
    decimal: str | None = None,
) -> InvoiceFile:
    """Read a file of invoices; ``mapping`` gives our name, or ``-`` to leave it out, for a column of the file."""
    table = _headed(read_table(data, name=name))
    columns, faults = _resolve(table, INVOICE_COLUMNS, mapping or {})
    if not default_currency and "currency" not in columns and columns:
        faults.append(RowError(table.header_line, "currency", "", Text("column.currency_missing")))
        columns = {}
    style = decimal or decimal_sign(
        row.cells.get(columns[column], "") for row in table.rows for column in ("total", "balance") if column in columns
    )
    spoilt = {fault.line for fault in table.faults}
    rows = []
    for row in table.rows if columns else ():
        cells = _Cells(row, columns, faults, spoilt)
        rows.append((cells, _invoice(cells, default_currency, style)))
    _refuse_twice(((cells, invoice.number) for cells, invoice in rows if invoice), "number")
    return InvoiceFile(
        rows=tuple(invoice for cells, invoice in rows if invoice and not cells.faulty),
        faults=_in_order((*table.faults, *faults)),
        format=table.format,
        columns=columns,
        decimal=style,
        seen=len(table.rows),
    )


def parse_customers(
    data: bytes, *, name: str = "", country: Country, mapping: Mapping[str, str] | None = None
) -> CustomerFile:
    """Read a file of customers; identity documents are read by the rules of the company's country."""
    table = _headed(read_table(data, name=name))
    columns, faults = _resolve(table, CUSTOMER_COLUMNS, mapping or {})
    warnings: list[RowError] = []
    spoilt = {fault.line for fault in table.faults}
    rows = []
    for row in table.rows if columns else ():
        cells = _Cells(row, columns, faults, spoilt)
        rows.append((cells, _customer(cells, country, warnings)))
    documents = ((cells, f"{customer.document.number}") for cells, customer in rows if customer)
    _refuse_twice(documents, "identity_number")
    return CustomerFile(
        rows=tuple(customer for cells, customer in rows if customer and not cells.faulty),
        faults=_in_order((*table.faults, *faults)),
        warnings=_in_order(warnings),
        format=table.format,
        seen=len(table.rows),
    )


def _headed(table: Table) -> Table:
    """The table; one that begins with a title instead of its column names has this single fault."""
    if not table.header_line or len(table.columns) > MAX_IN_TITLE or not table.faults:
        return table
    misplaced = RowError(table.header_line, "", " ".join(table.columns), Text("column.names_belong_here"))
    return Table(format=table.format, faults=(misplaced,))


class _Cells:
    """The cells of one row by our column names; what is wrong with them is noted as it is met."""

    def __init__(self, row: Row, columns: Mapping[str, str], faults: list[RowError], spoilt: Set[int]) -> None:
        self.line, self.faulty = row.line, row.line in spoilt
        self._row, self._columns, self._faults = row, columns, faults

    def raw(self, column: str) -> str:
        """The cell as it stands, empty where there is none."""
        return self._row.cells.get(self._columns.get(column, ""), "")

    def note(self, column: str, message: Text | str) -> None:
        """Note that something is wrong with a cell."""
        self.faulty = True
        self._faults.append(self.fault(column, message))

    def fault(self, column: str, message: Text | str) -> RowError:
        """A fault in a cell of this row, under the file's own column name."""
        return RowError(self.line, self._columns.get(column, column), self.raw(column), message)

    def text(self, column: str, longest: int, *, required: bool = False) -> str:
        """A text in one line."""
        text = " ".join(self.raw(column).split())
        if not text and required:
            self.note(column, Text("cell.missing"))
        elif len(text) > longest:
            self.note(column, Text("cell.too_long", length=len(text), most=longest))
        elif not text.isprintable():
            self.note(column, Text("cell.unprintable"))
        return text

    def code(self, column: str, longest: int, *, required: bool = False) -> str:
        """A number that is a name, such as an invoice's; what a spreadsheet has garbled is refused."""
        text = self.text(column, longest, required=required)
        if isinstance(self.raw(column), JsonNumber) and not text.isdecimal():
            self.note(column, Text("cell.no_document_number"))
        self.read(column, refuse_excel)
        return text

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """What the reader makes of a cell; None where it is empty or unreadable."""
        raw = self.raw(column)
        try:
            return reader(raw) if raw else None
        except Unreadable as trouble:
            self.note(column, trouble.message)
            return None


def _invoice(cells: _Cells, default_currency: str | None, style: str | None) -> InvoiceRow | None:
    """The invoice of a row; None where it cannot even be formed."""
    number = cells.code("number", 100, required=True)
    customer = cells.code("customer", 200, required=True)
    issued_on = _required(cells, "issued_on", read_date)
    due_on = cells.read("due_on", read_date)
    if issued_on and due_on and due_on < issued_on:
        cells.note("due_on", Text("cell.due_before_issue", issued_on=f"{issued_on:%d/%m/%Y}"))
    currency = _currency(cells, default_currency)
    description = cells.text("description", 500)
    if not currency:
        return None
    total = _required(cells, "total", lambda text: read_amount(text, currency, style))
    balance = cells.read("balance", lambda text: read_amount(text, currency, style))
    _check_amounts(cells, total, balance)
    if not number or issued_on is None or total is None:
        return None
    return InvoiceRow(
        line=cells.line,
        number=number,
        customer_key=customer.lower() if "@" in customer else customer,
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        balance=balance,
        description=description,
    )


def _check_amounts(cells: _Cells, total: Money | None, balance: Money | None) -> None:
    if total is not None and total.minor <= 0:
        cells.note("total", Text("cell.total_not_positive"))
    if balance is not None and balance.minor < 0:
        cells.note("balance", Text("cell.balance_negative"))
    if total is not None and balance is not None and balance > total:
        cells.note("balance", Text("cell.balance_over_total", total=f"{total.decimal:f}"))


def _currency(cells: _Cells, default: str | None) -> str | None:
    code = cells.raw("currency").upper() or default
    if code in EXPONENTS:
        return code
    if not code:
        cells.note("currency", Text("cell.missing"))
    else:
        cells.note("currency", Text("cell.unknown_currency", known=", ".join(EXPONENTS)))
    return None


def _required(cells: _Cells, column: str, reader: Callable[[str], T]) -> T | None:
    if not cells.raw(column):
        cells.note(column, Text("cell.missing"))
    return cells.read(column, reader)


def _customer(cells: _Cells, country: Country, warnings: list[RowError]) -> CustomerRow | None:
    name = cells.text("name", 200, required=True)
    document = _document(cells, country, warnings)
    email = cells.read("email", read_address) or ""
    phone = cells.code("phone", 40)
    if phone and not re.fullmatch(r"\+?[0-9 ().-]{6,}", phone):
        cells.note("phone", Text("cell.no_phone_number"))
    address = cells.text("address", 300)
    written = _reduced(cells.text("language", 20))
    if written and written not in LANGUAGES:
        cells.note("language", Text("cell.unknown_language"))
    if not name or document is None:
        return None
    return CustomerRow(
        line=cells.line,
        name=name,
        document=document,
        email=email.lower(),
        phone=phone,
        address=address,
        language=LANGUAGES.get(written, ""),
    )


def _document(cells: _Cells, country: Country, warnings: list[RowError]) -> IdentityDocument | None:
    kind = _identity_type(country, cells.text("identity_type", 60, required=True))
    number = cells.code("identity_number", 60, required=True)
    if not kind or not number:
        return None
    reading = read_document(country, kind, number, cells.raw("check_digit"))
    for problem in reading.errors:
        here = problem.field if cells.raw(problem.field) else "identity_number"
        cells.note(here, problem.message)
    warnings.extend(cells.fault("identity_number", problem.message) for problem in reading.warnings)
    return reading.document


def _identity_type(country: Country, written: str) -> str:
    """The code of a type that is written as its code or its label."""
    for kind in country.identity_types:
        if _reduced(written) in (_reduced(kind.code), _reduced(kind.label)):
            return kind.code
    return written


def _resolve(
    table: Table, known: Sequence[Column], mapping: Mapping[str, str]
) -> tuple[dict[str, str], list[RowError]]:
    """The file's column for each of ours; none at all where a column that must be there is missing or doubtful."""
    if not table.rows:
        return {}, []
    given = {_reduced(theirs): ours for theirs, ours in mapping.items()}
    columns: dict[str, str] = {}
    faults = _misapplied(table, known, mapping)
    doubtful = bool(faults)
    for theirs in table.columns:
        if given.get(_reduced(theirs)) == LEFT_OUT:
            continue
        column = _find(known, given.get(_reduced(theirs), theirs))
        if column is None:
            faults.append(RowError(table.header_line, theirs, "", _unknown(theirs, known)))
        elif column.name in columns:
            other = columns[column.name]
            same = Text("column.same", other=other, name=column.name, column=theirs)
            faults.append(RowError(table.header_line, theirs, "", same))
            doubtful = True
        else:
            columns[column.name] = theirs
    missing = [column.name for column in known if column.required and column.name not in columns]
    for name in missing:
        faults.append(RowError(table.header_line, name, "", Text("column.missing", name=name)))
    return ({} if missing or doubtful else columns), faults


def _misapplied(table: Table, known: Sequence[Column], mapping: Mapping[str, str]) -> list[RowError]:
    """What the given mapping says of columns that are not there."""
    present = {_reduced(column) for column in table.columns}
    faults = []
    for theirs, ours in mapping.items():
        if _reduced(theirs) not in present:
            absent = Text("column.mapped_absent", columns=", ".join(table.columns))
            faults.append(RowError(table.header_line, theirs, ours, absent))
        elif ours != LEFT_OUT and _find(known, ours) is None:
            unknown = Text("column.mapped_to_unknown", names=_names(known))
            faults.append(RowError(table.header_line, theirs, ours, unknown))
    return faults


def _find(known: Iterable[Column], name: str) -> Column | None:
    return next((column for column in known if _reduced(name) in column.names), None)


def _unknown(theirs: str, known: Sequence[Column]) -> Text:
    every = {name: column.name for column in known for name in column.names}
    if near := get_close_matches(_reduced(theirs), every, n=1, cutoff=0.75):
        return Text("column.unknown_but_near", right=near[0], name=every[near[0]], column=theirs)
    return Text("column.unknown", names=_names(known), column=theirs)


def _names(known: Iterable[Column]) -> str:
    return ", ".join(column.name for column in known)


def _reduced(name: str) -> str:
    """A name without case, accents and punctuation: ``Fecha de emisión`` -> ``fecha_de_emision``."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub("[^a-z0-9]+", "_", plain).strip("_")


def _refuse_twice(keyed: Iterable[tuple[_Cells, str]], column: str) -> None:
    """Note every row of a key that stands in the file more than once: nobody knows which of them is meant."""
    found: dict[str, list[_Cells]] = {}
    for cells, key in keyed:
        found.setdefault(key.casefold(), []).append(cells)
    for several in found.values():
        for cells in several if len(several) > 1 else ():
            others = ", ".join(str(other.line) for other in several if other is not cells)
            cells.note(column, Text("cell.twice", lines=others))


def _in_order(faults: Iterable[RowError]) -> tuple[RowError, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line))
