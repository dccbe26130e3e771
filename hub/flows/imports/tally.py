"""What was done with the rows of a portion; portions add up to the report of an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from hub.domain.files.customer_file import CustomerRow
from hub.domain.files.field_labels import field_label
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.files.sheet import RowError
from hub.domain.import_run import RunRow
from hub.domain.text import Text

from .import_report import MAX_DESCRIBED, MAX_ROWS, Change, ChangedRow, ImportReport

INSTEAD: Final[Mapping[str, tuple[str, ...]]] = {"customer": ("customer_name", "email"), "email": ("customer",)}
"""From which columns a field is read where it has none of its own."""


@attrs.define(kw_only=True)
class Tally:
    """What became of rows.

    Attributes:
        gone_through: How many rows of the file.
        run_rows: What is kept of it so that it can be taken back.
    """

    counts: dict[Change, int] = attrs.Factory(lambda: dict.fromkeys(Change, 0))
    rows: list[InvoiceRow | CustomerRow] = attrs.Factory(list)
    set_aside: list[RowError] = attrs.Factory(list)
    left_out: list[RowError] = attrs.Factory(list)
    kept: list[RowError] = attrs.Factory(list)
    differences: list[RowError] = attrs.Factory(list)
    warnings: list[RowError] = attrs.Factory(list)
    described: list[ChangedRow] = attrs.Factory(list)
    told_by_name: set[tuple[str, str]] = attrs.Factory(set)
    creatable: set[tuple[str, str]] = attrs.Factory(set)
    created: set[tuple[str, str]] = attrs.Factory(set)
    gone_through: int = 0
    run_rows: list[RunRow] = attrs.Factory(list)

    def take(self, row: InvoiceRow | CustomerRow, change: Change) -> None:
        """A row was taken."""
        self.counts[change] += 1
        if len(self.rows) < MAX_ROWS:
            self.rows.append(row)

    def describe(self, number: str, changes: Callable[[], tuple[Text, ...]]) -> None:
        """Say what changed, while there is room for it."""
        if len(self.described) < MAX_DESCRIBED:
            self.described.append(ChangedRow(number, changes()))

    def add(self, other: Tally) -> None:
        """What became of further rows."""
        for change, count in other.counts.items():
            self.counts[change] += count
        for name in ("rows", "set_aside", "left_out", "kept", "differences", "described"):
            getattr(self, name).extend(getattr(other, name))
        self.rows = _first(self.rows)
        told = self.told_by_name
        self.warnings += [
            one for one in other.warnings if one.column != "customer" or (one.column, one.value) not in told
        ]
        self.told_by_name |= {(str(one.column), one.value) for one in other.warnings} | other.told_by_name
        self.creatable |= other.creatable
        self.created |= other.created
        self.gone_through += other.gone_through

    def into(self, report: ImportReport) -> ImportReport:
        """The report with all of it, in the order of the file and under its own headings."""
        columns = report.reading.columns

        def placed(*errors: RowError) -> tuple[RowError, ...]:
            return tuple(attrs.evolve(error, column=_place(error.column, columns)) for error in errors)

        return attrs.evolve(
            report,
            new=self.counts[Change.NEW],
            changed=self.counts[Change.CHANGED],
            unchanged=self.counts[Change.UNCHANGED],
            rows=tuple(_first(self.rows)),
            set_aside=_by_line((*report.set_aside, *placed(*self.set_aside))),
            left_out=_by_line((*report.left_out, *placed(*self.left_out))),
            kept=_by_line(placed(*self.kept)),
            differences=_by_line(placed(*self.differences)),
            warnings=_by_line((*report.warnings, *placed(*self.warnings))),
            described=tuple(self.described[:MAX_DESCRIBED]),
            creatable=len(self.creatable),
            created=len(self.created),
        )


def _first(rows: list[InvoiceRow | CustomerRow]) -> list[InvoiceRow | CustomerRow]:
    """As many rows as a report has, the first ones of the file."""
    return sorted(rows, key=lambda row: row.line)[:MAX_ROWS]


def _place(field: Text | str, columns: Mapping[str, tuple[str, ...]]) -> Text | str:
    """The heading of a field; of one that the file lacks, that of what was read instead, or what people call it."""
    if not isinstance(field, str):
        return field
    found = next((columns[name] for name in (field, *INSTEAD.get(field, ())) if columns.get(name)), None)
    return " + ".join(found) if found else field_label(field)


def _by_line(errors: tuple[RowError, ...]) -> tuple[RowError, ...]:
    return tuple(sorted(errors, key=lambda error: error.line))
