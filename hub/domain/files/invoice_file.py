"""Invoices in the files that people's programs write.

What is wrong is listed with line and column, all of it in one round; a row without an error is given back as a row,
whatever its neighbours are. What only a person can say of the file is asked, with rows as examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from hub.domain.files import left_identity
from hub.domain.files.amounts import AWAITS_ANSWER
from hub.domain.files.bill_state import BillState as BillState
from hub.domain.files.bill_state import RowKind as RowKind
from hub.domain.files.currency_column import CurrencyColumn
from hub.domain.files.dates import DateColumns
from hub.domain.files.groups import nobodys
from hub.domain.files.invoice_row import InvoiceRow as InvoiceRow
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.reading import Reading
from hub.domain.files.row_cells import RowCells, by_line
from hub.domain.files.same_number import Stated, joined
from hub.domain.files.sheet import RowError, Table
from hub.domain.files.state_words import StateWords, is_note_number, is_receipt_number
from hub.domain.files.sums import Sums
from hub.domain.files.type_codes import meanings
from hub.domain.files.value_columns import ValueColumns
from hub.domain.terms import terms_code
from hub.domain.text import Text
from hub_hookspecs import Country, Money

Amount = Callable[[RowCells, str, str], "Money | None"]
"""Reads the amount of a field of a row in a currency; what is wrong with it is added to the row's errors."""

MAY_BE_ABSENT: Final = ("due_on", "description", "branch", "terms")
"""Fields of which an absent column says nothing, and an empty cell says that there is none."""


@attrs.frozen(kw_only=True)
class InvoiceFile(Reading):
    """The invoices of a file, and all that is to be said of it.

    Attributes:
        skipped: Rows that are no invoices, such as drafts and quotations.
        numbers: Every number that stands in some row, also one that is set aside.
        unclear: By number: instalments whose total may be the invoice's or their own.
        meant: Of what the total of instalments is that do not say it themselves, where it is known.
    """

    rows: tuple[InvoiceRow, ...] = ()
    skipped: tuple[RowError, ...] = ()
    numbers: frozenset[str] = frozenset()
    unclear: Mapping[str, tuple[InvoiceRow, ...]] = attrs.Factory(dict)
    meant: str | None = None


def parse_invoices(
    data: bytes | Table,
    *,
    name: str = "",
    default_currency: str | None = None,
    currencies: Sequence[str] = (),
    country: Country | None = None,
    layout: Layout | None = None,
) -> InvoiceFile:
    """Read a file of invoices as a layout says; rows without a currency are of the one that it says.

    Args:
        data: The file, or its rows where it was read before.
        name: Its name.
        default_currency: Of rows that name none, unless the layout says another.
        currencies: Those of the company's country, the usual one first: they decide what ``$`` and *pesos* are.
        country: Whose identity numbers a column may have that nobody knows.
        layout: How its columns are read, and what was answered.
    """
    layout = layout or Layout()
    table = read_listed(FileKind.INVOICES, data, name)
    values = ValueColumns.of(table, layout, default_currency, currencies)
    resolved, columns, errors = values.resolved, values.columns, values.errors
    amounts, dates = values.amounts, values.dates
    sums = Sums(table.totals, currencies, values.currency.usual)

    def amount(cells: RowCells, field: str, code: str) -> Money | None:
        return sums.counted(cells.line, field, cells.read(field, lambda text: amounts.read(field, text, code)))

    reader = _RowReader(
        amount=amount,
        currency=values.currency,
        dates=dates,
        words=StateWords(meanings(layout)),
        keeps=frozenset(field for field in MAY_BE_ABSENT if field not in columns),
        has_balance="balance" in columns,
        nobodys=nobodys(values.told),
    )
    stated, skipped, numbers = [], [], set()
    for cells, code in zip(values.rows, values.codes, strict=True):
        kind, state = reader.words.of(cells)
        number = cells.code("number", 100, required=state is not BillState.SKIP)
        numbers.add(number)
        if state is BillState.SKIP:
            reader.count(cells, code, "total", "balance", "paid")
            skipped.append(cells.error("state" if cells.raw("state") else "kind", Text("import.no_invoice")))
            continue
        if state is BillState.RECEIPT:
            reader.count(cells, code, "total", "balance", "paid")
            cells.add_error("number", Text("import.is_receipt", word=cells.raw("kind")))
            continue
        stated.append(Stated(cells, number, reader.read(cells, number, kind, state, code)))
    invoices = joined(stated, layout.answers)
    if asked := (*amounts.questions, *dates.questions):
        errors = [
            error for error in errors if not (isinstance(error.message, Text) and error.message.id in AWAITS_ANSWER)
        ]
    body, wrong = {row.line for row in table.rows}, by_line((*values.told, *errors))
    return InvoiceFile(
        rows=invoices.rows,
        skipped=tuple(skipped),
        numbers=frozenset(numbers - {""}),
        unclear=invoices.unclear,
        meant=invoices.meant,
        errors=tuple(error for error in wrong if error.line not in body),
        set_aside=tuple(error for error in wrong if error.line in body),
        warnings=by_line((*values.currency.told, *invoices.warnings, *_as_in_file(amounts.told, columns))),
        format=table.format,
        file_type=table.file_type,
        columns=resolved.columns,
        left_out=resolved.left_out,
        questions=(
            *resolved.questions,
            *values.questions,
            *(left_identity.questions(resolved, values.rows, country, layout) if country else ()),
            *asked,
            *reader.words.questions(),
            *invoices.questions,
        ),
        missing=resolved.missing,
        head=table.head,
        hidden=table.hidden,
        titles=table.titles,
        totals=sums.beside(columns, amounts.read),
        is_cut=table.is_cut,
        unread_sheets=table.unread_sheets,
        seen=len(table.rows),
        layout=layout,
    )


@attrs.frozen(kw_only=True)
class _RowReader:
    """Reads the rows of one file."""

    amount: Amount
    currency: CurrencyColumn
    dates: DateColumns
    words: StateWords
    keeps: frozenset[str]
    has_balance: bool
    nobodys: frozenset[int]

    def read(
        self, cells: RowCells, number: str, kind: RowKind | None, state: BillState | None, currency: str | None
    ) -> InvoiceRow | None:
        """The invoice or the credit note of a row; None where it cannot even be formed."""
        customer, customer_name = _customer(cells, is_told=cells.line in self.nobodys)
        issued_on = cells.read_required("issued_on", self.dates.read)
        due_on = cells.read("due_on", self.dates.read_or_none)
        if not currency:
            cells.add_error("currency", self.currency.fault(cells))
        description, branch = cells.text("description", 500), cells.text("branch", 60)
        total: Money | None
        if not currency:
            return None
        if state is BillState.VOID:
            self.count(cells, currency, "balance", "paid")
            total, balance = _size(self.amount(cells, "total", currency)) or Money(0, currency), None
        else:
            total, balance = self._amounts(cells, currency)
        if total is not None and kind is None:
            if total.minor < 0 and is_receipt_number(number):
                cells.add_error("number", Text("import.is_receipt", word=number))
                return None
            is_note = total.minor < 0 or is_note_number(number)
            kind = RowKind.CREDIT_NOTE if is_note else RowKind.INVOICE
        if kind is RowKind.CREDIT_NOTE:
            total, balance = _size(total), None
        if state is not BillState.VOID:
            _check(cells, total, balance, issued_on, due_on if kind is RowKind.INVOICE else None)
        if not number or issued_on is None or total is None or kind is None:
            return None
        return InvoiceRow(
            line=cells.line,
            number=number,
            customer_key=customer,
            customer_name=customer_name,
            identity_type=cells.text("identity_type", 60),
            email=cells.text("email", 254),
            phone=cells.text("phone", 40),
            issued_on=issued_on,
            due_on=due_on,
            total=total,
            balance=balance,
            kind=kind,
            state=state,
            state_word=cells.raw("state") or cells.raw("kind"),
            credits=cells.code("credits", 100),
            keeps=self.keeps,
            description=description,
            branch=branch,
            terms=terms_code(cells.text("terms", 200)),
        )

    def count(self, cells: RowCells, currency: str | None, *fields: str) -> None:
        """Count amounts that nothing else is read from: a row of sums has them in it."""
        quiet = cells.quiet()
        if currency:
            for field in fields:
                self.amount(quiet, field, currency)

    def _amounts(self, cells: RowCells, currency: str) -> tuple[Money | None, Money | None]:
        """Total and balance; a file that says what was paid says the balance."""
        if not cells.raw("total"):
            cells.add_error("total", Text("cell.missing"))
        total, balance = self.amount(cells, "total", currency), self.amount(cells, "balance", currency)
        paid = self.amount(cells, "paid", currency)
        if not self.has_balance and total is not None and paid is not None:
            balance = total - (_size(paid) or paid)
        return total, balance


def _customer(cells: RowCells, *, is_told: bool) -> tuple[str, str]:
    """By what the customer is found: identity number, else mail, else name; and the name."""
    name = cells.text("customer_name", 200)
    key = cells.code("customer", 200) or cells.text("email", 254) or name
    if not key and not is_told:
        cells.add_error("customer", Text("cell.missing"))
    return (key.lower() if "@" in key else key), name


def _size(amount: Money | None) -> Money | None:
    return -amount if amount is not None and amount.minor < 0 else amount


def _check(
    cells: RowCells, total: Money | None, balance: Money | None, issued_on: date | None, due_on: date | None
) -> None:
    if issued_on and due_on and due_on < issued_on:
        cells.add_error("due_on", Text("cell.due_before_issue", issued_on=f"{issued_on:%d/%m/%Y}"))
    if total is not None and total.minor <= 0:
        cells.add_error("total", Text("cell.total_not_positive"))
    column = "balance" if cells.raw("balance") else "paid"
    if balance is not None and balance.minor < 0:
        cells.add_error(column, Text("cell.balance_negative"))
    if total is not None and balance is not None and balance > total:
        cells.add_error(column, Text("cell.balance_over_total", total=f"{total.decimal:f}"))


def _as_in_file(told: Iterable[RowError], columns: Mapping[str, tuple[str, ...]]) -> Iterator[RowError]:
    return (attrs.evolve(one, column=as_written(columns, str(one.column))) for one in told)


def as_written(columns: Mapping[str, tuple[str, ...]], field: str) -> str:
    """What the file calls a field."""
    return " + ".join(columns.get(field, (field,)))
