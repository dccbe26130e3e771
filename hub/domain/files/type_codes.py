"""A column «Tipo» with bare codes: types of identity documents, or of documents, of which ``03`` is a credit note.

A note that is taken for an invoice invents a debt: where the other columns do not show that the codes are those of
identity documents, whoever brings the file is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from hub.domain.text import Text

from .columns import LEFT_OUT, Resolved
from .heading_words import heading_key, reduced
from .layout import Layout
from .question import Choice, Question
from .sheet import Table
from .state_words import word_key

TYPE_CODES: Final = "type_codes"
"""Under which answer it stands what such a column is: ``kind``, ``identity_type`` or ``-``."""
_NAMES: Final = (
    "tipo tipo_documento tipo_doc tipo_factura tipo_movimiento type document_type clase clase_documento codigo_tipo"
    " cod_tipo td tipo_documento_electronico codigo_documento cod_documento"
)
NAMES: Final = frozenset(map(heading_key, _NAMES.split()))
OF_PEOPLE: Final = frozenset(map(int, ["11", "12", "13", "21", "22", "31", "41", "42", "47", "48", "50"]))
"""What only types of identity documents are."""
BILLS: Final = frozenset({1, 2, 4})
"""Invoice, debit note, ticket: an invoice whatever the column is."""
DIGITS: Final[Mapping[int, range]] = {
    1: range(9, 10),
    2: range(10, 11),
    3: range(11, 13),
    4: range(10, 11),
    5: range(5, 15),
    6: range(5, 15),
}
"""How long the numbers of identity documents are, by the code of their type, where that is one of documents too."""
MEANINGS: Final = {"01": "open", "02": "open", "03": "note", "04": "open"}
ENOUGH: Final = 2
EXAMPLES: Final = 3


def settled(resolved: Resolved, table: Table, layout: Layout) -> tuple[Resolved, tuple[Question, ...]]:
    """The columns, with such a one as somebody said; else the question what it is."""
    said = layout.named
    free = (*resolved.columns.get("identity_type", ()), *resolved.left_out)
    theirs = next((name for name in free if heading_key(name) in NAMES and reduced(name) not in said), "")
    if not theirs or "kind" in resolved.columns:
        return resolved, ()
    cells = [(row.line, cell) for row in table.rows if (cell := row.cells.get(theirs, "").strip())]
    if not cells or not all(cell.isdecimal() and len(cell) <= 2 for _line, cell in cells):
        return resolved, ()
    is_identity = theirs in resolved.columns.get("identity_type", ())
    if answer := layout.answers.get(TYPE_CODES):
        return _as_said(resolved, theirs, answer), ()
    if {int(cell) for _line, cell in cells} <= BILLS or (is_identity and _are_of_people(resolved, table, theirs)):
        return resolved, ()
    fields = ("kind", *(("identity_type",) if is_identity else ()), LEFT_OUT)
    rows = sorted(cells, key=lambda item: int(item[1]) in BILLS)[:EXAMPLES]
    examples = tuple(Text("column.cell", line=line, value=cell) for line, cell in rows)
    labels = {
        "kind": Text("type_codes.kind"),
        "identity_type": Text("type_codes.identity"),
        LEFT_OUT: Text("type_codes.neither"),
    }
    question = Question(
        key=TYPE_CODES,
        text=Text("type_codes.which", name=theirs),
        choices=tuple(Choice(value=field, label=labels[field], examples=examples) for field in fields),
    )
    return resolved, (question,)


def meanings(layout: Layout) -> dict[str, str]:
    """What the words of a file's kinds mean, the codes included where somebody said that they are kinds."""
    codes = {word_key(written): meaning for code, meaning in MEANINGS.items() for written in (code, code[1:])}
    return {**(codes if layout.answers.get(TYPE_CODES) == "kind" else {}), **layout.answers}


def _as_said(resolved: Resolved, theirs: str, field: str) -> Resolved:
    columns = {ours: tuple(name for name in several if name != theirs) for ours, several in resolved.columns.items()}
    columns = {ours: several for ours, several in columns.items() if several}
    left_out = tuple(name for name in resolved.left_out if name != theirs)
    if field == LEFT_OUT:
        left_out = (*left_out, theirs)
    else:
        columns[field] = (theirs,)
    return attrs.evolve(resolved, columns=columns, left_out=left_out)


def _are_of_people(resolved: Resolved, table: Table, theirs: str) -> bool:
    """Whether each code fits the identity number beside it, and more than once where it may be a credit note."""
    numbers = resolved.columns.get("customer", ())
    pairs = [
        (int(code), sum(map(str.isdigit, "".join(row.cells.get(name, "") for name in numbers))))
        for row in table.rows
        if (code := row.cells.get(theirs, "").strip())
    ]
    if not numbers:
        return False
    if {code for code, _digits in pairs} <= OF_PEOPLE:
        return True
    fit = all(digits in DIGITS.get(code, range(0)) for code, digits in pairs)
    return fit and sum(code not in BILLS for code, _digits in pairs) >= ENOUGH
