"""Print the payment slip of a reference that is paid elsewhere, as long as it can be paid."""

from __future__ import annotations

from hub.domain.figures import in_groups
from hub.domain.merchant import LinkKind, locale_for
from hub.domain.pdf import PdfFile
from hub.domain.voucher_document import VoucherDocument
from hub.flows.ground.open_link import open_link
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.payment_view import PaymentView, Shown
from hub.flows.payments.view_payment import in_language, view_of
from hub_hookspecs import ShowReference

from .print_document import letterhead_of, print_document
from .print_receipt import NothingToPrint


async def voucher_pdf(hub: Hub, token: str, *, language: str = "") -> PdfFile:
    """The slip of the payment of a link, in the payer's language or another one.

    Raises:
        LinkClosed: Unknown, expired or revoked.
        NothingToPrint: Nothing is paid by reference, or no more.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[VoucherDocument, str]:
        link = open_link(tx, hub, LinkKind.PAYMENT, token, now)
        payment = tx.payments.get(link.target)
        if payment is None:
            raise LookupError(link.target)
        view = view_of(tx, hub, payment, now)
        locale = language or locale_for(view.merchant, view.customer, payment.locale)
        voucher = voucher_of(hub, in_language(hub, view, locale))
        if voucher is None:
            raise NothingToPrint(payment.reference)
        return voucher, locale

    return await print_document(hub, *await hub.store.read(read))


def voucher_of(hub: Hub, view: PaymentView) -> VoucherDocument | None:
    """The slip of a payment; None where nothing is to be paid with it."""
    payment, action = view.payment, view.payment.action
    if view.shown is not Shown.REFERENCE or not isinstance(action, ShowReference) or view.cancelling:
        return None
    return VoucherDocument(
        letterhead=letterhead_of(hub, view.merchant, payment.mode),
        payer=payment.payer.name or view.customer.name,
        amount=view.amount,
        numbers=tuple(line.number for line in view.lines),
        is_order=view.is_order,
        provider=view.provider_name,
        label=action.label,
        reference=in_groups(action.reference),
        barcode=action.barcode,
        steps=action.instructions,
        places=action.places,
        expires_at=payment.expires_at,
        made_at=payment.created_at,
        ours=payment.reference,
        url=view.url,
    )
