"""The report of an import: how many rows were new or changed, what was refused, and why."""

from __future__ import annotations

import enum

import attrs

from hub.domain.files.customer_file import CustomerRow
from hub.domain.files.invoice_file import InvoiceRow
from hub.domain.files.layout import FileKind
from hub.domain.files.reading import Reading
from hub.domain.files.sheet import RowError
from hub.domain.merchant import Merchant
from hub.domain.missing_bills import Absent, Closed, Missing
from hub.domain.text import Text, Value
from hub.flows.ground.ports import Tx
from hub.flows.ground.tell import tell

MAX_DESCRIBED = 50
"""Changed rows that a report describes one by one."""
MAX_ROWS = 1000
"""Rows as understood that a report holds."""


class Change(enum.StrEnum):
    """What an import does with one row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@attrs.frozen
class ChangedRow:
    """What an accepted row changed.

    Attributes:
        number: Of the invoice, or the customer's identity.
    """

    number: str
    changes: tuple[Text, ...]


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would do.

    Attributes:
        reading: How the file was understood; where it asks something, nothing was taken.
        faults: What is wrong with the file as a whole; when there are any, nothing was taken.
        set_aside: Rows that were not taken, each with its reason; the others were.
        left_out: Rows that are no invoices and ask nothing of anybody: drafts, or annulled before we ever billed them.
        closed: Invoices that were closed since they are not in a complete list.
        rows: The rows as understood that were taken, in the order of the file, the first thousand of them.
        preview: The first rows as understood, for people.
        described: What changed in the first rows that changed.
        differences: Invoices of which the file and the hub say another balance, and why.
        kept: Rows that changed nothing, since a person voided their invoice here, closed it or billed it anew.
        warnings: What is merely unusual, in the file and beside what is known here.
        creatable: Customers that nobody knows and that this file could create, since it says who they are.
        created: Those that it created.
        absent: What is open here and not in the file, where nobody said that it is the complete list; None for nothing.
        missing: What a complete list lacks; None where the file is none.
        closing: What became of that; None where nothing was written.
    """

    reading: Reading = attrs.field(factory=Reading, repr=False)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    faults: tuple[RowError, ...] = ()
    set_aside: tuple[RowError, ...] = ()
    left_out: tuple[RowError, ...] = ()
    rows: tuple[InvoiceRow | CustomerRow, ...] = attrs.field(default=(), repr=False)
    preview: tuple[Text, ...] = ()
    described: tuple[ChangedRow, ...] = ()
    differences: tuple[RowError, ...] = ()
    kept: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    creatable: int = 0
    created: int = 0
    absent: Absent | None = None
    missing: Missing | None = None
    closing: Closed | None = None
    dry_run: bool = False

    @property
    def aside(self) -> int:
        """How many rows were set aside; one may have several faults."""
        return len({error.line for error in self.set_aside})

    @property
    def is_open(self) -> bool:
        """Whether nothing was taken since something must be said first."""
        return self.reading.is_open


def log_import(tx: Tx, merchant: Merchant, kind: FileKind, done: ImportReport) -> None:
    """Log what was taken, once it is committed."""
    new, changed, unchanged, set_aside = done.new, done.changed, done.unchanged, done.aside
    tell(
        tx,
        "imported",
        merchant=merchant.id,
        what=kind.value,
        new=new,
        changed=changed,
        unchanged=unchanged,
        set_aside=set_aside,
    )


def changes_in(*compared: tuple[Text, Value | None, Value | None]) -> tuple[Text, ...]:
    """What is another than before; what was empty is merely told, and what is empty now is a dash."""
    return tuple(
        Text("change.of", what=what, old=old, new=new or "-")
        if old
        else Text("change.begun", what=what, new=new or "-")
        for what, old, new in compared
        if old != new
    )
