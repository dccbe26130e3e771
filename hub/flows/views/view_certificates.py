"""View what customers withheld against the certificates that prove it: what is missing, and what came."""

from __future__ import annotations

from datetime import date
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
        missing: Periods that ended and whose sums are not the certificates'; the oldest first.
        papers: Certificates of the year, the newest first; those that were voided too.
    """

    year: int
    missing: tuple[ComparedRow, ...]
    papers: tuple[CertificateRow, ...]


async def view_certificates(hub: Hub, merchant: Merchant, year: int, today: date) -> CertificatesView:
    """What of a year is missing, and what came of it."""

    def read(tx: Tx) -> CertificatesView:
        first, last = date(year, 1, 1), date(year, 12, 31)
        papers = tx.withholding_certificates.in_days(merchant.id, merchant.mode, first, last)
        months = tx.withholding_certificates.months(merchant.id, merchant.mode, first, last)
        rows = [
            row
            for row in compared(months, papers, merchant.options.withholding_periods)
            if row.missing and row.period.last < today and row.period.first.year == year
        ]
        ids = {row.customer_id for row in rows} | {paper.customer_id for paper in papers}
        known = {customer.id: customer for customer in tx.customers.many(sorted(ids))}
        return CertificatesView(
            year=year,
            missing=tuple(ComparedRow(customer=known[row.customer_id], row=row) for row in rows),
            papers=tuple(CertificateRow(customer=known[paper.customer_id], paper=paper) for paper in papers),
        )

    return await hub.store.read(read)


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
        papers = tx.withholding_certificates.of_customer(customer_id, merchant.mode)
        months = tx.withholding_certificates.months_of(customer_id, merchant.mode)
        said = tx.withholding_agents.said_of(customer_id)
        return CustomerWithheld(
            customer=customer,
            periods=tuple(reversed(compared(months, papers, merchant.options.withholding_periods))),
            papers=papers,
            marked=said[0] if said else "",
        )

    return await hub.store.read(read)


def missing_cells(view: CertificatesView, country: Country, today: date) -> list[list[Cell | Text]]:
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
        for item in view.missing
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
