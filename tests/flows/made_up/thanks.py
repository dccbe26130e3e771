"""A kind of mail that nobody else knows: the whole of it, as it would stand in ``hub/documents/mails/``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from hub.documents.content.phrases import greeting
from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, payer_of, view_for_payer
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Facts, Paragraph, Title
from hub.documents.shown import DocumentReader
from hub.domain.letterhead import Letterhead
from hub.domain.message import Delivery
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.payment import Status
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ThanksMail:
    """What a company says to whoever paid."""

    kind = "thanks"

    letterhead: Letterhead
    payer: str
    amount: Money


def after_payment(change: PaymentChange) -> Iterable[OwedMail]:
    """The payer of a payment that was paid."""
    return [OwedMail(recipient=change.payer)] if change.payment.status is Status.PAID else []


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[ThanksMail, str]:
    """The payment."""
    view, locale = view_for_payer(tx, hub, delivery, now)
    return ThanksMail(letterhead=head_for(tx, hub, delivery), payer=payer_of(view), amount=view.amount), locale


def says(value: ThanksMail, reader: DocumentReader) -> MailContent:
    """Thank you."""
    t = reader.t
    return MailContent(
        subject=t("receipt.title"),
        preview=t("receipt.intro"),
        parts=(
            Title(t("receipt.title")),
            greeting(value.payer, reader),
            Paragraph(t("receipt.intro")),
            Facts(((t("label.amount"), reader.money(value.amount)),)),
        ),
        footer=t("mail.why.customer"),
    )


MAIL = MailKind(
    kind="thanks",
    name="Agradecimiento",
    after_payment=after_payment,
    gather=gather,
    says=says,
    is_about_payment=True,
)
