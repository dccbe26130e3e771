"""The statement of account, for its customer; what it says stands with its PDF."""

from __future__ import annotations

from datetime import datetime

from hub.documents.content.statement import mail
from hub.documents.mails.gathering import merchant_of
from hub.documents.mails.kind import MailKind
from hub.domain.mail import NothingToSay
from hub.domain.merchant import locale_for
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.statement_document import StatementDocument
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_statement import mailed_statement


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[StatementDocument, str]:
    """What is owed now, with the link that its delivery names."""
    customer = tx.customers.get(delivery.subject_id)
    locale = locale_for(merchant_of(tx, delivery), customer)
    link = tx.links.get(delivery.details["link"])
    if link is None or not link.is_open(now):
        raise NothingToSay("the link was revoked")
    if delivery.round_id and customer and customer.unsubscribed_at:
        raise NothingToSay("the customer asked for no more reminders")
    return mailed_statement(tx, hub, delivery, link, now, locale), locale


MAIL = MailKind(
    kind=DeliveryKind.STATEMENT,
    name=Text("mail_kind.statement"),
    gather=gather,
    says=mail,
    attached=lambda _tx, _hub, _delivery, value, _now: value,
)
