"""Take an import back: what it billed counts as never billed, and what it changed is as it was before.

Nothing is edited: entries reverse entries. An undo is done whole, or refused whole with every reason: nothing that was
built on what the file brought may be left without its ground.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.files.sheet import RowError
from hub.domain.identity import FieldError, Invalid
from hub.domain.import_before import customer_restored, notes_in, outside_before, restored
from hub.domain.import_run import ImportRun, RunRow, RunState, RunSubject
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.message import DeliveryKind
from hub.domain.payable import Payable
from hub.domain.text import Text
from hub.flows.books.reverse_entry import reverse
from hub.flows.books.revise_bill import book_revision
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .save_invoices import BALANCE_ROSE
from .why_not_undone import reasons

UNDONE = "the import that brought it was taken back"


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
        unbilled: Numbers that count as never billed from now on.
        restored: Numbers of which the earlier values stand again.
        reopened: Numbers that the complete list had closed, and that are owed again.
        customers: How many customers have their earlier values again.
        created: How many customers it created.
        removed: How many customers that it created are gone.
        left: Names of customers that it created and that stay, since something else names them.
        mailed: Statements that customers have, with what is gone now.
        is_repeated: It was taken back before; nothing was done now.
    """

    run: ImportRun
    refused: tuple[RowError, ...] = ()
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
    """Take an import back, whole or not at all; once it is, nothing happens any more.

    Args:
        dry_run: Only say what would be done, or why not.

    Raises:
        LookupError: No such import of this merchant in its mode.
        Invalid: Nothing was taken of it, another one is being taken, it is of payouts, or the reason is too long.
    """
    now = hub.clock()
    if dry_run:
        return await hub.store.read(lambda tx: _planned(tx, merchant, run_id, now))
    if problems := too_long("reason", why.strip(), REASON):
        raise Invalid(problems)
    note = f"{by}: {why.strip()}" if why.strip() else by

    def write(tx: Tx) -> Undone:
        planned = _planned(tx, merchant, run_id, now)
        if planned.refused or planned.is_repeated:
            return attrs.evolve(planned, dry_run=False)
        run = attrs.evolve(planned.run, state=RunState.UNDONE, undone_at=now, undone_by=by)
        rows = tx.imports.rows(run_id)
        for row in _of(rows, RunSubject.PAYABLE):
            _undo_bill(tx, merchant, row, now, note, by)
        removed, left = _undo_customers(tx, _of(rows, RunSubject.CUSTOMER))
        tx.imports.save(run)
        tell(tx, "import_undone", run=run.id, merchant=merchant.id, invoices=len(planned.unbilled + planned.restored))
        return attrs.evolve(planned, run=run, removed=removed, left=left, dry_run=False)

    return await hub.store.write(write)


def run_of(tx: Tx, merchant: Merchant, run_id: str) -> ImportRun:
    """An import of this merchant in its mode.

    Raises:
        LookupError: There is none.
    """
    run = tx.imports.get(run_id)
    if run is None or (run.merchant_id, run.mode) != (merchant.id, merchant.mode):
        raise LookupError(f"there is no import {run_id!r}")
    return run


def _planned(tx: Tx, merchant: Merchant, run_id: str, now: datetime) -> Undone:
    """What an undo would do now."""
    run = run_of(tx, merchant, run_id)
    if run.state is RunState.UNDONE:
        return Undone(run=run, is_repeated=True, dry_run=True)
    if run.kind is FileKind.PAYOUTS:
        raise Invalid((FieldError("run", Text("undo.payouts")),))
    if tx.imports.taking(merchant.id, merchant.mode):
        raise Invalid((FieldError("run", Text("undo.being_taken")),))
    rows = tx.imports.rows(run_id)
    if run.state is not RunState.TAKEN and not rows:  # what came to a stop in the middle is shown again
        raise Invalid((FieldError("run", Text("undo.not_taken")),))
    bills = _of(rows, RunSubject.PAYABLE)
    payables = {payable.id: payable for payable in tx.payables.many([row.subject_id for row in bills])}
    if refused := tuple(reasons(tx, merchant, run, rows, payables, now)):
        return Undone(run=run, refused=refused, dry_run=True)
    people = _of(rows, RunSubject.CUSTOMER)
    return Undone(
        run=run,
        unbilled=_numbers(bills, payables, "new"),
        restored=_numbers(bills, payables, "changed"),
        reopened=_numbers(bills, payables, "closed"),
        customers=sum(row.what != "new" for row in people),
        created=sum(row.what == "new" for row in people),
        mailed=_mailed(tx, run, payables.values()),
        dry_run=True,
    )


def _of(rows: Iterable[RunRow], subject: RunSubject) -> list[RunRow]:
    return [row for row in rows if row.subject is subject]


def _numbers(rows: Iterable[RunRow], payables: dict[str, Payable], what: str) -> tuple[str, ...]:
    return tuple(payables[row.subject_id].number for row in rows if row.what == what)


def _undo_bill(tx: Tx, merchant: Merchant, row: RunRow, now: datetime, note: str, by: str) -> None:
    """Reverse what one row did of its invoice."""
    for key in notes_in(row.before):
        for entry in tx.ledger.keyed(merchant.id, merchant.mode, key)[:1]:
            reverse(tx, entry, at=now, note=note)
    before = tx.payables.get(row.subject_id)
    assert before is not None
    if row.what == "new":
        after, outside = never_billed(before, now), -before.outside
    else:
        after, outside = restored(before, row.before), outside_before(row.before) - before.outside
    after = attrs.evolve(after, revision=before.revision + 1)
    book_revision(tx, merchant, before, after, now, outside=outside, note=note)
    tx.imports.revised(row, after.revision)
    about = tx.reviews.about(merchant.id, {BALANCE_ROSE}, f"invoice {before.number}")
    for review in (review for review in about if review.mode is merchant.mode):
        close_review(tx, review, UNDONE, now, by)


def never_billed(payable: Payable, now: datetime) -> Payable:
    """An invoice of which nothing is owed, since the import that billed it was taken back."""
    return attrs.evolve(payable, total=0, undone_at=now, stated=None, counted=0, counted_back=0, plan=())


def _undo_customers(tx: Tx, rows: Iterable[RunRow]) -> tuple[int, tuple[str, ...]]:
    """Earlier values come back; who was created is removed, unless something else names them."""
    removed, left = 0, []
    for row in rows:
        customer = tx.customers.get(row.subject_id)
        if customer is None:
            continue
        if row.what != "new":
            tx.customers.save(customer_restored(customer, row.before))
        elif tx.customers.remove(customer.id):
            removed += 1
        else:
            left.append(customer.name)
    return removed, tuple(left)


def _mailed(tx: Tx, run: ImportRun, payables: Iterable[Payable]) -> tuple[MailedSince, ...]:
    since = run.taken_at or run.created_at
    sent = tx.deliveries.sent_about(DeliveryKind.STATEMENT, {item.customer_id for item in payables}, since)
    return tuple(
        MailedSince(mail.subject_id, mail.recipient, mail.sent_at)
        for mail in sent
        if mail.sent_at and mail.mode is run.mode
    )
