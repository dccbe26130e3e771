"""Import customers and invoices; importing a newer export is the daily act.

A file with a fault is refused whole. Of a file that can be read, invoices are matched by merchant and number: new,
changed and unchanged ones are counted, and a change that contradicts what is paid or being paid is refused with the
reason while the others are taken.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs
import structlog

from hub.domain import billing
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.identity import numbers_for
from hub.domain.ledger import LedgerKind
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import review_of
from hub.domain.payable import Payable, PayableKind
from hub.domain.sheet import RowError
from hub.domain.stated import InvoiceStanding, Stated, StatedChange, news_of, nothing_new
from hub.domain.tables import CustomerRow, InvoiceRow, parse_customers, parse_invoices
from hub.domain.text import Text, Value
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.roll_back import write_unless
from hub.flows.ground.tell import tell
from hub_hookspecs import Country, Money

from .settle_bill import noted_on

log = structlog.get_logger()

PREVIEW = 5
TOLD = 50
"""Changed rows that a report tells one by one."""

BALANCE_ROSE = "balance_rose"


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
        faults: What is wrong with the file; when there are any, nothing was taken.
        refused: Rows that contradict what is paid or being paid; the others were taken.
        preview: The first rows as understood, for people.
        told: What changed in the first rows that changed.
        differences: Invoices of which the file and the hub say another balance, and why.
    """

    format: Text | str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[RowError, ...] = ()
    refused: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    preview: tuple[Text, ...] = ()
    told: tuple[ChangedRow, ...] = ()
    differences: tuple[RowError, ...] = ()
    dry_run: bool = False


async def import_customers(
    hub: Hub,
    merchant: Merchant,
    data: bytes,
    *,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file of customers, matched by identity number."""
    country = hub.countries[merchant.company.country]
    file = await asyncio.to_thread(parse_customers, data, name=name, country=country, mapping=mapping)
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
        format=file.format, faults=file.faults, warnings=file.warnings, preview=preview, dry_run=dry_run
    )
    if file.faults:
        return _refused(merchant, "customers", report)
    return await _in_one(hub, lambda tx: _save_customers(tx, hub, merchant, file.rows, report), dry_run)


def _save_customers(
    tx: Tx, hub: Hub, merchant: Merchant, rows: tuple[CustomerRow, ...], report: ImportReport
) -> ImportReport:
    """Known is who is found in this transaction; nobody's id follows from who they are."""
    counts = dict.fromkeys(Change, 0)
    told: list[ChangedRow] = []
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
        if before and change is Change.CHANGED and len(told) < TOLD:
            told.append(ChangedRow(row.document.number, _changed_of(before, after)))
    counted = _counted(report, counts)
    _tell_log(tx, merchant, "customers", counted)
    return attrs.evolve(counted, told=tuple(told))


def _tell_log(tx: Tx, merchant: Merchant, what: str, done: ImportReport) -> None:
    new, changed, unchanged, refused = done.new, done.changed, done.unchanged, len(done.refused)
    tell(
        tx, "imported", merchant=merchant.id, what=what, new=new, changed=changed, unchanged=unchanged, refused=refused
    )


def _refused(merchant: Merchant, what: str, report: ImportReport) -> ImportReport:
    """A file of which nothing was taken, told unless somebody only tried."""
    if not report.dry_run:
        log.warning("import_refused", merchant=merchant.id, what=what, faults=len(report.faults))
    return report


def _changed_of(before: Customer, after: Customer) -> tuple[Text, ...]:
    return _changes(
        (Text("change.name"), before.name, after.name),
        (Text("change.email"), before.email, after.email),
        (Text("change.phone"), before.phone, after.phone),
        (Text("change.address"), before.address, after.address),
    )


def _changes(*compared: tuple[Text, Value | None, Value | None]) -> tuple[Text, ...]:
    """What is another than before; what is empty is a dash."""
    return tuple(
        Text("change.of", what=what, old=old or "-", new=new or "-") for what, old, new in compared if old != new
    )


def _counted(report: ImportReport, counts: Mapping[Change, int], refused: tuple[RowError, ...] = ()) -> ImportReport:
    return attrs.evolve(
        report,
        new=counts[Change.NEW],
        changed=counts[Change.CHANGED],
        unchanged=counts[Change.UNCHANGED],
        refused=refused,
    )


async def import_invoices(
    hub: Hub,
    merchant: Merchant,
    data: bytes,
    *,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file of invoices for known customers."""
    country: Country = hub.countries[merchant.company.country]
    file = await asyncio.to_thread(
        parse_invoices,
        data,
        name=name,
        default_currency=currency or country.currencies[0],
        mapping=mapping,
        decimal=decimal,
    )
    preview = tuple(map(_understood, file.rows[:PREVIEW]))
    report = ImportReport(format=file.format, faults=file.faults, preview=preview, dry_run=dry_run)
    if file.faults:
        return _refused(merchant, "invoices", report)
    now = hub.clock()
    done = await _in_one(hub, lambda tx: _save_invoices(tx, hub, merchant, country, file.rows, report, now), dry_run)
    if done.faults:
        _refused(merchant, "invoices", done)
    return attrs.evolve(
        done,
        faults=_as_in_file(done.faults, file.columns),
        refused=_as_in_file(done.refused, file.columns),
        differences=_as_in_file(done.differences, file.columns),
    )


def _as_in_file(faults: tuple[RowError, ...], columns: Mapping[str, str]) -> tuple[RowError, ...]:
    """Faults under the file's own column names."""
    return tuple(attrs.evolve(fault, column=columns.get(fault.column, fault.column)) for fault in faults)


async def _in_one(hub: Hub, work: Callable[[Tx], ImportReport], dry_run: bool) -> ImportReport:
    """All in one transaction; a dry run, and a file with unknown customers, leaves nothing behind."""
    return await write_unless(hub, work, lambda report: dry_run or bool(report.faults))


def _understood(row: InvoiceRow) -> Text:
    """A row for people; a day that is missing is a dash."""
    number, customer, due = row.number, row.customer_key, row.due_on or "-"
    text = Text("import.row_invoice", number=number, customer=customer, issued=row.issued_on, due=due, total=row.total)
    return text if row.balance is None else Text("import.row_with_balance", row=text, balance=row.balance)


def _save_invoices(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    country: Country,
    rows: tuple[InvoiceRow, ...],
    report: ImportReport,
    now: datetime,
) -> ImportReport:
    counts = dict.fromkeys(Change, 0)
    faults: list[RowError] = []
    refused: list[RowError] = []
    customers: dict[str, str | None] = {}
    known = tx.payables.numbered(merchant.id, merchant.mode, [row.number for row in rows])
    standings = _standings(tx, merchant, known, rows)
    told: list[ChangedRow] = []
    differences: list[RowError] = []
    for row in rows:
        if row.customer_key not in customers:
            customers[row.customer_key] = _customer_for(tx, merchant, country, row.customer_key)
        customer_id = customers[row.customer_key]
        if customer_id is None:
            message = Text("import.customer_unknown")
            faults.append(RowError(row.line, "customer", row.customer_key, message))
            continue
        before = known.get(row.number)
        if before is None:
            _add(tx, hub.fresh_id(), merchant, row, customer_id, now)
            counts[Change.NEW] += 1
            continue
        standing, stated = standings.get(row.number), _stated(row)
        news = news_of(standing, stated) if standing else nothing_new(stated)
        if objection := _objection(tx, before, row, customer_id, news):
            refused.append(RowError(row.line, "number", row.number, objection))
            continue
        after = _revise(tx, merchant, before, row, customer_id, news, now)
        change = Change.CHANGED if after.revision > before.revision else Change.UNCHANGED
        counts[change] += 1
        if change is Change.CHANGED and len(told) < TOLD:
            told.append(ChangedRow(row.number, _change_of(tx, before, after)))
        if news.rose:
            _ask_why(tx, after, news, now)
        if standing and (apart := _difference(standing.after(news), row)):
            differences.append(apart)
    if faults:
        return attrs.evolve(report, faults=tuple(faults))
    counted = _counted(report, counts, tuple(refused))
    _tell_log(tx, merchant, "invoices", counted)
    return attrs.evolve(counted, told=tuple(told), differences=tuple(differences))


def _standings(
    tx: Tx, merchant: Merchant, known: Mapping[str, Payable], rows: Iterable[InvoiceRow]
) -> Mapping[str, InvoiceStanding]:
    """How the invoices stand of which a file states something new, or another balance than is owed; by number."""
    stated = {row.number: _stated(row) for row in rows}
    known = {
        number: payable
        for number, payable in known.items()
        if payable.stated != stated[number] or stated[number].balance not in (None, payable.due)
    }
    here = tx.ledger.settled_here([payable.id for payable in known.values()])
    noted = noted_on(
        *(tx, merchant),
        [
            payable
            for payable in known.values()
            if payable.stated and payable.stated.total != stated[payable.number].total
        ],
    )
    standings = {}
    for number, payable in known.items():
        settled, reopened = here.get(payable.id, (0, 0))
        standings[number] = InvoiceStanding(
            total=payable.total,
            settled=settled,
            reopened=reopened,
            noted=noted.get(payable.id, 0),
            outside=payable.outside,
            counted=payable.counted,
            counted_back=payable.counted_back,
            last=payable.stated,
        )
    return standings


def _stated(row: InvoiceRow) -> Stated:
    return Stated(row.total.minor, None if row.balance is None else row.balance.minor)


def _customer_for(tx: Tx, merchant: Merchant, country: Country, key: str) -> str | None:
    """The one customer that a file's key names; None for nobody or for several."""
    if "@" in key:
        found = {customer.id for customer in tx.customers.find(merchant.id, email=key)}
    else:
        found = {
            customer.id
            for number in numbers_for(country, key)
            for customer in tx.customers.find(merchant.id, number=number)
        }
    return found.pop() if len(found) == 1 else None


def _add(tx: Tx, payable_id: str, merchant: Merchant, row: InvoiceRow, customer_id: str, now: datetime) -> None:
    payable = Payable(
        id=payable_id,
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=PayableKind.INVOICE,
        number=row.number,
        customer_id=customer_id,
        currency=row.total.currency,
        total=row.total.minor,
        issued_on=row.issued_on,
        due_on=row.due_on,
        description=mask_card_numbers(row.description),
        stated=_stated(row),
        created_at=now,
    )
    tx.payables.add(payable)
    tx.ledger.write(billing.bill(payable, difference=payable.total, at=now))
    outside = row.total.minor - row.balance.minor if row.balance is not None else 0
    if outside:
        tx.ledger.write(billing.paid_elsewhere(payable, amount=outside, at=now))


def _objection(tx: Tx, before: Payable, row: InvoiceRow, customer_id: str, news: StatedChange) -> Text | None:
    """Why a row that contradicts what is paid or being paid is not taken."""
    if before.currency != row.total.currency:
        return Text("import.currency_fixed", currency=before.currency)
    moves = before.customer_id != customer_id
    if moves and (before.settled or news.revision or news.outside):
        return Text("import.customer_fixed")
    if before.settled + news.outside > before.total + news.revision:
        return Text("import.total_below_paid", paid=Money(before.settled, before.currency))
    dated = before.issued_on != row.issued_on
    if (moves or dated or news.last != before.stated) and tx.payments.live_with([before.id]):
        return Text("import.payment_in_progress")
    return None


def _revise(
    tx: Tx, merchant: Merchant, before: Payable, row: InvoiceRow, customer_id: str, news: StatedChange, now: datetime
) -> Payable:
    """The invoice as it stands after a row; what the row tells is booked, and that it was stated is kept."""
    after = attrs.evolve(
        before,
        customer_id=customer_id,
        total=before.total + news.revision,
        issued_on=row.issued_on,
        due_on=row.due_on,
        description=mask_card_numbers(row.description),
        stated=news.last,
        counted=before.counted + news.counted,
        counted_back=before.counted_back + news.counted_back,
    )
    if after == before and not news.outside:
        return before
    told = attrs.evolve(before, stated=after.stated, counted=after.counted, counted_back=after.counted_back)
    after = attrs.evolve(after, revision=before.revision + bool(after != told or news.outside))
    if news.outside < 0:
        tx.ledger.write(billing.paid_elsewhere(after, amount=news.outside, at=now))
    tx.payables.revise(after)
    if after.customer_id != before.customer_id:
        _move_bill(tx, merchant, before, after, now)
    else:
        if after.issued_on != before.issued_on:
            _redate(tx, merchant, before, after, now)
        if news.revision:
            tx.ledger.write(billing.bill(after, difference=news.revision, at=now))
    if news.outside > 0:
        tx.ledger.write(billing.paid_elsewhere(after, amount=news.outside, at=now))
    return attrs.evolve(after, outside=before.outside + news.outside)


def _change_of(tx: Tx, before: Payable, after: Payable) -> tuple[Text, ...]:
    """What an accepted row changed of an invoice."""

    def money(minor: int) -> Money:
        return Money(minor, before.currency)

    return _changes(
        (Text("change.total"), money(before.total), money(after.total)),
        (Text("change.outside"), money(before.outside), money(after.outside)),
        (Text("change.issued"), before.issued_on, after.issued_on),
        (Text("change.due"), before.due_on, after.due_on),
        (Text("change.description"), before.description, after.description),
        (Text("change.customer"), _name_of(tx, before.customer_id), _name_of(tx, after.customer_id)),
    )


def _difference(standing: InvoiceStanding, row: InvoiceRow) -> RowError | None:
    """What the file and the hub say differently of an invoice, and why, as far as the hub knows."""
    if row.balance is None or row.balance.minor == standing.due:
        return None

    stated, owed, received, back, rest = (
        Money(abs(minor), row.total.currency) for minor in (row.balance.minor, standing.due, *standing.apart)
    )
    if rest.minor:
        message = Text("import.difference_unexplained", stated=stated, owed=owed, rest=rest)
    elif received.minor and back.minor:
        message = Text(
            "import.difference_received_and_returned", stated=stated, owed=owed, received=received, back=back
        )
    elif received.minor:
        message = Text("import.difference_received", stated=stated, owed=owed, received=received)
    else:
        message = Text("import.difference_returned", stated=stated, owed=owed, back=back)
    return RowError(row.line, "balance", row.number, message)


def _ask_why(tx: Tx, payable: Payable, news: StatedChange, now: datetime) -> None:
    """A balance that rose without a reason that the hub knows is for a person."""
    details = f"a file states {Money(news.rose, payable.currency)} more than is owed on {payable.number}"
    subject = f"invoice {payable.number}"
    open_review(tx, review_of(BALANCE_ROSE, payable, details, now, occasion=str(now), subject=subject))


def _name_of(tx: Tx, customer_id: str) -> str:
    customer = tx.customers.get(customer_id)
    return customer.name if customer else customer_id


def _move_bill(tx: Tx, merchant: Merchant, before: Payable, after: Payable, now: datetime) -> None:
    """Another customer owes it, and did from the day of the document on; for the one each day is reversed on itself."""
    days = _by_day(tx, merchant, before, "bill", "outside")
    for number, (day, owed) in enumerate(sorted(days.items())):
        reversal = billing.bill(attrs.evolve(before, revision=after.revision), difference=-owed, at=now)
        key = f"{reversal.key}:moved" + (f":{number}" if number else "")
        tx.ledger.write(attrs.evolve(reversal, key=key, value_on=day))
    bill = billing.bill(after, difference=after.total, at=now)
    tx.ledger.write(attrs.evolve(bill, value_on=after.issued_on))


def _redate(tx: Tx, merchant: Merchant, before: Payable, after: Payable, now: datetime) -> None:
    """It is of another day than was stated: what counts for the one is booked for the other."""
    old = attrs.evolve(before, revision=after.revision)
    billed = _by_day(tx, merchant, before, "bill").get(before.issued_on, 0)
    standing = tx.payables.get(before.id)
    paid = -_by_day(tx, merchant, before, "outside").get(before.issued_on, 0)
    outside = min(paid, standing.outside if standing else 0)
    pairs = []
    if billed:
        pairs.append([billing.bill(old, difference=amount, at=now) for amount in (-billed, billed)])
    if outside > 0:
        pairs.append([billing.paid_elsewhere(old, amount=amount, at=now) for amount in (-outside, outside)])
    for back, again in pairs:
        tx.ledger.write(attrs.evolve(back, key=f"{back.key}:undated", value_on=before.issued_on))
        tx.ledger.write(attrs.evolve(again, key=f"{again.key}:dated", value_on=after.issued_on))


def _by_day(tx: Tx, merchant: Merchant, payable: Payable, *begin: str) -> dict[date, int]:
    """What files made its customer owe of it, by the day that this counts for."""
    zone, sums = ZoneInfo(merchant.company.zone), dict[date, int]()
    for entry in (
        entry for name in begin for entry in tx.ledger.keyed(merchant.id, merchant.mode, f"{name}:{payable.id}")
    ):
        for leg in entry.postings:
            if leg.kind is LedgerKind.RECEIVABLE and leg.owner == payable.customer_id:
                day = entry.counts_on(zone)
                sums[day] = sums.get(day, 0) + leg.amount
    return {day: amount for day, amount in sums.items() if amount}
