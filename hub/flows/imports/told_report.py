"""The report of an import as it is stored, for whoever opens its page later, in whatever language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from hub.domain.complete_list import summed
from hub.domain.files.layout import Layout
from hub.domain.files.reading import Reading, TotalRow
from hub.domain.files.sheet import RowError
from hub.domain.text import packed, unpacked
from hub.flows.corrections.close_bills import CLOSING
from hub_hookspecs import Money

from .import_report import ChangedRow, ImportReport

COUNTS: Final = ("new", "changed", "unchanged", "closed", "created")
LISTS: Final = ("faults", "set_aside", "left_out", "differences", "kept", "warnings")
MOST: Final = 500
"""Of everything but what was set aside, which is given back whole, so many are told one by one."""


def stored_report(report: ImportReport) -> dict[str, Any]:
    """A report as JSON can hold it."""
    reading = report.reading
    return {
        **{name: getattr(report, name) for name in COUNTS},
        **{name: _errors(getattr(report, name), None if name == "set_aside" else MOST) for name in LISTS},
        "aside": report.aside,
        "counts": {name: len(getattr(report, name)) for name in LISTS},
        "described": [[row.number, [packed(text) for text in row.changes]] for row in report.described],
        "preview": [packed(row) for row in report.preview],
        "format": packed(reading.format),
        "file_type": reading.file_type,
        "seen": reading.seen,
        "columns": {ours: list(theirs) for ours, theirs in reading.columns.items()},
        "unread": list(reading.left_out[:MOST]),
        "hidden": list(reading.hidden[:MOST]),
        "unread_sheets": list(reading.unread_sheets[:MOST]),
        "totals": [
            [row.line, row.column, row.stated, list(map(packed, row.sums)), row.agrees] for row in reading.totals[:MOST]
        ],
        "layout": reading.layout.name,
        **({CLOSING: _closing(report)} if report.closing else {}),
        **({"lacks": report.missing.mark} if report.missing else {}),
    }


def _closing(report: ImportReport) -> dict[str, Any]:
    """What became of what a complete list lacked."""
    closing = report.closing
    assert closing is not None
    return {
        "closed": list(closing.numbers),
        "owed": {
            bill.payable.number: [bill.payable.balance.minor, bill.payable.currency]
            for bill in (report.missing.closing if report.missing else ())
        },
        "waits": closing.waits,
        "refused": [packed(why) for why in closing.refused],
        "left": [item.payable.number for item in report.missing.left] if report.missing else [],
    }


def sums_closed(closing: Mapping[str, Any]) -> tuple[Money, ...]:
    """What the invoices owed that were closed, by currency; none where that is not known of all of them."""
    owed = {number: Money(minor, code) for number, (minor, code) in closing.get("owed", {}).items()}
    closed = closing.get("closed", ())
    return tuple(summed(owed[number] for number in closed).values()) if set(closed) <= set(owed) else ()


def read_report(data: Mapping[str, Any]) -> ImportReport:
    """The report that was stored."""
    return ImportReport(
        reading=Reading(
            format=unpacked(data["format"]),
            file_type=data["file_type"],
            seen=data["seen"],
            columns={ours: tuple(theirs) for ours, theirs in data["columns"].items()},
            left_out=tuple(data["unread"]),
            hidden=tuple(data["hidden"]),
            unread_sheets=tuple(data.get("unread_sheets", ())),
            totals=tuple(
                TotalRow(line=line, column=column, stated=stated, sums=tuple(map(unpacked, sums)), agrees=agrees)
                for line, column, stated, sums, agrees in data["totals"]
            ),
            layout=Layout(name=data["layout"]),
        ),
        preview=tuple(map(unpacked, data.get("preview", ()))),
        described=tuple(ChangedRow(number, tuple(map(unpacked, changes))) for number, changes in data["described"]),
        **_counts_and_lists(data),
    )


def _counts_and_lists(data: Mapping[str, Any]) -> dict[str, Any]:
    lists = {
        name: tuple(
            RowError(line, unpacked(column), value, unpacked(message)) for line, column, value, message in data[name]
        )
        for name in LISTS
    }
    return {**{name: data[name] for name in COUNTS}, **lists}


def joined(before: ImportReport, after: ImportReport) -> ImportReport:
    """What one portion and those before it came to."""
    return attrs.evolve(
        after,
        **{name: getattr(before, name) + getattr(after, name) for name in (*COUNTS, *LISTS, "described")},
    )


def outcome_of(report: ImportReport) -> str:
    """What confirming it would do, as a short mark: equal for equal outcomes."""
    told = {name: value for name, value in stored_report(report).items() if name not in ("format", "layout")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _errors(errors: Iterable[RowError], most: int | None) -> list[list[Any]]:
    return [[error.line, packed(error.column), error.value, packed(error.message)] for error in tuple(errors)[:most]]
