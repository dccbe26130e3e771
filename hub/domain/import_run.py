"""A file that was handed in to be imported: from the first look to what was taken of it, and back."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import attrs

from hub.domain.files.layout import FileKind, Layout
from hub_hookspecs import Mode

MAX_BYTES: Final = 20 * 1024 * 1024
KEPT: Final = timedelta(days=30)
"""How long the file itself is kept, sealed."""
AHEAD: Final = timedelta(seconds=120)
"""How long a portion may take before somebody else goes on with the import."""
ATTEMPTS: Final = 3
"""How often it is gone on with after an error, before a person decides."""


class RunState(enum.StrEnum):
    """How far an import is."""

    SHOWN = "shown"
    """Handed in; shown as understood; nothing was taken."""
    TAKING = "taking"
    TAKEN = "taken"
    CLOSING = "closing"
    """A second person approved what becomes of what a complete list lacks, and it is being closed."""
    UNDOING = "undoing"
    """It is being taken back, portion after portion."""
    UNDONE = "undone"


class RunSubject(enum.StrEnum):
    """What a row of a run is about."""

    CUSTOMER = "customer"
    PAYABLE = "payable"


@attrs.frozen(kw_only=True)
class Choices:
    """What whoever imports chose beside the layout.

    Attributes:
        whole: Take everything or nothing.
        create_customers: Create the customers that a file of invoices names and that nobody knows.
        complete: The file is the complete list of what is open: what is missing is closed.
        as_of: The day that a complete list is of; the newest issue date where nobody says.
        missing_count: How many missing invoices whoever confirmed typed.
        missing_sums: What they come to, as an owner typed it who has nobody else to ask; minor units by currency.
        missing_mark: What was shown of them, as a mark; empty where nobody kept it.
        missing: What becomes of each missing invoice, by number: ``outside``, ``void`` or ``left``; ``*`` for the rest.
        account: Of a file of payouts: the provider's account that they are of.
    """

    whole: bool = False
    create_customers: bool = False
    complete: bool = False
    as_of: date | None = None
    missing_count: int | None = None
    missing_sums: Mapping[str, int] = attrs.Factory(dict)
    missing_mark: str = ""
    missing: Mapping[str, str] = attrs.Factory(dict)
    account: str = ""


@attrs.frozen(kw_only=True)
class ImportRun:
    """One import.

    Attributes:
        name: The file's own name, shortened, for people alone.
        sha256: Of the file; what is confirmed is what was shown.
        layout: How it was said to be read.
        choices: What was chosen beside.
        report: What was taken, as the page tells it; empty before.
        done: Rows that were gone through.
        rows: Rows in all.
        due_at: When the loop goes on with it; None while nothing is to be done.
        expires_at: When its content is dropped.
    """

    id: str
    merchant_id: str
    mode: Mode
    kind: FileKind
    name: str
    size: int
    sha256: str
    by: str
    state: RunState = RunState.SHOWN
    layout: Layout = attrs.Factory(Layout)
    choices: Choices = attrs.Factory(Choices)
    report: Mapping[str, Any] = attrs.Factory(dict)
    done: int = 0
    rows: int = 0
    due_at: datetime | None = None
    created_at: datetime
    taken_at: datetime | None = None
    undone_at: datetime | None = None
    undone_by: str = ""
    expires_at: datetime

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is at it: no other of the same merchant is taken, closed or taken back meanwhile."""
        return self.state in (RunState.TAKING, RunState.CLOSING, RunState.UNDOING)

    @property
    def taken_by(self) -> str:
        """Who confirmed what was shown; else who handed it in."""
        return str(self.report.get("taken_by") or self.by)


@attrs.frozen(kw_only=True)
class RunRow:
    """What an import did with one customer or one invoice, so that it can be taken back.

    Attributes:
        line: Of the file; 0 for what was closed since it was not in the file.
        what: ``new``, ``changed``, ``closed``.
        before: The values that it changed, as they were; empty where it was new.
        revision: Of the invoice, after it, or after it was taken back; 0 for a customer.
        undone_at: When it was taken back.
    """

    run_id: str
    line: int
    subject: RunSubject
    subject_id: str
    what: str
    before: Mapping[str, Any] = attrs.Factory(dict)
    revision: int = 0
    undone_at: datetime | None = None
