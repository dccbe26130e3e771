"""Import customers and invoices; importing a newer export is the daily act.

A file with an error is refused whole. What is taken of a file that can be read, ``save_invoices`` decides row by row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import attrs
import structlog

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.files.customer_file import CustomerRow, parse_customers
from hub.domain.files.invoice_file import InvoiceRow, parse_invoices
from hub.domain.files.layout import DECIMAL, Layout
from hub.domain.files.sheet import RowError
from hub.domain.import_run import Choices, ImportRun
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.roll_back import write_unless
from hub_hookspecs import Country

from .import_report import (
    MAX_DESCRIBED,
    MAX_ROWS,
    Change,
    ChangedRow,
    ImportReport,
    changes_in,
    log_import,
    with_counts,
)
from .save_invoices import save_invoices

log = structlog.get_logger()

PREVIEW = 5


async def import_customers(
    hub: Hub,
    merchant: Merchant,
    data: bytes,
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
        layout: How its columns are to be read, and what was answered.
        choices: What was chosen beside.
        run: The import that this is; what it does is kept row by row.
        mapping: Beside the layout: our field by the file's heading.
    """
    country = hub.countries[merchant.company.country]
    layout = _layout(layout, mapping)
    file = await asyncio.to_thread(parse_customers, data, name=name, country=country, layout=layout)
    preview = tuple(
        Text(
            "import.row_customer",
            document=f"{row.document.type} {row.document.number}",
            name=mask_card_numbers(row.name),
            email=row.email or Text("import.row_without_mail"),
        )
        for row in file.rows[:PREVIEW]
    )
    report = ImportReport(
        reading=file,
        faults=file.wrong,
        rows=file.rows[:MAX_ROWS],
        preview=preview,
        warnings=file.warnings,
        dry_run=dry_run,
    )
    if file.wrong:
        return _refused(merchant, "customers", report)
    return await _in_one(hub, lambda tx: _save_customers(tx, hub, merchant, file.rows, report), dry_run)


def _layout(
    layout: Layout | None, mapping: Mapping[str, str] | None, answers: Mapping[str, str] | None = None
) -> Layout:
    """The layout with what was said beside it."""
    layout = layout or Layout()
    return attrs.evolve(layout, columns={**layout.columns, **(mapping or {})}).answering(answers or {})


def _save_customers(
    tx: Tx, hub: Hub, merchant: Merchant, rows: tuple[CustomerRow, ...], report: ImportReport
) -> ImportReport:
    """Known is who is found in this transaction; nobody's id follows from who they are."""
    counts = dict.fromkeys(Change, 0)
    described: list[ChangedRow] = []
    for row in rows:
        found = [
            customer
            for customer in tx.customers.find(merchant.id, number=row.document.number)
            if customer.document and customer.document.type == row.document.type
        ]
        before = found[0] if found else None
        after = Customer(
            id=before.id if before else hub.fresh_id(),
            merchant_id=merchant.id,
            name=mask_card_numbers(row.name),
            document=row.document,
            email=row.email or (before.email if before else ""),
            phone=mask_card_numbers(row.phone) or (before.phone if before else ""),
            address=mask_card_numbers(row.address) or (before.address if before else ""),
            remembered=before.remembered if before else {},
            language=row.language or (before.language if before else ""),
            unsubscribed_at=before.unsubscribed_at if before else None,
        )
        change = Change.NEW if before is None else Change.UNCHANGED if before == after else Change.CHANGED
        if change is not Change.UNCHANGED:
            tx.customers.save(after)
        counts[change] += 1
        if before and change is Change.CHANGED and len(described) < MAX_DESCRIBED:
            described.append(ChangedRow(row.document.number, _changed_of(before, after)))
    done = with_counts(report, counts)
    log_import(tx, merchant, "customers", done)
    return attrs.evolve(done, described=tuple(described))


def _refused(merchant: Merchant, what: str, report: ImportReport) -> ImportReport:
    """A file of which nothing was taken, logged unless somebody only tried."""
    if not report.dry_run:
        log.warning("import_refused", merchant=merchant.id, what=what, faults=len(report.faults))
    return report


def _changed_of(before: Customer, after: Customer) -> tuple[Text, ...]:
    return changes_in(
        (Text("change.name"), before.name, after.name),
        (Text("change.email"), before.email, after.email),
        (Text("change.phone"), before.phone, after.phone),
        (Text("change.address"), before.address, after.address),
    )


async def import_invoices(
    hub: Hub,
    merchant: Merchant,
    data: bytes,
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
    """Import a file of invoices.

    Args:
        layout: How its columns are to be read, and what was answered.
        choices: What was chosen beside.
        run: The import that this is; what it does is kept row by row.
        mapping, decimal, currency: Beside the layout: our field by the file's heading, and answers.
    """
    country: Country = hub.countries[merchant.company.country]
    file = await asyncio.to_thread(
        parse_invoices,
        data,
        name=name,
        default_currency=currency or country.currencies[0],
        layout=_layout(layout, mapping, {DECIMAL: decimal} if decimal else {}),
    )
    preview = tuple(map(_understood, file.rows[:PREVIEW]))
    report = ImportReport(
        reading=file,
        faults=file.wrong,
        rows=file.rows[:MAX_ROWS],
        preview=preview,
        warnings=file.warnings,
        dry_run=dry_run,
    )
    if file.wrong:
        return _refused(merchant, "invoices", report)
    now = hub.clock()
    done = await _in_one(hub, lambda tx: save_invoices(tx, hub, merchant, country, file.rows, report, now), dry_run)
    if done.faults:
        _refused(merchant, "invoices", done)
    return attrs.evolve(
        done,
        faults=_as_in_file(done.faults, file.columns),
        set_aside=_as_in_file(done.set_aside, file.columns),
        differences=_as_in_file(done.differences, file.columns),
        kept=_as_in_file(done.kept, file.columns),
    )


def _as_in_file(errors: tuple[RowError, ...], columns: Mapping[str, tuple[str, ...]]) -> tuple[RowError, ...]:
    """Errors under the file's own column names."""
    return tuple(attrs.evolve(error, column=" + ".join(columns.get(error.column, (error.column,)))) for error in errors)


async def _in_one(hub: Hub, work: Callable[[Tx], ImportReport], dry_run: bool) -> ImportReport:
    """All in one transaction; a dry run, and a file with unknown customers, leaves nothing behind."""
    return await write_unless(hub, work, lambda report: dry_run or bool(report.faults))


def _understood(row: InvoiceRow) -> Text:
    """A row for people; a day that is missing is a dash."""
    number, customer, due = row.number, row.customer_key, row.due_on or "-"
    text = Text("import.row_invoice", number=number, customer=customer, issued=row.issued_on, due=due, total=row.total)
    return text if row.balance is None else Text("import.row_with_balance", row=text, balance=row.balance)
