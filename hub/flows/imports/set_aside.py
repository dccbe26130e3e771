"""The rows of an import that were set aside, given back as a file: mended, it is handed in again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.files.settlement_file import parse_lines
from hub.domain.import_run import RunState
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub

from .hand_in import read_file
from .look_at import look_at
from .set_aside_file import Handed, set_aside_file
from .told_report import read_report


async def rows_set_aside(
    hub: Hub, merchant: Merchant, run_id: str, words: Callable[[Text], str], *, as_csv: bool = False
) -> tuple[str, bytes]:
    """A file's name and content, see ``set_aside_file``.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
    """
    run, content = await read_file(hub, merchant, run_id)
    country = hub.countries[merchant.company.country]
    handed = Handed(data=content, name=run.name, kind=run.kind, layout=run.layout, country=country)
    if run.kind is FileKind.PAYOUTS:
        handed = attrs.evolve(handed, currency=await _currency(hub, merchant, run.choices.account))
        reading = await asyncio.to_thread(
            parse_lines, content, name=run.name, currency=handed.currency, layout=run.layout
        )
        return await asyncio.to_thread(set_aside_file, handed, reading.set_aside, words, as_csv=as_csv)
    if run.state not in (RunState.SHOWN, RunState.TAKING):
        report = read_report(run.report)
    else:
        look = await look_at(hub, merchant, run_id)
        report, handed = look.report, attrs.evolve(handed, data=look.table)
    return await asyncio.to_thread(set_aside_file, handed, report.set_aside, words, as_csv=as_csv)


async def _currency(hub: Hub, merchant: Merchant, account_id: str) -> str:
    """Of payouts that name none.

    Raises:
        LookupError: No such account, or its provider is not installed.
    """
    account = await hub.store.read(lambda tx: own_record(tx.accounts.get(account_id), merchant, account_id))
    return hub.providers[account.provider].info.currencies[0].currency
