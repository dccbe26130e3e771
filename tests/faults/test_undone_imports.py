"""Taking an import back is interrupted anywhere, and life goes on beside it: a row goes once, or stays and is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.import_run import ATTEMPTS, ImportRun, RunState
from hub.domain.payable import Payable, PayableKind
from hub.domain.refusals import Conflict
from hub.flows.corrections.void_bill import void_bill
from hub.flows.imports import take_back
from hub.flows.imports.take_back import PORTION, continue_undo, progress_of
from hub.flows.imports.take_in import Busy, begin
from hub.flows.imports.undo import Undone, begin_undo, undo_import
from tests.faults.harness import Debtor, Desk, rows
from tests.faults.test_imports import begun, export, killed_after, stored
from tests.spoken import spoken

ROWS = 3 * PORTION + 7
TRANSACTIONS = 4


def brought(desk: Desk, count: int = ROWS) -> ImportRun:
    """An import that was taken."""
    run = begun(desk, export(desk, count))
    desk.do_what_is_due()
    desk.clock.now += timedelta(minutes=1)
    return stored(desk, run)


def undo_begun(desk: Desk, run: ImportRun) -> Undone:
    """Somebody says that it is to be taken back."""
    return asyncio.run(begin_undo(desk.hub, desk.companies["CR"], run.id, by="ana@cr.example", why="era otro"))


def bill(desk: Desk, number: str) -> Payable | None:
    of = desk.companies["CR"]
    return desk.read(lambda tx: tx.payables.by_number(of.id, of.mode, PayableKind.INVOICE, number))


def is_undone_once(desk: Desk, run: ImportRun, *, stay: int = 0, notes: int = 1) -> None:
    """Each row is taken back by entries of its own, once, and nothing is owed of it; the books are right."""
    now = stored(desk, run)
    progress = progress_of(now)
    assert progress is not None
    assert (now.state, now.due_at, now.undone_by) == (RunState.UNDONE, None, "ana@cr.example")
    assert (progress.done, progress.rows, progress.invoices) == (ROWS, ROWS, ROWS - stay)
    found = rows(
        desk.path, "SELECT count(*), sum(undone_at IS NOT NULL), sum(total) FROM payable WHERE number LIKE 'N-%'"
    )
    assert [found[0][0], found[0][1]] == [ROWS, ROWS - stay]
    back = (
        "SELECT count(*), count(DISTINCT substr(key, 6, 26)), count(DISTINCT note) FROM entry WHERE note LIKE 'ana@cr%'"
    )
    assert rows(desk.path, back) == [(ROWS - stay, ROWS - stay, notes)]
    assert rows(desk.path, "SELECT count(*) FROM import_row WHERE undone_at IS NULL") == [(stay,)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("portions", range(TRANSACTIONS + 1))
def test_whoever_dies_while_an_import_is_taken_back_leaves_it_to_the_next_who_goes_on(
    desk: Desk, portions: int
) -> None:
    run = brought(desk)
    undo_begun(desk, run)
    if portions < TRANSACTIONS:
        killed_after(desk, run, portions)
        progress = progress_of(stored(desk, run))
        assert progress
        assert progress.done == portions * PORTION
    with Desk.open(desk.copy(), clock=desk.clock) as other:
        other.clock.now += timedelta(seconds=121)
        other.do_what_is_due()
        is_undone_once(other, run)


def test_control_an_undo_that_does_not_store_how_far_it_is_never_ends_well(
    desk: Desk, plant: Callable[..., None]
) -> None:
    run = brought(desk)
    undo_begun(desk, run)
    real = take_back._with

    def without(run: ImportRun, progress: take_back.Progress, **changes: Any) -> ImportRun:
        return real(run, attrs.evolve(progress, done=0), **changes)

    killed_after(desk, run, 2)
    plant(take_back, "_with", without)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(continue_undo(desk.hub, run.id), 2))
    with pytest.raises(AssertionError):
        is_undone_once(desk, run)


def largest(desk: Desk, work: Callable[[], Any]) -> int:
    """How many rows of an import one transaction took back at most."""
    real, found = desk.hub.store.write, [0]
    count = "SELECT count(*) FROM import_row WHERE undone_at IS NOT NULL"

    async def write(fn: Callable[[Any], Any], **how: Any) -> Any:
        before = rows(desk.path, count)[0][0]
        done = await real(fn, **how)
        found.append(rows(desk.path, count)[0][0] - before)
        return done

    desk.hub.store.write = write
    work()
    desk.hub.store.write = real
    return max(found)


def test_nobody_waits_longer_than_a_portion_for_the_database(desk: Desk) -> None:
    run, merchant = brought(desk), desk.companies["CR"]
    undo = undo_import(desk.hub, merchant, run.id, by="ana@cr.example", why="era otro")
    assert largest(desk, lambda: asyncio.run(undo)) == PORTION
    is_undone_once(desk, run)


def test_control_an_undo_in_one_transaction_is_found(desk: Desk, plant: Callable[..., None]) -> None:
    plant(take_back, "PORTION", 10 * ROWS)
    with pytest.raises(AssertionError):
        test_nobody_waits_longer_than_a_portion_for_the_database(desk)


def test_an_undo_that_is_done_twice_at_once_takes_each_row_back_once(desk: Desk) -> None:
    run = brought(desk)
    undo_begun(desk, run)

    async def both() -> None:
        await asyncio.gather(continue_undo(desk.hub, run.id), continue_undo(desk.hub, run.id))

    asyncio.run(both())
    is_undone_once(desk, run)


def what_is_paid_meanwhile_stays(desk: Desk) -> None:
    """What a payer pays, and what a person voids, while others are taken back, stays, and is told."""
    run = brought(desk)
    undo_begun(desk, run)
    killed_after(desk, run, 2)
    merchant, paid, voided = desk.companies["CR"], bill(desk, "N-00600"), bill(desk, "N-00700")
    assert paid
    assert voided
    customer = desk.read(lambda tx: tx.customers.get(paid.customer_id))
    assert customer
    payment = desk.sent(Debtor(country="CR", customer=customer, payables=(paid,)))
    asyncio.run(void_bill(desk.hub, merchant, voided.number, by="otra@cr.example", reason="no iba"))
    desk.clock.now += timedelta(seconds=121)
    asyncio.run(continue_undo(desk.hub, run.id))

    progress = progress_of(stored(desk, run))
    assert progress
    said: dict[str, list[str]] = {}
    for row in progress.kept:
        said.setdefault(row.value, []).append(spoken(row.message))
    assert said == {
        paid.number: [
            f"tiene el pago en línea {payment.reference}",
            f"Hay un pago en línea en curso de {paid.number}; espere a que termine",
        ],
        voided.number: ["se anuló aquí después"],
    }
    assert bill(desk, paid.number) == paid
    is_undone_once(desk, run, stay=2)
    again = undo_begun(desk, run)
    assert [row.value for row in again.refused] == [paid.number, paid.number, voided.number]
    assert stored(desk, run).state is RunState.UNDONE


def test_what_is_paid_while_an_import_is_taken_back_stays_and_is_told(desk: Desk) -> None:
    what_is_paid_meanwhile_stays(desk)


def test_control_an_undo_that_looks_at_the_beginning_alone_is_found(desk: Desk, plant: Callable[..., None]) -> None:
    plant(take_back, "reasons", lambda *_args: ())
    with pytest.raises(Conflict):
        what_is_paid_meanwhile_stays(desk)


def test_while_an_import_is_taken_back_no_other_file_of_its_company_is_taken(desk: Desk) -> None:
    run, merchant = brought(desk), desk.companies["CR"]
    undo_begun(desk, run)
    killed_after(desk, run, 1)
    with pytest.raises(Busy) as busy:
        begun(desk, export(desk, 3, begins="M"), "otra.csv")
    assert spoken(busy.value.message).startswith(
        "Ahora mismo ana@cr.example está deshaciendo la importación de «cartera.csv»"
    )
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    waiting = next(
        found for found in desk.read(lambda tx: tx.imports.of(merchant.id, merchant.mode)) if found.name == "otra.csv"
    )
    asyncio.run(begin(desk.hub, merchant, waiting.id, by="ana@cr.example"))
    desk.do_what_is_due()
    assert stored(desk, waiting).report["new"] == 3


def test_an_undo_that_fails_again_and_again_waits_for_a_person_and_goes_on_where_it_was(
    desk: Desk, plant: Callable[..., None]
) -> None:
    run, merchant = brought(desk), desk.companies["CR"]
    undo_begun(desk, run)
    real = take_back._undo_bill

    def fails_later(tx: Any, of: Any, row: Any, before: Payable, *more: Any) -> None:
        if before.number == "N-00600":
            raise RuntimeError("planned")
        real(tx, of, row, before, *more)

    plant(take_back, "_undo_bill", fails_later)
    for _attempt in range(ATTEMPTS):
        assert stored(desk, run).state is RunState.UNDOING
        with pytest.raises(RuntimeError):
            asyncio.run(continue_undo(desk.hub, run.id))
    now = stored(desk, run)
    progress = progress_of(now)
    assert progress
    assert (now.state, now.due_at, progress.is_stopped, progress.done) == (RunState.TAKEN, None, True, 2 * PORTION)
    plant(take_back, "_undo_bill", real)
    asyncio.run(undo_import(desk.hub, merchant, run.id, by="ana@cr.example", why="era otro"))
    now = stored(desk, run)
    assert now.state is RunState.UNDONE
    assert rows(desk.path, "SELECT count(*) FROM import_row WHERE undone_at IS NULL") == [(0,)]
    back = "SELECT count(*), count(DISTINCT substr(key, 6, 26)) FROM entry WHERE note LIKE 'ana@cr%'"
    assert rows(desk.path, back) == [(ROWS, ROWS)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def one_of_many(desk: Desk, dice: random.Random) -> None:
    """Kills, voids and presses in any order while an import is taken back: it ends, and what stays is told."""
    run, merchant = brought(desk), desk.companies["CR"]
    undo_begun(desk, run)
    touched = set()
    for _step in range(8):
        match dice.choice(("kill", "void", "press", "time")):
            case "kill" if stored(desk, run).state is RunState.UNDOING:
                left = ROWS - progress_of(stored(desk, run)).done  # type: ignore[union-attr]
                if left > PORTION:
                    killed_after(desk, run, 1)
            case "void":
                number = f"N-{dice.randrange(ROWS):05d}"
                if (found := bill(desk, number)) and not found.is_voided:
                    asyncio.run(void_bill(desk.hub, merchant, number, by="otra@cr.example", reason="no iba"))
                    touched.add(number)
            case "press" if dice.random() < 0.3:
                undo_begun(desk, run)
            case "time":
                desk.clock.now += timedelta(seconds=dice.randrange(60))
        assert desk.read(lambda tx: tx.ledger.verify()) == ()
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    progress = progress_of(stored(desk, run))
    assert progress
    assert {row.value for row in progress.kept} == touched
    is_undone_once(desk, run, stay=len(touched))


def test_in_whatever_order_it_is_killed_voided_and_pressed_each_row_goes_once_or_stays(
    desk: Desk, dice: random.Random
) -> None:
    one_of_many(desk, dice)
