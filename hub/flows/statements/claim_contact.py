"""Claim a contact: the last look before a mail about a debt leaves, in the transaction that claims it.

What is due, promised, disputed or under way, windows and limits are read there, and the contact is written down there:
whoever dies between this and the sending has made the contact. A reminder is then not sent again; a mail of a round is,
under the same Message-ID, as any other mail.
"""

from __future__ import annotations

import json
import smtplib
import socket
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.contact_rules import MAIL
from hub.domain.mail import NothingToSay, NotYet
from hub.domain.merchant import Customer, Merchant
from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.domain.reminder import REMINDER, Contact, ContactState, ContactWhy, is_channel_open
from hub.flows.ground.ports import Hub, MailRefused, Tx
from hub.flows.ground.tell import tell

from .dunning import Dunning, calendar_of, dunning_of, made_with

HELD: Final = "held"
"""The detail of a mail that waited for a window or a limit: until when."""

LINES: Final = "lines"
UNCLEAR: Final = "unclear"
"""Why a reminder is not tried again: it may have left."""

NEVER_LEFT: Final = (
    ConnectionRefusedError,
    socket.gaierror,
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    MailRefused,
    NothingToSay,
    NotYet,
    ValueError,
)
"""What is raised only where a mail surely did not leave."""


def is_contact(delivery: Delivery) -> bool:
    """Whether a mail is about a debt and nobody asked for it."""
    return delivery.kind == REMINDER or (delivery.kind == DeliveryKind.STATEMENT and delivery.round_id is not None)


async def claim_contact(hub: Hub, held: Delivery, lasts: timedelta) -> Delivery | None:
    """The mail with what it may say now, claimed for so long; None where it waits, or is over."""
    if not is_contact(held):
        return held
    now = hub.clock()

    def write(tx: Tx) -> Delivery | None:
        there = tx.deliveries.get(held.id)
        if there is None or (there.state, there.due_at) != (DeliveryState.DUE, held.due_at):
            return None
        return _claimed(tx, hub, there, now, lasts)

    # Of a round, a claim that a power cut takes back is made again; a reminder must never be.
    return await hub.store.write(write, synced=held.kind == REMINDER)


def _claimed(tx: Tx, hub: Hub, there: Delivery, now: datetime, lasts: timedelta) -> Delivery | None:
    customer, merchant = tx.customers.get(there.subject_id), tx.merchants.get(there.merchant_id)
    if customer is None or merchant is None:
        return _over(tx, there, "gone")
    before = tx.contacts.get(there.id)
    if there.kind == REMINDER and before and before.state is ContactState.CLAIMED:
        return _over(tx, there, UNCLEAR)
    dunning = _dunning(tx, hub, there, merchant, customer, now)
    if there.kind == REMINDER and (dunning is None or not dunning.lines):
        return _over(tx, there, dunning.silent if dunning and dunning.silent else "nothing")
    if there.round_id and not _is_reached(tx, there, customer):
        return _over(tx, there, "nothing")
    channel = dunning.channel if dunning else MAIL
    at = calendar_of(hub, merchant).earliest(now, channel, made_with(tx, customer.id, merchant, now, but=there.id))
    if at is None:
        return _over(tx, there, "closed")
    if at > now:
        tx.deliveries.save(attrs.evolve(there, due_at=at, details={**there.details, HELD: at.isoformat()}))
        tell(tx, "contact_held", delivery=there.id, merchant=merchant.id, customer=customer.id)
        tx.after_commit(hub.wake)
        return None
    tx.contacts.save(_contact(there, channel, dunning, now))
    if dunning is None:  # of a round; its claim by the loop holds, and whoever needs longer takes longer
        return there
    claimed = _with_lines(tx, attrs.evolve(there, due_at=now + lasts), customer, dunning)
    tx.deliveries.save(claimed)
    return claimed


def _dunning(
    tx: Tx, hub: Hub, there: Delivery, merchant: Merchant, customer: Customer, now: datetime
) -> Dunning | None:
    ladder = tx.reminders.of(there.merchant_id, there.mode) if there.kind == REMINDER else None
    return dunning_of(tx, hub, merchant, ladder, customer, now) if ladder and merchant.mode is there.mode else None


def _is_reached(tx: Tx, there: Delivery, customer: Customer) -> bool:
    wanted = customer.unsubscribed_at is None and is_channel_open(tx.contacts.wishes(customer.id), MAIL)
    return wanted and tx.payables.is_dunned(customer.id, there.mode)


def _with_lines(tx: Tx, claimed: Delivery, customer: Customer, dunning: Dunning) -> Delivery:
    """The reminder with the invoices that it is about; their steps are used from now on."""
    tx.reminders.use(claimed.id, [(line.payable.id, line.due_on, line.step.days) for line in dunning.lines])
    lines = json.dumps([[line.payable.id, line.step.days] for line in dunning.lines])
    recipient = customer.email if dunning.channel == MAIL else customer.phone
    details = {**claimed.details, LINES: lines, "channel": dunning.channel}
    return attrs.evolve(claimed, recipient=recipient, details=details)


def _contact(there: Delivery, channel: str, dunning: Dunning | None, now: datetime) -> Contact:
    steps = sorted({line.step.days for line in dunning.lines}) if dunning else []
    return Contact(
        id=there.id,
        merchant_id=there.merchant_id,
        mode=there.mode,
        customer_id=there.subject_id,
        channel=channel,
        why=ContactWhy.REMINDER if dunning else ContactWhy.ROUND,
        rule=",".join(map(str, steps)),
        at=now,
        state=ContactState.CLAIMED,
    )


def _over(tx: Tx, there: Delivery, why: str) -> Delivery | None:
    """It is not sent any more; None, for whoever claims it."""
    if there.kind == REMINDER and why != UNCLEAR:  # nobody asked for it, and nobody has to look at it
        tx.deliveries.remove(there.id)
    else:
        tx.deliveries.save(attrs.evolve(there, state=DeliveryState.DEAD, due_at=None, last_error=f"contact: {why}"))
    tell(tx, "contact_dropped", delivery=there.id, customer=there.subject_id, why=why)
    return None


def contact_made(tx: Tx, sent: Delivery) -> None:
    """Write down that a mail about a debt left; one that a person sent is a contact too."""
    if is_contact(sent):
        tx.contacts.end(sent.id, ContactState.MADE)
    elif sent.kind == DeliveryKind.STATEMENT and sent.sent_at:
        tx.contacts.save(
            Contact(
                id=sent.id,
                merchant_id=sent.merchant_id,
                mode=sent.mode,
                customer_id=sent.subject_id,
                channel=MAIL,
                why=ContactWhy.ASKED,
                rule="",
                by=sent.details.get("by", ""),
                at=sent.sent_at,
                state=ContactState.MADE,
            )
        )


def contact_failed(tx: Tx, tried: Delivery, cause: Exception) -> None:
    """Write down that a mail about a debt did not leave, where that is sure: its day is free again.

    Its steps are, where it is tried again; an address that is refused for good is not tried anew each day.
    """
    if not is_contact(tried) or tx.contacts.get(tried.id) is None:
        return
    if tried.kind == REMINDER and not isinstance(cause, NEVER_LEFT):
        return
    tx.contacts.end(tried.id, ContactState.DROPPED)
    if tried.state is DeliveryState.DUE:
        tx.reminders.forget(tried.id)
