"""Say that a file of payouts was taken: what it came to stands among the imports."""

from __future__ import annotations

import attrs

from hub.domain.import_run import RunState
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
