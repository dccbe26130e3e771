"""Files that are imported and kept as imports, for trials of what is taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.import_before import before_of, customer_before
from hub.domain.import_run import ImportRun, RunRow, RunState, RunSubject
from hub.domain.merchant import Customer
from hub.domain.payable import Payable, PayableKind
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.imports.undo import Undone, undo_import
from tests.bookkeeping.desk import Desk, run
from tests.per_customer import broken_at

HEAD = "number,customer,issued_on,currency,total"


def listing(*rows: str, head: str = HEAD) -> bytes:
    """A file of invoices, a row each."""
    return "\n".join((head, *rows, "")).encode()


def imported(desk: Desk, data: bytes, *, name: str = "cartera.csv", kind: FileKind = FileKind.INVOICES) -> ImportRun:
    """Import a file, and keep what it did."""
    desk.clock.now += timedelta(minutes=1)
    made = _begun(desk, data, name, kind)
    bills, people = _bills(desk), _people(desk)
    if kind is FileKind.INVOICES:
        report = run(import_invoices(desk.hub, desk.merchant, data, name=name, decimal="."))
    else:
        report = run(import_customers(desk.hub, desk.merchant, data, name=name))
    assert not report.faults, report.faults
    rows = (*_rows(made, bills, _bills(desk)), *_people_rows(made, people, _people(desk)))

    def keep(tx: Any) -> None:
        tx.imports.add(made)
        tx.imports.add_rows(rows)

    desk.opened.store.write_now(keep)
    return made


def keep_import(desk: Desk, payable_ids: list[str], *, at: datetime) -> ImportRun:
    """As if a file had brought these then."""
    made = attrs.evolve(_begun(desk, b"", "cartera.csv", FileKind.INVOICES), created_at=at, taken_at=at)
    rows = [
        RunRow(run_id=made.id, line=line, subject=RunSubject.PAYABLE, subject_id=this, what="new")
        for line, this in enumerate(payable_ids, start=2)
    ]

    def keep(tx: Any) -> None:
        tx.imports.add(made)
        tx.imports.add_rows(rows)

    desk.opened.store.write_now(keep)
    return made


def _begun(desk: Desk, data: bytes, name: str, kind: FileKind) -> ImportRun:
    return ImportRun(
        id=desk.hub.fresh_id(),
        merchant_id=desk.merchant.id,
        mode=desk.merchant.mode,
        kind=kind,
        name=name,
        size=len(data),
        sha256="0" * 64,
        by="contadora",
        state=RunState.TAKEN,
        created_at=desk.clock.now,
        taken_at=desk.clock.now,
        expires_at=desk.clock.now + timedelta(days=30),
    )


def _bills(desk: Desk) -> dict[str, Payable]:
    def read(tx: Any) -> dict[str, Payable]:
        ids = [row[0] for row in tx._connection.execute("SELECT id FROM payable ORDER BY number")]
        return {payable.id: payable for payable in tx.payables.many(ids)}

    return desk.read(read)


def _people(desk: Desk) -> dict[str, Customer]:
    return {customer.id: customer for customer in desk.read(lambda tx: tx.customers.of(desk.merchant.id))}


def _rows(made: ImportRun, before: dict[str, Payable], after: dict[str, Payable]) -> list[RunRow]:
    rows = []
    for line, (payable_id, payable) in enumerate(after.items(), start=2):
        was = before.get(payable_id)
        if was == payable:
            continue
        is_new = was is None or was.undone_at is not None
        rows.append(
            RunRow(
                run_id=made.id,
                line=line,
                subject=RunSubject.PAYABLE,
                subject_id=payable_id,
                what="new" if is_new else "changed",
                before={} if was is None or is_new else before_of(was),
                revision=payable.revision,
            )
        )
    return rows


def _people_rows(made: ImportRun, before: dict[str, Customer], after: dict[str, Customer]) -> list[RunRow]:
    return [
        RunRow(
            run_id=made.id,
            line=line,
            subject=RunSubject.CUSTOMER,
            subject_id=this,
            what="changed" if this in before else "new",
            before=customer_before(before[this]) if this in before else {},
        )
        for line, (this, customer) in enumerate(after.items(), start=2)
        if before.get(this) != customer
    ]


def undone(desk: Desk, made: ImportRun, *, by: str = "duena@x.cr", dry_run: bool = False) -> Undone:
    """Take it back."""
    desk.clock.now += timedelta(minutes=1)
    return run(undo_import(desk.hub, desk.merchant, made.id, by=by, why="era el de otro mes", dry_run=dry_run))


def right(desk: Desk) -> None:
    """The books are, by the hub's own check and by the referee's."""
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    assert broken_at(desk.data / "hub.db") == []


def bill(desk: Desk, number: str) -> Payable:
    """An invoice that stands."""
    found = standing(desk, number)
    assert found, number
    return found


def standing(desk: Desk, number: str) -> Payable | None:
    """An invoice, unless its import was taken back."""
    kind = PayableKind.INVOICE
    return desk.read(lambda tx: tx.payables.by_number(desk.merchant.id, desk.merchant.mode, kind, number))
