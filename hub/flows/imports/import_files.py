"""Import customers and invoices; importing a newer export is the daily act.

What is wrong with a file as a whole refuses it. Of its rows those that are good are taken and the others set aside,
each with its reason; whoever wants all or nothing says so. A dry run only reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import attrs
import structlog

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.collector import resting
from hub.domain.decision import DecisionKind
from hub.domain.files.customer_file import CustomerRow, parse_customers
from hub.domain.files.invoice_file import InvoiceFile, InvoiceRow, parse_invoices
from hub.domain.files.layout import CURRENCY, DECIMAL, FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.reading import Reading
from hub.domain.files.same_number import TOTAL_OF
from hub.domain.files.sheet import RowError, Table
from hub.domain.import_run import AHEAD, Choices, ImportRun, RunState
from hub.domain.merchant import Merchant
from hub.domain.missing_bills import Closed, Missing
from hub.domain.text import Text
from hub.flows.corrections.close_bills import close_rest
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.roll_back import write_unless
from hub_hookspecs import Country

from .complete_list import absent_from, close_missing, end_contradicted, plan_missing
from .import_report import MAX_ROWS, ImportReport, log_import
from .instalments import meaning_here
from .save_customers import save_customers
from .save_invoices import Job, save_portion
from .tally import Tally
from .units import by_customer, portions, units_of

log = structlog.get_logger()

PREVIEW: Final = 5
IMPORT: Final = "import"
"""Who did what a file says, where nobody is named."""


async def import_customers(
    hub: Hub,
    merchant: Merchant,
    data: bytes | Table,
    *,
    name: str = "",
    layout: Layout | None = None,
    choices: Choices | None = None,
    run: ImportRun | None = None,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file of customers, matched by identity number.

    Args:
        data: The file, or its rows where it was read before.
        layout: How its columns are to be read, and what was answered.
        choices: What was chosen beside.
        run: The import that this is; what it does is kept row by row.
        mapping: Beside the layout: our field by the file's heading.
    """
    country = hub.countries[merchant.company.country]
    layout = _layout(layout, mapping)
    file = await asyncio.to_thread(resting, parse_customers, data, name=name, country=country, layout=layout)
    preview = tuple(
        Text(
            "import.row_customer",
            document=f"{row.document.type} {row.document.number}",
            name=mask_card_numbers(row.name),
            email=row.email or Text("import.row_without_mail"),
        )
        for row in file.rows[:PREVIEW]
    )
    report, choices = _begun(file, file.rows, preview, dry_run), choices or Choices()
    takes = [
        partial(save_customers, hub=hub, merchant=merchant, rows=part, run=run, writes=not dry_run)
        for part in portions(file.rows, choices.whole)
    ]
    return await _take(hub, merchant, FileKind.CUSTOMERS, report, takes, choices, run)


async def import_invoices(
    hub: Hub,
    merchant: Merchant,
    data: bytes | Table,
    *,
    name: str = "",
    layout: Layout | None = None,
    choices: Choices | None = None,
    run: ImportRun | None = None,
    mapping: Mapping[str, str] | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file of invoices and credit notes.

    Args:
        data: The file, or its rows where it was read before.
        layout: How its columns are to be read, and what was answered.
        choices: What was chosen beside.
        run: The import that this is; what it does is kept row by row.
        mapping, decimal, currency: Beside the layout: our field by the file's heading, and answers.
    """
    country: Country = hub.countries[merchant.company.country]
    choices = choices or Choices()
    read = partial(
        parse_invoices,
        await asyncio.to_thread(read_listed, FileKind.INVOICES, data, name),
        default_currency=currency or country.currencies[0],
        currencies=country.currencies,
        country=country,
    )
    said = {key: value for key, value in ((DECIMAL, decimal), (CURRENCY, currency)) if value}
    file = await _parsed(hub, merchant, read, _layout(layout, mapping, said))
    report = _begun(file, file.rows, (_understood(row, file.columns) for row in file.rows[:PREVIEW]), dry_run)
    report = attrs.evolve(report, left_out=file.skipped)
    job = Job(
        hub=hub,
        merchant=merchant,
        country=country,
        choices=choices,
        run=run,
        numbers=file.numbers,
        by=run.taken_by if run else IMPORT,
        name=name or IMPORT,
        now=hub.clock(),
        writes=not dry_run,
    )
    units = units_of(file.rows) if dry_run else by_customer(units_of(file.rows))
    takes = [
        partial(save_portion, job=job, units=part)
        for part in portions(units, choices.whole or dry_run, lambda unit: len(unit.rows))
    ]
    taken = await _take(hub, merchant, FileKind.INVOICES, report, takes, choices, run)
    if taken.faults or taken.is_open:
        return taken
    whole = attrs.evolve(file, set_aside=taken.set_aside)
    if run and not dry_run:
        await _end_contradicted(hub, merchant, run, file)
    if choices.complete:
        return await _close_missing(hub, merchant, whole, taken, choices, run)
    return await _with_absent(hub, merchant, whole, taken)


async def _parsed(hub: Hub, merchant: Merchant, read: Callable[..., InvoiceFile], layout: Layout) -> InvoiceFile:
    """The file; of what the totals of its instalments are, an invoice of here may say."""
    file = await asyncio.to_thread(resting, read, layout=layout)
    if not file.unclear:
        return file
    meaning = await hub.store.read(lambda tx: meaning_here(tx, merchant, file.unclear))
    if meaning is None:
        return file
    told = await asyncio.to_thread(resting, read, layout=layout.answering({TOTAL_OF: meaning}))
    return attrs.evolve(told, layout=layout)


async def _with_absent(hub: Hub, merchant: Merchant, file: InvoiceFile, report: ImportReport) -> ImportReport:
    """What is open here and not in the file, for whoever takes it for the complete list; nothing of it is closed."""
    now = hub.clock()
    return attrs.evolve(report, absent=await hub.store.read(lambda tx: absent_from(tx, merchant, file, now)))


async def _end_contradicted(hub: Hub, merchant: Merchant, run: ImportRun, file: InvoiceFile) -> None:
    """What waits for a second person waits no more where this file has it as open."""
    about = f"{merchant.id}:{merchant.mode}"
    if await hub.store.read(lambda tx: tx.decisions.waiting_for(DecisionKind.CLOSE_MISSING, about)):
        await hub.store.write(lambda tx: end_contradicted(tx, merchant, run, file))


async def _close_missing(
    hub: Hub, merchant: Merchant, file: InvoiceFile, report: ImportReport, choices: Choices, run: ImportRun | None
) -> ImportReport:
    """What a complete list lacks, once its rows are taken; nothing of one of which a row was set aside."""
    now = hub.clock()
    if report.dry_run:
        missing = await hub.store.read(lambda tx: plan_missing(tx, merchant, file, choices, now))
        return attrs.evolve(report, missing=missing)

    def write(tx: Tx) -> tuple[Missing, Closed]:
        missing = plan_missing(tx, merchant, file, choices, now)
        by = run.taken_by if run else IMPORT
        return missing, close_missing(tx, hub, merchant, missing, choices, by, now, run=run)

    missing, closing = await hub.store.write(write)
    closing = await close_rest(hub, merchant, closing, run)
    missing = attrs.evolve(missing, left=(*missing.left, *closing.left))
    return attrs.evolve(report, missing=missing, closing=closing, closed=len(closing.numbers))


Take = Callable[[Tx], Tally]
"""Takes a portion of a file's rows, in one transaction."""


def _layout(
    layout: Layout | None, mapping: Mapping[str, str] | None, answers: Mapping[str, str] | None = None
) -> Layout:
    """The layout with what was said beside it."""
    layout = layout or Layout()
    return attrs.evolve(layout, columns={**layout.columns, **(mapping or {})}).answering(answers or {})


def _begun(
    file: Reading, rows: Sequence[InvoiceRow | CustomerRow], preview: Iterable[Text], dry_run: bool
) -> ImportReport:
    """What the file says of itself, before anybody looks at what is known."""
    return ImportReport(
        reading=file,
        faults=file.errors,
        set_aside=file.set_aside,
        rows=tuple(rows[:MAX_ROWS]),
        preview=tuple(preview),
        warnings=file.warnings,
        dry_run=dry_run,
    )


async def _take(
    hub: Hub,
    merchant: Merchant,
    kind: FileKind,
    report: ImportReport,
    takes: Sequence[Take],
    choices: Choices,
    run: ImportRun | None,
) -> ImportReport:
    """Take portion after portion; nothing of a file that cannot be read, that asks something, or that must be whole."""
    if report.faults or report.is_open:
        return _refused(merchant, kind, report)
    if choices.whole and report.set_aside:
        return _refused(merchant, kind, _not_whole(report))
    if report.dry_run:
        done = (await hub.store.read(lambda tx: resting(_sum, (take(tx) for take in takes)))).into(report)
        return _not_whole(done) if choices.whole and done.set_aside else done
    tally = Tally()
    for number, take in enumerate(takes, 1):
        before, until = tally, hub.clock() + AHEAD

        def write(
            tx: Tx, take: Take = take, number: int = number, before: Tally = before, until: datetime = until
        ) -> Tally:
            part = resting(take, tx)
            so_far = _sum((before, part))
            if run:
                tx.imports.add_rows(part.run_rows)
                _go_on(tx, run, so_far.gone_through, until)
            if number == len(takes):
                log_import(tx, merchant, kind, so_far.into(report))
            return so_far

        tally = await write_unless(hub, write, lambda so_far: choices.whole and bool(so_far.set_aside))
    done = tally.into(report)
    return _refused(merchant, kind, _not_whole(done)) if choices.whole and done.set_aside else done


def _sum(parts: Iterable[Tally]) -> Tally:
    whole = Tally()
    for part in parts:
        whole.add(part)
    return whole


def _go_on(tx: Tx, run: ImportRun, done: int, until: datetime) -> None:
    """Store how far an import is, in the transaction that took it there; until then nobody else goes on with it."""
    stored = tx.imports.get(run.id)
    if stored and stored.state is RunState.TAKING:
        tx.imports.save(attrs.evolve(stored, done=max(done, stored.done), due_at=until))


def _not_whole(report: ImportReport) -> ImportReport:
    """Nothing was taken, since somebody wants all or nothing."""
    fault = RowError(0, "", "", Text("import.not_whole", count=report.aside))
    return attrs.evolve(report, faults=(fault,), new=0, changed=0, unchanged=0, created=0, described=())


def _refused(merchant: Merchant, kind: FileKind, report: ImportReport) -> ImportReport:
    """A file of which nothing was taken, logged unless somebody only tried."""
    if not report.dry_run:
        faults = len(report.faults) + len(report.reading.questions) + len(report.reading.missing)
        log.warning("import_refused", merchant=merchant.id, what=kind.value, faults=faults)
    return report


FIELDS: Final = {"due_on": Text("change.due"), "total": Text("change.total"), "balance": Text("field.balance")}
"""What a figure is called that has no column of its own."""


def _understood(row: InvoiceRow, columns: Mapping[str, tuple[str, ...]]) -> Text:
    """A row for people, its figures under the file's own headings; a day that is missing is a dash."""

    def heading(field: str) -> str | Text:
        return " + ".join(columns[field]) if field in columns else FIELDS[field]

    text = Text(
        "import.row_invoice",
        number=row.number,
        customer=row.customer_key,
        issued=row.issued_on,
        due_heading=heading("due_on"),
        due=row.due_on or "-",
        total_heading=heading("total"),
        total=row.total,
    )
    if row.balance is None:
        return text
    return Text("import.row_with_balance", row=text, heading=heading("balance"), balance=row.balance)
