"""Print a disbursement, and view those of a merchant."""

from __future__ import annotations

import attrs

from hub.domain.disbursement import Disbursement
from hub.domain.disbursement_document import DisbursementDocument
from hub.domain.letterhead import letterhead_for
from hub.domain.merchant import Customer, Merchant
from hub.domain.pdf import PdfFile
from hub.domain.receipt import means_name
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx

from .print_cash_receipt import as_issued
from .print_document import print_document


@attrs.frozen(kw_only=True)
class DisbursementView:
    """One disbursement with the customer whose credit it was."""

    disbursement: Disbursement
    customer: Customer


async def list_disbursements(hub: Hub, merchant: Merchant) -> tuple[Disbursement, ...]:
    """A merchant's disbursements, the last number first."""
    return await hub.store.read(lambda tx: tx.disbursements.of(merchant.id, merchant.mode))


async def view_disbursement(hub: Hub, merchant: Merchant, disbursement_id: str) -> DisbursementView:
    """One disbursement of this merchant.

    Raises:
        LookupError: No such disbursement of this merchant.
    """

    def read(tx: Tx) -> DisbursementView:
        made = own_record(tx.disbursements.get(disbursement_id), merchant, disbursement_id)
        return DisbursementView(disbursement=made, customer=customer_of(tx, merchant, made.customer_id))

    return await hub.store.read(read)


async def disbursement_pdf(hub: Hub, merchant: Merchant, disbursement_id: str) -> PdfFile:
    """One disbursement, marked where it is void.

    Raises:
        LookupError: No such disbursement of this merchant.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    view = await view_disbursement(hub, merchant, disbursement_id)
    return await print_document(hub, disbursement_paper(hub, merchant, view.disbursement), merchant.locale)


def disbursement_paper(hub: Hub, merchant: Merchant, made: Disbursement) -> DisbursementDocument:
    """The values of a disbursement, for page, PDF and mail: company and customer as they were then."""
    country = hub.countries[merchant.company.country]
    return DisbursementDocument(
        letterhead=as_issued(letterhead_for(merchant, country, made.mode), made.issuer),
        number=made.label,
        city=made.issuer.city,
        paid_on=made.paid.paid_on,
        issued_at=made.issued_at,
        issued_by=made.issued_by,
        customer=made.paid_to.name,
        customer_identity=made.paid_to.identity,
        customer_address=made.paid_to.address,
        amount=made.paid.amount,
        words=made.words,
        means=means_name(made.paid.means, country),
        reference=made.paid.reference,
        why=made.why,
        void_reason=made.void_reason,
        voided_at=made.voided_at,
    )
