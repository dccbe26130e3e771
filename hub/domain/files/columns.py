"""Which column of a file is which: by what somebody said of it, else by the names that people's programs give it.

Nothing is ever chosen by likeness. Of two columns that may both be one field the better name counts; where they are
equally good and do not say the same, whoever brings the file is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import attrs

from hub.domain.files.field_labels import field_label
from hub.domain.files.heading_words import amount_key, first_of
from hub.domain.files.heading_words import heading_key as heading_key
from hub.domain.files.heading_words import reduced as reduced
from hub.domain.files.question import Choice, Question
from hub.domain.files.sheet import RowError, Table
from hub.domain.text import Text

if TYPE_CHECKING:
    from hub.domain.files.layout import Layout

LEFT_OUT: Final = "-"
WHICH: Final = "column:"
"""How the key of a question begins that asks which of several columns a field is: ``column:total``."""
MONEY: Final = "money:"
"""How the key of a question begins that asks what a column of money is that nobody knows: ``money:saldo_vencido``."""
IDENTITY: Final = "identity:"
"""The same of a column with numbers that look like those of customers: ``identity:cod_cliente``."""
EXAMPLES: Final = 3
SAID: Final = 1
"""The rank of a heading that is made of a field's words."""


@attrs.frozen(kw_only=True)
class Doubtful:
    """Names that may be those of several fields: what stands in the cells decides.

    Attributes:
        names: Separated by blanks.
        fits: Whether cells that are not empty are what this field has.
    """

    names: str
    fits: Callable[[Sequence[str]], bool]


@attrs.frozen
class Column:
    """A field that we know.

    Attributes:
        aliases: What files call it, separated by blanks; names behind a ``/`` count where none before it is there.
        required: Whether it must be there.
        instead: Another field that will do where this one is not there.
        is_text: Whether several columns may be read one after the other.
        gathers: Whether all columns that have one of its names are.
        before: Names of a column that stands before it, such as a prefix.
        parts: Names of columns that are pieces of it.
        doubtful: Names that count if the cells fit, by rank, from 0.
        unless: Names of columns beside which only the first rank of names counts.
        says: Whether a heading and its cells are its, where no exact name of the first rank is.
    """

    name: str
    aliases: str = ""
    required: bool = False
    instead: str = attrs.field(default="", kw_only=True)
    is_text: bool = attrs.field(default=False, kw_only=True)
    is_money: bool = attrs.field(default=False, kw_only=True)
    gathers: bool = attrs.field(default=False, kw_only=True)
    before: str = attrs.field(default="", kw_only=True)
    parts: str = attrs.field(default="", kw_only=True)
    doubtful: Mapping[int, Doubtful] = attrs.field(factory=dict, kw_only=True)
    unless: str = attrs.field(default="", kw_only=True)
    says: Callable[[str, Sequence[str]], bool] | None = attrs.field(default=None, kw_only=True)

    @property
    def ranks(self) -> tuple[tuple[str, ...], ...]:
        """Its names, best first, as ``heading_key`` has them; its own is among the best."""
        ranks = [rank.split() for rank in self.aliases.split("/")]
        if not any(self.name in known.names.split() for known in self.doubtful.values()):
            next((rank for rank in ranks if rank), ranks[0]).append(self.name)
        return tuple(tuple(map(heading_key, rank)) for rank in ranks)

    @property
    def names(self) -> frozenset[str]:
        """Every name of it, reduced."""
        written = " ".join((self.aliases, self.before, self.parts, *(known.names for known in self.doubtful.values())))
        return frozenset(reduced(name) for name in (self.name, *written.replace("/", " ").split()))


@attrs.frozen(kw_only=True)
class Resolved:
    """Which columns of a file are read as what.

    Attributes:
        columns: The file's own headings by our field; several are read one after the other.
        left_out: Headings that nothing is read from.
        missing: Fields that must be there and have no column.
        errors: What was said of columns and cannot be.
        questions: Fields of which several columns may be meant.
        near: What a heading that is left out may be by its spelling; never an amount.
    """

    columns: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()
    questions: tuple[Question, ...] = ()
    near: Mapping[str, str] = attrs.Factory(dict)

    @property
    def is_open(self) -> bool:
        """Whether nothing can be taken before somebody says more."""
        return bool(self.missing or self.questions or self.errors)


def resolve_columns(table: Table, known: Sequence[Column], layout: Layout) -> Resolved:
    """Which columns are which; a field that somebody named a column for is not looked for by its usual names."""
    if not table.rows:
        return Resolved()
    search = _Search(table, known)
    search.apply(layout)
    search.look()
    columns = {column.name: search.found[column.name] for column in known if column.name in search.found}
    used = {theirs for several in columns.values() for theirs in several}
    left_out = tuple(theirs for theirs in table.columns if theirs not in used)
    asked = {question.key.removeprefix(WHICH) for question in search.questions}
    missing = [
        column.name for column in known if column.required and not {column.name, column.instead} & {*columns, *asked}
    ]
    return Resolved(
        columns=columns,
        left_out=left_out,
        missing=tuple(missing),
        errors=tuple(search.errors),
        questions=tuple(search.questions),
        near=_near(left_out, known, {*columns, *asked}),
    )


def errors_read(table: Table, resolved: Resolved, others: Iterable[str] = ()) -> tuple[RowError, ...]:
    """What is wrong with a file, without cells of columns that nothing is read from; ``others`` count all the same."""
    used = {"", *others, *(theirs for several in resolved.columns.values() for theirs in several)}
    body = {row.line for row in table.rows}
    return tuple(error for error in table.errors if error.column in used or error.line not in body)


class _Search:
    """Looks for the columns of a table, best names first."""

    def __init__(self, table: Table, known: Sequence[Column]) -> None:
        self.found: dict[str, tuple[str, ...]] = {}
        self.errors: list[RowError] = []
        self.questions: list[Question] = []
        self._table, self._known, self._filled = table, known, dict[str, list[str]]()
        # A rate is no amount, and no field of ours.
        alike = {theirs: "" if "%" in theirs else first_of(theirs, table.columns) for theirs in table.columns}
        self._free = {theirs: heading_key(name) for theirs, name in alike.items()}
        self._amounts = {theirs: amount_key(name) for theirs, name in alike.items()}
        self._present = frozenset(self._free.values())

    def apply(self, layout: Layout) -> None:
        """What somebody said comes first."""
        present = {reduced(theirs): theirs for theirs in self._table.columns}
        said = list(layout.columns.items())
        said += [(theirs, key.removeprefix(WHICH)) for key, theirs in layout.answers.items() if key.startswith(WHICH)]
        answered = {
            key.removeprefix(of): ours
            for of in (MONEY, IDENTITY)
            for key, ours in layout.answers.items()
            if key.startswith(of)
        }
        said += [(theirs, answered[key]) for key, theirs in present.items() if key in answered]
        for written, ours in said:
            theirs = written if written in self._table.columns else present.get(reduced(written))
            column = next((column for column in self._known if reduced(ours) in column.names), None)
            if theirs is None:
                absent = Text("column.mapped_absent", columns=", ".join(self._table.columns))
                self._refuse(written, ours, absent)
            elif ours == LEFT_OUT:
                self._free.pop(theirs, None)
            elif column is None:
                names = ", ".join(column.name for column in self._known)
                self._refuse(written, ours, Text("column.mapped_to_unknown", names=names))
            elif theirs not in self._free:
                continue
            elif column.name in self.found and not column.is_text and not self._is_same_amount(column, theirs):
                other = self.found[column.name][0]
                self._refuse(theirs, "", Text("column.same", other=other, name=column.name, column=theirs))
            else:
                self._take(column, self._in_order(column, (*self.found.get(column.name, ()), theirs)))

    def _is_same_amount(self, column: Column, theirs: str) -> bool:
        """Whether a heading differs from that of the amount by its currency alone."""
        other = self.found[column.name][0]
        return column.is_money and self._amounts[theirs] == self._amounts[other] and reduced(theirs) != reduced(other)

    def look(self) -> None:
        """What nobody said is found by the usual names, all fields' best names first."""
        open_fields = [column for column in self._known if column.name not in self.found]
        ranks = max(max(len(column.ranks), *(at + 1 for at in column.doubtful), SAID + 1) for column in self._known)
        for column in open_fields:
            if column.gathers and (every := self._candidates(column, range(ranks))):
                self._take(column, every)
        asked: set[str] = set()
        for rank in range(ranks):
            candidates = {
                column.name: self._candidates(column, (rank,))
                for column in open_fields
                if column.name not in {*self.found, *asked} and not (rank and self._is_beside(column))
            }
            for column in open_fields:
                several = self._unshared(column.name, candidates)
                if not several:
                    continue
                if chosen := self._chosen(column, several):
                    self._take(column, chosen)
                else:
                    asked.add(column.name)
                    self.questions.append(_which(self._table, column, several))
        for column in open_fields:
            self._complete(column)

    def _is_beside(self, column: Column) -> bool:
        return bool(set(map(heading_key, column.unless.split())) & self._present)

    def _candidates(self, column: Column, ranks: Collection[int]) -> tuple[str, ...]:
        sure = {key for rank in ranks if rank < len(column.ranks) for key in column.ranks[rank]}
        doubtful = [column.doubtful[rank] for rank in ranks if rank in column.doubtful]
        found = tuple(
            theirs
            for theirs, key in self._free.items()
            if key in sure
            or any(self._fits(theirs, key, known) for known in doubtful)
            or (column.says and SAID in ranks and column.says(theirs, self._cells(theirs)))
        )
        if found or not column.is_money:
            return found
        return tuple(theirs for theirs in self._free if self._amounts[theirs] in sure)

    def _fits(self, theirs: str, key: str, known: Doubtful) -> bool:
        return key in map(heading_key, known.names.split()) and known.fits(self._cells(theirs))

    def _unshared(self, name: str, candidates: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Candidates of a field that are no other's too: nobody knows whose they are."""
        others = {
            theirs
            for other, several in candidates.items()
            if other != name and other not in self.found
            for theirs in several
        }
        return tuple(theirs for theirs in candidates.get(name, ()) if theirs in self._free and theirs not in others)

    def _chosen(self, column: Column, several: tuple[str, ...]) -> tuple[str, ...]:
        """The one that is meant, or all of those of which each row fills one; none where somebody must say it."""
        filled = tuple(theirs for theirs in several if self._cells(theirs)) or several[:1]
        if len(filled) == 1:
            return filled
        rows = [[row.cells.get(theirs, "").strip() for theirs in filled] for row in self._table.rows]
        if all(len(set(cells)) == 1 for cells in rows):
            return filled[:1]
        if column.is_text and all(sum(map(bool, cells)) <= 1 for cells in rows):
            return filled
        return filled[:1] if column.is_text and not column.required else ()

    def _complete(self, column: Column) -> None:
        """What stands before it, and its pieces."""
        whole = self.found.get(column.name, ())
        keys = set(map(heading_key, column.parts.split()))
        parts = tuple(theirs for theirs, key in self._free.items() if key in keys)
        pieces = tuple(theirs for theirs in self._table.columns if theirs in {*whole, *parts})
        is_piece = {heading_key(theirs) for theirs in whole} <= keys
        if parts and (len(pieces) > 1 or not whole) and (is_piece or self._alternate(whole, parts)):
            self._take(column, pieces)
        keys = set(map(heading_key, column.before.split()))
        prefix = tuple(theirs for theirs, key in self._free.items() if key in keys and self._cells(theirs))
        if len(prefix) == 1 and len(whole) == 1 and not self._repeats(prefix[0], whole[0]):
            self._take(column, (*prefix, *whole))

    def _alternate(self, whole: Sequence[str], parts: Sequence[str]) -> bool:
        """Whether no row has both."""
        return not any(
            any(row.cells.get(name) for name in whole) and any(row.cells.get(name) for name in parts)
            for row in self._table.rows
        )

    def _repeats(self, prefix: str, whole: str) -> bool:
        """Whether some numbers begin with their prefix already, or are no numbers without one."""
        pairs = [(reduced(row.cells.get(prefix, "")), reduced(row.cells.get(whole, ""))) for row in self._table.rows]
        return any(first and second.startswith(first) for first, second in pairs)

    def _in_order(self, column: Column, several: Sequence[str]) -> tuple[str, ...]:
        """As the file has them, a prefix first."""
        before = set(map(heading_key, column.before.split()))
        return tuple(
            sorted(several, key=lambda theirs: (heading_key(theirs) not in before, self._table.columns.index(theirs)))
        )

    def _take(self, column: Column, several: tuple[str, ...]) -> None:
        self.found[column.name] = several
        for theirs in several:
            self._free.pop(theirs, None)

    def _cells(self, theirs: str) -> list[str]:
        if theirs not in self._filled:
            self._filled[theirs] = [cell for row in self._table.rows if (cell := row.cells.get(theirs, "").strip())]
        return self._filled[theirs]

    def _refuse(self, theirs: str, value: str, message: Text) -> None:
        self.errors.append(RowError(self._table.header_line, theirs, value, message))


def _which(table: Table, column: Column, several: Sequence[str]) -> Question:
    """Which of several columns a field is, with a few rows of each."""
    choices = []
    for theirs in several:
        rows = [(row.line, cell) for row in table.rows if (cell := row.cells.get(theirs, "").strip())]
        examples = tuple(Text("column.cell", line=line, value=cell) for line, cell in rows[:EXAMPLES])
        choices.append(Choice(value=theirs, label=Text("column.heading", name=theirs), examples=examples))
    text = Text("column.which", field=field_label(column.name))
    return Question(key=f"{WHICH}{column.name}", text=text, choices=tuple(choices))


def _near(left_out: Iterable[str], known: Sequence[Column], found: set[str]) -> dict[str, str]:
    open_fields = sorted(
        (column for column in known if not column.is_money and column.name not in found),
        key=lambda column: column.required,
    )
    every = {name: column.name for column in open_fields for name in column.names}
    near = {theirs: get_close_matches(reduced(theirs), every, n=1, cutoff=0.8) for theirs in left_out}
    return {theirs: every[names[0]] for theirs, names in near.items() if names}


def names_in(known: Iterable[Column], more: str = "") -> frozenset[str]:
    """Every name of these, reduced, and further ones: what tells the line of the headings from others."""
    names = {name for column in known for name in column.names}.union(more.split())
    return frozenset(names.union(map(heading_key, names)))
