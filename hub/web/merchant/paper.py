"""A cash receipt as it is printed."""

from __future__ import annotations

from hub.domain.identity import show_document
from hub.domain.merchant import Customer, Merchant
from hub.domain.papers import CashReceiptPaper, SettledLine, letterhead_for
from hub.domain.payment import Payment
from hub.domain.receipt import MEANS_LABELS, CashReceipt
from hub.flows.ports import Hub
from hub_hookspecs import Money

CITY_PARTS = ("municipality", "canton")


def paper_for(
    hub: Hub, merchant: Merchant, receipt: CashReceipt, customer: Customer, payment: Payment | None
) -> CashReceiptPaper:
    """What stands on the paper."""
    country = hub.countries[merchant.company.country]
    provider = hub.providers.get(receipt.provider)
    simulated = bool(provider and provider.is_simulated(receipt.mode))
    currency = receipt.cash.currency
    city = next((merchant.company.address[key] for key in CITY_PARTS if merchant.company.address.get(key)), "")
    return CashReceiptPaper(
        letterhead=letterhead_for(merchant, country, receipt.mode, simulated=simulated),
        number=receipt.label,
        city=city,
        received_on=receipt.received_on,
        issued_at=receipt.issued_at,
        issued_by=receipt.issued_by,
        customer=customer.name,
        customer_identity=show_document(country, customer.document, with_type=True) if customer.document else "",
        customer_address=customer.address,
        cash=receipt.cash,
        words=receipt.words,
        advance=receipt.advance,
        lines=tuple(
            SettledLine(
                number=line.number,
                before=Money(line.before, currency),
                applied=Money(line.applied, currency),
                after=Money(line.after, currency),
            )
            for line in receipt.lines
        ),
        concept=receipt.concept,
        clause=receipt.clause,
        means=MEANS_LABELS[receipt.means],
        provider=provider.info.name if provider else receipt.provider,
        provider_reference=receipt.provider_reference,
        authorisation=receipt.authorisation,
        reference=payment.reference if payment else "",
        bank_account=receipt.bank_account,
        note=receipt.notes,
        void_reason=receipt.void_reason,
        voided_at=receipt.voided_at,
    )
