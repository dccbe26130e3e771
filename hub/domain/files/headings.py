"""Which line of a file names its columns, and what the lines below it are: rows, sums, or words around them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import attrs

from hub.domain.text import Text

from .currency_lines import speaks_of_currency
from .groups import GIVEN_NAME, GIVEN_NUMBER, Groups, GroupWords
from .heading_words import heading_key, reduced
from .line_words import (
    CURRENCY_WORDS,
    DAY,
    DIGIT,
    FOOTER,
    MAX_FIGURE,
    OF_ALL,
    SUM,
    is_data,
    is_figure,
)
from .owner_line import first_label
from .sheet import Grid, HeadLine, Merge, Row, RowError, Table

MAX_COLUMNS: Final = 256
SEARCHED: Final = 40
"""Lines at the head of a file among which its headings are looked for."""
BELOW: Final = 10
SHOWN: Final = 20
SPLITTING: Final = ","
"""A delimiter that people also write within amounts."""

STARTING: Final = (
    "tot sub gra sum sal pag pág gen imp ela emi pre cre exp pri pow fec usu fin ult últ reg can not obs www htt"
    " mon div cur"
)
STARTS: Final = frozenset(STARTING.split())
"""How the first cell begins of what may be a sum, or words; so may a dash."""
SENTENCE: Final = 4


def table_of(
    grid: Grid, known: Collection[str] = (), header_line: int | None = None, groups: GroupWords | None = None
) -> Table:
    """The rows of a file below its headings.

    ``known`` are reduced headings that somebody understands, by which theirs are found; ``header_line`` is somebody's
    own word for where they stand; ``groups`` tells rows that may stand below the name of their customer.
    """
    table = Table(
        errors=grid.errors,
        format=grid.format,
        file_type=grid.file_type,
        hidden=grid.hidden,
        head=tuple(HeadLine(line, tuple(cells)) for line, cells in grid.lines[:SHOWN]),
        is_cut=grid.is_cut,
        unread_sheets=grid.unread_sheets,
    )
    if not grid.lines:
        return table
    at = _chosen(grid, header_line)
    at = _found(grid.lines, known) if at is None else at
    line, cells = grid.lines[at]
    if sum(map(bool, cells)) > MAX_COLUMNS:
        return attrs.evolve(table, errors=(*table.errors, too_many_columns(line)), header_line=line)
    heading = _Heading.of(grid, known, at)
    return _Body(grid, heading, groups, known).into(table)


def too_many_columns(line: int = 0) -> RowError:
    """Why a file of more columns than anybody reads is refused."""
    return RowError(line, "", "", Text("file.too_many_columns", most=MAX_COLUMNS))


def column_name(at: int) -> str:
    """The letters by which a spreadsheet calls a column, from 0: ``A``, ``Z``, ``AA``."""
    name, number = "", at + 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def is_known(name: str, known: Collection[str]) -> bool:
    """Whether a heading is one of those that somebody understands."""
    return reduced(name) in known or heading_key(name) in known


def known_in(cells: Sequence[str], known: Collection[str]) -> int:
    """How many different headings that somebody understands stand in a line."""
    return len({cell for cell in cells if cell and is_known(cell, known)}) if known else 0


# ---- which line it is


def _chosen(grid: Grid, header_line: int | None) -> int | None:
    if header_line is None:
        return None
    return next((at for at, (line, _cells) in enumerate(grid.lines) if line == header_line), None)


def _found(lines: Sequence[tuple[int, list[str]]], known: Collection[str]) -> int:
    """The line with most headings that are known; else the one with most words above something."""
    searched = lines[:SEARCHED]
    understood = [0 if _is_labelled(cells) else known_in(cells[:MAX_COLUMNS], known) for _line, cells in searched]
    if max(understood) > 1:
        return understood.index(max(understood))
    words = [_words_above(lines, at) for at in range(len(searched))]
    return words.index(max(words))


def _is_labelled(cells: Sequence[str]) -> bool:
    """Whether a line is the name of a customer behind its label: ``Cliente:``."""
    return ":" in next(filter(None, cells), "") and bool(first_label(cells))


def _words_above(lines: Sequence[tuple[int, list[str]]], at: int) -> int:
    below = [cells for _line, cells in lines[at + 1 : at + 1 + BELOW]]
    filled = {column for cells in below for column, cell in enumerate(cells) if cell}
    return sum(1 for column, cell in enumerate(lines[at][1]) if cell and column in filled and not is_data(cell))


# ---- what the columns are called


@attrs.frozen
class _Heading:
    """The headings: the first and the last index of their lines, and their names; an empty one is a blank column."""

    first: int
    last: int
    names: tuple[str, ...]

    @classmethod
    def of(cls, grid: Grid, known: Collection[str], at: int) -> _Heading:
        """The headings around a line that was found to hold some."""
        own = grid.lines[at][1]
        if (parts := _parts_below(grid, at, known)) is not None:
            return cls(at, at + 1, _joined(own, _spread(grid, at, by_blanks=True), parts, known))
        if at and (groups := _groups_above(grid, at)) is not None:
            return cls(at - 1, at, _under(groups, own))
        if not _merged_in(grid.merges, grid.lines[at][0]):
            return cls(at, at, tuple(own))
        held = {column for _line, cells in grid.lines[at + 1 :] for column, cell in enumerate(cells) if cell}
        spread = enumerate(_spread(grid, at))
        return cls(
            at,
            at,
            tuple(name if column in held or [name] == own[column : column + 1] else "" for column, name in spread),
        )


def _spread(grid: Grid, at: int, *, by_blanks: bool = False) -> list[str]:
    """A line of headings, each over all the columns that it is shown above."""
    line, cells = grid.lines[at]
    spread = list(cells)
    for merge in grid.merges:
        if merge.line <= line <= merge.last_line and merge.column < len(cells):
            value = cells[merge.column]
            spread += [""] * (min(merge.last_column, MAX_COLUMNS) + 1 - len(spread))
            for column in range(merge.column, min(merge.last_column, MAX_COLUMNS) + 1):
                spread[column] = value
    if by_blanks and not _merged_in(grid.merges, line):
        for column in range(1, len(spread)):
            spread[column] = spread[column] or spread[column - 1]
    return spread


def _merged_in(merges: Sequence[Merge], line: int) -> bool:
    return any(merge.line == line and merge.last_column > merge.column for merge in merges)


def _parts_below(grid: Grid, at: int, known: Collection[str]) -> list[str] | None:
    """The second line of headings whose first line stands over several columns, if there is one."""
    if at + 2 >= len(grid.lines) or grid.lines[at + 1][0] != grid.lines[at][0] + 1:
        return None
    top, parts = grid.lines[at][1], grid.lines[at + 1][1]
    columns = [column for column, cell in enumerate(parts) if cell]
    if len(columns) < 2 or any(is_data(parts[column]) for column in columns):
        return None
    if first_label(parts) and known and not is_known(parts[columns[1]], known):
        return None
    spread = _spread(grid, at, by_blanks=True)
    for column in columns:
        shared = [
            other for other, name in enumerate(spread) if column < len(spread) and name and name == spread[column]
        ]
        if len(shared) < 2:
            return None
    if not any(column >= len(top) or not top[column] for column in columns):
        return None
    below = [cells for _line, cells in grid.lines[at + 2 : at + 2 + BELOW]]
    has_data = any(column < len(cells) and is_data(cells[column]) for cells in below for column in columns)
    return parts if has_data else None


def _joined(own: Sequence[str], spread: Sequence[str], parts: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    names = []
    for column in range(max(len(own), len(spread), len(parts))):
        part = "".join(parts[column : column + 1])
        if not part:
            names.append("".join(own[column : column + 1]))
            continue
        whole = " ".join((*spread[column : column + 1], part))
        alone = not is_known(whole, known) and is_known(part, known) and list(parts).count(part) == 1
        names.append(part if alone else whole)
    return tuple(names)


def _groups_above(grid: Grid, at: int) -> list[str] | None:
    """The line above the headings that gathers them in groups, or names those which the headings leave blank."""
    line, names = grid.lines[at]
    above_line, above = grid.lines[at - 1]
    filled = [column for column, cell in enumerate(above) if cell]
    if above_line != line - 1 or len(filled) < 2 or any(is_data(above[column]) for column in filled):
        return None
    below = [cells for _line, cells in grid.lines[at + 1 : at + 1 + BELOW]]
    blank = [
        column
        for column in filled
        if (column >= len(names) or not names[column]) and any(cells[column : column + 1] > [""] for cells in below)
    ]
    return _spread(grid, at - 1) if blank or _merged_in(grid.merges, above_line) else None


def _under(above: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    made = []
    for column in range(max(len(above), len(names))):
        over = above[column] if column < len(above) else ""
        name = names[column] if column < len(names) else ""
        made.append(f"{over} {name}".strip() if not name or list(names).count(name) > 1 else name)
    return tuple(made)


# ---- what stands below


class _Body:
    """The lines below the headings, told apart."""

    def __init__(
        self, grid: Grid, heading: _Heading, groups: GroupWords | None = None, known: Collection[str] = ()
    ) -> None:
        self._grid, self._heading = grid, heading
        self._lines = grid.lines[heading.last + 1 :]
        self._errors: list[RowError] = []
        self._apart = set(grid.hidden)
        widest = max((len(cells) for _line, cells in self._lines), default=0)
        headed = len(heading.names)
        self._width = headed if grid.delimiter else max(headed, widest)
        names = [*heading.names, *[""] * (self._width - headed)]
        blank = {at for at, name in enumerate(names) if not name}
        held = _held(sorted(blank), self._lines)
        self._kept = [at for at in range(self._width) if at not in blank or at in held]
        self._names = _unique([names[at] or f"({column_name(at)})" for at in self._kept])
        above = grid.lines[: heading.first]
        self._titles = [" ".join(filter(None, cells)) for _line, cells in above]
        self._words = [*grid.around, *(HeadLine(line, tuple(cells)) for line, cells in above)]
        self._groups: Groups | None = None
        if groups:
            unseen = {*grid.hidden, *({error.line for error in grid.errors} - {line for line, _cells in self._lines})}
            self._groups = Groups.of(names, self._lines, above, groups, unseen, known)

    def into(self, table: Table) -> Table:
        """The table with its headings, rows, sums and words."""
        line = self._grid.lines[self._heading.last][0]
        if len(self._names) > MAX_COLUMNS:
            return attrs.evolve(table, errors=(*table.errors, too_many_columns(line)), header_line=line)
        if self._grid.delimiter:
            self._refuse_longer()
        told = self._under_headings(table.errors)
        rows, totals = self._told_apart()
        if rows and self._is_bare_sum(rows[-1], rows[:-1]):
            totals.append(rows.pop())
        if self._groups:
            name, number, *self._names = _unique([GIVEN_NAME, GIVEN_NUMBER, *self._names])
            rows, nobodys = self._groups.into(rows, name, number)
            self._names = [name, number, *self._names]
            self._errors += nobodys
        if not self._grid.delimiter:  # of a text they may be about the headings themselves
            told = tuple(error for error in told if not 0 < error.line < line and error.line not in self._apart)
        errors = sorted((*told, *self._errors), key=lambda error: error.line)
        return attrs.evolve(
            table,
            columns=tuple(self._names),
            rows=tuple(rows),
            totals=tuple(totals),
            words=tuple(sorted(self._words, key=lambda words: words.line)),
            errors=tuple(errors),
            header_line=line,
        )

    def _under_headings(self, errors: Sequence[RowError]) -> tuple[RowError, ...]:
        """Errors of the cells of a workbook by the headings of their columns, and not by their letters."""
        if self._grid.file_type != "xlsx":
            return tuple(errors)
        named = {column_name(at): name for at, name in zip(self._kept, self._names, strict=False)}
        return tuple(attrs.evolve(error, column=named.get(str(error.column), error.column)) for error in errors)

    def _refuse_longer(self) -> None:
        """A row with more cells than headings: an amount may have been split. Excel leaves out empty cells at the
        end, but never writes one too many."""
        lengths = {len(cells) for _line, cells in self._lines}
        blank_alike = self._grid.delimiter != SPLITTING and len(lengths) == 1
        for line, cells in self._lines:
            extra = cells[self._width :]
            if any(extra) or (extra and not blank_alike):
                longer = Text("file.row_longer", cells=len(cells), columns=self._width)
                self._errors.append(RowError(line, "", " ".join(extra), longer))

    def _told_apart(self) -> tuple[list[Row], list[Row]]:
        rows: list[Row] = []
        totals: list[Row] = []
        if not self._kept:
            return rows, totals
        width, names, kept = self._width, self._names, self._kept
        beside, every = min(1, len(kept) - 1), len(kept) == width
        starts = STARTS | {names[0][:3].casefold()}
        for line, cells in self._lines:
            if self._groups and self._groups.names_one(line, cells):
                self._apart.add(line)
                continue
            if every:
                cells.extend([""] * (width - len(cells)))
            read = cells if every else [cells[at] if at < len(cells) else "" for at in kept]
            first = read[0]
            row = Row(line, dict(zip(names, read, strict=False)))
            if not first or not read[beside] or first[0] == "-" or first[:3].casefold() in starts:
                if self._is_sum(row, rows) or (self._groups and self._groups.is_sum(cells)):
                    totals.append(self._groups.ended_by(row) if self._groups else row)
                    self._apart.add(line)
                    continue
                if self._is_words(row):
                    self._apart.add(line)
                    if self._groups and _may_be_name(cells, self._names, self._titles):
                        self._groups.end_with_words(line)
                    self._titles.append(" ".join(filter(None, cells)))
                    self._words.append(HeadLine(line, tuple(cells)))
                    continue
            if self._groups:
                self._groups.take(row, cells)
            rows.append(row)
        return rows, totals

    def _is_sum(self, row: Row, above: Sequence[Row]) -> bool:
        """``Total general``, and figures alone beside it."""
        words = [cell for cell in row.cells.values() if cell and not is_figure(cell)]
        before = above[-1].cells.values() if above else ()
        has_sum = False
        for word in words:
            if found := SUM.match(word[:MAX_FIGURE]):
                rest = word[found.end() :]
                if not OF_ALL.fullmatch(rest) and rest.strip(" :.-") not in before and not _closes(row, above):
                    return False
                has_sum = True
            elif not CURRENCY_WORDS.fullmatch(word):
                return False
        return has_sum

    def _is_words(self, row: Row) -> bool:
        """The headings again, the foot of a page, a line of words: nothing that could be a row."""
        cells = [cell for cell in row.cells.values() if cell]
        if not cells:
            return True
        repeated = [name for name, cell in row.cells.items() if cell and reduced(cell) == reduced(name)]
        if len(repeated) == len(cells) and len(cells) > 1:
            return True
        if speaks_of_currency(cells):
            return True
        if FOOTER.match(cells[0]) and all(DAY.fullmatch(cell) or FOOTER.match(cell) for cell in cells[1:]):
            return True
        if len(cells) > 1 or len(self._names) < 3:
            return False
        return cells[0] in self._titles or _is_sentence(cells[0])

    def _is_bare_sum(self, row: Row, above: Sequence[Row]) -> bool:
        """A last line that has figures and nothing else, where rows have more."""
        filled = {name: cell for name, cell in row.cells.items() if cell}
        lead = self._names[0]
        if not above or lead in filled or not all(map(is_figure, filled.values())):
            return False
        sample = above[-100:]
        named = sum(1 for other in sample if other.cells[lead])
        money = all(any(is_figure(other.cells[name]) for other in sample) for name in filled)
        return 2 * named > len(sample) and money and 2 * len(filled) <= len(self._names)


def _held(blank: Sequence[int], lines: Sequence[tuple[int, list[str]]]) -> set[int]:
    """The columns among these in which some line has anything."""
    held, still = set[int](), list(blank)
    for _line, cells in lines:
        if not still:
            break
        if len(cells) > still[0] and (found := {at for at in still[: len(cells)] if at < len(cells) and cells[at]}):
            held |= found
            still = [at for at in still if at not in found]
    return held


def _may_be_name(cells: Sequence[str], names: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether words in a line of their own may be a name: neither the foot of a page, nor a title or headings again."""
    filled = [cell for cell in cells if cell]
    if speaks_of_currency(filled):
        return False
    is_again = len(filled) > 1 and {*map(reduced, filled)} <= {*map(reduced, names)}
    return bool(filled) and not (is_again or FOOTER.match(filled[0]) or filled[0] in titles)


def _is_sentence(cell: str) -> bool:
    """Whether a cell alone in its line is words: ``FE 123`` might be an invoice whose other cells are missing."""
    if is_data(cell) or not cell[:2].isalpha() or " " not in cell:
        return False
    return not DIGIT.search(cell) or ":" in cell or len(cell.split()) >= SENTENCE


def _closes(row: Row, above: Sequence[Row]) -> bool:
    """Whether a row has its figures below figures, and nothing where the row above it has three other things."""
    if not above:
        return False
    before = above[-1].cells
    lead = next(iter(row.cells))
    figures = [name for name, cell in row.cells.items() if cell and name != lead]
    missing = [name for name, cell in row.cells.items() if not cell and before[name]]
    return bool(figures) and len(missing) > 2 and all(map(is_figure, (before[name] for name in figures)))


def _unique(names: Sequence[str]) -> list[str]:
    """Names, each once whatever its case: the second ``Monto`` is ``Monto (2)``."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        made, turn = name, 1
        while made.casefold() in taken:
            turn += 1
            made = f"{name} ({turn})"
        taken.add(made.casefold())
        found.append(made)
    return found
