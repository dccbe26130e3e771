"""What an import did, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .explaining import row_error_line, words
from .import_asking import option_for, tell_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.domain.files.customer_file import CustomerRow
    from hub.domain.files.invoice_file import InvoiceRow
    from hub.domain.files.reading import Reading
    from hub.domain.files.sheet import RowError
    from hub.domain.missing_bills import Absent
    from hub.domain.text import Text
    from hub.flows.imports.import_report import ImportReport

TOGETHER = 5
"""More errors of one cause than this are told as one."""
LINES_SHOWN = 10
LISTED = 10
"""Numbers that a line names."""
UNKNOWN = "import.customer_unknown"


def facts_of(report: ImportReport) -> dict[str, object]:
    """The report as JSON says it; all keys are always there."""
    return {
        "format": words(report.reading.format),
        "dry_run": report.dry_run,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "closed": report.closed,
        "created": report.created,
        "creatable": report.creatable,
        "taken": [_row_facts(row) for row in report.rows],
        "changes": [
            {"number": row.number, "changes": [words(change) for change in row.changes]} for row in report.described
        ],
        "set_aside": _listed(report.set_aside),
        "rows_left_out": _listed(report.left_out),
        "faults": _listed(report.faults),
        "warnings": _listed(report.warnings or report.reading.warnings),
        "differences": _listed(report.differences),
        "kept": _listed(report.kept),
        "complete_list": _list_facts(report),
        "absent": list(report.absent.numbers) if report.absent else [],
        **reading_facts(report.reading),
    }


def reading_facts(reading: Reading) -> dict[str, object]:
    """How a file was understood, and what it asks."""
    return {
        "questions": [
            {
                "key": question.key,
                "text": words(question.text),
                "choices": [
                    {
                        "value": choice.value,
                        "label": words(choice.label),
                        "examples": [words(example) for example in choice.examples],
                    }
                    for choice in question.choices
                ],
                "option": option_for(question.key, question.choices[0].value),
            }
            for question in reading.questions
        ],
        "missing": list(reading.missing),
        "columns": {ours: list(theirs) for ours, theirs in reading.columns.items()},
        "left_out": list(reading.left_out),
        "hidden": list(reading.hidden),
        "unread_sheets": list(reading.unread_sheets),
        "titles": list(reading.titles),
        "totals": [
            {
                "line": total.line,
                "column": total.column,
                "stated": total.stated,
                "read": total.read,
                "agrees": total.agrees,
            }
            for total in reading.totals
        ],
        "layout": reading.layout.name,
    }


def _row_facts(row: InvoiceRow | CustomerRow) -> dict[str, object]:
    from hub.domain.files.customer_file import CustomerRow

    if isinstance(row, CustomerRow):
        return {
            "line": row.line,
            "name": row.name,
            "document": f"{row.document.type} {row.document.number}",
            "email": row.email,
            "other_emails": None if row.other_emails is None else list(row.other_emails),
            "phone": row.phone,
            "address": row.address,
        }
    return {
        "line": row.line,
        "number": row.number,
        "customer": row.customer_key,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "total": str(row.total),
        "balance": None if row.balance is None else str(row.balance),
        "kind": row.kind.value,
    }


def _list_facts(report: ImportReport) -> dict[str, object] | None:
    """What a complete list lacks, and what became of it."""
    if (missing := report.missing) is None:
        return None
    closing = report.closing
    return {
        "as_of": missing.as_of,
        "count": missing.count,
        "sums": [str(amount) for amount in missing.sums.values()],
        "bills": [
            {
                "number": bill.payable.number,
                "customer": bill.customer,
                "due": str(bill.payable.balance),
                "becomes": str(bill.becomes),
            }
            for bill in missing.bills
        ],
        "left": [{"number": alone.payable.number, "why": words(alone.why)} for alone in missing.left],
        "compared": {
            "series": list(missing.series),
            "branches": list(missing.branches),
            "currencies": list(missing.currencies),
        },
        "others": missing.others,
        "asks_two": missing.asks_two,
        "refused": [words(text) for text in (*missing.refused, *(closing.refused if closing else ()))],
        "closed": list(closing.numbers) if closing else [],
        "waits": bool(closing and closing.waits),
    }


def absent_line(absent: Absent) -> str:
    """What is open here and not in a file that nobody called the complete list."""
    numbers = absent.numbers[:LISTED]
    more = f" and {absent.count - len(numbers)} more" if absent.count > len(numbers) else ""
    owing = ", ".join(map(str, absent.sums.values()))
    what = "open invoice is" if absent.count == 1 else "open invoices are"
    return f"{absent.count} {what} not in it, owing {owing}: {', '.join(numbers)}{more} (--complete closes them)"


def refuses_list(report: ImportReport) -> bool:
    """Whether a file that was said to be a complete list closes nothing since it cannot be one."""
    return bool((report.missing and report.missing.refused) or (report.closing and report.closing.refused))


def complete_list(report: ImportReport) -> Iterator[str]:
    """The same in lines."""
    if (missing := report.missing) is None:
        return
    sums = "".join(f", {amount}" for amount in missing.sums.values())
    yield f"complete list of {missing.as_of}: it misses {missing.count} of {missing.open_ones}{sums}"
    if not missing.refused:
        yield words(missing.compared)
    for bill in missing.bills:
        yield f"  {bill.payable.number}, {bill.customer}: {bill.payable.balance}, {bill.becomes}"
    for alone in missing.left:
        yield f"  {alone.payable.number} stays: {words(alone.why)}"
    for text in (*missing.refused, *(report.closing.refused if report.closing else ())):
        yield words(text)
    if report.closing and report.closing.waits:
        yield "nothing is closed before a second person approves: payment-hub review waiting"
    elif report.dry_run and missing.count and not missing.refused:
        chosen = "" if missing.closing else "--missing '*=outside' "
        yield f"to close them: --complete {chosen}--missing-count {missing.count}"


def _listed(errors: Iterable[RowError]) -> list[dict[str, object]]:
    return [
        {"line": error.line, "column": words(error.column), "value": error.value, "message": words(error.message)}
        for error in errors
    ]


def print_report(report: ImportReport, name: str) -> None:
    """What happened, in lines."""
    for line in by_cause((*(report.warnings or report.reading.warnings), *(report.faults or report.set_aside))):
        click.echo(f"{name}: {line}", err=True)
    tell_creatable(report, name)
    if report.faults:
        faults = f"{len(report.faults)} fault{'s' if len(report.faults) != 1 else ''}"
        click.echo(f"Error: nothing was imported from {name}: {faults}", err=True)
        return
    if report.is_open:
        tell_open(report.reading, name)
        return
    for line in understood(report.reading):
        click.echo(f"{name}: {line}")
    if report.dry_run:
        click.echo(f"{name}: {words(report.reading.format)}. The first rows as understood:")
        for row in report.preview:
            click.echo(f"  {words(row)}")
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {report.aside} set aside"
    closed = f", {report.closed} closed" if report.closed else ""
    click.echo(f"{name}: {counts}{closed}{' (dry run: nothing was written)' if report.dry_run else ''}")
    if report.described:
        click.echo(f"{name}: what {'would change' if report.dry_run else 'changed'}:")
        for changed in report.described[:LISTED]:
            click.echo(f"  {changed.number}: {'; '.join(map(words, changed.changes))}")
        if (more := report.changed - LISTED) > 0:
            click.echo(f"  and {more} more")
    if report.left_out:
        click.echo(f"{name}: {len(report.left_out)} rows are left out, and need nothing:")
        for line in by_cause(report.left_out):
            click.echo(f"  {line}")
    if report.absent:
        click.echo(f"{name}: {absent_line(report.absent)}")
    for line in complete_list(report):
        click.echo(f"{name}: {line}", err=bool(report.closing and report.closing.refused))
    if report.kept:
        click.echo(f"{name}: {len(report.kept)} invoices stay as somebody decided here:")
        for error in report.kept:
            click.echo(f"  {row_error_line(error)}")
    if report.differences:
        click.echo(f"{name}: {len(report.differences)} invoices of which file and hub say another balance:")
        for error in report.differences:
            click.echo(f"  {row_error_line(error)}")


def tell_creatable(report: ImportReport, name: str) -> None:
    """How the customers whom nobody knows could come from the file itself."""
    unknown = sum(getattr(error.message, "id", "") == UNKNOWN for error in report.set_aside)
    if report.creatable and not report.created:
        click.echo(f"{name}: {report.creatable} customers could be created from it: --create-customers", err=True)
    elif unknown:
        rest = "with a column of their names --create-customers would create them from it"
        click.echo(f"{name}: {unknown} rows are of customers whom nobody knows: {rest}", err=True)


def understood(reading: Reading) -> Iterator[str]:
    """What is to be known of how a file was read."""
    if reading.layout.name:
        yield f"read as {reading.layout.name} (payment-hub import layouts)"
    if reading.left_out:
        yield f"nothing is read from these columns: {', '.join(reading.left_out)}"
    if reading.hidden:
        lines = f"line {reading.hidden[0]}" if len(reading.hidden) == 1 else f"lines {_lines(reading.hidden)}"
        yield f"{len(reading.hidden)} hidden or filtered, and left out: {lines}"
    if reading.unread_sheets:
        yield f"these sheets have rows too, and are not read: {', '.join(reading.unread_sheets)}"
    for total in reading.totals:
        if not total.agrees:
            yield f"line {total.line} says that {total.column} comes to {total.stated}; its rows come to {total.read}"


def by_cause(errors: Iterable[RowError]) -> Iterator[str]:
    """Each error in a line; more than a few of one cause are one line with the first of them; what only follows from
    another comes last."""
    groups: dict[tuple[str, Text | str], list[RowError]] = {}
    for error in errors:
        cause = error.message if isinstance(error.message, str) else error.message.id
        groups.setdefault((cause, error.column), []).append(error)
    for several in sorted(groups.values(), key=lambda group: _follows(group[0])):
        if len(several) <= TOGETHER:
            yield from map(row_error_line, several)
        else:
            lines, count = _lines([error.line for error in several]), len({error.line for error in several})
            yield f"{count} row{'s' if count > 1 else ''} alike, lines {lines}; the first: {row_error_line(several[0])}"


def _follows(error: RowError) -> bool:
    """Whether it only follows from what is wrong with another row."""
    from hub.domain.files.same_number import BESIDE_FAULTY

    return getattr(error.message, "id", "") == BESIDE_FAULTY


def _lines(lines: Iterable[int]) -> str:
    numbers = list(dict.fromkeys(lines))
    more = f" and {len(numbers) - LINES_SHOWN} more" if len(numbers) > LINES_SHOWN else ""
    return ", ".join(map(str, numbers[:LINES_SHOWN])) + more
