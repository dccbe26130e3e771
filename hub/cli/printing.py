"""Print records: JSON for programs; for people aligned columns in the width of their terminal,
times on their clock."""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo

import click

from .explaining import words

SHORT = 10
"""Characters of an id that lists show; commands take them."""


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json_of(value))


def json_of(value: object) -> str:
    """A JSON document."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    from hub.domain.text import Text
    from hub_hookspecs import Money

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
        case Text():
            return words(value)
    return str(value)


def moment(at: datetime | None) -> str | None:
    """UTC, RFC 3339."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def room() -> int | None:
    """Columns of the terminal that standard output is; None where it is none, and nothing has to fit."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def clock(at: datetime, zone: str, *, seconds: bool = False) -> str:
    """A moment on the clock of a zone, which is named nearby."""
    return at.astimezone(_zone(zone)).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def offset(at: datetime, zone: str) -> str:
    """How far a zone's clock is from UTC, such as ``-06:00``."""
    return "UTC" if zone == "UTC" else at.astimezone(_zone(zone)).isoformat()[-6:]


def local(at: datetime | None, zone: str, *, seconds: bool = False) -> str:
    """A moment on the clock of a zone, and which clock that is."""
    return f"{clock(at, zone, seconds=seconds)} {offset(at, zone)}" if at else "-"


def when(at: datetime | None, zone: str) -> str:
    """A moment in a table: for people as ``local``; one word in RFC 3339 where no terminal
    reads it; empty for none."""
    if at is None:
        return ""
    return at.astimezone(_zone(zone)).isoformat(timespec="seconds") if room() is None else local(at, zone)


def print_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[str] = (),
    cut: Collection[str] = (),
    fold: Collection[str] = (),
) -> None:
    """Aligned columns; in a terminal they take its width.

    Args:
        right: These stand at the right.
        cut: Names, which may lose their end; nobody pastes them.
        fold: Prose, which may take several lines.
    """
    from .layout import TextTable

    table = TextTable(headers, [[_cell(value) for value in row] for row in rows], right, cut, fold)
    for line in table.lines(room()):
        click.echo(line)


def _cell(value: object, zone: str = "") -> str:
    if isinstance(value, datetime):
        return local(value, zone) if zone else moment(value) or ""
    # Names come from files and strangers, and a terminal obeys what is not printable.
    text = "".join(char if char.isprintable() else " " for char in str(value)) if value is not None else ""
    return " ".join(text.split())


def print_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Comma-separated values; a text that a spreadsheet would take for a formula is quoted."""
    import csv

    from hub.domain.export import harmless

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headers)
    # A lone carriage return is not quoted, and begins a new cell elsewhere.
    writer.writerows([harmless(_cell(value)) for value in row] for row in rows)
    click.echo(out.getvalue(), nl=False)


def print_facts(facts: Iterable[tuple[str, object]], *, indent: str = "", zone: str = "UTC") -> None:
    """Names and values, one a line; what is empty is left out, and moments stand on the clock of a zone."""
    shown = [(name, _cell(value, zone)) for name, value in facts if value not in ("", None, ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        print_hanging(f"{indent}{name.ljust(width)}  ", value)


def print_hanging(head: str, text: str) -> None:
    """A text behind its head; in a terminal the lines that follow begin below it,
    or at the left for want of room."""
    from .layout import INDENT, columns_of, folded

    width = room()
    if width is None or columns_of(head + text) <= width:
        click.echo(f"{head}{text}".rstrip())
        return
    below = " " * columns_of(head)
    lines = folded(text, width - len(below))
    if any(columns_of(word) > width - len(below) for word in text.split()):
        below = " " * min(INDENT, len(below))
        click.echo(head.rstrip())
        lines = ["", *folded(text, width - len(below))]
    for at, line in enumerate(lines):
        if line:
            click.echo(f"{below if at else head}{line}")


def print_text(text: str) -> None:
    """Paragraphs as they are; in a terminal each takes its width, and begins as far in as before."""
    for line in text.splitlines():
        stripped = line.lstrip()
        print_hanging(line.removesuffix(stripped), stripped)


def command_line(*words: str) -> str:
    """A command as it is to be pasted, with the data folder where this one was given one."""
    import shlex

    data = click.get_current_context().params.get("data")
    return shlex.join(("payment-hub", *words, *(("--data", data) if data else ())))
