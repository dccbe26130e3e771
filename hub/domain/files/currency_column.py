"""Of which currency each row of a file is: its column says it, or its amounts, a line above it, a heading, a title, or
else the usual one. Where a title leaves that open, whoever brings the file is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.cells import own_currency
from hub.domain.currencies import currency_named
from hub.domain.files.columns import Resolved, reduced
from hub.domain.files.currency_lines import CurrencyLines, Said, currencies_in
from hub.domain.files.field_labels import field_label
from hub.domain.files.layout import CURRENCY, Layout
from hub.domain.files.question import Choice, Question
from hub.domain.files.row_cells import RowCells
from hub.domain.files.sheet import RowError, Table, unmarked
from hub.domain.text import Text
from hub_hookspecs import EXPONENTS

FIELD: Final = "currency"
EXAMPLES: Final = 3


def with_currency(resolved: Resolved, table: Table, currencies: Sequence[str], layout: Layout) -> Resolved:
    """The columns, with one that nobody knows by its name and whose every cell names a currency; asked for where
    several that do not say the same are such."""
    if resolved.is_open or FIELD in resolved.columns:
        return resolved
    said = layout.named
    free = (theirs for theirs in resolved.left_out if reduced(theirs) not in said)
    found = {theirs: codes for theirs in free if (codes := _named_in(table, theirs, currencies))}
    if not found:
        return resolved
    first = next(iter(found))
    if any(codes != found[first] for codes in found.values()):
        return attrs.evolve(resolved, missing=(FIELD,))
    left_out = tuple(theirs for theirs in resolved.left_out if theirs != first)
    return attrs.evolve(resolved, columns={**resolved.columns, FIELD: (first,)}, left_out=left_out)


def _named_in(table: Table, theirs: str, currencies: Sequence[str]) -> tuple[str, ...]:
    """The currency of each row, where every cell of a column that is filled names one; nothing else."""
    cells = [unmarked(row.cells.get(theirs, "")) for row in table.rows]
    named = [currency_named(cell, currencies) or "" if cell else "" for cell in cells]
    whole = any(named) and all(code or not cell for cell, code in zip(cells, named, strict=True))
    return tuple(named) if whole else ()


@attrs.frozen(kw_only=True)
class CurrencyColumn:
    """How the currency of a row is found.

    Attributes:
        amounts: Fields of amounts, which may name it themselves.
        currencies: Those of the company's country, the usual one first.
        usual: Of rows that name none; None where they are not given any.
        headings: What the headings of the amounts name.
        stated: What they name by a word or a code, and not by a sign that several currencies share.
        lines: What stands around the rows.
        questions: Which currency is meant, where titles leave it open.
        told: That it is a title, or a line between the rows, that says it.
    """

    amounts: Sequence[str]
    currencies: Sequence[str]
    usual: str | None
    headings: frozenset[str]
    stated: frozenset[str] = frozenset()
    lines: CurrencyLines = attrs.Factory(CurrencyLines)
    questions: tuple[Question, ...] = ()
    told: tuple[RowError, ...] = ()

    @classmethod
    def of(
        cls,
        rows: Sequence[RowCells],
        columns: Mapping[str, tuple[str, ...]],
        amounts: Sequence[str],
        currencies: Sequence[str],
        usual: str | None,
        layout: Layout,
        lines: CurrencyLines,
    ) -> CurrencyColumn:
        """What a file says of it.

        Args:
            rows: All of the file: where some name their currency, one that names none is given none.
            columns: The file's headings by our field.
            amounts: Fields of amounts that it has.
            currencies: Those of the company's country.
            usual: Of files that name none.
            layout: What was answered.
            lines: What stands around the rows.
        """
        is_said = CURRENCY in layout.answers
        is_named = any(cells.raw(FIELD) for cells in rows)
        titled = lines.titled if len(lines.titled) == 1 else ()
        headings = (theirs for field in amounts for theirs in columns.get(field, ()))
        preferred = (*titled, *currencies)
        named = {word: code for theirs in headings for code, word in currencies_in(theirs, preferred).items()}
        column = cls(
            amounts=amounts,
            currencies=currencies,
            usual=usual if is_said or not is_named else None,
            headings=frozenset(named.values()),
            stated=frozenset(code for word, code in named.items() if word.isalpha()),
            lines=CurrencyLines() if is_named else lines,
        )
        return column if is_named else column._with_titles(rows, layout, is_said=is_said)

    def code(self, cells: RowCells) -> str | None:
        """The currency of a row; None where nothing says it, or what says it is unknown."""
        if written := cells.raw(FIELD):
            code = currency_named(unmarked(written), self.currencies)
            return None if self.stated and code not in self.stated else code
        block = self.lines.block(cells.line)
        if found := self._own(cells, block.code if block else self.usual):
            return found
        return None if self._against(cells) else self._unsaid(block)

    def fault(self, cells: RowCells) -> Text:
        """Why a row has no currency."""
        written = cells.raw(FIELD)
        if self.stated and written and currency_named(unmarked(written), self.currencies):
            return Text("cell.currency_not_of_heading", named=", ".join(sorted(self.stated)))
        if not written and (said := self._against(cells)):
            return Text("currency.unsure", line=said.line, words=said.text)
        return Text("cell.unknown_currency") if written else Text("cell.missing")

    def _own(self, cells: RowCells, usual: str | None) -> str | None:
        """What the amounts of a row name themselves."""
        own = (own_currency(cells.raw(field), self.currencies, usual) for field in self.amounts)
        return next(filter(None, own), None)

    def _unsaid(self, block: Said | None) -> str | None:
        """The currency of a row that names none itself."""
        if block:
            return block.code
        if self.headings:
            return next(iter(self.headings)) if len(self.headings) == 1 else None
        return self.usual if self.usual in EXPONENTS else None

    def _against(self, cells: RowCells) -> Said | None:
        """The line by which it is not certain of which currency a row is."""
        block, found = self.lines.block(cells.line), self._unsaid(self.lines.block(cells.line))
        if block and (block.code is None or (self.stated and block.code not in self.stated)):
            return block
        total = self.lines.sum_of(cells.line)
        return total if total and found and total.code != found else None

    # ---- what titles say

    def _with_titles(self, rows: Sequence[RowCells], layout: Layout, *, is_said: bool) -> CurrencyColumn:
        """The same, with what titles say of rows that name none; a question where that is open."""
        lines, titled = self.lines, self.lines.titled
        answer = layout.answers.get(f"{CURRENCY}:{lines.key}", "")
        if lines.key and answer in EXPONENTS:
            return attrs.evolve(self, usual=answer, headings=frozenset(), told=self._of_lines(rows, lines.between))
        headings = tuple(self.headings) if len(self.headings) == 1 else ()
        free = [cells for cells in rows if not lines.block(cells.line)]
        usual = (self.usual,) if self.usual else ()
        if titled:
            meant = (*titled, *headings, *(usual if is_said and not headings else ()))
        else:
            meant = (*(headings or usual), *(() if headings and self.stated else lines.open_codes()))
        if len(titled) == 1:
            owns = [self._own(cells, titled[0]) for cells in free]
            meant = (*meant, *(filter(None, owns) if None in owns else ()))
        meant = tuple(dict.fromkeys(meant))
        opened = [cells for cells in free if len({self._own(cells, code) or code for code in meant}) > 1]
        return attrs.evolve(
            self,
            usual=titled[0] if titled and not headings else self.usual,
            questions=(self._question(opened, meant),) if opened else (),
            told=self._of_lines(rows, (*lines.above, *lines.between)),
        )

    def _question(self, rows: Sequence[RowCells], meant: Sequence[str]) -> Question:
        """Which currency is meant, with rows of the file in each."""
        field = self.amounts[0] if self.amounts else FIELD
        shown = [cells for cells in rows if cells.raw(field)][:EXAMPLES]
        return Question(
            key=f"{CURRENCY}:{self.lines.key}",
            text=Text("currency.question", words=self.lines.text),
            choices=tuple(
                Choice(
                    value=code,
                    label=Text("currency.is", currency=code),
                    examples=tuple(
                        Text("currency.example", line=cells.line, written=cells.raw(field), currency=code)
                        for cells in shown
                    ),
                )
                for code in meant
            ),
        )

    def _of_lines(self, rows: Iterable[RowCells], said: Iterable[Said]) -> tuple[RowError, ...]:
        """That lines say another currency than the usual one of rows that they speak of."""
        used = {block.line if block else 0 for cells in rows for block in (self.lines.block(cells.line),)}
        first: dict[tuple[bool, str], Said] = {}
        for one in said:
            is_above = one in self.lines.above
            if one.code and one.code != self.usual and (one.line in used or (is_above and 0 in used)):
                first.setdefault((is_above, one.code), one)
        return tuple(
            RowError(one.line, field_label(FIELD), one.text, Text("currency.of_line", currency=one.code or ""))
            for one in first.values()
        )
