"""Try the mail: a member mails himself, and sees whether it goes out."""

from __future__ import annotations

from hub.domain.merchant import Merchant
from hub.domain.message import About, DeliveryKind, owed_mail
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import CROCKFORD


async def try_mail(hub: Hub, merchant: Merchant, email: str) -> str:
    """Owe a mail that says nothing but that it arrived; its id."""
    mail_id, now = hub.random_text(26, CROCKFORD), hub.clock()
    about = About(merchant.id, merchant.id, merchant.mode)

    def write(tx: Tx) -> None:
        tx.deliveries.add(owed_mail(mail_id, DeliveryKind.MAIL_TEST, email, about, now))
        tx.after_commit(hub.wake)

    await hub.store.write(write)
    return mail_id
