"""The rows of an import that were set aside, given back as a file: mended, it is handed in again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hub.domain.files.sheet import Table
from hub.domain.import_run import RunState
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub

from .hand_in import read_file
from .look_at import look_at
from .set_aside_file import set_aside_file
from .told_report import read_report


async def rows_set_aside(hub: Hub, merchant: Merchant, run_id: str, words: Callable[[Text], str]) -> tuple[str, bytes]:
    """A file's name and content, see ``set_aside_file``.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
    """
    run, content = await read_file(hub, merchant, run_id)
    data: bytes | Table = content
    if run.state not in (RunState.SHOWN, RunState.TAKING):
        report = read_report(run.report)
    else:
        look = await look_at(hub, merchant, run_id)
        report, data = look.report, look.table
    currencies = hub.countries[merchant.company.country].currencies
    return await asyncio.to_thread(
        set_aside_file, data, run.name, report, words, run.kind, layout=run.layout, currencies=currencies
    )
