"""Raise alerts: look for what an operator must know, and owe one mail and one post a cause and hour."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog

from hub.domain.alert import AT_MOST_EVERY, Alert, AlertCause
from hub.domain.decision import DecisionKind
from hub.domain.message import About, Delivery, DeliveryKind, owed_mail
from hub.domain.missing_bills import ALONE, BILL
from hub.flows.accounts.client_certificates import ending
from hub.flows.accounts.watch_account import REFUSED
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.marks import MarkTable, NamedMark
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Mail, MailRefused, Tx, Unavailable
from hub_hookspecs import Mode

from .check_keys import key_errors
from .quarantine_plugin import FROZEN

log = structlog.get_logger()

ALERTED: Final = MarkTable("alert:")
SENT: Final = Slot[AlertCause, float]("sent directly")
BACKUP: Final = NamedMark("backup")
FIRST_LOOK: Final = NamedMark("first_look")
BACKLOG = timedelta(minutes=5)
MIN_FREE = 0.10
OLDEST_BACKUP = timedelta(hours=26)
LOOK_BACK = timedelta(hours=24)
"""How far back the first look goes."""

OVERLAP = timedelta(minutes=10)
"""What was committed after a look may bear an earlier time: each look goes so far behind the last one again."""

Look = Callable[[Tx, Hub, datetime, datetime, str], Iterator[str]]
"""(tx, hub, now, since the last alert, what was recorded with it) -> what happened."""

Happened = tuple[str, datetime, str]
"""(name, when, in words)."""


async def raise_alerts(hub: Hub) -> tuple[Alert, ...]:
    """Look at everything once; each finding is reported, and not again within the hour.

    Raises:
        Unavailable: The database cannot write; that itself is reported at once, past it.
    """
    now, due = hub.clock(), hub.store.next_due()
    try:
        raised = await hub.store.write(lambda tx: _raise(tx, hub, now, due))
    except Unavailable as error:
        await send_directly(hub, Alert(cause=AlertCause.DATABASE_UNAVAILABLE, lines=(str(error),)))
        raise
    for alert in raised:
        log.error("alert", cause=alert.cause, lines=alert.lines[:5])
    return raised


def _raise(tx: Tx, hub: Hub, now: datetime, due: datetime | None) -> tuple[Alert, ...]:
    raised = []
    for cause, look in LOOKS.items():
        last = ALERTED.of(cause).get(tx)
        recorded, since = last or ("", now - LOOK_BACK)
        if last and now - since < AT_MOST_EVERY:
            continue
        if cause is AlertCause.BACKLOG:
            lines = tuple(_backlog(now, due))
        else:
            lines = tuple(look(tx, hub, now, since, recorded))
        if not lines:
            if cause in COUNTED and recorded:
                ALERTED.of(cause).set(tx, _recorded_with(tx, hub, cause, now), since)
            continue
        ALERTED.of(cause).set(tx, _recorded_with(tx, hub, cause, now), now)
        alert = Alert(cause=cause, lines=lines)
        _owe(tx, hub, alert, now)
        raised.append(alert)
    if raised:
        tx.after_commit(hub.wake)
    return tuple(raised)


def _owe(tx: Tx, hub: Hub, alert: Alert, now: datetime) -> None:
    for owed in _owed(hub, alert, now):
        tx.deliveries.add(owed)


def _owed(hub: Hub, alert: Alert, now: datetime) -> list[Delivery]:
    """One for each recipient."""
    kind, about = DeliveryKind.ALERT, About(alert.cause.value, "", Mode.LIVE)
    details = {"title": alert.title, "text": alert.text, "command": alert.command}
    recipients = filter(None, (hub.operator_email, hub.alert_webhook))
    ids = {address: keyed_id(hub, "delivery", kind, alert.cause, address, now.isoformat()) for address in recipients}
    return [owed_mail(mail_id, kind, address, about, now, details=details) for address, mail_id in ids.items()]


def _fresh(happened: Iterable[Happened], since: datetime, recorded: str) -> Iterator[str]:
    """What was not reported yet; what was is recorded by name, since times alone would lose what was committed late."""
    known = set(recorded.split())
    for name, at, text in happened:
        if at > since - OVERLAP and name not in known:
            yield text


def _reviews(tx: Tx, since: datetime) -> Iterator[Happened]:
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    for review in tx.reviews.opened_since(since):
        if review.resolved_at is None:
            text = f"{review.cause} ({slugs.get(review.merchant_id, '?')}, {review.mode}): {review.id[:10]}"
            yield review.id[:10], review.opened_at, text


def _refused(tx: Tx, _since: datetime) -> Iterator[Happened]:
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    for account_id, (why, at) in sorted(REFUSED.all(tx).items()):
        account = tx.accounts.get(account_id)
        if account:
            stands = f"retired (account {account.id})" if account.is_retired else account.status
            text = f"{account.provider} of {slugs.get(account.merchant_id, '?')} is {stands}: {why}"
            yield f"{account_id}@{at.timestamp():.6f}", at, text


def _backlog(now: datetime, due: datetime | None) -> Iterator[str]:
    if due is not None and now - due > BACKLOG:
        yield f"the oldest row has been due since {due:%Y-%m-%d %H:%M:%S} UTC"


def _rejected(tx: Tx, _hub: Hub, _now: datetime, since: datetime, recorded: str) -> Iterator[str]:
    slugs, known = {merchant.id: merchant.slug for merchant in tx.merchants.all()}, set(recorded.split())
    found = Counter(
        account_id
        for account_id, digest, _at in tx.messages.rejected_since(since - OVERLAP)
        if digest[:10] not in known
    )
    for account_id, count in sorted(found.items()):
        account = tx.accounts.get(account_id)
        if account:
            yield f"{count} of {account.provider} for {slugs.get(account.merchant_id, '?')} ({account.mode})"


def _dead_messages(tx: Tx, hub: Hub, now: datetime, _since: datetime, recorded: str) -> Iterator[str]:
    yield from _more_than(recorded, _recorded_with(tx, hub, AlertCause.MESSAGE_DEAD, now), "dead messages")


def _dead_deliveries(tx: Tx, hub: Hub, now: datetime, _since: datetime, recorded: str) -> Iterator[str]:
    yield from _more_than(recorded, _recorded_with(tx, hub, AlertCause.DELIVERY_DEAD, now), "mails given up")


def _more_than(before: str, now: str, what: str) -> Iterator[str]:
    known = int(before) if before.isdigit() else 0
    if int(now) > known:
        yield f"{int(now) - known} more {what}, {now} in all"


def _disk(_tx: Tx, hub: Hub, _now: datetime, _since: datetime, _recorded: str) -> Iterator[str]:
    free = hub.disk_free()
    if free is not None and free < MIN_FREE:
        yield f"{free:.1%} of the disk of {hub.data} is free"


def _backup(tx: Tx, hub: Hub, now: datetime, _since: datetime, _recorded: str) -> Iterator[str]:
    made = BACKUP.get(tx)
    if made and now - made[1] > OLDEST_BACKUP:
        yield f"the last one was made {made[1]:%Y-%m-%d %H:%M} UTC"
    elif made is None and hub.backup_expected:
        first = FIRST_LOOK.get(tx)
        if first is None:
            FIRST_LOOK.set(tx, "", now)
        elif now - first[1] > OLDEST_BACKUP:
            yield "none was ever made"


def _quarantined(tx: Tx, hub: Hub, now: datetime, _since: datetime, recorded: str) -> Iterator[str]:
    if _recorded_with(tx, hub, AlertCause.PLUGIN_QUARANTINED, now) != recorded:
        yield from (str(failure) for failure in hub.quarantined)


def _keys(tx: Tx, hub: Hub, now: datetime, _since: datetime, recorded: str) -> Iterator[str]:
    if _recorded_with(tx, hub, AlertCause.KEYS_WRONG, now) != recorded:
        yield from (text for _about, text in key_errors(tx, hub))


def _certificates(tx: Tx, _hub: Hub, now: datetime, since: datetime, recorded: str) -> Iterator[str]:
    known = set(recorded.split())
    yield from (text for name, text in ending(tx, since - OVERLAP, now) if name not in known)


def _frozen(tx: Tx, _since: datetime) -> Iterator[Happened]:
    for at_work, (text, at) in sorted(FROZEN.all(tx).items()):
        yield f"{at.timestamp():.6f}", at, f"{text or at_work} at {at:%Y-%m-%d %H:%M:%S} UTC"


def _closed_alone(tx: Tx, since: datetime) -> Iterator[Happened]:
    """Nobody else of the company could be asked."""
    for merchant in tx.merchants.all():
        for mode in Mode:
            for made in tx.decisions.done_since(merchant.id, mode, DecisionKind.CLOSE_MISSING, since):
                if made.content.get(ALONE) and made.done_at:
                    count = sum(name.startswith(BILL) for name in made.content)
                    yield made.id[-10:], made.done_at, f"{count} invoices of {merchant.slug} ({mode}): {made.id}"


HAPPENINGS: dict[AlertCause, Callable[[Tx, datetime], Iterator[Happened]]] = {
    AlertCause.REVIEW_OPENED: _reviews,
    AlertCause.CREDENTIALS_REFUSED: _refused,
    AlertCause.PROCESS_FROZEN: _frozen,
    AlertCause.CLOSED_ALONE: _closed_alone,
}
"""What happens once and is reported once, in order of their times."""


def _happened(cause: AlertCause) -> Look:
    def look(tx: Tx, _hub: Hub, _now: datetime, since: datetime, recorded: str) -> Iterator[str]:
        return _fresh(HAPPENINGS[cause](tx, since - OVERLAP), since, recorded)

    return look


LOOKS: dict[AlertCause, Look] = {
    AlertCause.REVIEW_OPENED: _happened(AlertCause.REVIEW_OPENED),
    AlertCause.CREDENTIALS_REFUSED: _happened(AlertCause.CREDENTIALS_REFUSED),
    AlertCause.BACKLOG: lambda _tx, _hub, _now, _since, _recorded: iter(()),
    AlertCause.REJECTED_SIGNATURES: _rejected,
    AlertCause.MESSAGE_DEAD: _dead_messages,
    AlertCause.DELIVERY_DEAD: _dead_deliveries,
    AlertCause.DISK_LOW: _disk,
    AlertCause.BACKUP_OLD: _backup,
    AlertCause.PLUGIN_QUARANTINED: _quarantined,
    AlertCause.PROCESS_FROZEN: _happened(AlertCause.PROCESS_FROZEN),
    AlertCause.CLOSED_ALONE: _happened(AlertCause.CLOSED_ALONE),
    AlertCause.KEYS_WRONG: _keys,
    AlertCause.CERTIFICATE_ENDS: _certificates,
}

COUNTED = frozenset(
    {AlertCause.MESSAGE_DEAD, AlertCause.DELIVERY_DEAD, AlertCause.PLUGIN_QUARANTINED, AlertCause.KEYS_WRONG}
)
"""Causes that compare with what was recorded, and must record again when there is less of it."""


def _recorded_with(tx: Tx, hub: Hub, cause: AlertCause, now: datetime) -> str:
    """What is recorded with an alert, so that the next look knows what was reported."""
    lately = now - OVERLAP
    match cause:
        case AlertCause.REJECTED_SIGNATURES:
            return " ".join(digest[:10] for _account, digest, _at in tx.messages.rejected_since(lately))
        case _ if cause in HAPPENINGS:
            return " ".join(name for name, at, _text in HAPPENINGS[cause](tx, lately) if at > lately)
        case AlertCause.CERTIFICATE_ENDS:
            return " ".join(name for name, _text in ending(tx, lately, now))
        case AlertCause.MESSAGE_DEAD:
            return str(tx.messages.count_in("dead"))
        case AlertCause.DELIVERY_DEAD:
            return str(tx.deliveries.count_in("dead"))
        case AlertCause.PLUGIN_QUARANTINED:
            return ",".join(sorted({failure.code for failure in hub.quarantined}))
        case AlertCause.KEYS_WRONG:
            return "; ".join(about for about, _text in key_errors(tx, hub))
    return ""


def is_posted(delivery: Delivery) -> bool:
    """Whether an alert goes to a system of the operator's, not to a mail address."""
    return delivery.recipient.startswith(("http://", "https://"))


def alert_mail(hub: Hub, delivery: Delivery) -> Mail:
    """The mail of an alert that is owed.

    Raises:
        MailRefused: The recipient is no mail address.
    """
    title, text = delivery.details["title"], delivery.details["text"]
    return hub.documents.alert(title, text, recipient=delivery.recipient, message_id=delivery.message_id)


async def post_alert(hub: Hub, delivery: Delivery) -> None:
    """Post an alert that is owed.

    Raises:
        MailRefused: It is not wanted, or nobody here can post.
        OSError: It may be tried again.
    """
    if hub.alerter is None:
        raise MailRefused("this hub posts no alerts")
    await hub.alerter.post(
        delivery.recipient,
        {
            "id": delivery.id,
            "cause": delivery.subject_id,
            "title": delivery.details["title"],
            "text": delivery.details["text"],
            "command": delivery.details["command"],
            "hub": hub.base_url,
            "at": delivery.created_at.isoformat(),
        },
    )


async def send_directly(hub: Hub, alert: Alert) -> bool:
    """Send past the database, which cannot store the alert; once an hour and process. False when nothing was sent."""
    sent, moment = hub.remembered.of(SENT), time.monotonic()
    if moment - sent.get(alert.cause, -math.inf) < AT_MOST_EVERY.total_seconds():
        return False
    sent[alert.cause] = moment
    log.critical("alert", cause=alert.cause, lines=alert.lines)
    for owed in _owed(hub, alert, hub.clock()):
        try:
            await (post_alert(hub, owed) if is_posted(owed) else hub.mailer.send(alert_mail(hub, owed)))
        except Exception:  # whatever stands in the way: the log has it
            log.exception("alert_not_told", cause=alert.cause)
    return True
