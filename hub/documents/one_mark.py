"""One currency mark a column: what all amounts below a head share stands in the head, so that figures stand under
figures."""

from __future__ import annotations

import re
from typing import Final

import attrs

from hub.documents.parts import Cell, Rows

AMOUNT: Final = re.compile(
    r"(?P<minus>[-−]?)(?P<mark>[^\d\s\u00a0−-]{1,4})\u00a0?(?P<figures>\d[\d.,\u00a0\u202f]*?)(?P<code>\u00a0[A-Z]{3})?"
)
"""An amount as ``money_text`` writes it."""


def with_one_mark(part: Rows) -> Rows:
    """The table with each mark that a whole column shares in the column's head alone, its total included."""
    marks = {at: mark for at, head in enumerate(part.head) if head.right and (mark := _shared(part, at))}
    if not marks:
        return part
    return attrs.evolve(
        part,
        head=tuple(
            attrs.evolve(head, label=f"{head.label}\u00a0({marks[at]})") if at in marks else head
            for at, head in enumerate(part.head)
        ),
        rows=tuple(tuple(_bare(cell, at, marks) for at, cell in _placed(row)) for row in part.rows),
        total=_bare_total(part, part.total, marks),
        more=_bare_total(part, part.more, marks, last=True),
    )


def _shared(part: Rows, column: int) -> str:
    """The mark of every amount of a column; nothing where they differ, or stand among other words with figures."""
    texts = [
        cell.text for row in part.rows for at, cell in _placed(row) if at == column and cell.span == 1 and cell.text
    ]
    found = [AMOUNT.fullmatch(text) for text in texts]
    if any(match is None and re.search(r"\d", text) for match, text in zip(found, texts, strict=True)):
        return ""
    marks = {(match["mark"], match["code"]) for match in found if match}
    return next(iter(marks))[0] if len(marks) == 1 else ""


def _bare(cell: Cell, column: int, marks: dict[int, str]) -> Cell:
    return attrs.evolve(cell, text=_figures(cell.text)) if column in marks else cell


def _bare_total(
    part: Rows, total: tuple[str, str] | None, marks: dict[int, str], *, last: bool = False
) -> tuple[str, str] | None:
    """A sum below a column whose head has its mark goes without, too."""
    if total is None:
        return None
    column = len(part.head) - 1 if last or part.total_in is None else part.total_in
    found = AMOUNT.fullmatch(total[1])
    return (total[0], _figures(total[1])) if found and marks.get(column) == found["mark"] else total


def _figures(text: str) -> str:
    found = AMOUNT.fullmatch(text)
    return f"{found['minus']}{found['figures']}" if found else text


def _placed(row: tuple[Cell, ...]) -> list[tuple[int, Cell]]:
    """Each cell after the column that it ends in: amounts stand on the right."""
    placed, column = [], -1
    for cell in row:
        column += cell.span
        placed.append((column, cell))
    return placed
