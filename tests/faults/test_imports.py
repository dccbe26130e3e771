"""An import is interrupted anywhere: it goes on where it was, bills nothing twice, and its report is as ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.imports.import_files
from hub.domain.drawn_from import DrawnFrom
from hub.domain.files.layout import FileKind
from hub.domain.import_run import ATTEMPTS, ImportRun, RunState
from hub.flows.ground.as_drawn import FormChanged, as_drawn
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.look_at import look_at, shown
from hub.flows.imports.take_back import go_on
from hub.flows.imports.take_in import STOPPED, Busy, begin, continue_import
from hub.flows.imports.units import PORTION
from tests.faults.harness import Desk, rows

ROWS = 3 * PORTION + 7


class Killed(BaseException):
    """The process ends here."""


def export(desk: Desk, count: int = ROWS, *, begins: str = "N") -> bytes:
    """So many invoices of one customer."""
    document = desk.debtor("CR", 1_000).customer.document.number
    lines = (f"{begins}-{at:05d},{document},2026-02-01,CRC,{at + 1}.00" for at in range(count))
    return "\n".join(("numero,identificacion,fecha,moneda,total", *lines)).encode() + b"\n"


def begun(desk: Desk, content: bytes, name: str = "cartera.csv") -> ImportRun:
    """A file that somebody has confirmed."""
    merchant = desk.companies["CR"]

    async def work() -> ImportRun:
        run = await hand_in(desk.hub, merchant, content, kind=FileKind.INVOICES, name=name, by="ana@cr.example")
        return await begin(desk.hub, merchant, run.id, by="ana@cr.example", rows=ROWS)

    return asyncio.run(work())


@contextlib.contextmanager
def dying_after(desk: Desk, portions: int) -> Iterator[None]:
    """The process ends after so many of its transactions."""
    real, done = desk.hub.store.write, 0

    async def write(fn: Callable[[Any], Any], **how: Any) -> Any:
        nonlocal done
        if done == portions:
            raise Killed
        done += 1
        return await real(fn, **how)

    desk.hub.store.write = write
    try:
        yield
    finally:
        desk.hub.store.write = real


def killed_after(desk: Desk, run: ImportRun, portions: int) -> None:
    """Let the process that takes it in, or back, end after so many of its transactions."""
    with dying_after(desk, portions), pytest.raises(Killed):
        asyncio.run(go_on(desk.hub, run.id))


def stored(desk: Desk, run: ImportRun) -> ImportRun:
    found = desk.read(lambda tx: tx.imports.get(run.id))
    assert found is not None
    return found


def is_taken_once(desk: Desk, run: ImportRun) -> None:
    """Each row is billed once, and the report tells of all of them."""
    now = stored(desk, run)
    assert (now.state, now.done, now.rows, now.due_at) == (RunState.TAKEN, ROWS, ROWS, None)
    assert (now.report["new"], now.report["changed"], now.report["unchanged"]) == (ROWS, 0, 0)
    numbers = rows(
        desk.path, "SELECT count(*), count(DISTINCT number), sum(total) FROM payable WHERE number LIKE 'N-%'"
    )
    assert numbers == [(ROWS, ROWS, 100 * ROWS * (ROWS + 1) // 2)]
    assert rows(desk.path, "SELECT count(*) FROM import_row") == [(ROWS,)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("portions", range(5))
def test_whoever_dies_in_the_middle_of_an_import_leaves_it_to_the_next_who_goes_on(desk: Desk, portions: int) -> None:
    run = begun(desk, export(desk))
    killed_after(desk, run, portions)
    assert stored(desk, run).done == min(portions * PORTION, ROWS)
    with Desk.open(desk.copy(), clock=desk.clock) as other:
        other.clock.now += timedelta(seconds=121)
        other.do_what_is_due()
        is_taken_once(other, run)


def test_control_an_import_that_does_not_store_how_far_it_is_tells_another_story(
    desk: Desk, plant: Callable[..., None]
) -> None:
    plant(hub.flows.imports.import_files, "_go_on", lambda *_args: None)
    run = begun(desk, export(desk))
    killed_after(desk, run, 2)
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    with pytest.raises(AssertionError):
        is_taken_once(desk, run)


def test_while_somebody_works_on_an_import_nobody_else_does_and_soon_after_somebody_may(desk: Desk) -> None:
    run = begun(desk, export(desk))
    killed_after(desk, run, 3)
    due = stored(desk, run).due_at
    assert due is not None
    assert timedelta() < due - desk.clock.now <= timedelta(seconds=120)


def test_an_import_that_is_done_twice_at_once_is_taken_once(desk: Desk) -> None:
    run = begun(desk, export(desk))

    async def both() -> None:
        await asyncio.gather(continue_import(desk.hub, run.id), continue_import(desk.hub, run.id))

    asyncio.run(both())
    numbers = rows(
        desk.path, "SELECT count(*), count(DISTINCT number), sum(total) FROM payable WHERE number LIKE 'N-%'"
    )
    assert numbers == [(ROWS, ROWS, 100 * ROWS * (ROWS + 1) // 2)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_one_import_of_a_company_is_taken_at_a_time_and_the_second_is_told_whose(desk: Desk) -> None:
    first, other = begun(desk, export(desk)), desk.companies["CR"]
    with pytest.raises(Busy) as busy:
        begun(desk, export(desk, 3, begins="M"), "otra.csv")
    assert busy.value.message.values == {"name": first.name, "by": first.by}
    desk.do_what_is_due()
    assert stored(desk, first).state is RunState.TAKEN
    waiting = next(run for run in desk.read(lambda tx: tx.imports.of(other.id, other.mode)) if run.name == "otra.csv")
    asyncio.run(begin(desk.hub, other, waiting.id, by="ana@cr.example"))
    desk.do_what_is_due()
    assert stored(desk, waiting).report["new"] == 3


def test_what_was_confirmed_twice_is_taken_once(desk: Desk) -> None:
    run, merchant = begun(desk, export(desk)), desk.companies["CR"]
    assert asyncio.run(begin(desk.hub, merchant, run.id, by="otra@cr.example")).id == run.id
    desk.do_what_is_due()
    asyncio.run(begin(desk.hub, merchant, run.id, by="otra@cr.example"))
    desk.do_what_is_due()
    is_taken_once(desk, run)


def test_an_import_that_fails_again_and_again_is_shown_again_and_keeps_no_other_waiting(
    desk: Desk, plant: Callable[..., None]
) -> None:
    run = begun(desk, export(desk))
    real = hub.flows.imports.import_files.save_portion

    def fails_later(tx: Any, *, job: Any, units: Any) -> Any:
        if any(row.number == f"N-{PORTION:05d}" for unit in units for row in unit.rows):
            raise RuntimeError("planned")
        return real(tx, job=job, units=units)

    plant(hub.flows.imports.import_files, "save_portion", fails_later)
    for _attempt in range(ATTEMPTS):
        assert stored(desk, run).state is RunState.TAKING
        with pytest.raises(RuntimeError):
            asyncio.run(continue_import(desk.hub, run.id))
    now = stored(desk, run)
    assert (now.state, now.due_at, now.report) == (RunState.SHOWN, None, {STOPPED: PORTION})
    plant(hub.flows.imports.import_files, "save_portion", real)
    asyncio.run(begin(desk.hub, desk.companies["CR"], run.id, by="ana@cr.example"))
    desk.do_what_is_due()
    numbers = rows(desk.path, "SELECT count(*), count(DISTINCT number) FROM payable WHERE number LIKE 'N-%'")
    assert numbers == [(ROWS, ROWS)]


def test_nothing_of_a_whole_import_is_taken_where_the_process_dies(desk: Desk) -> None:
    merchant = desk.companies["CR"]

    async def work() -> ImportRun:
        run = await hand_in(desk.hub, merchant, export(desk), kind=FileKind.INVOICES, name="x.csv", by="ana@cr.example")
        whole = attrs.evolve(run, choices=attrs.evolve(run.choices, whole=True))
        await desk.hub.store.write(lambda tx: tx.imports.save(whole))
        return await begin(desk.hub, merchant, run.id, by="ana@cr.example")

    run = asyncio.run(work())
    killed_after(desk, run, 0)
    assert rows(desk.path, "SELECT count(*) FROM payable WHERE number LIKE 'N-%'") == [(0,)]
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    assert stored(desk, run).report["new"] == ROWS


def test_what_the_hub_learnt_since_the_file_was_shown_is_shown_before_it_is_taken(desk: Desk) -> None:
    merchant, content = desk.companies["CR"], export(desk, 3)

    async def work() -> tuple[ImportRun, str]:
        run = await hand_in(desk.hub, merchant, content, kind=FileKind.INVOICES, name="x.csv", by="ana@cr.example")
        mark = (await look_at(desk.hub, merchant, run.id)).drawn_from.mark
        return run, mark

    run, mark = asyncio.run(work())
    other, _ = asyncio.run(work())
    asyncio.run(begin(desk.hub, merchant, other.id, by="otra@cr.example"))
    desk.do_what_is_due()

    def confirm() -> None:
        look = asyncio.run(look_at(desk.hub, merchant, run.id))
        stands: Callable[[Any], DrawnFrom] = lambda tx: shown(tx.imports.get(run.id), look.report)  # noqa: E731
        asyncio.run(begin(as_drawn(desk.hub, stands, mark), merchant, run.id, by="ana@cr.example"))

    with pytest.raises(FormChanged):
        confirm()
    assert stored(desk, run).state is RunState.SHOWN
