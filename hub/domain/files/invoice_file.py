"""Invoices in the files that people's programs write.

Every error is listed with line and column, and only rows without one are given back as rows; whoever imports decides
whether a file with errors is taken at all.
"""

from __future__ import annotations

import enum
from datetime import date
from typing import Final

import attrs

from hub.domain.cells import decimal_sign, read_amount, read_date
from hub.domain.files.columns import Column, headed, resolve_columns
from hub.domain.files.layout import CURRENCY, DECIMAL, Layout
from hub.domain.files.reading import Reading
from hub.domain.files.row_cells import RowCells, by_line, refuse_duplicates
from hub.domain.files.sheet import RowError
from hub.domain.files.table_file import read_table
from hub.domain.instalment import Instalment
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS, Money

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


class RowKind(enum.StrEnum):
    """What a row of a file of invoices is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class BillState(enum.StrEnum):
    """What a file's word for the state of an invoice means."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    NOTE = "note"
    SKIP = "skip"
    """Such rows are no invoices: drafts, quotations."""


@attrs.frozen(kw_only=True)
class InvoiceRow:
    """One invoice as the file states it.

    Attributes:
        customer_key: The customer's identity number as written, or the address of the mail in lower case.
        balance: What is still owed, where the file says so; the rest was paid outside the hub.
        state: What the file's word for its state means; None where it has none.
        customer_name: As the file has it, for whoever is not known yet.
        credits: Of a credit note: the number of the invoice that it takes off, where the file says it.
        plan: Its instalments, where it has several, oldest first.
        lines: All lines that state it, where these are several.
    """

    line: int
    number: str
    customer_key: str
    issued_on: date
    due_on: date | None = None
    total: Money
    balance: Money | None = None
    description: str = ""
    kind: RowKind = RowKind.INVOICE
    state: BillState | None = None
    customer_name: str = ""
    credits: str = ""
    branch: str = ""
    plan: tuple[Instalment, ...] = ()
    lines: tuple[int, ...] = ()


@attrs.frozen(kw_only=True)
class InvoiceFile(Reading):
    """The invoices of a file, and all that is to be said of it."""

    rows: tuple[InvoiceRow, ...] = ()


def parse_invoices(
    data: bytes,
    *,
    name: str = "",
    default_currency: str | None = None,
    layout: Layout | None = None,
) -> InvoiceFile:
    """Read a file of invoices as a layout says; rows without a currency are of the one that it says."""
    layout = layout or Layout()
    default_currency = layout.answers.get(CURRENCY, default_currency)
    table = headed(read_table(data, name=name))
    columns, errors = resolve_columns(table, INVOICE_COLUMNS, layout.columns)
    if not default_currency and "currency" not in columns and columns:
        errors.append(RowError(table.header_line, "currency", "", Text("column.currency_missing")))
        columns = {}
    style = layout.answers.get(DECIMAL) or decimal_sign(
        row.cells.get(columns[column], "") for row in table.rows for column in ("total", "balance") if column in columns
    )
    bad_lines = {error.line for error in table.errors}
    rows = []
    for row in table.rows if columns else ():
        cells = RowCells(row, columns, errors, bad_lines)
        rows.append((cells, _invoice(cells, default_currency, style)))
    refuse_duplicates(((cells, invoice.number) for cells, invoice in rows if invoice), "number")
    body, wrong = {row.line for row in table.rows}, by_line((*table.errors, *errors))
    return InvoiceFile(
        rows=tuple(invoice for cells, invoice in rows if invoice and not cells.has_errors),
        errors=tuple(error for error in wrong if error.line not in body),
        set_aside=tuple(error for error in wrong if error.line in body),
        format=table.format,
        file_type=table.file_type,
        columns={ours: (theirs,) for ours, theirs in columns.items()},
        seen=len(table.rows),
        layout=layout,
    )


def _invoice(cells: RowCells, default_currency: str | None, style: str | None) -> InvoiceRow | None:
    """The invoice of a row; None where it cannot even be formed."""
    number = cells.code("number", 100, required=True)
    customer = cells.code("customer", 200, required=True)
    issued_on = cells.read_required("issued_on", read_date)
    due_on = cells.read("due_on", read_date)
    if issued_on and due_on and due_on < issued_on:
        cells.add_error("due_on", Text("cell.due_before_issue", issued_on=f"{issued_on:%d/%m/%Y}"))
    currency = _currency(cells, default_currency)
    description = cells.text("description", 500)
    if not currency:
        return None
    total = cells.read_required("total", lambda text: read_amount(text, currency, style))
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


def _check_amounts(cells: RowCells, total: Money | None, balance: Money | None) -> None:
    if total is not None and total.minor <= 0:
        cells.add_error("total", Text("cell.total_not_positive"))
    if balance is not None and balance.minor < 0:
        cells.add_error("balance", Text("cell.balance_negative"))
    if total is not None and balance is not None and balance > total:
        cells.add_error("balance", Text("cell.balance_over_total", total=f"{total.decimal:f}"))


def _currency(cells: RowCells, default: str | None) -> str | None:
    code = cells.raw("currency").upper() or default
    if code in EXPONENTS:
        return code
    if not code:
        cells.add_error("currency", Text("cell.missing"))
    else:
        cells.add_error("currency", Text("cell.unknown_currency", known=", ".join(EXPONENTS)))
    return None
