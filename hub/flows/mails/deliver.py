"""Deliver a mail that is owed: drawn from the rows it names when its turn comes near, the same Message-ID at every try.

Mails are drawn ahead, several together, and handed over one by one: between the server's yes and our own note of it
there is one mail at most, so a process that dies repeats one. The system has that note at once, the disk with the next
commit that waits for it: see docs/adr/0030.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import attrs
import structlog

from hub.domain.contact_rules import MAIL
from hub.domain.mail import NothingToSay, NotYet
from hub.domain.mail_value import MailValue
from hub.domain.merchant import LinkKind
from hub.domain.message import About, Delivery, DeliveryKind, DeliveryState
from hub.domain.pdf import PdfDocument
from hub.domain.reminder import REMINDER
from hub.flows.ground.memory import Slot
from hub.flows.ground.open_link import link_to
from hub.flows.ground.ports import Hub, Mail, MailRefused, MailRules, Tx
from hub.flows.ground.tell import tell
from hub.flows.ground.turns import drawing_turns, mail_turns
from hub.flows.ground.write_outcome import write_outcome
from hub.flows.merchants.save_logo import with_logo
from hub.flows.operations.raise_alerts import alert_mail, is_posted, post_alert
from hub.flows.statements.claim_contact import HELD, claim_contact, contact_failed, contact_made, is_contact
from hub.flows.views.print_document import print_document, prints
from hub_hookspecs import CROCKFORD

from .send_by_channel import channel_of, send_by_channel

log = structlog.get_logger()

PAUSES = (10, 30, 60, 300, 900, 1800, 3600)
"""Seconds between tries; the last one repeats."""

GIVE_UP = timedelta(days=5)
CLAIM = timedelta(seconds=120)
"""How long a mail that is claimed is nobody else's."""

HAND_OVER = timedelta(seconds=90)
"""How long a server may take over one mail; the claim lasts longer."""

FRESH = timedelta(seconds=1)
"""How long a look at a delivery is good for; whose turn comes later is looked up again."""

SYNC_EVERY = timedelta(seconds=1)
"""How much a power cut may make a round repeat."""

RECEIPT_DAYS = 7
MAX_LINKS = 500
"""Payments of one mail that get a link to their cash receipt's form; of more, the others lead to the page behind it."""

MAX_ATTACHMENT_BYTES = 4 * 1024 * 1024
"""Of a PDF that is attached, in bytes; mail servers refuse larger mails."""


SYNCED: Final = Slot[str, datetime]("synced")


async def deliver(hub: Hub, delivery_id: str) -> bool:
    """Try one delivery; False when it must be tried again. Safe to run twice: at least once, same Message-ID."""
    seen_at = hub.clock()
    delivery = await hub.store.read(lambda tx: tx.deliveries.get(delivery_id))
    if delivery is None or delivery.state is not DeliveryState.DUE:
        return True
    if delivery.kind == DeliveryKind.ALERT and is_posted(delivery):
        return await _concluded(hub, delivery, post_alert(hub, delivery))
    mail = None
    try:
        if delivery.kind != REMINDER:  # what one says stands only once it is claimed
            mail = await _drawn(hub, delivery)
    except GONE as refusal:
        return await _given_up(hub, delivery, refusal)
    except NotYet as cause:
        return await _put_off(hub, delivery, cause)
    claimed = delivery
    if is_contact(delivery) and delivery.kind != REMINDER:  # many together, before their turn
        seen_at = hub.clock()
        ahead = await claim_contact(hub, delivery, CLAIM)
        if ahead is None:
            return True
        claimed = ahead
    async with mail_turns(hub).turn(_rank(hub, delivery)):
        seen = await _held(hub, claimed, seen_at)
        held = seen
        if seen and (delivery.kind == REMINDER or hub.clock() - seen_at >= FRESH):
            held = await claim_contact(hub, seen, CLAIM)
        if seen is None or held is None:
            return True
        if channel_of(held) != MAIL:
            return await _concluded(hub, held, send_by_channel(hub, held))
        if mail is None or seen != claimed:  # it was long until its turn, and what it states may have changed
            try:
                mail = await _drawn(hub, held)
            except GONE as refusal:
                return await _given_up(hub, held, refusal)
            except NotYet as cause:
                return await _put_off(hub, held, cause)
        return await _concluded(hub, held, hub.mailer.send(mail))


GONE = (MailRefused, NothingToSay, ValueError)
"""No further try can mend it; a ValueError says that it cannot be drawn."""


def _rank(hub: Hub, delivery: Delivery) -> int:
    """Whose turn comes before whose: a round of ten thousand statements holds nobody up who pays or signs in.

    First comes what somebody waits for before a page, or must get up for at night.
    """
    rules = hub.documents.mails.get(delivery.kind)
    if delivery.kind == DeliveryKind.ALERT or (rules and rules.is_awaited):
        return 0
    return 1 if delivery.round_id is None else 2


async def _held(hub: Hub, delivery: Delivery, seen_at: datetime) -> Delivery | None:
    """The delivery if it is still ours for as long as handing it over may take; None when somebody else took it."""
    now = hub.clock()
    lasts = delivery.due_at is not None and delivery.due_at - now >= HAND_OVER
    if lasts and now - seen_at < FRESH:
        return delivery
    there = await hub.store.read(lambda tx: tx.deliveries.get(delivery.id))
    if there is None or (there.state, there.due_at) != (DeliveryState.DUE, delivery.due_at):
        return None
    if lasts:
        return there
    longer = attrs.evolve(there, due_at=now + CLAIM)
    held = await hub.store.write(lambda tx: tx.deliveries.replace(there, longer))
    return longer if held else None


async def _concluded(hub: Hub, delivery: Delivery, handing_over: Awaitable[None]) -> bool:
    """Hand over and write down how it ended, before anything else is handed over."""
    try:
        async with asyncio.timeout(HAND_OVER.total_seconds()):
            await handing_over
    except GONE as refusal:
        return await _given_up(hub, delivery, refusal)
    except (OSError, smtplib.SMTPException) as cause:
        return await _put_off(hub, delivery, cause)
    sent = attrs.evolve(
        delivery,
        state=DeliveryState.SENT,
        due_at=None,
        tries=delivery.tries + 1,
        last_error="",
        sent_at=hub.clock(),
    )
    await write_outcome(hub, lambda tx: _save_sent(tx, hub, sent), synced=_is_synced(hub))
    return True


def _is_synced(hub: Hub) -> bool:
    """Whether to wait for the disk with the note of a mail: not while others wait for their turn, but once a second."""
    now, synced = hub.clock(), hub.remembered.of(SYNCED)
    last = synced.get("mails")
    if mail_turns(hub).is_awaited and last and timedelta() <= now - last < SYNC_EVERY:
        return False
    synced["mails"] = now
    return True


def _save_sent(tx: Tx, hub: Hub, sent: Delivery) -> None:
    tx.deliveries.save(sent)
    contact_made(tx, sent)
    tell(tx, "mail_sent", delivery=sent.id, kind=sent.kind, about=sent.subject_id, payment=payment_of(hub, sent))


def payment_of(hub: Hub, delivery: Delivery) -> str | None:
    """The payment that a mail is about."""
    rules = hub.documents.mails.get(delivery.kind)
    return delivery.subject_id if rules and rules.is_about_payment else None


async def _given_up(hub: Hub, delivery: Delivery, refusal: Exception) -> bool:
    await _record_failure(
        hub,
        delivery,
        refusal,
        state=DeliveryState.DEAD,
        due_at=None,
        error=str(refusal) or type(refusal).__name__,
    )
    log.warning("delivery_refused", delivery=delivery.id, kind=delivery.kind, payment=payment_of(hub, delivery))
    return True


async def _put_off(hub: Hub, delivery: Delivery, cause: Exception) -> bool:
    """It was not taken, or nobody knows: another try later, for some days."""
    now, error = hub.clock(), type(cause).__name__
    held = delivery.details.get(HELD)
    over = now - (datetime.fromisoformat(held) if held else delivery.created_at) > GIVE_UP
    pause = timedelta(seconds=PAUSES[min(delivery.tries, len(PAUSES) - 1)])
    state = DeliveryState.DEAD if over else DeliveryState.DUE
    await _record_failure(hub, delivery, cause, state=state, due_at=None if over else now + pause, error=error)
    log.warning(
        "delivery_failed", delivery=delivery.id, kind=delivery.kind, payment=payment_of(hub, delivery), error=error
    )
    return False


async def _record_failure(
    hub: Hub, delivery: Delivery, cause: Exception, *, state: DeliveryState, due_at: datetime | None, error: str
) -> None:
    """Record a try that failed, unless somebody else has taken the mail over meanwhile."""
    tried = attrs.evolve(delivery, state=state, due_at=due_at, tries=delivery.tries + 1, last_error=error[:200])

    def write(tx: Tx) -> None:
        if tx.deliveries.replace(delivery, tried):
            contact_failed(tx, tried, cause)

    await hub.store.write(write)


async def _drawn(hub: Hub, delivery: Delivery) -> Mail:
    """The mail as it goes on the wire.

    Raises:
        MailRefused, NothingToSay, ValueError: There is none.
        NotYet: There is none now.
    """
    if delivery.kind == DeliveryKind.ALERT:
        return alert_mail(hub, delivery)
    now = hub.clock()
    rules = mail_rules(hub, delivery.kind)
    if rules.recordable:
        link_ids = [hub.random_text(26, CROCKFORD) for _ in range(MAX_LINKS)]
        await hub.store.write(lambda tx: _receipt_links(tx, hub, delivery, now, link_ids))
    async with drawing_turns(hub).turn(_rank(hub, delivery)):
        return await _as_drawn(hub, delivery, now)


async def _as_drawn(hub: Hub, delivery: Delivery, now: datetime) -> Mail:
    value, locale, document = await hub.store.read(lambda tx: _content_of(tx, hub, delivery, now))
    draw = partial(hub.documents.mail, recipient=delivery.recipient, message_id=delivery.message_id, locale=locale)
    mail = await asyncio.to_thread(draw, value)
    mail = await _with_document(hub, mail, document, locale)
    return attrs.evolve(mail, wire=await asyncio.to_thread(hub.documents.wire, mail, now))


def _receipt_links(tx: Tx, hub: Hub, delivery: Delivery, now: datetime, fresh_ids: Sequence[str]) -> None:
    """The links "Agregar recibo de caja" of the payments that the mail is about."""
    recordable = mail_rules(hub, delivery.kind).recordable
    payment_ids = recordable(tx, hub, delivery) if recordable else ()
    for payment_id, fresh_id in zip(payment_ids, fresh_ids, strict=False):
        link_to(
            tx,
            hub,
            LinkKind.RECEIPT,
            About(payment_id, delivery.merchant_id, delivery.mode),
            now,
            fresh_id=fresh_id,
            days=RECEIPT_DAYS,
        )


async def _with_document(hub: Hub, mail: Mail, document: PdfDocument | None, locale: str) -> Mail:
    """The mail with its PDF; one that cannot be drawn keeps no mail from going out."""
    if document is None:
        return mail
    try:
        file = await print_document(hub, document, locale)
    except ValueError:
        log.exception("paper_not_drawn", paper=type(document).__name__)
        return mail
    if len(file.content) > MAX_ATTACHMENT_BYTES:
        return mail
    return attrs.evolve(mail, attachments=((file.name, "application/pdf", file.content),))


def _content_of(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[MailValue, str, PdfDocument | None]:
    """What the mail says, its language, and the document that goes with it."""
    value, locale = value_of(tx, hub, delivery, now)
    attached = mail_rules(hub, delivery.kind).attached if prints(hub) else None
    return with_logo(tx, value), locale, attached(tx, hub, delivery, value, now) if attached else None


def value_of(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[MailValue, str]:
    """What the mail says, and the language of whoever receives it.

    Raises:
        NothingToSay: Nothing any more.
        NotYet: Nothing now.
    """
    return mail_rules(hub, delivery.kind).gather(tx, hub, delivery, now)


def private_kinds(hub: Hub) -> frozenset[str]:
    """Kinds of mail that no merchant sees or sends again."""
    return frozenset(kind for kind, rules in hub.documents.mails.items() if rules.is_private)


def mail_rules(hub: Hub, kind: str) -> MailRules:
    """The rules of a kind of mail.

    Raises:
        NotYet: Nothing that is installed here knows it.
    """
    rules = hub.documents.mails.get(kind)
    if rules is None:
        raise NotYet(f"mails of kind {kind} are not known here")
    return rules
