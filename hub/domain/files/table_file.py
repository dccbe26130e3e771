"""A file of rows as people's programs write it: Excel, CSV and TSV from it, a table of a page, JSON.

What it is is seen in its content. Nothing is dropped in silence: what cannot be read becomes an error with its line,
and what is no list is named as what it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import attrs

from hub.domain.collector import collector_rests
from hub.domain.text import Text

from .delimited import read_delimited
from .encodings import NotText, decoded
from .groups import GroupWords
from .headings import table_of
from .html_table import is_page, read_page
from .json_file import read_json
from .kinds import ZIPPED, refusal_of, refusal_of_xml
from .sheet import AROUND, RowError, Table
from .workbook import read_workbook
from .xml_sheet import is_xml_sheet, read_xml_sheet

JSON_NAMES: Final = (".json", ".ndjson", ".jsonl")
DELIMITED_NAMES: Final = (".csv", ".tsv", ".txt", ".tab")


def read_table(
    data: bytes | Table,
    *,
    name: str = "",
    known: Collection[str] = (),
    header_line: int | None = None,
    groups: GroupWords | None = None,
) -> Table:
    """Read a file of rows, unless that was done before; its name decides only where its content could be either.

    ``known`` are reduced headings that whoever reads it understands, by which its headings are found; ``header_line``
    is somebody's own word for where they stand; ``groups`` tells rows that stand below the name of their customer.
    """
    if isinstance(data, Table):
        return data
    with collector_rests():
        table = _read(data, name.lower(), frozenset(known), header_line, groups)
    if table.rows or table.errors:
        return table
    empty = Text("file.all_hidden") if table.hidden else Text("file.no_rows")
    return attrs.evolve(table, errors=(RowError(0, "", "", empty),))


def _read(data: bytes, name: str, known: frozenset[str], header_line: int | None, groups: GroupWords | None) -> Table:
    if data.startswith(ZIPPED):
        return table_of(read_workbook(data, known), known, header_line, groups)
    if refusal := refusal_of(data):
        return _refused(refusal)
    try:
        text, encoding = decoded(data)
    except NotText as not_text:
        return Table(errors=(not_text.error,))
    if not text.strip(AROUND):
        return _refused(Text("file.empty"))
    if is_xml_sheet(text):
        return table_of(read_xml_sheet(text), known, header_line, groups)
    if is_page(text):
        return table_of(read_page(text, encoding), known, header_line, groups)
    if refusal := refusal_of_xml(text):
        return _refused(refusal)
    if _is_json(text, name):
        return read_json(text, encoding)
    return table_of(read_delimited(text, encoding, known), known, header_line, groups)


def _refused(message: Text) -> Table:
    return Table(errors=(RowError(0, "", "", message),))


def _is_json(text: str, name: str) -> bool:
    if name.endswith(DELIMITED_NAMES):
        return False
    return name.endswith(JSON_NAMES) or text.lstrip(AROUND)[0] in "[{"
