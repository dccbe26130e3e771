"""Customers in the files that people's programs write; errors are listed as those of invoices are."""

from __future__ import annotations

import re
from typing import Final

import attrs

from hub.domain.files.columns import names_in, reduced, resolve_columns
from hub.domain.files.known_columns import CUSTOMER_COLUMNS
from hub.domain.files.layout import Layout
from hub.domain.files.reading import Reading
from hub.domain.files.row_cells import RowCells, by_line, refuse_duplicates
from hub.domain.files.sheet import RowError
from hub.domain.files.table_file import read_table
from hub.domain.identity import read_document
from hub.domain.mail_address import read_address
from hub.domain.text import Text
from hub_hookspecs import Country, IdentityDocument

LANGUAGES: Final = {"es": "es", "espanol": "es", "spanish": "es", "en": "en", "ingles": "en", "english": "en"}
"""How files name the languages of mails."""

KNOWN: Final = names_in(CUSTOMER_COLUMNS)


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
class CustomerFile(Reading):
    """The customers of a file, and all that is to be said of it."""

    rows: tuple[CustomerRow, ...] = ()


def parse_customers(data: bytes, *, name: str = "", country: Country, layout: Layout | None = None) -> CustomerFile:
    """Read a file of customers; identity documents are read by the rules of the company's
    country."""
    layout = layout or Layout()
    table = read_table(data, name=name, known=KNOWN)
    resolved = resolve_columns(table, CUSTOMER_COLUMNS, layout)
    columns, errors = ({} if resolved.is_open else resolved.columns), list(resolved.errors)
    warnings: list[RowError] = []
    bad_lines = {error.line for error in table.errors}
    rows = []
    for row in table.rows if columns else ():
        cells = RowCells(row, columns, errors, bad_lines)
        rows.append((cells, _customer(cells, country, warnings)))
    documents = ((cells, f"{customer.document.number}") for cells, customer in rows if customer)
    refuse_duplicates(documents, "identity_number")
    body, wrong = {row.line for row in table.rows}, by_line((*table.errors, *errors))
    return CustomerFile(
        rows=tuple(customer for cells, customer in rows if customer and not cells.has_errors),
        errors=tuple(error for error in wrong if error.line not in body),
        set_aside=tuple(error for error in wrong if error.line in body),
        warnings=by_line(warnings),
        format=table.format,
        file_type=table.file_type,
        columns=resolved.columns,
        left_out=resolved.left_out,
        questions=resolved.questions,
        missing=resolved.missing,
        head=table.head,
        seen=len(table.rows),
        layout=layout,
    )


def _customer(cells: RowCells, country: Country, warnings: list[RowError]) -> CustomerRow | None:
    name = cells.text("name", 200, required=True)
    document = _document(cells, country, warnings)
    email = cells.read("email", read_address) or ""
    phone = cells.code("phone", 40)
    if phone and not re.fullmatch(r"\+?[0-9 ().-]{6,}", phone):
        cells.add_error("phone", Text("cell.no_phone_number"))
    address = cells.text("address", 300)
    written = reduced(cells.text("language", 20))
    if written and written not in LANGUAGES:
        cells.add_error("language", Text("cell.unknown_language"))
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


def _document(cells: RowCells, country: Country, warnings: list[RowError]) -> IdentityDocument | None:
    kind = _identity_type(country, cells.text("identity_type", 60, required=True))
    number = cells.code("identity_number", 60, required=True)
    if not kind or not number:
        return None
    reading = read_document(country, kind, number, cells.raw("check_digit"))
    for problem in reading.errors:
        here = problem.field if cells.raw(problem.field) else "identity_number"
        cells.add_error(here, problem.message)
    warnings.extend(cells.error("identity_number", problem.message) for problem in reading.warnings)
    return reading.document


def _identity_type(country: Country, written: str) -> str:
    """The code of a type that is written as its code or its label."""
    for kind in country.identity_types:
        if reduced(written) in (reduced(kind.code), reduced(kind.label)):
            return kind.code
    return written
