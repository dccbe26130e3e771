"""A file of a kind as a table: its headings are found by what such files call them, and so are its customers."""

from __future__ import annotations

from typing import Final

from .groups import GroupWords
from .heading_words import heading_key
from .known_columns import ALSO_OF_INVOICES, INVOICE_COLUMNS, MAILS, usual_headings
from .layout import FileKind
from .sheet import Table
from .table_file import read_table

_OTHER: Final = frozenset(map(heading_key, f"{ALSO_OF_INVOICES} {MAILS}".replace("/", " ").split()))
GROUPS: Final = GroupWords(
    people=frozenset(
        heading_key(name)
        for column in INVOICE_COLUMNS
        if column.name in ("customer", "customer_name")
        for name in column.names
    )
    - _OTHER,
    money=frozenset(name for column in INVOICE_COLUMNS if column.is_money for rank in column.ranks for name in rank),
)
"""By which a report is known that gathers the invoices of each customer below a line with its name."""


def read_listed(kind: FileKind, data: bytes | Table, name: str = "") -> Table:
    """The rows of a file of this kind, unless they were read before."""
    groups = GROUPS if kind is FileKind.INVOICES else None
    return read_table(data, name=name, known=usual_headings(kind), groups=groups)
