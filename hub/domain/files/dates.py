"""Dates of a file, read by the column: the day stands before the month, unless some date shows that it does not.

``09/14/2026`` can only have the month first. A file with such a date asks which order is meant, with rows of it read
both ways: the others of its dates, such as ``09/02/2026``, would be other days. Where every other date has the day
first and can have nothing else, that one is merely wrong.

A row that would be due before it is issued proves no order: where no date shows that the day stands first, and some row
contradicts itself so and not with the month first, the file asks too.

Two digits of a year are read where they stand last in every such date of the file, and some of these begin with what is
no year of a bill: ``02/09/26``, but not ``25/09/26`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

import attrs

from hub.domain.cells import Unreadable
from hub.domain.dates import LIKELY, is_no_date, orders, read_date, short_year
from hub.domain.files.layout import Layout
from hub.domain.files.question import Choice, Question
from hub.domain.text import Text

DATES: Final = "order"
"""Answered with ``dmy`` or ``mdy``."""

Cells: TypeAlias = "Mapping[str, Sequence[tuple[int, str]]]"
"""(line, cell) by field."""

EXAMPLES: Final = 3
ISSUED, DUE = "issued_on", "due_on"
LABELS: Final = {"dmy": Text("dates.day_first"), "mdy": Text("dates.month_first")}


@attrs.frozen(kw_only=True)
class DateColumns:
    """The columns of dates of one file, and how they are read.

    Attributes:
        questions: What must be said before they are.
    """

    questions: tuple[Question, ...] = ()
    _order: str = attrs.field(default="dmy", alias="order")
    _short_years: bool = attrs.field(default=False, alias="short_years")
    _days: dict[str, date] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @classmethod
    def of(cls, cells: Cells, layout: Layout | None = None) -> DateColumns:
        """What the cells of a file say of each other."""
        texts = {cell for column in cells.values() for _, cell in column if cell}
        short = [ends for cell in texts if (ends := short_year(cell))]
        are_short = all(last in LIKELY for _, last in short) and any(first not in LIKELY for first, _ in short)
        answer = (layout or Layout()).answers.get(DATES, "")
        if answer in LABELS:
            return cls(order=answer, short_years=are_short)
        of_text = {cell: orders(cell) for cell in texts}
        kinds = set(of_text.values())
        first: dict[frozenset[str], tuple[int, str]] = {}
        against: list[tuple[int, str]] = []
        if {"dmy", "mdy"} in kinds and {"mdy"} not in kinds and {"dmy"} not in kinds:
            against = cls._against_day_first(cells, are_short=are_short)
        if not against and ({"mdy"} not in kinds or ({"dmy"} in kinds and {"dmy", "mdy"} not in kinds)):
            return cls(short_years=are_short)
        found = {cell: of_text[cell[1]] for column in cells.values() for cell in column if cell[1]}
        for cell, of in sorted(found.items()):
            if of:
                first.setdefault(of, cell)
        rest = sorted(cell for cell, of in found.items() if of)
        told = [cell for cell in against[:2] if found[cell]]
        shown = sorted(list(dict.fromkeys((*told, *first.values(), *rest)))[:EXAMPLES])
        choices = tuple(
            Choice(value=order, label=label, examples=tuple(cls(order=order, short_years=are_short)._read_as(shown)))
            for order, label in LABELS.items()
        )
        question = Question(key=DATES, text=Text("dates.question"), choices=choices)
        return cls(questions=(question,), order="", short_years=are_short)

    def read(self, cell: str) -> date:
        """The day of a cell.

        Raises:
            Unreadable: It is none, or may be two, which a question is about.
        """
        if (day := self._days.get(cell)) is None:
            if not self._order and orders(cell):
                raise Unreadable(Text("cell.two_orders"))
            day = read_date(cell, month_first=self._order == "mdy", short_years=self._short_years)
            self._days[cell] = day
        return day

    def read_or_none(self, cell: str) -> date | None:
        """The same; None where the cell says that there is none: a dash, ``N/A``, ``Contado``.

        Raises:
            Unreadable: As ``read``.
        """
        if day := self._days.get(cell):
            return day
        return None if is_no_date(cell) else self.read(cell)

    @classmethod
    def _against_day_first(cls, cells: Cells, *, are_short: bool) -> list[tuple[int, str]]:
        """The days of rows that contradict themselves with the day first, and not with the month first."""
        due = dict(cells.get(DUE, ()))
        rows = [(line, cell, due[line]) for line, cell in cells.get(ISSUED, ()) if cell and due.get(line)]
        day_first, month_first = (cls(order=order, short_years=are_short) for order in LABELS)
        return [
            (line, cell)
            for line, *days in rows
            if any(map(orders, days)) and day_first._contradicts(days) and not month_first._contradicts(days)
            for cell in days
        ]

    def _contradicts(self, days: Sequence[str]) -> bool:
        """Whether what is issued on the first of two days would be due before it."""
        try:
            issued_on, due_on = map(self.read, days)
        except Unreadable:
            return False
        return due_on < issued_on

    def _read_as(self, cells: Sequence[tuple[int, str]]) -> Iterator[Text]:
        for line, cell in cells:
            try:
                day = self.read(cell)
            except Unreadable:
                yield Text("cell.example_aside", line=line, written=cell)
            else:
                yield Text("dates.example", line=line, written=cell, day=day)
