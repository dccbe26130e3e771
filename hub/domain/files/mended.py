"""Some rows of a file, written so that any file says them: to be mended by hand, and read again without a question.

Every value stands under a heading of ours, as it was read: what several columns, answers, number formats and other rows
said of it is said by the row itself. What could not be read stands as it did, and never so that it could be read by
luck: behind a question mark where the rows around it, which are fewer now, would make a value of it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import attrs

from hub.domain.cells import Unreadable, own_currency, written
from hub.domain.currencies import currency_named
from hub.domain.dates import orders, read_date
from hub_hookspecs import EXPONENTS, Country, Money

from .amounts import AmountColumns
from .bill_state import BillState
from .currency_column import CurrencyColumn
from .customer_file import parse_customers
from .dates import DateColumns
from .invoice_file import parse_invoices
from .known_columns import CUSTOMER_COLUMNS, INVOICE_COLUMNS, TOTAL_MEANINGS
from .layout import Layout
from .row_cells import RowCells
from .same_number import TOTAL_MEANS, TOTAL_OF
from .sheet import FormattedNumber, JsonNumber, Table, unmarked
from .state_words import RECEIPTS, STRONGEST, WORDS, StateWords, state_of, word_below
from .value_columns import AMOUNTS, DATES, ValueColumns

UNREAD: Final = "?"
"""Stands before what could not be read and may be read by luck."""
CODES: Final = ("number", "customer", "credits")


@attrs.frozen
class MendedRows:
    """Rows as any file says them.

    Attributes:
        fields: Ours, in their order.
        rows: The cells of each line by field.
        field_of: Our field by what the file calls it.
    """

    fields: tuple[str, ...] = ()
    rows: Mapping[int, Mapping[str, str]] = attrs.Factory(dict)
    field_of: Mapping[str, str] = attrs.Factory(dict)

    @classmethod
    def of(
        cls, known: Iterable[str], columns: Mapping[str, tuple[str, ...]], rows: Mapping[int, Mapping[str, str]]
    ) -> MendedRows:
        """With the fields that the file has, and those that some row needs beside."""
        there = {*columns, *(field for row in rows.values() for field in row)}
        field_of = {" + ".join(theirs): field for field, theirs in columns.items()}
        return cls(tuple(field for field in known if field in there), rows, field_of)


def mended_invoices(
    table: Table,
    lines: Container[int],
    *,
    name: str,
    layout: Layout,
    currencies: Sequence[str],
    sign: str,
) -> MendedRows:
    """Rows of a file of invoices; none where something must be said of the file first.

    Args:
        sign: The decimal sign of amounts where the file does not show which is its own.
    """
    usual = next(iter(currencies), None)
    read = parse_invoices(table, name=name, layout=layout, default_currency=usual, currencies=currencies)
    if read.errors or read.missing or any(question.key != TOTAL_OF for question in read.questions):
        return MendedRows()
    values = ValueColumns.of(table, layout, usual, currencies)
    of_rows = SaidAgain(
        amounts=values.amounts, dates=values.dates, currencies=currencies, usual=values.usual, sign=sign
    )
    words = StateWords(layout.answers)
    every = list(zip(values.rows, values.codes, strict=True))
    repeated = _repeated(values.rows)
    rows = {}
    for cells, code in every:
        if cells.line not in lines:
            continue
        row = {field: _text(cells, field) for field in values.columns}
        row |= {field: of_rows.amount(field, cells.raw(field), code) for field in AMOUNTS if field in values.columns}
        row |= {field: of_rows.day(cells.raw(field)) for field in DATES if field in values.columns}
        row |= {"currency": _currency(values.currency, cells, code), "customer": row.get("customer", "")}
        row |= _state(words, cells, layout.answers)
        if read.meant and not row.get(TOTAL_MEANS) and cells.raw("number").casefold() in repeated:
            row[TOTAL_MEANS] = _meant(read.meant)
        rows[cells.line] = row
    return MendedRows.of((column.name for column in INVOICE_COLUMNS), values.columns, rows)


def mended_customers(table: Table, lines: Container[int], *, name: str, layout: Layout, country: Country) -> MendedRows:
    """Rows of a file of customers, each with the type of its document where it is known."""
    read = parse_customers(table, name=name, country=country, layout=layout)
    if read.is_open or read.errors:
        return MendedRows()
    types = {line: kind.code for line, kind in read.types.items()}
    rows = {}
    for row in table.rows:
        if row.line in lines:
            cells = RowCells(row, read.columns, [], frozenset())
            said = {field: text_of(cells.raw(field), is_code=field == "identity_number") for field in read.columns}
            rows[row.line] = said | ({"identity_type": types[row.line]} if row.line in types else {})
    return MendedRows.of((column.name for column in CUSTOMER_COLUMNS), read.columns, rows)


@attrs.frozen(kw_only=True)
class SaidAgain:
    """How the values of a file's columns are written in another.

    Attributes:
        currencies: Those of the company's country.
        usual: Of rows that name none.
        sign: The decimal sign where the file's amounts do not show theirs.
    """

    amounts: AmountColumns
    dates: DateColumns
    currencies: Sequence[str] = ()
    usual: str | None = None
    sign: str

    def amount(self, field: str, cell: str, code: str | None, *, turned: bool = False) -> str:
        """``USD 1250,50`` with the file's own decimal sign, so that whoever mends it writes as it does."""
        if not cell:
            return ""
        for named in filter(None, (code, own_currency(cell, self.currencies, self.usual))):
            if (money := self._read(field, cell, named)) is not None:
                return f"{named} {self._shown(field, -money if turned else money)}"
        if isinstance(cell, FormattedNumber) and cell.shown_as.is_percent:
            return f"{Decimal(cell).scaleb(2):f}%"
        plain = "" if code else self.amounts.bare(cell, self.sign_of(field))
        if plain:
            return plain
        return f"{UNREAD} {cell}" if written(str(cell)) else str(cell)

    def day(self, cell: str) -> str:
        """``2026-09-02``; what only another file would take for a day is none."""
        if self.dates.questions:
            return str(cell)
        try:
            return self.dates.read(cell).isoformat() if cell else ""
        except Unreadable:
            return f"{UNREAD} {cell}" if orders(cell) or _is_day(cell) else str(cell)

    def sign_of(self, field: str, currency: str = "") -> str:
        """The decimal sign of a column's amounts."""
        return self.amounts.sign_of(field, currency) or self.sign

    def _shown(self, field: str, money: Money) -> str:
        """Its decimals are left away where the file writes none, so that they say nothing of what is typed beside."""
        places = EXPONENTS[money.currency]
        whole = not money.minor % 10**places and not self.amounts.shows_signs
        text = f"{money.decimal:f}"
        return text.partition(".")[0] if whole else text.replace(".", self.sign_of(field, money.currency))

    def _read(self, field: str, cell: str, currency: str) -> Money | None:
        try:
            return None if self.amounts.questions else self.amounts.read(field, cell, currency)
        except Unreadable:
            return None


def _is_day(cell: str) -> bool:
    try:
        return bool(read_date(cell, short_years=True))
    except Unreadable:
        return False


def text_of(cell: str, *, is_code: bool) -> str:
    """A cell as text: a number as its format shows it where it is a name; none where it can be no name."""
    if not is_code or not isinstance(cell, JsonNumber):
        return str(cell)
    if not cell.isdecimal():
        return str(cell) if "e" in cell.lower() else ""
    return cell.as_code.strip() if isinstance(cell, FormattedNumber) else str(cell)


def _text(cells: RowCells, field: str) -> str:
    return text_of(cells.raw(field), is_code=field in CODES)


def _currency(column: CurrencyColumn, cells: RowCells, code: str | None) -> str:
    """The row's currency; where nothing says it, what is one in no file."""
    raw = cells.raw("currency")
    if code:
        return code
    return f"{raw} {UNREAD}".strip() if not raw or currency_named(unmarked(raw), column.currencies) else str(raw)


def _meant(meaning: str) -> str:
    """The word for what a total is."""
    return next(word for word, means in TOTAL_MEANINGS.items() if means == meaning)


def _repeated(rows: Iterable[RowCells]) -> set[str]:
    """Numbers of several rows."""
    met, again = set[str](), set[str]()
    for cells in rows:
        number = cells.raw("number").casefold()
        (again if number in met else met).add(number)
    return again


def _state(words: StateWords, cells: RowCells, answers: Mapping[str, str]) -> dict[str, str]:
    """The words for kind and state, where others mean the same to everybody."""
    found = {field: list(words.means(cells, field)) for field in ("kind", "state")}
    if not all(_is_plain(cells.named(field), answers) for field in found):
        kind, state = found["kind"], found["state"]
        if BillState.NOTE in {*kind, *state}:
            is_void = BillState.VOID in {*kind, *state}
            return {"kind": _word(BillState.NOTE), "state": _word(BillState.VOID) if is_void else ""}
        said = {field: next(_strongest(means), None) for field, means in found.items()}
        return {field: _word(meant) for field, meant in said.items() if meant}
    return {}


def _is_plain(several: Sequence[tuple[str, str]], answers: Mapping[str, str]) -> bool:
    """Whether what stands there means the same below any heading, and without any answer."""
    if len(several) > 1 or any(word_below(heading, cell) != cell for heading, cell in several):
        return False
    return all(state_of(cell, answers) is state_of(cell, {}) for _heading, cell in several)


def _strongest(means: Container[BillState]) -> Iterator[BillState]:
    return (state for state in STRONGEST if state in means)


def _word(state: BillState) -> str:
    """A word that means this wherever it is read."""
    word = min(RECEIPTS) if state is BillState.RECEIPT else WORDS[state].split()[0]
    return word.replace("_", " ")
