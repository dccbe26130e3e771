"""A disbursement (comprobante de egreso) for the customer whose credit was paid out; its words stand with its PDF."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.documents.content.disbursement import mail
from hub.documents.mails.gathering import head_for, merchant_of
from hub.documents.mails.kind import MailKind
from hub.domain.disbursement_document import DisbursementDocument
from hub.domain.mail import NothingToSay
from hub.domain.merchant import Customer, locale_for
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.views.print_disbursement import disbursement_paper


def gather(tx: Tx, hub: Hub, delivery: Delivery, _now: datetime) -> tuple[DisbursementDocument, str]:
    """The disbursement as it was issued, under a letterhead by which whoever answers reaches somebody today."""
    document, customer = _issued(tx, hub, delivery)
    today = head_for(tx, hub, delivery)
    head = attrs.evolve(document.letterhead, phone=today.phone, email=today.email)
    return attrs.evolve(document, letterhead=head), locale_for(merchant_of(tx, delivery), customer)


def attached(
    tx: Tx, hub: Hub, delivery: Delivery, _value: DisbursementDocument, _now: datetime
) -> DisbursementDocument:
    """The disbursement, all of it as it was issued."""
    return _issued(tx, hub, delivery)[0]


def _issued(tx: Tx, hub: Hub, delivery: Delivery) -> tuple[DisbursementDocument, Customer]:
    merchant = merchant_of(tx, delivery)
    made = tx.disbursements.get(delivery.subject_id)
    customer = tx.customers.get(made.customer_id) if made else None
    if made is None or customer is None or made.merchant_id != merchant.id:
        raise NothingToSay("the disbursement is gone")
    return disbursement_paper(hub, merchant, made), customer


MAIL = MailKind(
    kind=DeliveryKind.DISBURSEMENT,
    name=Text("mail_kind.disbursement"),
    gather=gather,
    says=mail,
    attached=attached,
)
