"""Send a reminder by another channel than mail: by the same claim, once, in a few words."""

from __future__ import annotations

import asyncio

from hub.domain.contact_rules import MAIL
from hub.domain.mail import NothingToSay, NoticeNotTaken, NoticeUnclear
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Delivery
from hub.flows.ground.ports import Hub, MailRefused
from hub_hookspecs import Notice

CHANNEL = "channel"


def channel_of(delivery: Delivery) -> str:
    """By which channel it goes."""
    return delivery.details.get(CHANNEL, MAIL)


async def send_by_channel(hub: Hub, delivery: Delivery) -> None:
    """Hand the notice to the channel's service.

    Raises:
        MailRefused: It surely was not taken.
        TimeoutError: Nobody knows; its contact stays claimed, and it is not sent again.
        NothingToSay: Nothing is owed any more.
    """
    now, code = hub.clock(), channel_of(delivery)
    if hub.channels is None or code not in hub.channels:
        raise MailRefused(f"the channel {code} is not installed")
    value, locale = await hub.store.read(lambda tx: hub.documents.mails[delivery.kind].gather(tx, hub, delivery, now))
    merchant, customer = await hub.store.read(
        lambda tx: (tx.merchants.get(delivery.merchant_id), tx.customers.get(delivery.subject_id))
    )
    if merchant is None or customer is None:
        raise NothingToSay("the merchant is gone")
    text = await asyncio.to_thread(hub.documents.notice, value, locale=locale)
    notice = Notice(
        id=delivery.id,
        mode=delivery.mode,
        to=number_of(hub, merchant, customer),
        text=text,
        url=value.url,
        company=merchant.company.name,
        locale=locale,
    )
    try:
        await hub.channels.send(code, notice)
    except NoticeNotTaken as refused:
        raise MailRefused(str(refused)) from None
    except NoticeUnclear as unclear:
        raise TimeoutError(str(unclear)) from None


def number_of(hub: Hub, merchant: Merchant, customer: Customer) -> str:
    """The customer's number with its country's prefix."""
    digits = "".join(char for char in customer.phone if char.isdecimal())
    country = hub.countries.get(merchant.company.country)
    return f"+{digits}" if customer.phone.startswith("+") or country is None else f"{country.phone_prefix}{digits}"
