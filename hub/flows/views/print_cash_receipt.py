"""Print one of the merchant's cash receipts: who issued it and from whom as they were then."""

from __future__ import annotations

import attrs

from hub.domain.cash_receipt_document import CashReceiptDocument, SettledLine
from hub.domain.letterhead import Letterhead, letterhead_for
from hub.domain.merchant import Merchant
from hub.domain.payment import Payment
from hub.domain.pdf import PdfFile
from hub.domain.receipt import CashReceipt, Party, means_name
from hub.domain.receipt_fingerprint import shown_fingerprint
from hub.flows.ground.ports import Hub
from hub_hookspecs import Money

from .check_cash_receipt import check_url
from .print_document import print_document
from .view_receipts import view_receipt


async def cash_receipt_pdf(hub: Hub, merchant: Merchant, receipt_id: str) -> PdfFile:
    """One of the merchant's cash receipts, marked where it is void.

    Raises:
        LookupError: No such receipt of this merchant.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    view = await view_receipt(hub, merchant, receipt_id)
    paper = cash_receipt_document(hub, merchant, view.receipt, view.payment)
    return await print_document(hub, paper, merchant.locale)


def cash_receipt_document(
    hub: Hub, merchant: Merchant, receipt: CashReceipt, payment: Payment | None
) -> CashReceiptDocument:
    """The values of a cash receipt, for page, PDF and mail: who issued it and from whom as they were then."""
    country = hub.countries[merchant.company.country]
    provider = hub.providers.get(receipt.provider)
    simulated = bool(provider and provider.is_simulated(receipt.mode))
    currency = receipt.cash.currency
    head = letterhead_for(merchant, country, receipt.mode, simulated=simulated)
    return CashReceiptDocument(
        letterhead=as_issued(head, receipt.issuer),
        number=receipt.label,
        city=receipt.issuer.city,
        received_on=receipt.received_on,
        issued_at=receipt.issued_at,
        issued_by=receipt.issued_by,
        customer=receipt.received_from.name,
        customer_identity=receipt.received_from.identity,
        customer_address=receipt.received_from.address,
        cash=receipt.cash,
        words=receipt.words,
        advance=receipt.advance,
        lines=tuple(
            SettledLine(
                number=line.number,
                before=Money(line.before, currency),
                applied=Money(line.applied, currency),
                after=Money(line.after, currency),
                less=tuple((name, Money(minor, currency)) for name, minor in line.less(country)),
                is_order=receipt.is_of_order,
            )
            for line in receipt.lines
        ),
        concept=receipt.purpose,
        clause=receipt.clause,
        means=means_name(receipt.means, country),
        provider=provider.info.name if provider else receipt.provider,
        provider_reference=receipt.provider_reference,
        authorisation=receipt.authorisation,
        reference=payment.reference if payment else "",
        bank_account=receipt.bank_account,
        bank_reference=receipt.bank_reference,
        note=receipt.notes,
        came=receipt.came,
        verify_url=check_url(hub, receipt.id),
        fingerprint=shown_fingerprint(receipt),
        void_reason=receipt.void_reason,
        voided_at=receipt.voided_at,
    )


def as_issued(head: Letterhead, issuer: Party) -> Letterhead:
    """The letterhead with its merchant as a document keeps it; the logo is today's."""
    return attrs.evolve(
        head,
        name=issuer.name,
        legal_name=issuer.legal_name,
        identity=issuer.identity,
        address=issuer.address,
        phone=issuer.phone,
        email=issuer.email,
        zone=issuer.zone or head.zone,
    )
