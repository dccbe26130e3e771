"""Reports that gather rows below a line with their customer, in place of a column: each row is given its own.

Whose a row is must be certain. A line that is neither row, sum nor foot of a page, a hidden one, or a sum that names
somebody else may be where the next customer began: the rows below it are nobody's until a line names one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import attrs

from hub.domain.cells import Unreadable, read_date
from hub.domain.text import Text

from .heading_words import amount_key, heading_key, reduced
from .line_words import MAX_FIGURE, SUM, is_figure
from .owner_line import LABELS, OF_CUSTOMERS, Label, Owner, first_label, owner_of
from .sheet import Row, RowError

GIVEN_NAME: Final = "Nombre del cliente"
GIVEN_NUMBER: Final = "Identificación del cliente"
"""The columns that the rows of such a report are given."""
ANY_CUSTOMER: Final = "cliente"
OF_ONE: Final = frozenset(["del", "de", "el", "this", "cliente", "tercero", "deudor", "customer", "client"])
"""Words of a sum that name no customer: it is of the one above."""
OWED_BEFORE: Final = ("saldo inicial", "saldo anterior", "saldo al ")
Line = tuple[int, list[str]]


@attrs.frozen(kw_only=True)
class GroupWords:
    """By which headings it is told whether a file has columns for its customers, and which are its amounts: as
    ``heading_key`` has them."""

    people: frozenset[str]
    money: frozenset[str]


class _Stretch:
    """Rows one below the other that are of one customer; why they are nobody's, where they are."""

    def __init__(self, owner: Owner | None, fault: Text | None) -> None:
        self.owner, self.fault = owner, fault
        self.has_rows = False


class Groups:
    """The customers of a report that gathers its rows below them; lines are handed to it in their order."""

    def __init__(self, shape: _Shape, owners: Sequence[Owner], above: Owner | None, unseen: Iterable[int]) -> None:
        self._shape, self._owners = shape, {owner.line: owner for owner in owners}
        self._unseen = sorted(unseen, reverse=True)
        self._now = _stretch(above) if above else _Stretch(None, Text("group.none"))
        self._given: dict[int, _Stretch] = {}

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        lines: Sequence[Line],
        titles: Sequence[Line],
        words: GroupWords,
        unseen: Iterable[int],
        is_heading: Collection[str],
    ) -> Groups | None:
        """The groups of a file, if it has any and no column of its own for its customers.

        Args:
            titles: The lines above its headings.
            unseen: Numbers of lines that are hidden, or could not be read.
            is_heading: Names of headings, reduced: what stands behind a label is none.
        """
        shape = _Shape.of(names, lines, words, is_heading)
        if shape is None:
            return None
        owners = [owner for line, cells in lines if (owner := shape.owner(line, cells))]
        naming = [owner for owner in owners if owner.names or owner.numbers]
        if not naming:
            return None
        are_codes = len(naming) > 1 and all(owner.code for owner in naming)
        above = _above(titles, shape)
        return cls(
            shape,
            [owner.uncoded(are_codes) for owner in owners],
            above.uncoded(are_codes) if above else None,
            unseen,
        )

    def names_one(self, line: int, cells: Sequence[str]) -> bool:
        """Whether a line names a customer, or says more of the one above; what is below it is that one's."""
        while self._unseen and self._unseen[-1] < line:
            self._unseen.pop()
            self._end(Text("group.hidden", line=line))
        owner = self._owners.get(line)
        if owner is None:
            return self._shape.is_detail(cells) and not self._now.has_rows and self._now.owner is not None
        open_owner = None if self._now.has_rows else self._now.owner
        if open_owner and not self._shape.begins(cells, open_owner):
            owner = open_owner.with_more(owner)
        self._now = _stretch(owner)
        return True

    def ended_by(self, row: Row) -> Row:
        """A sum closes a customer: it says whose it is. One that names another says that a line is missing."""
        theirs, word = next(
            ((name, cell) for name, cell in row.cells.items() if SUM.match(cell[:MAX_FIGURE])), ("", "")
        )
        found, own = SUM.match(word[:MAX_FIGURE]), self._now.owner
        rest = reduced(word[found.end() :]) if found else ""
        if own and not _says(rest, own) and any(_says(rest, other) for other in self._owners.values()):
            self._now.fault = Text("group.other_sum", owner=own.written, sum=word)
        self._now = _Stretch(None, Text("group.none"))
        if own is None or not OF_ONE.issuperset(filter(None, rest.split("_"))):
            return row
        return Row(row.line, {**row.cells, theirs: f"{word} {own.name or own.written or ANY_CUSTOMER}"})

    def end_with_words(self, line: int) -> None:
        """Words that are no foot of a page may be the next customer."""
        self._end(Text("group.broken", line=line))

    def take(self, row: Row, cells: Sequence[str]) -> None:
        """A row of the customer above, unless it may itself be the next customer."""
        if not self._shape.is_row(cells) and not _text(cells).startswith(OWED_BEFORE):
            self._end(Text("group.broken", line=row.line))
        self._now.has_rows = True
        self._given[row.line] = self._now

    def is_sum(self, cells: Sequence[str]) -> bool:
        """Whether a line is the sum of a customer: a word for it, figures, and no day."""
        filled = [cell for cell in cells if cell]
        words = [cell for cell in filled if not is_figure(cell)]
        return (
            len(words) == 1 < len(filled) and bool(SUM.match(words[0][:MAX_FIGURE])) and not self._shape.has_day(cells)
        )

    def into(self, rows: Iterable[Row], name: str, number: str) -> tuple[list[Row], list[RowError]]:
        """The rows, each with its customer, and why some have none."""
        given, errors = [], []
        for row in rows:
            stretch = self._given[row.line]
            owner = stretch.owner if stretch.fault is None else None
            if stretch.fault is not None:
                errors.append(RowError(row.line, name, stretch.owner.written if stretch.owner else "", stretch.fault))
            said = {name: owner.name if owner else "", number: owner.number if owner else ""}
            given.append(Row(row.line, {**said, **row.cells}))
        return given, errors

    def _end(self, fault: Text) -> None:
        if self._now.owner:
            self._now = _Stretch(None, fault)


def nobodys(errors: Iterable[RowError]) -> frozenset[int]:
    """Lines whose rows are nobody's, which is said of them already."""
    return frozenset(
        error.line for error in errors if isinstance(error.message, Text) and error.message.id.startswith("group.")
    )


def _text(cells: Iterable[str]) -> str:
    """The words of a line."""
    return " ".join(filter(None, cells)).casefold()


def _stretch(owner: Owner) -> _Stretch:
    return _Stretch(owner, None if owner.is_clear else Text("group.unclear", line=owner.line))


def _says(rest: str, owner: Owner) -> bool:
    return any(len(said) > 2 and f"_{said}_" in f"_{rest}_" for said in map(reduced, (*owner.names, *owner.numbers)))


def _above(titles: Sequence[Line], shape: _Shape) -> Owner | None:
    """The customer whom the last lines above the headings name."""
    found: Owner | None = None
    for line, cells in titles:
        label = first_label(cells)
        if label in OF_CUSTOMERS:
            found = shape.owner(line, cells)
        elif found and LABELS.get(label) is Label.IDENTITY:
            found = found.with_more(owner_of(line, cells))
    return found


@attrs.frozen(kw_only=True)
class _Shape:
    """Which columns of the file have what."""

    people: frozenset[int]
    money: frozenset[int]
    usual: frozenset[int]
    is_heading: Collection[str]

    @classmethod
    def of(
        cls, names: Sequence[str], lines: Sequence[Line], words: GroupWords, is_heading: Collection[str]
    ) -> _Shape | None:
        """None where its rows name their customers, or nothing can tell its rows from other lines."""
        people = frozenset(at for at, name in enumerate(names) if heading_key(name) in words.people)
        money = frozenset(
            at
            for at, name in enumerate(names)
            if {heading_key(name), amount_key(name)} & words.money and "%" not in name
        )
        if not money:
            return None
        filled: dict[int, int] = {}
        count = 0
        for _line, cells in lines:
            has_money = any(at < len(cells) and is_figure(cells[at]) for at in money)
            if not has_money or SUM.match(next(filter(None, cells), "")[:MAX_FIGURE]):
                continue
            if any(at < len(cells) and cells[at] and reduced(cells[at]) not in is_heading for at in people):
                return None
            count += 1
            for at, cell in enumerate(cells):
                if cell:
                    filled[at] = filled.get(at, 0) + 1
        usual = frozenset(at for at, times in filled.items() if 2 * times > count)
        return cls(people=people, money=money, usual=usual, is_heading=is_heading)

    def owner(self, line: int, cells: Sequence[str]) -> Owner | None:
        """What a line says of a customer, if it is one that does."""
        if self._has_money(cells):
            return None
        label = LABELS.get(first_label(cells))
        if label is None:
            return self._below_heading(line, cells)
        if label is Label.DETAIL or any(reduced(cell) in self.is_heading for cell in list(filter(None, cells))[1:2]):
            return None
        owner = owner_of(line, cells)
        return None if label is Label.CODE and not (owner.names or owner.numbers) else owner

    def begins(self, cells: Sequence[str], before: Owner) -> bool:
        """Whether a line names a customer anew, and does not say more of the one just named."""
        label = LABELS.get(first_label(cells))
        if label is Label.IDENTITY:
            return bool(before.numbers)
        return label is not Label.CODE and bool(before.names or not before.numbers)

    def is_detail(self, cells: Sequence[str]) -> bool:
        """Whether a line tells something else of a customer, such as the telephone."""
        return LABELS.get(first_label(cells)) in (Label.DETAIL, Label.CODE) and not self._has_money(cells)

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether a line can be nothing but a row: it has a day, and an amount or most else that rows have."""
        most = 2 * sum(1 for at in self.usual if at < len(cells) and cells[at]) >= len(self.usual)
        return self.has_day(cells) and (self._has_money(cells) or most) and not first_label(cells)

    @staticmethod
    def has_day(cells: Iterable[str]) -> bool:
        """Whether a cell is a day."""
        return any(map(_is_day, filter(None, cells)))

    def _has_money(self, cells: Sequence[str]) -> bool:
        return any(at < len(cells) and is_figure(cells[at]) for at in self.money)

    def _below_heading(self, line: int, cells: Sequence[str]) -> Owner | None:
        """A name that stands alone below the heading of customers."""
        filled = {at for at, cell in enumerate(cells) if cell}
        if not filled or not filled <= self.people or any(reduced(cells[at]) in self.is_heading for at in filled):
            return None
        if SUM.match(cells[min(filled)][:MAX_FIGURE]):
            return None
        return owner_of(line, [cells[at] for at in sorted(filled)], Label.PERSON)


def _is_day(cell: str) -> bool:
    if not cell[:1].isdecimal():
        return False
    try:
        read_date(cell)
    except Unreadable:
        return False
    return True
