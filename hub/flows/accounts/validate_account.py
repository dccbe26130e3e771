"""Validate an account: ask its provider about credentials and identity, or let a person confirm it."""

from __future__ import annotations

import hashlib
from datetime import datetime

import attrs

from hub.domain.account import AccountStatus, ProviderAccount, status_after
from hub.domain.identity import FieldError, Invalid
from hub.domain.message import Delivery, DeliveryKind, owed_mail
from hub.domain.offer import currencies_of
from hub.domain.text import Text
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell_account
from hub_hookspecs import (
    CROCKFORD,
    Credentials,
    FieldMatch,
    IdentityCheck,
    IdentityReport,
    Match,
    Outcome,
    ProviderInfo,
)

from .open_account import Opened, opened_account
from .register_webhook import bring_webhook


def delivery_about(
    hub: Hub, account: ProviderAccount, kind: DeliveryKind, recipient: str, change: str, now: datetime
) -> Delivery:
    """A mail about an account, once for each recipient and change."""
    return owed_mail(keyed_id(hub, "delivery", kind, account.id, recipient, change), kind, recipient, account, now)


async def validate_account(hub: Hub, account_id: str, *, by: str) -> ProviderAccount:
    """Ask the provider about credentials and identity; the result decides the status and is mailed.

    Raises:
        LookupError: No such account.
        NotInstalled: Its provider is not served here.
    """
    opened = await opened_account(hub, account_id)
    if opened is None:
        raise LookupError(f"no account {account_id}")
    report = await ask_identity(hub, opened)
    done = hub.clock()
    account = await hub.store.write(lambda tx: _judge(tx, hub, opened, report, done))
    return await bring_webhook(hub, account.id) or account


async def ask_identity(hub: Hub, opened: Opened) -> IdentityReport:
    """What the provider says of credentials and identity; unclear where it says nothing. Nothing is changed here.

    It is asked without the account's grant: that may be of other credentials, or say nothing of these any more.
    """
    now, info = hub.clock(), opened.provider.info
    check = IdentityCheck(
        reference=hub.random_text(info.reference.length, info.reference.alphabet),
        currencies=currencies_of(opened.record, info),
        now=now,
        call_id=hub.random_text(10, CROCKFORD),
    )
    ran = await hub.exchanger.run(
        opened.provider,
        "validate_identity",
        account=opened.account,
        account_id=opened.record.id,
        credentials=None,
        check=check,
    )
    conclusion = ran.conclusion
    if conclusion.outcome is Outcome.RESULT and isinstance(conclusion.value, IdentityReport):
        return conclusion.value
    return unclear_report(info, conclusion.cause[:120])


def unclear_report(info: ProviderInfo, why: str) -> IdentityReport:
    """The report where the provider said nothing."""
    return IdentityReport(
        credentials=Credentials.UNCLEAR,
        code=why,
        fields=tuple(FieldMatch(field=name, match=Match.UNAVAILABLE) for name in info.verified_fields),
    )


def _judge(tx: Tx, hub: Hub, asked: Opened, report: IdentityReport, now: datetime) -> ProviderAccount:
    account, merchant = tx.accounts.get(asked.record.id), tx.merchants.get(asked.merchant.id)
    if account is None or merchant is None:
        raise LookupError(f"no account {asked.record.id}")
    if account.credentials != asked.record.credentials or merchant.company != asked.merchant.company:
        return account  # the answer is about what somebody has replaced meanwhile
    status = status_after(report, confirmed=bool(account.confirmed_by))
    # A provider that cannot answer now has said nothing against an account that it knew before; and one that was turned
    # off is turned on by connecting it again, not by being asked about.
    unclear = account.status is AccountStatus.ACTIVE and account.report and report.credentials is Credentials.UNCLEAR
    keeps = unclear or account.status is AccountStatus.DISABLED
    after = attrs.evolve(account, report=report, status=account.status if keeps else status, updated_at=now)
    tx.accounts.save(after)
    tell_account(tx, account, after)
    if after.status is not AccountStatus.NEEDS_CONFIRMATION and not keeps:
        owe_result(tx, hub, after, now)
    tx.after_commit(hub.wake)
    return after


def owe_result(tx: Tx, hub: Hub, account: ProviderAccount, now: datetime) -> None:
    """Owe the mail with the result to everybody whom the merchant notifies."""
    merchant = tx.merchants.get(account.merchant_id)
    for address in merchant.notify if merchant else ():
        change = hashlib.sha256(f"{account.status}{now.isoformat()}".encode()).hexdigest()[:16]
        tx.deliveries.add(delivery_about(hub, account, DeliveryKind.ACCOUNT_RESULT, address, change, now))


async def confirm_account(hub: Hub, account_id: str, *, by: str, seen: int | None = None) -> ProviderAccount:
    """A person confirms that the identity equals the one at the provider; recorded with who and when.

    Args:
        seen: Version of the credentials that stood before the person.
    """
    now = hub.clock()

    def confirm(tx: Tx) -> ProviderAccount:
        account = tx.accounts.get(account_id)
        if account is None:
            raise LookupError(f"no account {account_id}")
        if account.report and account.report.contradicts:
            raise Invalid((FieldError("identity", Text("account.identity_differs")),))
        if account.report is None or account.status is not AccountStatus.NEEDS_CONFIRMATION:
            raise Invalid((FieldError("identity", Text("account.nothing_to_confirm")),))
        if seen not in (None, account.credentials):
            raise Invalid((FieldError("identity", Text("account.changed_before_confirming")),))
        after = attrs.evolve(
            account,
            confirmed_by=by,
            confirmed_at=now,
            status=status_after(account.report, confirmed=True),
            updated_at=now,
        )
        tx.accounts.save(after)
        tell_account(tx, account, after)
        owe_result(tx, hub, after, now)
        tx.after_commit(hub.wake)
        return after

    account = await hub.store.write(confirm)
    hub.cached.clear()
    return await bring_webhook(hub, account.id) or account
