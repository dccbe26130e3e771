"""Look at a file that was handed in: how it is understood, and what confirming it would do now; nothing is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import attrs

from hub.domain.drawn_from import DrawnFrom, Part
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.sheet import Row, Table
from hub.domain.files.table_file import read_table
from hub.domain.import_run import Choices, ImportRun, RunState
from hub.domain.merchant import Merchant
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .hand_in import read_file
from .import_files import import_customers, import_invoices
from .import_report import ImportReport
from .told_report import outcome_of

SAMPLES = 5


@attrs.frozen(kw_only=True)
class Look:
    """A file as it is understood now.

    Attributes:
        headings: Of its columns, as it has them.
        samples: Its first rows.
    """

    run: ImportRun
    headings: tuple[str, ...]
    samples: tuple[Row, ...]
    report: ImportReport

    @property
    def drawn_from(self) -> DrawnFrom:
        """What whoever confirms it was shown."""
        return shown(self.run, self.report)


def shown(run: ImportRun, report: ImportReport) -> DrawnFrom:
    """How an import stands: how its file is to be read, and what that would do now."""
    return DrawnFrom({Part.FILE: read_as(run), Part.OUTCOME: outcome_of(report)})


def read_as(run: ImportRun) -> list[Any]:
    """How a file is to be read: plain values that differ where it is read otherwise."""
    layout, chosen = run.layout, attrs.asdict(run.choices)
    return [run.sha256, *map(_plain, (layout.columns, layout.answers, chosen))]


def _plain(values: Mapping[str, Any]) -> list[list[str]]:
    return [[name, str(value)] for name, value in sorted(values.items())]


async def look_at(hub: Hub, merchant: Merchant, run_id: str) -> Look:
    """An import of this merchant that is shown.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
    """
    run, content = await read_file(hub, merchant, run_id)
    table = await asyncio.to_thread(read_table, content, name=run.name)
    report = await run_file(hub, merchant, run, content, dry_run=True)
    return Look(run=run, headings=table.columns, samples=_samples(table), report=report)


def _samples(table: Table) -> tuple[Row, ...]:
    return table.rows[:SAMPLES]


async def run_file(
    hub: Hub, merchant: Merchant, run: ImportRun, content: bytes, *, dry_run: bool = False
) -> ImportReport:
    """Take what can be taken of an import's file, or only say what that would be."""
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
