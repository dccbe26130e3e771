"""A file that is the complete list of what is open: what it lacks, and what of that may be closed.

Nothing is closed by itself. What is missing is shown, counted and summed; whoever imports types the count, and says
of each whether it was paid elsewhere, was never owed, or stays as it is.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Final

import attrs

from hub.domain.files.headings import is_known
from hub.domain.files.known_columns import INVOICE_COLUMNS
from hub.domain.invoice_numbers import folded_number
from hub.domain.text import Text
from hub_hookspecs import Money

if TYPE_CHECKING:
    from hub.domain.files.invoice_file import InvoiceFile

ALONE: Final = 20
"""So many one person closes."""
FEW: Final = 3
"""So many also of a short list."""
PART: Final = 10
"""Of more than one in so many, two people close what is missing."""
TURN: Final = re.compile(r" \(\d+\)$")
"""What tells a heading from an earlier one that is written alike."""
REST: Final = "*"
"""Names what is not named by its number."""


class Closing(enum.StrEnum):
    """What becomes of an invoice that a complete list lacks."""

    OUTSIDE = "outside"
    """It was paid where the hub does not look."""
    VOID = "void"
    """It was never owed."""
    LEFT = "left"
    """It stays as it is."""


CLOSINGS: Final = frozenset(map(str, Closing))


@attrs.frozen
class OpenBill:
    """An open invoice, as far as a list is compared with it.

    Attributes:
        folded: Its number as numbers are compared.
        is_older: It was here before the list came.
    """

    id: str
    folded: str
    currency: str
    branch: str
    is_older: bool


@attrs.frozen(kw_only=True)
class Scope:
    """What a list speaks of: invoices of its currencies, series and branches, and which of them it has.

    Attributes:
        present: Numbers as they are compared, also of rows that cannot be taken.
    """

    currencies: frozenset[str]
    series: frozenset[str]
    branches: frozenset[str]
    present: frozenset[str]

    def covers(self, bill: OpenBill) -> bool:
        """Whether the list would have the invoice, if it were still open there."""
        return bill.currency in self.currencies and bill.branch in self.branches and _series(bill.folded) in self.series

    def lacks(self, bill: OpenBill) -> bool:
        """Whether the list speaks of such invoices and does not have this one."""
        return bill.folded not in self.present and self.covers(bill)


def series_of(number: str) -> str:
    """What stands before the last digits of a number, as it is compared: ``FE-000123`` is of ``fe``."""
    return _series(folded_number(number))


def _series(folded: str) -> str:
    return folded.rpartition(".")[0]


def series_as_written(numbers: Iterable[str]) -> tuple[str, ...]:
    """The series of some numbers, each as its first number writes it: ``FE-000123`` is of ``FE-``."""
    found: dict[str, str] = {}
    for number in sorted(numbers):
        before = number.rstrip("0123456789")
        found.setdefault(series_of(number), before if before != number else series_of(number))
    return tuple(found.values())


def scope_of(file: InvoiceFile) -> Scope:
    """What a file speaks of."""
    numbers = {row.number for row in file.rows}
    folded = {row.folded for row in file.rows}
    return Scope(
        currencies=frozenset(row.total.currency for row in file.rows),
        series=frozenset(map(_series, folded)),
        branches=frozenset(row.branch for row in file.rows),
        present=frozenset(folded | set(map(folded_number, file.numbers - numbers))),
    )


def why_no_list(file: InvoiceFile) -> Iterator[Text]:
    """Why a file cannot be taken for the complete list: something of it was not read."""
    if file.errors or file.is_open:
        yield Text("missing.unread")
    if file.is_cut:
        yield Text("missing.cut")
    if file.set_aside:
        yield Text("missing.set_aside", count=len({error.line for error in file.set_aside}))
    if file.hidden:
        yield Text("missing.hidden", count=len(file.hidden))
    for name in file.unread_sheets:
        yield Text("missing.other_sheet", name=name)
    if column := second_table(file):
        yield Text("missing.second_table", column=column)
    for total in file.totals:
        if not total.agrees:
            read = side_by_side([Text("missing.amount", amount=amount) for amount in total.sums])
            yield Text("missing.total", column=total.column, stated=total.stated, read=read)
    if not file.rows:
        yield Text("missing.empty")


def second_table(file: InvoiceFile) -> str:
    """The column with the numbers of a further table beside the one that was read; empty where there is none.

    Such a table has amounts of its own, and its customers too, or the same heading a second time.
    """
    columns = {column.name: column for column in INVOICE_COLUMNS}

    def left(*fields: str) -> list[str]:
        known = frozenset().union(*(columns[field].names for field in fields))
        return [theirs for theirs in file.left_out if is_known(TURN.sub("", theirs), known)]

    numbers, again = left("number"), [theirs for theirs in left("number") if TURN.search(theirs)]
    if not numbers or not left("total", "balance"):
        return ""
    return next(iter(again), "") or (numbers[0] if left("customer") else "")


def day_of(file: InvoiceFile, chosen: date | None) -> date:
    """Of which day the list is: as somebody said, else of its newest invoice."""
    return chosen or max((row.issued_on for row in file.rows), default=date.min)


def asks_two(closed: int, open_ones: int) -> bool:
    """Whether so many of what is open are closed by two people."""
    return closed > ALONE or (closed > FEW and closed * PART > open_ones)


def chosen_for(number: str, choices: Mapping[str, str]) -> Closing:
    """What was chosen for an invoice; what nobody named is left."""
    chosen = choices.get(number) or choices.get(REST) or Closing.LEFT
    return Closing(chosen) if chosen in CLOSINGS else Closing.LEFT


def summed(amounts: Iterable[Money]) -> dict[str, Money]:
    """Sums by currency."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return dict(sorted(sums.items()))


def side_by_side(texts: Sequence[Text]) -> Text | str:
    """Texts with commas between them."""
    return reduce(lambda before, after: Text("missing.and", before=before, after=after), texts) if texts else ""


def reason_of(day: date, name: str) -> str:
    """Why what is missing was closed, in the Spanish that is stored with it for good."""
    return f"lista completa al {day:%d/%m/%Y}" + (f": {name}" if name else "")
