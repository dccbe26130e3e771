"""What a complete list lacks is closed in portions: interrupted anywhere, each is closed once, or stays and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.decision import Signed
from hub.domain.files.layout import FileKind
from hub.domain.identity import Invalid
from hub.domain.import_run import ATTEMPTS, Choices, ImportRun, RunState
from hub.domain.merchant import Member, Role
from hub.domain.payable import Payable
from hub.flows.corrections import close_bills
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.close_bills import continue_closing
from hub.flows.corrections.void_bill import void_bill
from hub.flows.imports.hand_in import hand_in
from hub.flows.imports.take_in import Busy, begin
from hub.flows.imports.undo import undo_import
from hub.flows.payments.decide import NotAllowed
from tests.faults.harness import Debtor, Desk, rows
from tests.faults.test_imports import Killed, dying_after, export, killed_after, stored
from tests.faults.test_undone_imports import bill

OPEN, MISSING, PORTION = 30, 23, 5
ANA, LUIS = "ana@cr.example", "luis@cr.example"
BOOKED = (
    "SELECT count(*) FROM entry JOIN payable ON entry.key LIKE 'outside:' || payable.id || '%'"
    " WHERE payable.number LIKE 'N-%'"
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close_bills, "PORTION", PORTION)


def began(desk: Desk, content: bytes, choices: Choices, by: str = ANA) -> ImportRun:
    """A file that somebody has confirmed."""
    merchant = desk.companies["CR"]

    async def work() -> ImportRun:
        run = await hand_in(
            desk.hub, merchant, content, kind=FileKind.INVOICES, name="lista.csv", by=by, choices=choices
        )
        return await begin(desk.hub, merchant, run.id, by=by)

    return asyncio.run(work())


def listed(desk: Desk, *, two: bool = False) -> ImportRun:
    """The complete list of a company, of which most is missing, confirmed by its owner."""
    whole = export(desk, OPEN)
    began(desk, whole, Choices())
    desk.do_what_is_due()
    desk.clock.now += timedelta(minutes=1)
    if two:
        member = Member(merchant_id=desk.companies["CR"].id, email=LUIS, role=Role.ACCOUNTANT)
        desk.write(lambda tx: tx.merchants.add_member(member))
    short = b"\n".join(whole.splitlines()[: 1 + OPEN - MISSING]) + b"\n"
    sums = {"CRC": 100 * sum(range(OPEN - MISSING + 1, OPEN + 1))}
    return began(
        desk, short, Choices(complete=True, missing={"*": "outside"}, missing_count=MISSING, missing_sums=sums)
    )


def owner_alone(desk: Desk) -> None:
    """Ana has nobody to ask."""
    merchant = desk.companies["CR"]
    for member in desk.read(lambda tx: tx.merchants.members(merchant.id)):
        desk.write(lambda tx, member=member: tx.merchants.remove_member(member.merchant_id, member.email))
    desk.write(lambda tx: tx.merchants.add_member(Member(merchant_id=merchant.id, email=ANA, role=Role.OWNER)))


def are_closed_once(desk: Desk, run: ImportRun, *, left: tuple[str, ...] = ()) -> None:
    """Each is closed once, and the import tells which, and which not; the books are right."""
    now = stored(desk, run)
    assert (now.state, now.due_at) == (RunState.TAKEN, None)
    closing = now.report["closing"]
    assert (closing["refused"], closing["waits"], tuple(closing["left"])) == ([], False, left)
    numbers = {f"N-{at:05d}" for at in range(OPEN - MISSING, OPEN)} - set(left)
    assert (set(closing["closed"]), len(closing["closed"])) == (numbers, len(numbers))
    assert rows(desk.path, "SELECT count(*) FROM import_row WHERE what = 'closed'") == [(len(numbers),)]
    assert rows(desk.path, "SELECT count(*) FROM payable WHERE outside > 0 AND due = 0 AND number LIKE 'N-%'") == [
        (len(numbers),)
    ]
    assert rows(desk.path, BOOKED) == [(len(numbers),)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("transactions", range(8))
def test_whoever_dies_while_the_missing_ones_are_closed_leaves_them_to_the_next(desk: Desk, transactions: int) -> None:
    owner_alone(desk)
    run = listed(desk)
    if transactions < 7:
        killed_after(desk, run, transactions)
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    are_closed_once(desk, run)


def approved(desk: Desk) -> ImportRun:
    """Two people say so; the second one's process ends after two portions."""
    run = listed(desk, two=True)
    desk.do_what_is_due()
    waiting = stored(desk, run)
    assert waiting.report["closing"]["waits"]
    return waiting


def approve(desk: Desk, portions: int = 99) -> None:
    (waiting,) = desk.read(lambda tx: tx.decisions.waiting())
    with dying_after(desk, portions):
        asyncio.run(approve_decision(desk.hub, waiting.id, signed=Signed(by=LUIS, why="así es")))


@pytest.mark.parametrize("transactions", range(1, 7))
def test_whoever_dies_after_a_second_person_approved_leaves_the_rest_to_the_next(desk: Desk, transactions: int) -> None:
    run = approved(desk)
    with pytest.raises(Killed):
        approve(desk, transactions)
    assert stored(desk, run).state is RunState.CLOSING
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    are_closed_once(desk, run)


def test_what_a_second_person_approves_is_told_where_it_waited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = approved(desk)
    monkeypatch.setattr(close_bills, "PORTION", MISSING)
    approve(desk)
    are_closed_once(desk, run)


def test_control_an_import_that_goes_on_saying_that_it_waits_is_found(
    desk: Desk, plant: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(close_bills, "_told", lambda run, *_given: run)
    with pytest.raises(AssertionError):
        test_what_a_second_person_approves_is_told_where_it_waited(desk, monkeypatch)


def what_changes_meanwhile_stays(desk: Desk) -> None:
    """What a payer begins to pay, and what a person voids, between the decision and its turn stays open."""
    run = approved(desk)
    with pytest.raises(Killed):
        approve(desk, 2)
    paid, voided = (bill(desk, f"N-{at:05d}") for at in (OPEN - 2, OPEN - 1))
    assert paid
    assert voided
    customer = desk.read(lambda tx: tx.customers.get(paid.customer_id))
    assert customer
    desk.sent(Debtor(country="CR", customer=customer, payables=(paid,)))
    asyncio.run(void_bill(desk.hub, desk.companies["CR"], voided.number, by=LUIS, reason="no iba"))
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    assert bill(desk, paid.number) == paid
    are_closed_once(desk, run, left=(paid.number, voided.number))


def test_what_changes_between_the_decision_and_its_turn_stays_open_and_is_told(desk: Desk) -> None:
    what_changes_meanwhile_stays(desk)


def test_control_a_closing_that_looks_when_it_is_decided_alone_is_found(desk: Desk, plant: Callable[..., None]) -> None:
    real = close_bills._portion

    def blind(*given: Any) -> Any:
        plant(close_bills, "why_left", lambda *_args: {})
        return real(*given)

    plant(close_bills, "_portion", blind)
    with pytest.raises(AssertionError):
        what_changes_meanwhile_stays(desk)


def test_while_the_missing_ones_are_closed_no_other_file_is_taken_or_taken_back(desk: Desk) -> None:
    run, merchant = approved(desk), desk.companies["CR"]
    with pytest.raises(Killed):
        approve(desk, 2)
    with pytest.raises(Busy):
        began(desk, export(desk, 3, begins="M"), Choices())
    with pytest.raises(Invalid) as refused:
        asyncio.run(undo_import(desk.hub, merchant, run.id, by=ANA))
    assert refused.value.problems[0].message.id == "undo.being_closed"
    desk.clock.now += timedelta(seconds=121)
    desk.do_what_is_due()
    are_closed_once(desk, run)
    done = asyncio.run(undo_import(desk.hub, merchant, run.id, by=ANA))
    assert (done.is_done, len(done.reopened)) == (True, MISSING)
    assert rows(desk.path, "SELECT count(*) FROM payable WHERE outside != 0 AND number LIKE 'N-%'") == [(0,)]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_nothing_is_approved_while_another_file_is_under_way(desk: Desk) -> None:
    approved(desk)
    began(desk, export(desk, 3, begins="M"), Choices())
    with pytest.raises(NotAllowed) as refused:
        approve(desk)
    assert refused.value.message.id == "missing.file_under_way"
    assert rows(desk.path, BOOKED) == [(0,)]


def test_a_closing_that_fails_again_and_again_ends_and_tells_what_stays_open(
    desk: Desk, plant: Callable[..., None]
) -> None:
    run = approved(desk)
    with pytest.raises(Killed):
        approve(desk, 2)
    real = close_bills._elsewhere

    def fails_later(tx: Any, of: Any, before: Payable, *more: Any) -> Payable:
        if before.number == f"N-{OPEN - 1:05d}":
            raise RuntimeError("planned")
        return real(tx, of, before, *more)

    plant(close_bills, "_elsewhere", fails_later)
    for _attempt in range(ATTEMPTS):
        assert stored(desk, run).state is RunState.CLOSING
        with pytest.raises(RuntimeError):
            asyncio.run(continue_closing(desk.hub, run.id))
    left = tuple(f"N-{at:05d}" for at in range(OPEN - 3, OPEN))
    are_closed_once(desk, run, left=left)


def test_nobody_waits_longer_than_a_portion_while_the_missing_ones_are_closed(desk: Desk) -> None:
    owner_alone(desk)
    run = listed(desk)
    real, most = desk.hub.store.write, [0]
    count = "SELECT count(*) FROM import_row WHERE what = 'closed'"

    async def write(fn: Callable[[Any], Any], **how: Any) -> Any:
        before = rows(desk.path, count)[0][0]
        done = await real(fn, **how)
        most.append(rows(desk.path, count)[0][0] - before)
        return done

    desk.hub.store.write = write
    desk.do_what_is_due()
    desk.hub.store.write = real
    assert max(most) == PORTION
    are_closed_once(desk, run)


def test_control_a_closing_in_one_transaction_is_found(desk: Desk, plant: Callable[..., None]) -> None:
    plant(close_bills, "PORTION", MISSING)
    with pytest.raises(AssertionError):
        test_nobody_waits_longer_than_a_portion_while_the_missing_ones_are_closed(desk)
