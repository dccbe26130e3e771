"""Say that a file of payouts was taken: what it came to stands among the imports."""

from __future__ import annotations

import asyncio

import attrs

from hub.domain.files.reading import Reading
from hub.domain.files.settlement_file import parse_lines
from hub.domain.import_run import ImportRun, RunState
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx
from hub.flows.imports.layouts import remember_run
from hub.flows.imports.take_in import TAKEN_BY

from .reconciliation import Reconciliation


async def end_payouts(hub: Hub, run_id: str, result: Reconciliation, *, by: str) -> None:
    """Of an import whose lines were compared and booked; again, of one that is taken once more."""
    counts = {"lines": result.lines, "booked": result.booked, "known": result.known}

    def write(tx: Tx) -> None:
        run = tx.imports.get(run_id)
        if run is not None:
            report = {**counts, "differences": len(result.differences), TAKEN_BY: by}
            tx.imports.save(attrs.evolve(run, state=RunState.TAKEN, taken_at=hub.clock(), report=report))
            remember_run(tx, hub, run, result.reading, by)

    await hub.store.write(write)


async def read_payouts(hub: Hub, merchant: Merchant, run: ImportRun, content: bytes) -> Reading:
    """How a file of payouts is read now, without comparing it with anything."""
    currency = hub.countries[merchant.company.country].currencies[0]
    return await asyncio.to_thread(parse_lines, content, name=run.name, currency=currency, layout=run.layout)
