"""Print records: JSON for programs, aligned columns for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click

from hub_hookspecs import Money


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    match value:
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(map(str, value))
    return str(value)


def moment(at: datetime | None) -> str | None:
    """UTC, RFC 3339."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def local(at: datetime | None, zone: str, *, seconds: bool = False) -> str:
    """A moment on the clock of a zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M") if at else "-"


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> None:
    """Aligned columns; those named in ``right`` stand at the right."""
    lines = [list(headers), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headers))]
    to_right = {at for at, name in enumerate(headers) if name in set(right)}
    for line in lines:
        cells = [cell.rjust(widths[at]) if at in to_right else cell.ljust(widths[at]) for at, cell in enumerate(line)]
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value) or ""
    # Names come from files and strangers, and a terminal obeys what is not printable.
    text = "".join(char if char.isprintable() else " " for char in str(value)) if value is not None else ""
    return " ".join(text.split())


def print_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Comma-separated values; a text that a spreadsheet would take for a formula is quoted."""
    from hub.domain.export import harmless

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headers)
    # A lone carriage return is not quoted, and begins a new cell elsewhere.
    writer.writerows([harmless(_cell(value)) for value in row] for row in rows)
    click.echo(out.getvalue(), nl=False)


def print_facts(facts: Iterable[tuple[str, object]], *, indent: str = "") -> None:
    """Names and values, one a line; what is empty is left out."""
    shown = [(name, _cell(value)) for name, value in facts if value not in ("", None, ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{indent}{name.ljust(width)}  {value}".rstrip())


def command_line(data: str | None, *words: str) -> str:
    """A command as it is to be pasted, with the data folder where one was given."""
    import shlex

    return shlex.join(("payment-hub", *words, *(("--data", data) if data else ())))
