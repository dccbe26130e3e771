"""What was read of a file as a whole: how it was understood, what was left out, what is asked."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hub.domain.text import Text
from hub_hookspecs import Money

from .layout import Layout
from .question import Question
from .sheet import HeadLine, RowError


@attrs.frozen(kw_only=True)
class TotalRow:
    """A row of sums below the others, and whether it says what was read above it.

    Attributes:
        column: The file's own heading.
        stated: What stands there.
        sums: What the rows come to, one a currency.
    """

    line: int
    column: str
    stated: str
    sums: tuple[Money, ...]
    agrees: bool

    @property
    def read(self) -> str:
        """What the rows come to, for programs."""
        return ", ".join(map(str, self.sums))


@attrs.frozen(kw_only=True)
class Reading:
    """What is said of a file beside its rows.

    Attributes:
        format: What the file turned out to be, for people.
        file_type: ``xlsx``, ``csv``, ``json``, ``html`` or ``xml``.
        seen: Rows below the headings that people see, those with errors included.
        columns: The file's own headings for each of our fields that it has.
        left_out: Headings that nothing is read from.
        hidden: Lines that are hidden or filtered away, and so not read.
        titles: What stands above the headings.
        totals: Rows of sums, which are no rows of the file.
        head: Its first lines as they stand, for whoever says which column is which.
        errors: Why the file cannot be read at all; then there are no rows.
        set_aside: What is wrong with single rows; the others are read all the same.
        warnings: What is merely unusual.
        questions: What must be answered before anything is taken.
        missing: Fields that must be there and have no column.
        is_cut: The file ends in the middle of something.
        unread_sheets: Further sheets of the workbook that have rows and are not read, hidden ones too.
        layout: As it was used.
    """

    format: Text | str = ""
    file_type: str = ""
    seen: int = 0
    columns: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    left_out: tuple[str, ...] = ()
    hidden: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    totals: tuple[TotalRow, ...] = ()
    head: tuple[HeadLine, ...] = ()
    errors: tuple[RowError, ...] = ()
    set_aside: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()
    is_cut: bool = False
    unread_sheets: tuple[str, ...] = ()
    layout: Layout = attrs.Factory(Layout)

    @property
    def wrong(self) -> tuple[RowError, ...]:
        """All that is wrong, in the order of its lines."""
        return tuple(sorted((*self.errors, *self.set_aside), key=lambda error: error.line))

    @property
    def is_open(self) -> bool:
        """Whether something must be said before anything is taken."""
        return bool(self.questions or self.missing)
