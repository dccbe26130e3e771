"""Look at a file that was handed in: how it is understood, and what confirming it would do now; nothing is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from hub.domain.drawn_from import DrawnFrom, Part
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.propose import CUSTOMER
from hub.domain.files.reading import Reading
from hub.domain.files.sheet import Row, Table
from hub.domain.import_run import Choices, ImportRun, RunState
from hub.domain.merchant import Merchant
from hub.flows.ground.own_customer import customer_named
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .complete_list import is_alone
from .hand_in import import_of, read_file
from .import_files import import_customers, import_invoices
from .import_report import ImportReport
from .layouts import Doubted, doubted_layout
from .told_report import outcome_of

SAMPLES = 5


@attrs.frozen(kw_only=True)
class Look:
    """A file as it is understood now.

    Attributes:
        headings: Of its columns, as it has them.
        samples: Its first rows.
        people: Headings that nothing is read from, and below which the first rows all name customers who are known.
        table: Its rows as they were read, for whatever follows at once.
        doubted: How files with these headings are remembered to be read, which this one does not fit.
        is_alone: Whether nobody else of the company may say what becomes of what a complete list lacks.
    """

    run: ImportRun
    headings: tuple[str, ...]
    samples: tuple[Row, ...]
    report: ImportReport
    people: tuple[str, ...] = ()
    doubted: Doubted | None = None
    is_alone: bool = False
    table: Table = attrs.field(factory=Table, repr=False)

    @property
    def drawn_from(self) -> DrawnFrom:
        """What whoever confirms it was shown."""
        return shown(self.run, self.report)


def shown(run: ImportRun, report: ImportReport) -> DrawnFrom:
    """How an import stands: how its file is to be read, and what that would do now."""
    return DrawnFrom({Part.FILE: read_as(run), Part.OUTCOME: outcome_of(report)})


def read_as(run: ImportRun) -> list[Any]:
    """How a file is to be read: plain values that differ where it is read otherwise."""
    layout, chosen = run.layout, run.choices
    others = [chosen.whole, chosen.create_customers, chosen.complete, str(chosen.as_of)]
    return [run.sha256, *map(_plain, (layout.columns, layout.answers)), others]


def _plain(values: Mapping[str, Any]) -> list[list[str]]:
    return [[name, str(value)] for name, value in sorted(values.items())]


async def look_at(hub: Hub, merchant: Merchant, run_id: str, *, by: str = "", table: Table | None = None) -> Look:
    """An import of this merchant that is shown, to whom.

    Args:
        table: Its rows, where they were read before.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
    """
    if table is None:
        run, content = await read_file(hub, merchant, run_id)
        table = await asyncio.to_thread(table_of, run, content)
    else:
        run = await import_of(hub, merchant, run_id)
    report = await run_file(hub, merchant, run, table, dry_run=True)
    headings, samples = table.columns, table.rows[:SAMPLES]
    people: tuple[str, ...] = ()
    if CUSTOMER in report.reading.missing:
        people = await hub.store.read(lambda tx: _people(tx, hub, merchant, report.reading.left_out, samples))
    doubted = None
    if not (run.layout.columns or run.layout.answers):
        currency = hub.countries[merchant.company.country].currencies[0]
        doubted = await doubted_layout(hub, merchant, run.kind, table, currency=currency)
    alone = bool(report.missing) and await hub.store.read(lambda tx: is_alone(tx, merchant, by))
    return Look(
        run=run,
        headings=headings,
        samples=samples,
        report=report,
        people=people,
        doubted=doubted,
        is_alone=alone,
        table=table,
    )


def _people(tx: Tx, hub: Hub, merchant: Merchant, free: Iterable[str], samples: Sequence[Row]) -> tuple[str, ...]:
    country = hub.countries[merchant.company.country]

    def are_known(theirs: str) -> bool:
        cells = [row.cells.get(theirs, "").strip() for row in samples]
        return bool(cells) and all(cell and customer_named(tx, merchant, country, cell) for cell in cells)

    return tuple(theirs for theirs in free if are_known(theirs))


async def first_rows(run: ImportRun, content: bytes, reading: Reading) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The headings of a file that was read, in its order, and its first rows."""
    found = _in_head(reading)
    return found if found is not None else await asyncio.to_thread(_in_file, run, content)


def _in_head(reading: Reading) -> tuple[tuple[str, ...], tuple[Row, ...]] | None:
    """The headings in the file's order and its first rows, where they stand among its first lines as they are."""
    named = {theirs for several in reading.columns.values() for theirs in several} | set(reading.left_out)
    for at, line in enumerate(reading.head):
        if named and set(line.cells) == named and len(line.cells) == len(named):
            rows = (
                Row(below.line, dict(zip(line.cells, below.cells, strict=False))) for below in reading.head[at + 1 :]
            )
            return line.cells, tuple(rows)[:SAMPLES]
    return None


def _in_file(run: ImportRun, content: bytes) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    table = table_of(run, content)
    return table.columns, table.rows[:SAMPLES]


def table_of(run: ImportRun, content: bytes) -> Table:
    """The rows of an import's file, its headings found as those who read it do."""
    return read_listed(run.kind, content, run.name)


async def run_file(
    hub: Hub, merchant: Merchant, run: ImportRun, content: bytes | Table, *, dry_run: bool = False
) -> ImportReport:
    """Take what can be taken of an import's file, or of its rows, or only say what that would be."""
    take = import_customers if run.kind is FileKind.CUSTOMERS else import_invoices
    return await take(
        hub,
        merchant,
        content,
        name=run.name,
        layout=run.layout,
        choices=run.choices,
        run=None if dry_run else run,
        dry_run=dry_run,
    )


async def read_otherwise(hub: Hub, merchant: Merchant, run_id: str, layout: Layout, choices: Choices) -> bool:
    """Keep how a file is to be read, and what was chosen beside; whether that is another way than before.

    Raises:
        LookupError: No such import of this merchant.
    """

    def write(tx: Tx) -> bool:
        run = own_record(tx.imports.get(run_id), merchant, run_id)
        after = attrs.evolve(run, layout=layout, choices=choices)
        if run.state is not RunState.SHOWN or after == run:
            return False
        tx.imports.save(after)
        return True

    return await hub.store.write(write)
