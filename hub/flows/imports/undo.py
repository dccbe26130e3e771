"""Take an import back: what it billed counts as never billed, and what it changed is as it was before.

Nothing is edited: entries reverse entries. An undo is begun where nothing stands in the way of any row, or refused
with every reason: nothing that was built on what the file brought may be left without its ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.files.sheet import RowError
from hub.domain.identity import FieldError, Invalid
from hub.domain.import_run import AHEAD, ImportRun, RunRow, RunState, RunSubject
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .take_back import begin, continue_undo, progress_of
from .why_not_undone import reasons

BESIDE: Final = {
    RunState.TAKING: Text("undo.being_taken"),
    RunState.CLOSING: Text("undo.being_closed"),
    RunState.UNDOING: Text("undo.being_undone"),
}
"""What is said of an import that is under way."""


@attrs.frozen
class MailedSince:
    """A statement that left since the import and shows what it brought."""

    customer_id: str
    recipient: str
    sent_at: datetime


@attrs.frozen(kw_only=True)
class Undone:
    """What an undo did, would do, or why it did nothing.

    Attributes:
        refused: Every reason why it is not done, row by row; then nothing was changed.
        kept: Reasons of rows that stay, since something was built on them while others were taken back.
        unbilled: Numbers that count as never billed from now on.
        restored: Numbers of which the earlier values stand again.
        reopened: Numbers that the complete list had closed, and that are owed again.
        customers: How many customers have their earlier values again.
        created: How many customers it created.
        removed: How many customers that it created are gone.
        left: Names of customers that it created and that stay, since something else names them.
        mailed: Statements that customers have, with what is gone now.
        is_repeated: It was taken back before, or somebody else is at it; nothing was begun now.
    """

    run: ImportRun
    refused: tuple[RowError, ...] = ()
    kept: tuple[RowError, ...] = ()
    unbilled: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    customers: int = 0
    created: int = 0
    removed: int = 0
    left: tuple[str, ...] = ()
    mailed: tuple[MailedSince, ...] = ()
    dry_run: bool = False
    is_repeated: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the import is taken back."""
        return self.run.state is RunState.UNDONE


async def undo_import(
    hub: Hub, merchant: Merchant, run_id: str, *, by: str, why: str = "", dry_run: bool = False
) -> Undone:
    """Take an import back, here and now; if this process dies, the loop goes on.

    Args:
        dry_run: Only say what would be done, or why not.

    Raises:
        LookupError: No such import of this merchant in its mode.
        Invalid: Nothing was taken of it, another one is being taken, it is of payouts, or the reason is too long.
    """
    if dry_run:
        now = hub.clock()
        return await hub.store.read(lambda tx: _planned(tx, merchant, run_id, now)[0])
    begun = await begin_undo(hub, merchant, run_id, by=by, why=why, is_here=True)
    if begun.run.state is not RunState.UNDOING:
        return begun
    await continue_undo(hub, run_id)
    done = await hub.store.read(lambda tx: _told(tx, own_record(tx.imports.get(run_id), merchant, run_id)))
    return attrs.evolve(done, is_repeated=begun.is_repeated)


async def begin_undo(
    hub: Hub, merchant: Merchant, run_id: str, *, by: str, why: str = "", is_here: bool = False
) -> Undone:
    """Say that an import is to be taken back, or why it is not; the loop does it.

    Args:
        is_here: It is done by whoever says so; the loop goes on with it only where they are gone.

    Raises:
        LookupError: No such import of this merchant in its mode.
        Invalid: Nothing was taken of it, another one is being taken, it is of payouts, or the reason is too long.
    """
    if problems := too_long("reason", why.strip(), REASON):
        raise Invalid(problems)
    now = hub.clock()
    planned, rows = await hub.store.read(lambda tx: _planned(tx, merchant, run_id, now))
    planned = attrs.evolve(planned, dry_run=False)
    if planned.refused or planned.is_repeated:
        return planned

    def write(tx: Tx) -> Undone:
        run = own_record(tx.imports.get(run_id), merchant, run_id)
        if run != planned.run and _is_begun(run):
            return attrs.evolve(_told(tx, run), is_repeated=True)
        _refuse_beside(tx, merchant)
        due_at = now + AHEAD if is_here else now
        begun = begin(tx, run, rows, by=by, why=why.strip(), due_at=due_at)
        tx.after_commit(hub.wake)
        return attrs.evolve(planned, run=begun)

    return await hub.store.write(write)


def _is_begun(run: ImportRun) -> bool:
    return run.state in (RunState.UNDOING, RunState.UNDONE)


def _refuse_beside(tx: Tx, merchant: Merchant) -> None:
    """One import of a merchant is taken or taken back at a time.

    Raises:
        Invalid: Another one is.
    """
    if other := tx.imports.taking(merchant.id, merchant.mode):
        raise Invalid((FieldError("run", BESIDE[other.state]),))


def _planned(tx: Tx, merchant: Merchant, run_id: str, now: datetime) -> tuple[Undone, tuple[RunRow, ...]]:
    """What an undo would do now, and all that the import did."""
    run = own_record(tx.imports.get(run_id), merchant, run_id)
    rows = tx.imports.rows(run_id)
    to_do = [row for row in rows if row.undone_at is None]
    if run.state is RunState.UNDOING or (run.state is RunState.UNDONE and not to_do):
        return attrs.evolve(_told(tx, run), is_repeated=True, dry_run=True), rows
    if run.kind is FileKind.PAYOUTS:
        raise Invalid((FieldError("run", Text("undo.payouts")),))
    _refuse_beside(tx, merchant)
    if run.state is RunState.SHOWN and not rows:  # what came to a stop in the middle is shown again
        raise Invalid((FieldError("run", Text("undo.not_taken")),))
    bills = _of(to_do, RunSubject.PAYABLE)
    payables = {payable.id: payable for payable in tx.payables.many([row.subject_id for row in bills])}
    if refused := tuple(why for _id, why in reasons(tx, merchant, run, to_do, payables, now)):
        return Undone(run=run, refused=refused, dry_run=True), rows
    return attrs.evolve(_counted(tx, run, to_do, payables), dry_run=True), rows


def _told(tx: Tx, run: ImportRun) -> Undone:
    """What an undo did so far."""
    done = [row for row in tx.imports.rows(run.id) if row.undone_at]
    payables = {payable.id: payable for payable in tx.payables.many([row.subject_id for row in done])}
    created = [row.subject_id for row in _of(done, RunSubject.CUSTOMER) if row.what == "new"]
    left = tuple(customer.name for customer in map(tx.customers.get, created) if customer)
    progress = progress_of(run)
    return attrs.evolve(
        _counted(tx, run, done, payables),
        removed=len(created) - len(left),
        left=left,
        kept=progress.kept if progress else (),
    )


def _counted(tx: Tx, run: ImportRun, rows: Iterable[RunRow], payables: Mapping[str, Payable]) -> Undone:
    """What taking these rows back comes to."""
    bills, people = _of(rows, RunSubject.PAYABLE), _of(rows, RunSubject.CUSTOMER)
    return Undone(
        run=run,
        unbilled=_numbers(bills, payables, "new"),
        restored=_numbers(bills, payables, "changed"),
        reopened=_numbers(bills, payables, "closed"),
        customers=sum(row.what != "new" for row in people),
        created=sum(row.what == "new" for row in people),
        mailed=_mailed(tx, run, payables.values()),
    )


def _of(rows: Iterable[RunRow], subject: RunSubject) -> list[RunRow]:
    return [row for row in rows if row.subject is subject]


def _numbers(rows: Iterable[RunRow], payables: Mapping[str, Payable], what: str) -> tuple[str, ...]:
    return tuple(payables[row.subject_id].number for row in rows if row.what == what)


def _mailed(tx: Tx, run: ImportRun, payables: Iterable[Payable]) -> tuple[MailedSince, ...]:
    since = run.taken_at or run.created_at
    sent = tx.deliveries.sent_about(DeliveryKind.STATEMENT, {item.customer_id for item in payables}, since)
    return tuple(
        MailedSince(mail.subject_id, mail.recipient, mail.sent_at)
        for mail in sent
        if mail.sent_at and mail.mode is run.mode
    )
