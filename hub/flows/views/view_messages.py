"""View stored messages: what arrived, what its verifier concluded, which payment it is about; never its content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.message import MessageState, StoredMessage
from hub.domain.payment import Payment
from hub.domain.redaction import shown_body, shown_headers
from hub.flows.accounts.open_account import Locked, NotInstalled
from hub.flows.ground.ports import Hub, Tx
from hub.flows.payments.read_message import Read, load_message, read_message
from hub_hookspecs import Message


@attrs.frozen
class MessageLine:
    """A stored message, the account that it came for, and the payment that it was applied to.

    Attributes:
        zone: On whose clock its times stand.
    """

    stored: StoredMessage
    account: ProviderAccount | None
    company: str
    payment: Payment | None
    zone: str = "UTC"


@attrs.frozen(kw_only=True)
class MessagePage:
    """Everything that may be shown of one message.

    Attributes:
        headers, body: Redacted.
        size: Bytes of the body.
        path: What followed the account's address.
        now: What a replay would make of it; None where its plugin is not served.
    """

    line: MessageLine
    method: str = ""
    path: str = ""
    size: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()
    now: Read | None = None


async def list_messages(
    hub: Hub,
    *,
    accounts: Sequence[str] | None = None,
    states: Sequence[MessageState] = (),
    since: datetime | None = None,
    limit: int = 200,
) -> tuple[MessageLine, ...]:
    """Stored messages, newest first; a genuine one that was booked at once is not stored."""

    def read(tx: Tx) -> tuple[MessageLine, ...]:
        found = tx.messages.of(accounts=accounts, states=[state.value for state in states], since=since, limit=limit)
        return _lines(tx, found)

    return await hub.store.read(read)


async def find_messages(hub: Hub, beginning: str) -> tuple[MessageLine, ...]:
    """Messages whose id begins so."""
    return await hub.store.read(lambda tx: _lines(tx, tx.messages.named(beginning.strip().lower())))


def _lines(tx: Tx, found: Sequence[StoredMessage]) -> tuple[MessageLine, ...]:
    companies = {merchant.id: merchant for merchant in tx.merchants.all()}
    accounts = {account.id: account for account in tx.accounts.all()}
    return tuple(
        MessageLine(
            stored,
            accounts.get(stored.account_id),
            companies[stored.merchant_id].slug if stored.merchant_id in companies else "?",
            tx.payments.get(stored.payment_id) if stored.payment_id else None,
            companies[stored.merchant_id].company.zone if stored.merchant_id in companies else "UTC",
        )
        for stored in found
    )


async def view_message(hub: Hub, line: MessageLine) -> MessagePage:
    """One message, and what its plugin says of it today; nothing is sent and nothing changes."""
    moment = hub.clock()
    try:
        loaded = await hub.store.read(lambda tx: load_message(tx, hub, line.stored.id, moment))
    except NotInstalled:
        loaded = None
    except Locked:
        return MessagePage(line=line, now=await read_message(hub, line.stored.id, dry_run=True))
    if loaded is None:
        return MessagePage(line=line)
    message = loaded[2]
    outcome = await read_message(hub, line.stored.id, dry_run=True)
    known = _references(line, outcome)
    return MessagePage(
        line=line,
        method=message.method,
        path=_path(message, known),
        size=len(message.body),
        headers=shown_headers(message, known),
        body=shown_body(message, known),
        now=outcome,
    )


def _references(line: MessageLine, outcome: Read | None) -> frozenset[str]:
    payments = [line.payment, *(item.payment for item in outcome.claims)] if outcome else [line.payment]
    found = [name for payment in payments if payment for name in (payment.reference, payment.provider_reference)]
    return frozenset(filter(None, found))


def _path(message: Message, known: frozenset[str]) -> str:
    """The path without what might open something."""
    return "/".join(part if part in known or _is_word(part) else f"<{len(part)}>" for part in message.path.split("/"))


def _is_word(part: str) -> bool:
    return len(part) <= 16 and (part.isalpha() or not part)
