"""View what customers withheld against the certificates that prove it: what is missing, and what came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Final

import attrs

from hub.domain.export import Cell
from hub.domain.identity import show_document
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.domain.withholding_certificate import Compared, WithholdingCertificate, compared
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Country

MISSING_COLUMNS: Final = (
    Text("export.customer"),
    Text("export.identity"),
    Text("export.certificate_tax"),
    Text("export.certificate_from"),
    Text("export.certificate_to"),
    Text("export.certificate_days"),
    Text("export.currency"),
    Text("export.certificate_withheld"),
    Text("export.certificate_certified"),
    Text("export.certificate_missing"),
)


@attrs.frozen(kw_only=True)
class ComparedRow:
    """A period of a customer, with the customer."""

    customer: Customer
    row: Compared


@attrs.frozen(kw_only=True)
class CertificateRow:
    """A certificate, with its customer."""

    customer: Customer
    paper: WithholdingCertificate


@attrs.frozen(kw_only=True)
class CertificatesView:
    """One year of a merchant.

    Attributes:
        missing: Periods that ended and whose sums are not the certificates', by customer; the oldest of each first.
        after: Where the list goes on: the last customer who was looked at; empty at the end.
        papers: Certificates of the year, those of the last periods first; those that were voided too.
    """

    year: int
    missing: tuple[ComparedRow, ...]
    after: str = ""
    papers: tuple[CertificateRow, ...] = ()


TOGETHER: Final = 10
"""Customers that are compared at once."""

SHOWN: Final = 100
"""Rows from which on a page ends, after the customer that brought it there."""

MOST_LOOKED_AT: Final = 500
"""Customers that one page looks at, however few of them miss anything."""


async def view_certificates(
    hub: Hub, merchant: Merchant, year: int, today: date, *, after: str = "", papers: int = SHOWN
) -> CertificatesView:
    """What of a year is missing, a page of customers at a time, and what came of it."""

    def read(tx: Tx) -> CertificatesView:
        view = _missing(tx, merchant, year, today, after)
        found = tx.withholding_certificates.of_year(merchant.id, merchant.mode, year, papers)
        known = {customer.id: customer for customer in tx.customers.many([paper.customer_id for paper in found])}
        rows = tuple(CertificateRow(customer=known[paper.customer_id], paper=paper) for paper in found)
        return attrs.evolve(view, papers=rows)

    return await hub.store.read(read)


async def all_missing(hub: Hub, merchant: Merchant, year: int, today: date) -> tuple[ComparedRow, ...]:
    """All that is missing of a year, for a file; other transactions get their turn between the customers."""
    found, after = list[ComparedRow](), ""
    while True:
        view = await hub.store.read(partial(_missing, merchant=merchant, year=year, today=today, after=after))
        found += view.missing
        if not (after := view.after):
            return tuple(found)


def missing_at(tx: Tx, merchant: Merchant, last: date) -> tuple[ComparedRow, ...]:
    """What is missing of the year of a day, of the periods that ended by then."""
    found, after = list[ComparedRow](), ""
    while True:
        view = _missing(tx, merchant, last.year, last + timedelta(days=1), after)
        found += view.missing
        if not (after := view.after):
            return tuple(found)


def _touches(paper: WithholdingCertificate, year: int) -> bool:
    return paper.period.first.year <= year <= paper.period.last.year


def _missing(tx: Tx, merchant: Merchant, year: int, today: date, after: str) -> CertificatesView:
    papers, found, looked = tx.withholding_certificates, list[ComparedRow](), 0
    while len(found) < SHOWN and looked < MOST_LOOKED_AT:
        ids = papers.concerned(merchant.id, merchant.mode, after, TOGETHER)
        if not ids:
            return CertificatesView(year=year, missing=tuple(found))
        proofs = [paper for paper in papers.of_customers(ids, merchant.mode) if _touches(paper, year)]
        first = min([date(year, 1, 1), *(paper.period.first for paper in proofs)])
        last = max([date(year, 12, 31), *(paper.period.last for paper in proofs)])
        months = papers.months_of(merchant.id, merchant.mode, ids, first, last)
        rows = [
            row
            for row in compared(months, proofs, merchant.options.withholding_periods)
            if row.missing and row.period.last < today and row.period.last.year == year
        ]
        known = {customer.id: customer for customer in tx.customers.many([row.customer_id for row in rows])}
        rows.sort(key=lambda row: row.customer_id)
        found += [ComparedRow(customer=known[row.customer_id], row=row) for row in rows]
        looked += len(ids)
        after = ids[-1]
    return CertificatesView(year=year, missing=tuple(found), after=after)


@attrs.frozen(kw_only=True)
class CustomerWithheld:
    """What one customer withholds.

    Attributes:
        periods: Every period, the newest first; one that runs still is no missing one yet.
        marked: Who said that it withholds where not everybody may, and when; None where nobody did.
    """

    customer: Customer
    periods: tuple[Compared, ...]
    papers: tuple[WithholdingCertificate, ...]
    marked: str = ""


async def view_customer_withheld(hub: Hub, merchant: Merchant, customer_id: str) -> CustomerWithheld:
    """One customer's periods and certificates.

    Raises:
        LookupError: No such customer of this merchant.
    """

    def read(tx: Tx) -> CustomerWithheld:
        customer = customer_of(tx, merchant, customer_id)
        papers = tx.withholding_certificates.of_customers([customer_id], merchant.mode)
        months = tx.withholding_certificates.months_of(merchant.id, merchant.mode, [customer_id])
        said = tx.withholding_agents.said_of(customer_id)
        return CustomerWithheld(
            customer=customer,
            periods=tuple(reversed(compared(months, papers, merchant.options.withholding_periods))),
            papers=papers,
            marked=said[0] if said else "",
        )

    return await hub.store.read(read)


def missing_cells(missing: Iterable[ComparedRow], country: Country, today: date) -> list[list[Cell | Text]]:
    """The rows of the file of what is missing."""
    return [
        [
            item.customer.name,
            show_document(country, item.customer.document) if item.customer.document else "",
            country.tax_name(item.row.tax),
            item.row.period.first,
            item.row.period.last,
            item.row.days_since(today),
            item.row.withheld.currency,
            item.row.withheld,
            item.row.certified,
            item.row.missing,
        ]
        for item in missing
    ]


async def mark_withholds(hub: Hub, merchant: Merchant, customer_id: str, *, withholds: bool, by: str) -> None:
    """Say whether a customer withholds where only bodies of the State do.

    Raises:
        LookupError: No such customer of this merchant.
    """
    now = hub.clock()

    def write(tx: Tx) -> None:
        customer_of(tx, merchant, customer_id)
        if withholds:
            tx.withholding_agents.add(customer_id, merchant.id, by=by, at=now)
        else:
            tx.withholding_agents.drop(customer_id)

    await hub.store.write(write)
