"""Retire an account in favour of another one at the same provider: a payment keeps the identity that it was sent with.

A payment is asked about, given back, paid out and proven under the account that it was sent with; no other account at
the provider knows of it. So credentials that name another one never become those of the stored one. While
money of the stored one is under way they are refused, unless a person who was shown it releases them; then the stored
account is retired, with all that it knows, and the other takes its place. Retired, it starts nothing and is offered
nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.account import AccountStatus, MoneyUnderWay, ProviderAccount, names_another, status_after
from hub.domain.identity import Invalid
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, tell_account
from hub_hookspecs import EnteredBy, IdentityReport, ProviderInfo

from .money_under_way import has_payments, money_under_way
from .replace_credentials import CHANGED, Draft, NotReplaced, SettingEntry, differs, is_as_it_was, save_secrets


class MoneyIsUnderWay(Exception):
    """Credentials of another account at the provider were entered, and nobody released it; nothing changed.

    Attributes:
        under_way: What is under way with the stored account.
        is_offered: Customers can pay through it now, and not through the other until that is confirmed.
    """

    def __init__(self, under_way: MoneyUnderWay, *, is_offered: bool) -> None:
        super().__init__("the credentials are those of another account, and money of the stored one is under way")
        self.under_way = under_way
        self.is_offered = is_offered


def refuse_under_way(tx: Tx, hub: Hub, stored: ProviderAccount, entry: SettingEntry, now: datetime) -> None:
    """Refuse another account while money of the stored one is under way, unless the person releases it.

    Raises:
        MoneyIsUnderWay: Something may still become of a payment.
    """
    if entry.released:
        return
    if under_way := money_under_way(tx, hub, stored, now):
        raise MoneyIsUnderWay(under_way, is_offered=stored.status is AccountStatus.ACTIVE)


def successor_of(
    tx: Tx,
    info: ProviderInfo,
    stored: ProviderAccount,
    given: Mapping[str, str],
    fresh: ProviderAccount,
    entry: SettingEntry,
) -> ProviderAccount | None:
    """The account that the given settings name; None where that is the stored one, or it may become that.

    One that was retired earlier comes back, so that an account at the provider is one account here. A stored account
    that nothing was ever sent under has nothing to keep, and becomes whatever is entered.
    """
    if not names_another(info, stored.settings, given):
        return None
    known = _retired_twin(tx, info, stored, given)
    if known is None and not has_payments(tx, stored, fresh.created_at):
        return None
    is_off = stored.status is AccountStatus.DISABLED and entry.entered_by is EnteredBy.OPERATOR
    return attrs.evolve(
        known or fresh,
        status=AccountStatus.DISABLED if is_off else AccountStatus.REQUESTED,
        channels=stored.channels,
        capture=stored.capture,
        paused=stored.paused,
        confirmed_by="",
        confirmed_at=None,
        retired_at=None,
        retired_by="",
        retired_why="",
    )


def _retired_twin(
    tx: Tx, info: ProviderInfo, stored: ProviderAccount, given: Mapping[str, str]
) -> ProviderAccount | None:
    named = all(given.get(setting.name) for setting in info.identifying)
    return next(
        (
            item
            for item in tx.accounts.all_of(stored.merchant_id, stored.mode)
            if named
            and item.is_retired
            and item.provider == stored.provider
            and not names_another(info, item.settings, given)
        ),
        None,
    )


def replace_by_another(
    tx: Tx, hub: Hub, draft: Draft, entry: SettingEntry, report: IdentityReport, now: datetime
) -> ProviderAccount:
    """Put an account that was asked about in the place of the stored one; the account as it is then.

    Raises:
        MoneyIsUnderWay: As for ``refuse_under_way``.
        NotReplaced: The provider does not accept it, or a person must confirm first whose it is.
        Invalid: Somebody else was quicker; nothing changed.
    """
    assert draft.before is not None
    stored = tx.accounts.get(draft.before.id)
    if stored is None or not is_as_it_was(tx, draft, stored):
        there = tx.accounts.get(draft.account.id) or _current_beside(tx, draft.account)
        if there and not there.is_retired and not differs(tx, hub, there, entry.given):
            return there  # the same form, sent twice
        raise Invalid((CHANGED,))
    refuse_under_way(tx, hub, stored, entry, now)
    status, is_offered = status_after(report, confirmed=False), stored.status is AccountStatus.ACTIVE
    waits = status is AccountStatus.NEEDS_CONFIRMATION
    if status is AccountStatus.FAILED or (waits and is_offered and not (entry.confirmed or entry.released)):
        raise NotReplaced(report, awaits_confirmation=waits, is_offered=is_offered, live=0, is_another=True)
    off = draft.account.status is AccountStatus.DISABLED
    after = attrs.evolve(draft.account, report=report, status=draft.account.status if off else status, updated_at=now)
    take_place(tx, hub, stored, after, draft.secrets, entry, now)
    return after


def _current_beside(tx: Tx, account: ProviderAccount) -> ProviderAccount | None:
    current = tx.accounts.current_of(account.merchant_id, account.mode)
    return next((item for item in current if item.provider == account.provider), None)


def take_place(
    tx: Tx,
    hub: Hub,
    stored: ProviderAccount,
    after: ProviderAccount,
    secrets: Mapping[str, str],
    entry: SettingEntry,
    now: datetime,
) -> None:
    """Retire the stored account with everything that it knows, and store the other one.

    Raises:
        Invalid: Somebody changed the other one meanwhile.
    """
    retired = attrs.evolve(
        stored,
        status=AccountStatus.DISABLED,
        retired_at=now,
        retired_by=entry.by,
        retired_why=entry.released,
        updated_at=now,
    )
    tx.accounts.save(retired)
    known = tx.accounts.get(after.id)
    if known is None:
        tx.accounts.add(after)
    elif not tx.accounts.replace(after):
        raise Invalid((CHANGED,))
    save_secrets(tx, hub, after, secrets)
    tell(tx, "account_retired", account=stored.id, merchant=stored.merchant_id, successor=after.id)
    tell_account(tx, retired, after)
