"""Preview a mail: drawn from the same rows and by the same documents as the one that is sent,
its tokens masked."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.mail import Mail, NothingToSay, NotYet
from hub.domain.merchant import Link, LinkKind, Merchant, locale_for
from hub.domain.message import About, Delivery, DeliveryKind, owed_mail
from hub.domain.text import Text
from hub.flows.ground.open_link import PATHS
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, MailRefused, Tx
from hub.flows.merchants.save_logo import with_logo
from hub.flows.statements.end_reminders import PATH as UNSUBSCRIBE
from hub.flows.statements.send_statement import NoMail
from hub.flows.views.print_statement import mailed_statement

from .deliver import private_kinds, value_of

MASK: Final = "•••"
TOKEN: Final = re.compile(
    rf"(/(?:{'|'.join(sorted(PATHS.values()))}|{UNSUBSCRIBE}|m/sign-in|n/[a-z0-9-]+|pay/return)/)[^\s\"'<>?#&/]+"
)
ADDRESS: Final = re.compile(r"""\shref=("[^"]*"|'[^']*')""", re.IGNORECASE)
PICTURE: Final = re.compile(r"cid:([^\s\"'>)]+)")


@attrs.frozen(kw_only=True)
class MailPreview:
    """A mail as its reader sees it; no link in it leads anywhere.

    Attributes:
        gone: Why there is nothing to show any more; empty when there is.
        papers: Names of the files that go with it.
        unwanted: The customer asked for no reminders; sent by a person, it goes out all the same.
    """

    kind: str
    recipient: str
    subject: str = ""
    text: str = ""
    html: str = ""
    papers: tuple[str, ...] = ()
    sent_at: datetime | None = None
    gone: Text | None = None
    unwanted: bool = False


async def preview_mail(hub: Hub, merchant: Merchant, delivery_id: str) -> MailPreview:
    """A mail of this merchant as it would be drawn now.

    Raises:
        LookupError: No such mail of this merchant, or one that is not shown.
    """
    now = hub.clock()

    def read(tx: Tx) -> MailPreview:
        delivery = own_record(tx.deliveries.get(delivery_id), merchant, delivery_id)
        if delivery.kind in private_kinds(hub):
            raise LookupError(delivery_id)
        return _preview(tx, hub, delivery, now)

    return await hub.store.read(read)


def _preview(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> MailPreview:
    plain = MailPreview(kind=delivery.kind, recipient=delivery.recipient, sent_at=delivery.sent_at)
    try:
        value, locale = value_of(tx, hub, delivery, now)
        value = with_logo(tx, value)
        mail = hub.documents.mail(value, recipient=delivery.recipient, message_id=delivery.message_id, locale=locale)
    except (NothingToSay, NotYet, MailRefused, ValueError):
        return attrs.evolve(plain, gone=Text("mail.gone"))
    return _shown(plain, mail)


async def preview_statement(hub: Hub, merchant: Merchant, customer_id: str, *, note: str = "") -> MailPreview:
    """The statement mail that a customer would get now.

    Raises:
        LookupError: No such customer of this merchant.
        NoMail: The customer has no mail address.
    """
    now = hub.clock()

    def read(tx: Tx) -> MailPreview:
        customer = customer_of(tx, merchant, customer_id)
        if not customer.email:
            raise NoMail(customer.name)
        link = tx.links.find(LinkKind.STATEMENT, customer.id, merchant.mode, now) or _no_link(hub, merchant, now)
        about = About(customer.id, merchant.id, merchant.mode)
        details = {"note": note[:1000]}
        delivery = owed_mail("preview", DeliveryKind.STATEMENT, customer.email, about, now, details=details)
        locale = locale_for(merchant, customer)
        value = with_logo(tx, mailed_statement(tx, hub, delivery, link, now, locale))
        mail = hub.documents.mail(value, recipient=customer.email, message_id="preview", locale=locale)
        unwanted = customer.unsubscribed_at is not None
        return _shown(MailPreview(kind=delivery.kind, recipient=customer.email, unwanted=unwanted), mail)

    return await hub.store.read(read)


def _no_link(hub: Hub, merchant: Merchant, now: datetime) -> Link:
    """What a link would look like; it is not stored, so it opens nothing."""
    return Link(
        id="preview",
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=LinkKind.STATEMENT,
        target="",
        version=1,
        expires_at=now + timedelta(days=hub.link_days),
    )


def _shown(plain: MailPreview, mail: Mail) -> MailPreview:
    pictures = {name: f"data:{kind};base64,{base64.b64encode(data).decode()}" for name, kind, data in mail.inline}
    html = PICTURE.sub(lambda found: pictures.get(found[1].strip("<>"), ""), mail.html)
    return attrs.evolve(
        plain,
        subject=mail.subject,
        text=masked(mail.text),
        html=masked(ADDRESS.sub("", html)),
        papers=tuple(name for name, _kind, _data in mail.attachments),
    )


def masked(text: str) -> str:
    """A text whose links open nothing."""
    return TOKEN.sub(rf"\1{MASK}", text)
