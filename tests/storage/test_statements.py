"""Statements that SQLite takes more lightly than the language does."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import ExternallyTraversible

import hub.storage


def grouped() -> Iterator[tuple[str, Select[tuple[object, ...]]]]:
    """Every statement of the storage that groups its rows, with its name."""
    for module in pkgutil.iter_modules(hub.storage.__path__, "hub.storage."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Select) and value._group_by_clauses:
                yield f"{module.name}.{name}", value


def bare_columns(element: ExternallyTraversible) -> Iterator[Column[object]]:
    """The columns of an expression outside its functions."""
    if isinstance(element, Column):
        yield element
    elif not isinstance(element, FunctionElement):
        for part in element.get_children():
            yield from bare_columns(part)


def loose(statement: Select[tuple[object, ...]]) -> set[str]:
    """What a statement asks of a group that its rows may not agree on: SQLite takes any of them."""
    keys = {column for clause in statement._group_by_clauses for column in bare_columns(clause)}
    one_row = {column.table for column in keys if set(column.table.primary_key) <= keys}
    asked: list[ColumnElement[object]] = [*statement.selected_columns, *statement._order_by_clauses]
    columns = {column for element in asked for column in bare_columns(element)}
    return {str(column) for column in columns - keys if column.table not in one_row}


GROUPED = dict(grouped())


@pytest.mark.parametrize("name", GROUPED)
def test_what_is_asked_of_a_group_is_one_value(name: str) -> None:
    assert loose(GROUPED[name]) == set()


def test_there_are_such_statements() -> None:
    assert len(GROUPED) > 5
