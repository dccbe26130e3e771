"""Files that are imported and kept as imports, for trials of what is taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from hub.domain.files.layout import FileKind
from hub.domain.import_run import Choices, ImportRun, RunRow, RunState, RunSubject
from hub.domain.payable import Payable, PayableKind
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.imports.undo import Undone, undo_import
from tests.bookkeeping.desk import Desk, run
from tests.per_customer import broken_at

HEAD = "number,customer,issued_on,currency,total"


def listing(*rows: str, head: str = HEAD) -> bytes:
    """A file of invoices, a row each."""
    return "\n".join((head, *rows, "")).encode()


def imported(
    desk: Desk,
    data: bytes,
    *,
    name: str = "cartera.csv",
    kind: FileKind = FileKind.INVOICES,
    choices: Choices | None = None,
) -> ImportRun:
    """Import a file, and keep what it did."""
    desk.clock.now += timedelta(minutes=1)
    made = _begun(desk, data, name, kind)
    desk.opened.store.write_now(lambda tx: tx.imports.add(made))
    if kind is FileKind.INVOICES:
        report = run(import_invoices(desk.hub, desk.merchant, data, name=name, decimal=".", choices=choices, run=made))
    else:
        report = run(import_customers(desk.hub, desk.merchant, data, name=name, run=made))
    assert not report.faults, report.faults
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
