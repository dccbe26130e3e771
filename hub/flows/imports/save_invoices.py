"""Save the invoices of a file: compared with what is known, what is new or changed is booked.

Invoices are matched by merchant and number: new, changed and unchanged ones are counted, and a change that contradicts
what is paid or being paid is set_aside with the reason while the others are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from hub.domain.acts import Act
from hub.domain.decision import named
from hub.domain.files.invoice_file import InvoiceRow
from hub.domain.files.sheet import RowError
from hub.domain.merchant import Merchant
from hub.domain.message import review_of
from hub.domain.payable import Payable
from hub.domain.stated import InvoiceStanding, StatedChange, nothing_new, stated_change
from hub.domain.text import Text
from hub.flows.books.debit_note import is_debit_note
from hub.flows.books.revise_bill import add_bill, bill_anew, revise_bill, stated_in
from hub.flows.books.settle_bill import credited_on
from hub.flows.ground.open_review import open_review
from hub.flows.ground.own_customer import customer_named
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import objection_to
from hub_hookspecs import Country, Money

from .import_report import MAX_DESCRIBED, Change, ChangedRow, ImportReport, changes_in, log_import, with_counts

BALANCE_ROSE = "balance_rose"


def save_invoices(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    country: Country,
    rows: tuple[InvoiceRow, ...],
    report: ImportReport,
    now: datetime,
) -> ImportReport:
    """Save what can be taken of the rows; nothing at all where one names a customer that is not known."""
    counts = dict.fromkeys(Change, 0)
    errors: list[RowError] = []
    set_aside: list[RowError] = []
    customers: dict[str, str | None] = {}
    known = tx.payables.numbered(merchant.id, merchant.mode, [row.number for row in rows])
    standings = _standings(tx, merchant, known, rows)
    described: list[ChangedRow] = []
    differences: list[RowError] = []
    kept: list[RowError] = []
    zone = ZoneInfo(merchant.company.zone)
    for row in rows:
        if row.customer_key not in customers:
            customers[row.customer_key] = customer_named(tx, merchant, country, row.customer_key)
        customer_id = customers[row.customer_key]
        if customer_id is None:
            message = Text("import.customer_unknown")
            errors.append(RowError(row.line, "customer", row.customer_key, message))
            continue
        before = known.get(row.number)
        if before is None:
            add_bill(tx, hub.fresh_id(), merchant, row, customer_id, now)
            counts[Change.NEW] += 1
            continue
        if before.undone_at:
            bill_anew(tx, before, row, customer_id, now)
            counts[Change.NEW] += 1
            continue
        if decided := _decided(before, row, customer_id, zone):
            counts[Change.UNCHANGED] += 1
            kept.append(RowError(row.line, "number", row.number, decided))
            continue
        standing, stated = standings.get(row.number), stated_in(row)
        update = stated_change(standing, stated) if standing else nothing_new(stated)
        if objection := _objection(tx, before, row, customer_id, update, now):
            set_aside.append(RowError(row.line, "number", row.number, objection))
            continue
        after = revise_bill(tx, merchant, before, row, customer_id, update, now)
        change = Change.CHANGED if after.revision > before.revision else Change.UNCHANGED
        counts[change] += 1
        if change is Change.CHANGED and len(described) < MAX_DESCRIBED:
            described.append(ChangedRow(row.number, _change_of(tx, before, after)))
        if update.rose:
            _ask_why(tx, after, update, now)
        if standing and (apart := _difference(standing.after(update), row)):
            differences.append(apart)
    if errors:
        return attrs.evolve(report, faults=tuple(errors))
    done = with_counts(report, counts, tuple(set_aside))
    log_import(tx, merchant, "invoices", done)
    return attrs.evolve(done, described=tuple(described), differences=tuple(differences), kept=tuple(kept))


def _standings(
    tx: Tx, merchant: Merchant, known: Mapping[str, Payable], rows: Iterable[InvoiceRow]
) -> Mapping[str, InvoiceStanding]:
    """How the invoices stand of which a file states something new, or another balance than is owed; by number."""
    stated = {row.number: stated_in(row) for row in rows}
    known = {
        number: payable
        for number, payable in known.items()
        if payable.stated != stated[number] or stated[number].balance not in (None, payable.due)
    }
    here = tx.ledger.settled_here([payable.id for payable in known.values()])
    credited = credited_on(
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
            credit_notes=credited.get(payable.id, 0),
            outside=payable.outside,
            counted=payable.counted,
            counted_back=payable.counted_back,
            last=payable.stated,
        )
    return standings


def _decided(before: Payable, row: InvoiceRow, customer_id: str, zone: ZoneInfo) -> Text | None:
    """What a person decided here of a bill, against which a file that still lists the old one changes nothing."""
    if before.voided is None:
        return None
    if before.is_voided:
        return Text("import.voided", at=before.voided.at.astimezone(zone).date(), by=named(before.voided.by))
    is_what_it_was = row.total == before.voided.total and row.total.minor != before.total
    if (before.currency, before.customer_id) == (row.total.currency, customer_id) and not is_what_it_was:
        return None
    day, by = (before.voided.rebilled_at or before.voided.at).astimezone(zone).date(), named(before.voided.rebilled_by)
    return Text("import.rebilled", at=day, by=by, total=Money(before.total, before.currency))


def _objection(
    tx: Tx, before: Payable, row: InvoiceRow, customer_id: str, update: StatedChange, now: datetime
) -> Text | None:
    """Why a row that contradicts what is paid or being paid is not taken."""
    if before.currency != row.total.currency:
        return Text("import.currency_fixed", currency=before.currency)
    moves = before.customer_id != customer_id
    if (moves or before.total != row.total.minor) and is_debit_note(tx, before):
        return Text("import.debit_note", total=Money(before.total, before.currency))
    if moves and (before.settled or update.revision or update.outside):
        return Text("import.customer_fixed")
    if before.settled + update.outside > before.total + update.revision:
        return Text("import.total_below_paid", paid=Money(before.settled, before.currency))
    dated = before.issued_on != row.issued_on
    if moves:
        return objection_to(tx, Act.MOVE_BILL, now, payables=[before.id])
    if dated or update.last != before.stated:
        return objection_to(tx, Act.REVISE_BILL, now, payables=[before.id])
    return None


def _change_of(tx: Tx, before: Payable, after: Payable) -> tuple[Text, ...]:
    """What an accepted row changed of an invoice."""

    def money(minor: int) -> Money:
        return Money(minor, before.currency)

    return changes_in(
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


def _ask_why(tx: Tx, payable: Payable, update: StatedChange, now: datetime) -> None:
    """A balance that rose without a reason that the hub knows is for a person."""
    details = f"a file states {Money(update.rose, payable.currency)} more than is owed on {payable.number}"
    subject = f"invoice {payable.number}"
    open_review(tx, review_of(BALANCE_ROSE, payable, details, now, occasion=str(now), subject=subject))


def _name_of(tx: Tx, customer_id: str) -> str:
    customer = tx.customers.get(customer_id)
    return customer.name if customer else customer_id
