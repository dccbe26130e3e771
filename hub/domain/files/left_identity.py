"""Columns that nothing is read from and whose cells look like the identity numbers of the customers: asked about, once.

Asked only where the file names some customer by name, or by mail, alone: a namesake is billed for another's invoice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from hub.domain.identity import APART, normalise_number, read_document
from hub.domain.text import Text
from hub_hookspecs import Country

from .columns import IDENTITY, LEFT_OUT, Resolved
from .heading_words import reduced
from .identity_headings import AMBIGUOUS, CORE, PEOPLE, words_of
from .identity_types import FREE_TEXT
from .layout import Layout
from .question import Choice, Question
from .row_cells import RowCells

CUSTOMER: Final = "customer"
_OF_OTHERS: Final = (
    "vendedor vendedora asesor asesora cajero cajera usuario empleado emisor proveedor agente cobrador ejecutivo"
    " conductor transportista representante fiador salesperson"
)
OF_OTHERS: Final = frozenset(_OF_OTHERS.split())
"""People of whom a file has numbers too."""
_OF_THINGS: Final = (
    "telefono telefonos celular cel movil whatsapp fax orden oc pedido guia remision factura consecutivo referencia ref"
    " comprobante recibo transaccion autorizacion cheque deposito banco iban fecha dias hora postal lote serie placa"
    " contrato poliza saldo total subtotal valor monto importe precio cantidad"
)
OF_THINGS: Final = frozenset(_OF_THINGS.split())
"""Headings below which a bare number is something else."""
DATE: Final = re.compile(
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b.*|[0-9]{1,2}([-/.])(?:[0-9]{1,2}|[a-z]{3,10}\.?)\1[0-9]{2,4}\b.*"
    r"|20[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])",
    re.IGNORECASE,
)
AMOUNT: Final = re.compile(r".*[.,][0-9]{1,2}|.*[.,]?000")
LONG: Final = 9
"""Figures of a bare number that may be an identity number whatever its heading says."""
EXAMPLES: Final = 3


def questions(resolved: Resolved, rows: Sequence[RowCells], country: Country, layout: Layout) -> tuple[Question, ...]:
    """One for each such column, with cells of it."""
    if not any(_has_no_number(cells) for cells in rows):
        return ()
    said = layout.named | {key.removeprefix(IDENTITY) for key in layout.answers}
    return tuple(
        _question(theirs, rows)
        for theirs in resolved.left_out
        if reduced(theirs) not in said and _may_be_it(theirs, rows, country)
    )


def _has_no_number(cells: RowCells) -> bool:
    """Whether a row has a name or a mail for its customer, and no number."""
    key = cells.raw(CUSTOMER)
    return (not key or "@" in key) and bool(cells.raw("customer_name") or cells.raw("email") or key)


def _may_be_it(theirs: str, rows: Sequence[RowCells], country: Country) -> bool:
    words = set(words_of(theirs))
    if words & OF_OTHERS:
        return False
    pairs = [(cells.raw("customer_name"), cell) for cells in rows if (cell := _cell(cells, theirs))]
    every = [cell for _name, cell in pairs]
    if len(set(every)) == 1 and len({name for name, _cell in pairs}) > 1:
        return False
    if _are_most(_is_written_as_one(country, cell) for cell in every):
        return True
    if words & OF_THINGS or not _are_most(_is_bare_one(country, cell) for cell in every):
        return False
    is_long = _are_most(sum(map(str.isdigit, cell)) >= LONG for cell in every)
    return bool(words & (PEOPLE | CORE | AMBIGUOUS)) or is_long


def _cell(cells: RowCells, theirs: str) -> str:
    return cells.row.cells.get(theirs, "").strip()


def _are_most(found: Iterable[bool]) -> bool:
    every = list(found)
    return 2 * sum(every) > len(every)


def _is_written_as_one(country: Country, cell: str) -> bool:
    """Whether a number has the check digit of its type, or the dashes."""
    for kind in country.identity_types:
        document = read_document(country, kind.code, cell).document
        if document is None or re.fullmatch(kind.pattern, FREE_TEXT):
            continue
        if kind.check_digit and APART.fullmatch(cell):
            return True
        if "-" in cell and cell == kind.show(document.number, document.check_digit):
            return True
    return False


def _is_bare_one(country: Country, cell: str) -> bool:
    """Whether a number is as those of some type usually are, and no phone, day or amount."""
    if DATE.fullmatch(cell) or AMOUNT.fullmatch(cell):
        return False
    for kind in country.identity_types:
        if re.fullmatch(kind.pattern, FREE_TEXT) or re.fullmatch(country.mobile, normalise_number(kind, cell)):
            continue
        reading = read_document(country, kind.code, cell)
        if reading.document and not reading.warnings:
            return True
    return False


def _question(theirs: str, rows: Sequence[RowCells]) -> Question:
    filled = [(cells.line, cell, cells.raw("customer_name")) for cells in rows if (cell := _cell(cells, theirs))]
    examples = tuple(
        Text("column.cell", line=line, value=", ".join(filter(None, (cell, name))))
        for line, cell, name in filled[:EXAMPLES]
    )
    labels = ((CUSTOMER, Text("column.who_customer")), (LEFT_OUT, Text("column.who_other")))
    return Question(
        key=f"{IDENTITY}{reduced(theirs)}",
        text=Text("column.who", name=theirs),
        choices=tuple(Choice(value=value, label=label, examples=examples) for value, label in labels),
    )
