"""View how what a customer owes moved between two days; one object for page, PDF and CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.activity import Activity, Concept, Movement, compute_activity, concept_of, moved_by, payable_of
from hub.domain.entry_keys import reverses
from hub.domain.export import Cell
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.merchant import Customer, Link, LinkKind, Merchant, locale_for
from hub.domain.payable import Payable, PayableKind
from hub.domain.pdf import PdfFile
from hub.domain.statement_document import ActivityDocument
from hub.domain.text import Text
from hub.flows.ground.open_link import open_link
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Mode, Money

from .print_document import identity_of, letterhead_of, print_document

USUAL_DAYS: Final = 90
TAKEN_BACK: Final = re.compile(r":(?:moved(?::[0-9]+)?|undated)$")
"""How the key of an entry ends that takes back what a file stated of a document."""
OF_DOCUMENT: Final = frozenset({EntryKind.BILL, EntryKind.PAID_ELSEWHERE})
OF_PAYMENT: Final = frozenset({Concept.PAYMENT, Concept.REFUND, Concept.CHARGEBACK})


@attrs.frozen(kw_only=True)
class ActivityView:
    """A statement of activity as its customer sees it.

    Attributes:
        link: The link it was opened by; None on the merchant's pages.
    """

    activity: Activity
    merchant: Merchant
    customer: Customer
    mode: Mode
    link: Link | None = None


async def view_activity(hub: Hub, token: str, since: date | None = None, until: date | None = None) -> ActivityView:
    """The activity of a statement's link; without days the last ``USUAL_DAYS``.

    Raises:
        LinkClosed: Unknown, expired or revoked.
        NoPeriod: The days make none.
    """
    now = hub.clock()

    def read(tx: Tx) -> ActivityView:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        return _activity_of(tx, hub, link.target, link.mode, since, until, now=now, link=link)

    return await hub.store.read(read)


async def preview_activity(
    hub: Hub, merchant: Merchant, customer_id: str, since: date | None = None, until: date | None = None
) -> ActivityView:
    """The same on the merchant's pages.

    Raises:
        LookupError: No such customer of this merchant.
        NoPeriod: The days make none.
    """
    now = hub.clock()

    def read(tx: Tx) -> ActivityView:
        own = customer_of(tx, merchant, customer_id).id
        return _activity_of(tx, hub, own, merchant.mode, since, until, now=now)

    return await hub.store.read(read)


async def activity_pdf(hub: Hub, view: ActivityView, *, language: str = "") -> PdfFile:
    """The PDF of a statement of activity.

    Raises:
        PdfMissing: Nothing that draws PDFs is installed.
    """
    paper = ActivityDocument(
        letterhead=letterhead_of(hub, view.merchant, view.mode),
        activity=view.activity,
        customer_identity=identity_of(hub, view.merchant, view.customer),
    )
    return await print_document(hub, paper, language or locale_for(view.merchant, view.customer))


def rows_of(activity: Activity, say: Callable[[Text | str], str]) -> list[list[Cell]]:
    """The rows of its file, a currency after the other: opening balance, movements, closing balance."""
    rows: list[list[Cell]] = []
    for section in activity.sections:
        start: list[Cell] = [
            section.currency,
            activity.since,
            say(Text("activity.opening")),
            "",
            "",
            None,
            None,
            section.opening,
            None,
        ]
        rows.append(start)
        for row in section.rows:
            item = row.movement
            rows.append(
                [
                    *(section.currency, item.on, say(item.concept.label), item.number, item.about),
                    *(row.debit or None, row.credit or None, row.balance),
                    item.at.astimezone(ZoneInfo(activity.zone)).date(),
                ]
            )
        end: list[Cell] = [section.currency, activity.until, say(Text("activity.closing")), "", ""]
        rows.append([*end, section.debits, section.credits, section.closing, None])
    return rows


def _activity_of(
    tx: Tx,
    hub: Hub,
    customer_id: str,
    mode: Mode,
    since: date | None,
    until: date | None,
    *,
    now: datetime,
    link: Link | None = None,
) -> ActivityView:
    customer = tx.customers.get(customer_id)
    merchant = tx.merchants.get(customer.merchant_id) if customer else None
    if customer is None or merchant is None:
        raise LookupError(customer_id)
    zone = ZoneInfo(merchant.company.zone)
    last = until or now.astimezone(zone).date()
    activity = compute_activity(
        company=merchant.company,
        customer=customer,
        movements=movements_of(tx, merchant, customer_id, mode),
        since=since or last - timedelta(days=USUAL_DAYS),
        until=last,
        as_of=now,
        zone=merchant.company.zone,
        currencies=hub.countries[merchant.company.country].currencies,
    )
    return ActivityView(activity=activity, merchant=merchant, customer=customer, mode=mode, link=link)


def movements_of(tx: Tx, merchant: Merchant, customer_id: str, mode: Mode) -> tuple[Movement, ...]:
    """Everything that ever moved what a customer owes, from the ledger; oldest booked first."""
    entries = tx.ledger.of_customer(merchant.id, mode, customer_id)
    payables = {payable.id: payable for payable in tx.payables.many(_concerned(entries))}
    orders = {payable.id for payable in payables.values() if payable.kind is PayableKind.ORDER}
    zone = ZoneInfo(merchant.company.zone)
    return tuple(
        movement_of(tx, entry, amount, payables, zone)
        for entry in _standing(entries, zone)
        if (amount := moved_by(entry, customer_id, orders))
    )


def _standing(entries: Iterable[Entry], zone: ZoneInfo) -> list[Entry]:
    """Entries without those about a document that were taken back on their own day: it moved, or was re-dated."""
    about = [(entry, _documents(entry, zone)) for entry in entries]
    sums: dict[tuple[object, ...], int] = {}
    for entry, documents in about:
        for document in documents:
            sums[document] = sums.get(document, 0) + entry.moved(LedgerKind.RECEIVABLE)
    taken_back = {document for entry, documents in about if TAKEN_BACK.search(entry.key) for document in documents}
    gone = {document for document in taken_back if not sums[document]}
    return [entry for entry, documents in about if gone.isdisjoint(documents)]


def _documents(entry: Entry, zone: ZoneInfo) -> tuple[tuple[object, ...], ...]:
    """What a file stated of a document that an entry is part of: its bill, or what was paid; and both together."""
    if entry.kind not in OF_DOCUMENT:
        return ()
    owners = sorted(leg.owner for leg in entry.postings if leg.kind is LedgerKind.RECEIVABLE)
    stated = (payable_of(entry), entry.counts_on(zone), *owners)
    return (entry.kind, *stated), stated


def _concerned(entries: Iterable[Entry]) -> list[str]:
    ids = {payable_of(entry) for entry in entries} | {row.payable_id for entry in entries for row in entry.applied}
    return sorted(ids - {""})


def movement_of(tx: Tx, entry: Entry, amount: int, payables: Mapping[str, Payable], zone: ZoneInfo) -> Movement:
    """What an entry is for people: the document that it was booked by, and what that was about."""
    concept = concept_of(entry)
    payable = payables.get(payable_of(entry))
    number, about = payable.number if payable else "", ""
    original = reverses(entry.key) or entry.key
    if concept is Concept.INVOICE and payable:
        about = payable.description
    elif original.startswith("manual:") and (receipt := tx.receipts.get(original.split(":")[1])):
        number, about = receipt.label, ", ".join(line.number for line in receipt.lines)
    elif original.startswith("disburse:") and (made := tx.disbursements.get(original.split(":")[1])):
        number = made.label
    elif entry.kind is EntryKind.CREDIT_NOTE:
        number, about = entry.key.removeprefix("credit:"), number
    elif concept in OF_PAYMENT and (payment := tx.payments.get(entry.payment_id or "")):
        number, about = payment.reference, ", ".join(line.number for line in payment.lines)
    return Movement(
        on=entry.counts_on(zone),
        at=entry.at,
        concept=concept,
        number=number,
        about=about,
        amount=Money(amount, entry.currency),
    )
