"""Print a paper: the PDF of its values, drawn in a thread; and what all papers show of merchant and customer.

Each paper's values are gathered in a module of its own (``print_statement``, ``print_receipt``, ``print_cash_receipt``,
``print_payments``). Who may see what is the same as for the page: a statement or receipt by its link, the rest by the
merchant itself.
"""

from __future__ import annotations

import asyncio

from hub.domain.identity import show_document
from hub.domain.letterhead import Letterhead, letterhead_for
from hub.domain.merchant import Customer, Merchant
from hub.domain.pdf import PdfDocument, PdfFile
from hub.domain.pdf import PdfMissing as PdfMissing
from hub.flows.ground.ports import Hub
from hub.flows.merchants.save_logo import with_logo
from hub_hookspecs import Mode


def prints(hub: Hub) -> bool:
    """Whether PDFs can be drawn here; else no page offers one."""
    return hub.documents.draws_pdf


async def print_document(hub: Hub, paper: PdfDocument, locale: str) -> PdfFile:
    """The PDF of a paper.

    Raises:
        PdfMissing: Nothing that draws PDFs is installed.
        ValueError: It cannot be drawn.
    """
    if not prints(hub):
        raise PdfMissing("PDFs are drawn by typst: install payment-hub[pdf]")
    shown = await hub.store.read(lambda tx: with_logo(tx, paper)) if paper.letterhead.logo else paper
    return await asyncio.to_thread(hub.documents.pdf, shown, locale=locale)


def letterhead_of(hub: Hub, merchant: Merchant, mode: Mode) -> Letterhead:
    """The merchant block of a paper that is not about one provider."""
    simulated = any(provider.is_simulated(mode) for provider in hub.providers.values())
    return letterhead_for(merchant, hub.countries[merchant.company.country], mode, simulated=simulated)


def identity_of(hub: Hub, merchant: Merchant, customer: Customer) -> str:
    """Kind and number of a customer's identity document; empty where it is not known."""
    if customer.document is None:
        return ""
    return show_document(hub.countries[merchant.company.country], customer.document, with_type=True)
