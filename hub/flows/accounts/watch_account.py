"""Watch an account: hold its buttons back while its provider does not answer, and suspend it when it is not let in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs
import structlog

from hub.domain.account import AccountStatus, Attention, ProviderAccount
from hub.domain.message import DeliveryKind, owed_mail
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell_account, warn
from hub_hookspecs import Credentials, IdentityReport

from .open_account import CannotOpen, opened_account
from .validate_account import ask_identity

log = structlog.get_logger()

HELD: Final = MarkTable("held:")
HOLD = timedelta(seconds=45)
"""How long a failure keeps the buttons back in every process: longer than the pause between two probes."""

REFUSED: Final = MarkTable("refused:")
ASK_AGAIN = timedelta(minutes=5)
"""How often the provider is asked at most whether it still knows an account."""

ASKED: Final = Slot[tuple[str, int | None], datetime]("asked")
"""When the provider was asked last, by account and version of its credentials."""


async def hold_back(hub: Hub, account_id: str) -> None:
    """The provider does not answer: nobody is sent there until it does, or a while has passed."""
    until = hub.clock() + HOLD
    await hub.store.write(lambda tx: HELD.of(account_id).set(tx, "", until))


async def answer_again(hub: Hub, account_id: str) -> int:
    """The provider answers again: its buttons are back, and what waits to be asked is asked now."""
    now = hub.clock()

    def due(tx: Tx) -> int:
        HELD.of(account_id).drop(tx)
        tx.after_commit(hub.wake)
        return tx.payments.make_account_due(account_id, now) + tx.messages.make_account_due(account_id, now)

    count = await hub.store.write(due)
    log.info("provider_answers_again", account=account_id, checks_due=count)
    return count


def held_back(tx: Tx, now: datetime) -> frozenset[str]:
    """Ids of accounts whose provider did not answer lately, in whatever process."""
    return frozenset(account for account, (_, until) in HELD.all(tx).items() if now < until)


async def check_credentials(
    hub: Hub, account_id: str, why: str, credentials: int | None = None
) -> ProviderAccount | None:
    """The provider did not let the account in: ask about its identity, and suspend it when its credentials are refused.

    The merchant is notified once, when it is suspended; live payments go on being asked about. A retired account has no
    buttons to take away: the operator is alerted, who can enter its newer credentials.

    Args:
        credentials: Version of those that were refused; an account that has others now is left alone.
    """
    now, asked, key = hub.clock(), hub.remembered.of(ASKED), (account_id, credentials)
    if key in asked and now - asked[key] < ASK_AGAIN:
        return None
    asked[key] = now
    try:
        opened = await opened_account(hub, account_id)
    except CannotOpen:
        return None
    if opened is None or not _is_in_use(opened.record):
        return None
    if opened.record.credentials != (credentials or opened.record.credentials):
        return None
    report = await ask_identity(hub, opened)
    done = hub.clock()
    return await hub.store.write(lambda tx: _judge(tx, hub, opened.record, why, report, done))


def _is_in_use(account: ProviderAccount) -> bool:
    return account.status is AccountStatus.ACTIVE or account.is_retired


def _judge(
    tx: Tx, hub: Hub, asked: ProviderAccount, why: str, report: IdentityReport, now: datetime
) -> ProviderAccount | None:
    account_id, account = asked.id, tx.accounts.get(asked.id)
    if account is None or not _is_in_use(account) or account.credentials != asked.credentials:
        return account
    refused = report.credentials is Credentials.REFUSED
    result = report.credentials.value + (f" ({report.code})" if report.code else "")
    REFUSED.of(account_id).set(tx, f"{why}; asked again its credentials are {result}", now)
    warn(tx, "account_not_let_in", account=account_id, why=why, credentials=report.credentials.value)
    if not refused or account.is_retired:
        return account
    after = attrs.evolve(account, status=AccountStatus.SUSPENDED, report=report, updated_at=now)
    tx.accounts.save(after)
    tell_account(tx, account, after)
    tx.accounts.save_grant(account_id, None)
    merchant = tx.merchants.get(account.merchant_id)
    for recipient in merchant.notify if merchant else ():
        kind, details = DeliveryKind.ACCOUNT_ATTENTION, {"cause": Attention.CREDENTIALS_REFUSED.value}
        mail_id = keyed_id(hub, "delivery", kind, account.id, recipient, now.isoformat(), "refused")
        tx.deliveries.add(owed_mail(mail_id, kind, recipient, account, now, details=details))
    tx.after_commit(hub.wake)
    return after
