"""The columns of a file, known by the names that people's programs give them,
or by a mapping that somebody gave."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

import attrs

from hub.domain.files.sheet import RowError, Table
from hub.domain.text import Text

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


def headed(table: Table) -> Table:
    """The table; one that begins with a title instead of its column names has this single error."""
    if not table.header_line or len(table.columns) > MAX_IN_TITLE or not table.errors:
        return table
    misplaced = RowError(table.header_line, "", " ".join(table.columns), Text("column.names_belong_here"))
    return Table(format=table.format, errors=(misplaced,))


def resolve_columns(
    table: Table, known: Sequence[Column], mapping: Mapping[str, str]
) -> tuple[dict[str, str], list[RowError]]:
    """The file's column for each of ours; none at all where a column that must be there is
    missing or doubtful."""
    if not table.rows:
        return {}, []
    given = {reduced(theirs): ours for theirs, ours in mapping.items()}
    columns: dict[str, str] = {}
    errors = _misapplied(table, known, mapping)
    doubtful = bool(errors)
    for theirs in table.columns:
        if given.get(reduced(theirs)) == LEFT_OUT:
            continue
        column = _find(known, given.get(reduced(theirs), theirs))
        if column is None:
            errors.append(RowError(table.header_line, theirs, "", _unknown(theirs, known)))
        elif column.name in columns:
            other = columns[column.name]
            same = Text("column.same", other=other, name=column.name, column=theirs)
            errors.append(RowError(table.header_line, theirs, "", same))
            doubtful = True
        else:
            columns[column.name] = theirs
    missing = [column.name for column in known if column.required and column.name not in columns]
    for name in missing:
        errors.append(RowError(table.header_line, name, "", Text("column.missing", name=name)))
    return ({} if missing or doubtful else columns), errors


def _misapplied(table: Table, known: Sequence[Column], mapping: Mapping[str, str]) -> list[RowError]:
    """What the given mapping says of columns that are not there."""
    present = {reduced(column) for column in table.columns}
    errors = []
    for theirs, ours in mapping.items():
        if reduced(theirs) not in present:
            absent = Text("column.mapped_absent", columns=", ".join(table.columns))
            errors.append(RowError(table.header_line, theirs, ours, absent))
        elif ours != LEFT_OUT and _find(known, ours) is None:
            unknown = Text("column.mapped_to_unknown", names=_names(known))
            errors.append(RowError(table.header_line, theirs, ours, unknown))
    return errors


def _find(known: Iterable[Column], name: str) -> Column | None:
    return next((column for column in known if reduced(name) in column.names), None)


def _unknown(theirs: str, known: Sequence[Column]) -> Text:
    every = {name: column.name for column in known for name in column.names}
    if near := get_close_matches(reduced(theirs), every, n=1, cutoff=0.75):
        return Text("column.unknown_but_near", right=near[0], name=every[near[0]], column=theirs)
    return Text("column.unknown", names=_names(known), column=theirs)


def _names(known: Iterable[Column]) -> str:
    return ", ".join(column.name for column in known)


def reduced(name: str) -> str:
    """A name without case, accents and punctuation:
    ``Fecha de emisión`` -> ``fecha_de_emision``."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub("[^a-z0-9]+", "_", plain).strip("_")
