"""Print a statement: the values of its PDF and of its mail, gathered from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from hub.domain.demand import demand_of
from hub.domain.merchant import Link, LinkKind, Merchant, locale_for
from hub.domain.message import Delivery
from hub.domain.no_way import no_way
from hub.domain.offer import Offered
from hub.domain.pdf import PdfFile
from hub.domain.statement import Section, number_of
from hub.domain.statement_document import NotOffered, PayLink, PayWays, StatementDocument
from hub.flows.ground.open_link import open_link, url_of
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.least_part import least_part
from hub.flows.payments.offer_buttons import Showing
from hub.flows.statements.end_reminders import unsubscribe_url
from hub.flows.statements.promise import query_of
from hub.flows.statements.view_statement import StatementView, statement_of

from .print_document import identity_of, letterhead_of, print_document


async def statement_pdf(hub: Hub, token: str, *, language: str = "") -> PdfFile:
    """The statement of a link, in the merchant's language or another one.

    Raises:
        LinkClosed: Unknown, expired or revoked.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[StatementDocument, str]:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        view = statement_of(tx, hub, link.target, link.mode, now, Showing(link=link, medium="pdf", locale=language))
        return statement_document(hub, view, link), language or view.merchant.locale

    return await print_document(hub, *await hub.store.read(read))


async def preview_statement_pdf(hub: Hub, merchant: Merchant, customer_id: str) -> PdfFile:
    """What a customer of this merchant would get now; with pay links only where a link was handed over.

    Raises:
        LookupError: No such customer of this merchant.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[StatementDocument, str]:
        customer = customer_of(tx, merchant, customer_id)
        link = tx.links.find(LinkKind.STATEMENT, customer_id, merchant.mode, now)
        locale = locale_for(merchant, customer)
        view = statement_of(tx, hub, customer_id, merchant.mode, now, Showing(link=link, medium="pdf", locale=locale))
        return statement_document(hub, view, link), locale

    paper, locale = await hub.store.read(read)
    return await print_document(hub, paper, locale)


def statement_document(hub: Hub, view: StatementView, link: Link | None) -> StatementDocument:
    """The values of a statement; without a link it leads nowhere."""
    url = url_of(hub, link) if link else ""
    return StatementDocument(
        letterhead=letterhead_of(hub, view.merchant, view.mode),
        statement=view.statement,
        customer_identity=identity_of(hub, view.merchant, view.customer),
        ways=pay_ways(hub, view, url) if url else (),
        url=url,
        expires_at=link.expires_at if link else None,
        number=number_of(link.id, view.statement.cut_off) if link else "",
    )


def mailed_statement(
    tx: Tx, hub: Hub, delivery: Delivery, link: Link, now: datetime, locale: str = ""
) -> StatementDocument:
    """The statement of a delivery's customer, with the link that opens it."""
    view = statement_of(tx, hub, delivery.subject_id, delivery.mode, now, Showing(medium="mail", locale=locale))
    return attrs.evolve(
        statement_document(hub, view, link),
        note=delivery.details.get("note", ""),
        unsubscribe_url=unsubscribe_url(hub, delivery.subject_id),
    )


def pay_ways(hub: Hub, view: StatementView, url: str) -> tuple[PayWays, ...]:
    """The pay bar of each currency; its buttons lead to what the statement asks for first."""
    return tuple(
        _pay_way(hub, view, section, f"{url}/pay?currency={section.currency}&")
        for section in view.statement.sections
        if section.currency in view.buttons
    )


def _pay_way(hub: Hub, view: StatementView, section: Section, base: str) -> PayWays:
    demand, offers = demand_of(section, view.statement.cut_off), view.buttons[section.currency]
    buttons, absent = pay_links(offers, f"{base}{query_of(demand)}&")
    return PayWays(
        currency=section.currency,
        demand=demand,
        part=least_part(hub, view.merchant, offers, demand.to_pay),
        buttons=buttons,
        not_offered=absent,
        no_way=no_way(offers),
    )


def pay_links(offers: Sequence[Offered], base: str) -> tuple[tuple[PayLink, ...], tuple[NotOffered, ...]]:
    """Buttons that lead to the method step with the provider chosen, and the providers that are not offered."""
    buttons = tuple(
        PayLink(button=offer.button, url=f"{base}provider={offer.provider}") for offer in offers if offer.button
    )
    absent = tuple(NotOffered(offer.name, offer.reason) for offer in offers if not offer.button)
    return buttons, absent
