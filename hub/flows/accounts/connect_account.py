"""Connect a merchant to a provider: settings in, validation, confirmation by hand, activation.

What replaces the credentials of an account that works is validated first: ``replace_credentials``. What names another
account at the provider does not replace them: ``retire_account``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.account import AccountStatus, ProviderAccount, SettingProblem, setting_problems, with_defaults
from hub.domain.message import DeliveryKind
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD, EnteredBy, ProviderInfo

from .draft_account import draft_account
from .open_account import Opened, open_account
from .register_webhook import bring_webhook, remove_webhook
from .replace_credentials import Draft, SettingEntry, replace_drafted, save_secrets
from .retire_account import replace_by_another, take_place
from .validate_account import ask_identity, delivery_about, owe_result, unclear_report, validate_account

NOT_MAILED = frozenset({AccountStatus.NEEDS_CONFIRMATION, AccountStatus.DISABLED})
"""Results that are not mailed: the person who sees them has the next step, or turned the account off."""


@attrs.frozen(kw_only=True)
class Connected:
    """What connecting, testing or provisioning did.

    Attributes:
        problems: What the operator has yet to enter.
        retired: The account whose place it took.
    """

    account: ProviderAccount
    problems: tuple[SettingProblem, ...] = ()
    retired: ProviderAccount | None = None


async def connect_account(
    hub: Hub,
    merchant_id: str,
    code: str,
    values: Mapping[str, str],
    *,
    by: str,
    entered_by: EnteredBy = EnteredBy.MERCHANT,
    seen: int | None = None,
    anyway: bool = False,
    confirmed: bool = False,
    released: str = "",
    account_id: str = "",
) -> Connected:
    """Take what the merchant entered (Activar, Guardar), or the operator of what merchants are not asked for.

    A secret left empty keeps the stored one. Where operator settings are still missing the account is *requested*
    and the operator gets one mail; once the operator has entered them it is validated at once. Other credentials of an
    account that works are stored when they are accepted.

    Args:
        by, entered_by, seen, anyway, confirmed, released, account_id: See ``SettingEntry``.

    Raises:
        Invalid: Every error of the form, or somebody else was quicker; nothing changed.
        NotReplaced: The account works, and the new credentials were not accepted; nothing changed.
        MoneyIsUnderWay: They are those of another account at the provider; nothing changed.
    """
    entry = SettingEntry(
        merchant_id=merchant_id,
        code=code,
        given=values,
        entered_by=entered_by,
        seen=seen,
        anyway=anyway,
        confirmed=confirmed,
        by=by,
        released=released,
        account_id=account_id,
    )
    return await _enter(hub, entry)


async def _enter(hub: Hub, entry: SettingEntry) -> Connected:
    now = hub.clock()
    account_id, token = hub.fresh_id(), hub.random_text(32, CROCKFORD)
    draft = await hub.store.write(lambda tx: _take(tx, hub, entry, account_id, token, now))
    hub.cached.clear()
    retired = draft.before if draft.takes_place else None
    if draft.tried:
        return Connected(account=await _replace(hub, draft, draft.tried, entry), retired=retired)
    account = draft.account
    missing = missing_settings(hub, account)
    if missing:
        return attrs.evolve(await _wait(hub, account, missing, entry.entered_by, now), retired=retired)
    if entry.entered_by is EnteredBy.OPERATOR and account.status is AccountStatus.DRAFT:
        return Connected(account=account)
    return Connected(account=await validate_account(hub, account.id, by=entry.by))


async def _replace(hub: Hub, draft: Draft, tried: Opened, entry: SettingEntry) -> ProviderAccount:
    """Ask about what was entered before anything of it is stored."""
    info: ProviderInfo = tried.provider.info
    if missing := setting_problems(info, tried.account.settings):
        report = unclear_report(info, f"missing: {', '.join(problem.name for problem in missing)}")
    else:
        report = await ask_identity(hub, tried)
    now = hub.clock()

    def store(tx: Tx) -> ProviderAccount:
        replace = replace_by_another if draft.takes_place else replace_drafted
        after = replace(tx, hub, draft, entry, report, now)
        if after.report is report and after.status not in NOT_MAILED:
            owe_result(tx, hub, after, now)
        tx.after_commit(hub.wake)
        return after

    account = await hub.store.write(store)
    hub.cached.clear()
    if draft.before and draft.takes_place:
        await remove_webhook(hub, draft.before.id)
    return await bring_webhook(hub, account.id) or account


def _take(tx: Tx, hub: Hub, entry: SettingEntry, account_id: str, token: str, now: datetime) -> Draft:
    """Store what was entered, unless it must be asked about first."""
    draft = draft_account(tx, hub, entry, account_id, token, now)
    if draft.takes_place:
        return _take_another(tx, hub, draft, entry, now)
    if draft.is_in_use and draft.differs:
        return attrs.evolve(draft, tried=open_account(tx, hub, draft.account, now, given=draft.secrets))
    if draft.before and (draft.has_accepted or draft.before.is_retired):
        return attrs.evolve(draft, account=draft.before)
    (tx.accounts.save if draft.before else tx.accounts.add)(draft.account)
    save_secrets(tx, hub, draft.account, draft.secrets)
    return draft


def _take_another(tx: Tx, hub: Hub, draft: Draft, entry: SettingEntry, now: datetime) -> Draft:
    """Another account is asked about first too, but where nothing works now and the operator must complete it."""
    if draft.has_accepted or not missing_settings(hub, draft.account):
        return attrs.evolve(draft, tried=open_account(tx, hub, draft.account, now, given=draft.secrets))
    assert draft.before is not None
    take_place(tx, hub, draft.before, draft.account, draft.secrets, entry, now)
    return draft


def missing_settings(hub: Hub, account: ProviderAccount) -> tuple[SettingProblem, ...]:
    """What is still needed before the account can be validated."""
    info = hub.providers[account.provider].info
    present = dict.fromkeys(account.secret_names, "x")
    return tuple(
        problem
        for problem in setting_problems(info, with_defaults(info, {**account.settings, **present}))
        if problem.name not in present
    )


async def _wait(
    hub: Hub,
    account: ProviderAccount,
    missing: tuple[SettingProblem, ...],
    entered_by: EnteredBy,
    now: datetime,
) -> Connected:
    """Operator settings are not there yet: *Solicitada*, and one mail to the operator."""
    if entered_by is EnteredBy.MERCHANT and hub.operator_email:
        await hub.store.write(
            lambda tx: tx.deliveries.add(
                delivery_about(hub, account, DeliveryKind.ACCOUNT_REQUESTED, hub.operator_email, account.id, now)
            )
        )
        hub.wake()
    return Connected(account=account, problems=missing)


async def disable_account(hub: Hub, account_id: str) -> None:
    """No new payments through this account; live ones go on."""
    now = hub.clock()

    def disable(tx: Tx) -> None:
        tx.accounts.set_status(account_id, AccountStatus.DISABLED, now)
        tell(tx, "account_disabled", account=account_id)

    await hub.store.write(disable)
    hub.cached.clear()
    await remove_webhook(hub, account_id)
