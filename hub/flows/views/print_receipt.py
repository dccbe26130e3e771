"""Print the payer's receipt, the proof of one payment; and let whoever holds it check it."""

from __future__ import annotations

import hmac

from hub.domain.held import MoneyState, state_of
from hub.domain.merchant import LinkKind
from hub.domain.pdf import PdfFile
from hub.domain.receipt_document import MoneyBack, PaidLine, ReceiptDocument
from hub.flows.ground.open_link import open_link
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.who_then import as_then, is_another_since
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of, view_payment
from hub_hookspecs import Money

from .print_document import identity_of, letterhead_of, print_document

VERIFY = "verify"
"""Purpose of the code with which a third party checks a receipt."""


class NothingToPrint(LookupError):
    """There is no such paper: the payment is not paid, or all of its money went back."""


async def receipt_pdf(hub: Hub, token: str, *, language: str = "") -> PdfFile:
    """The payer's proof of the payment of a link, in the merchant's language or another one.

    Raises:
        LinkClosed: Unknown, expired or revoked.
        NothingToPrint: The payment is not paid, or its money went back.
        PdfMissing: Nothing that draws PDFs is installed.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[ReceiptDocument, str]:
        link = open_link(tx, hub, LinkKind.PAYMENT, token, now)
        payment = tx.payments.get(link.target)
        if payment is None:
            raise LookupError(link.target)
        view = view_of(tx, hub, payment, now)
        if not view.has_money:
            raise NothingToPrint(payment.reference)
        return proof_of(tx, hub, view), language or view.merchant.locale

    return await print_document(hub, *await hub.store.read(read))


def proof_of(tx: Tx, hub: Hub, view: PaymentView) -> ReceiptDocument:
    """The payer's proof of a payment, for mail and PDF."""
    payment, country = view.payment, hub.countries[view.merchant.company.country]
    is_another = is_another_since(tx, view.customer.id, payment.created_at)
    return ReceiptDocument(
        letterhead=letterhead_of(hub, view.merchant, payment.mode),
        payer=payment.payer.name or view.customer.name,
        payer_identity=identity_of(hub, view.merchant, as_then(tx, view.customer, country, payment.created_at)),
        payer_email=payment.payer.email,
        amount=view.amount,
        asked=payment.amount if view.amount != payment.amount and not view.is_corrected else None,
        stated=view.money.money(view.money.stated) if view.is_corrected else None,
        back=back_of(view),
        lines=paid_lines(view),
        provider=view.provider_name,
        method=view.method,
        instrument=view.instrument.label if view.instrument else "",
        provider_reference=payment.provider_reference or "",
        authorisation=view.authorisation,
        paid_at=view.paid_at or payment.created_at,
        is_learnt=view.is_learnt,
        reference=payment.reference,
        credit=view.credit,
        left=() if is_another else still_owed(tx, view),
        in_clarification=() if is_another else unclear_of(tx, view),
        late=view.is_late,
        duplicate=view.is_duplicate,
        url=view.url,
        verify_url=f"{hub.base_url}/v/{verify_token(hub, payment.id)}",
    )


def verify_token(hub: Hub, payment_id: str) -> str:
    """What opens the page on which a third party checks a receipt, and nothing else."""
    return f"{payment_id}.{hub.vault.form_token(VERIFY, payment_id)}"


async def verified_payment(hub: Hub, token: str) -> PaymentView:
    """The payment that a receipt's code names.

    Raises:
        LookupError: The code is not ours.
    """
    payment_id = token.partition(".")[0]
    if not hmac.compare_digest(verify_token(hub, payment_id).encode(), token.encode(errors="replace")):
        raise LookupError("receipt code")
    view = await view_payment(hub, payment_id)
    if view is None:
        raise LookupError("receipt code")
    return view


def paid_lines(view: PaymentView) -> tuple[PaidLine, ...]:
    """What a payment did to each of its payables."""
    return tuple(
        PaidLine(
            number=line.number,
            applied=line.applied,
            left=line.left,
            withheld=line.withheld or None,
            discount=line.discount or None,
            credit=line.credit or None,
            is_order=view.is_order,
        )
        for line in (*view.lines, *view.used)
        if line.applied or line.less or line.credit
    )


def back_of(view: PaymentView) -> MoneyBack | None:
    """What became of a payment's money, for mail and PDF; None while all of it is here."""
    state = state_of(view.held)
    if not view.held or state is MoneyState.HELD:
        return None
    return MoneyBack(state=state, came=view.amount, back=view.returned or view.money.money(0), remains=view.remains)


def still_owed(tx: Tx, view: PaymentView) -> tuple[Money, ...]:
    """What the customer of a payment is asked for now, per currency."""
    sums: dict[str, int] = {}
    for payable in tx.payables.asked_of(view.customer.id, view.payment.mode):
        sums[payable.currency] = sums.get(payable.currency, 0) + payable.due
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def unclear_of(tx: Tx, view: PaymentView) -> tuple[str, ...]:
    """Numbers of what the customer of a payment is not asked for, until somebody says whether it is owed."""
    found = tx.payables.open_of(view.customer.id, view.payment.mode)
    unclear = tx.payables.in_clarification([payable.id for payable in found])
    return tuple(payable.number for payable in found if payable.id in unclear)
