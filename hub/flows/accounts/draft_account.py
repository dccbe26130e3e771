"""Draft an account as it would be with what somebody entered; what cannot be taken is refused, nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.account import AccountStatus, ProviderAccount, names_another, setting_problems, with_defaults
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.offer import ABSENCE_WORDS, Absence, availability
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import EnteredBy, ProviderInfo

from .client_certificates import refuse_certificates
from .replace_credentials import CHANGED, Draft, SettingEntry, differs
from .retire_account import refuse_under_way, successor_of


def draft_account(tx: Tx, hub: Hub, entry: SettingEntry, account_id: str, token: str, now: datetime) -> Draft:
    """The account with what was entered, as it would be stored.

    Raises:
        Invalid: It cannot be taken, or somebody else was quicker.
        MoneyIsUnderWay: It names another account at the provider.
    """
    code, merchant, provider = entry.code, tx.merchants.get(entry.merchant_id), hub.providers.get(entry.code)
    if merchant is None:
        raise Invalid((FieldError("company", Text("company.unknown")),))
    country = merchant.company.country
    absence = availability(
        installed=provider.info if provider else None,
        country=country,
        enabled=(country, code) in tx.countries.enabled(),
    )
    if absence or provider is None:
        name, words = provider.info.name if provider else code, ABSENCE_WORDS[absence or Absence.NOT_INSTALLED]
        raise Invalid((FieldError("provider", Text("absence.sentence", provider=name, why=words)),))
    info: ProviderInfo = provider.info
    existing = _meant(tx, merchant, entry)
    fresh = ProviderAccount(
        id=account_id,
        merchant_id=merchant.id,
        provider=code,
        mode=merchant.mode,
        status=AccountStatus.DRAFT,
        path_token=token,
        created_at=now,
        updated_at=now,
    )
    given = _cleaned(info, entry.given, entry.entered_by)
    if existing and existing.is_retired:
        _refuse_other_names(info, existing, given)
    other = successor_of(tx, info, existing, given, fresh, entry) if existing else None
    if existing and other:
        if entry.seen not in (None, existing.credentials):
            raise Invalid((CHANGED,))
        refuse_under_way(tx, hub, existing, entry, now)
    account = other or existing or fresh
    _refuse_bad(tx, info, account, given, entry.entered_by, anew=other is not None)
    refuse_certificates(info, given, now)
    secrets = {name: text for name, text in given.items() if (setting := info.setting(name)) and setting.secret}
    another, changes = _is_another(info, account, given), other is not None or differs(tx, hub, account, given)
    if existing and changes and entry.seen not in (None, existing.credentials):
        raise Invalid((CHANGED,))
    if another:
        account = attrs.evolve(account, confirmed_by="", confirmed_at=None)
    off = () if account.is_retired else (AccountStatus.DRAFT, AccountStatus.DISABLED)
    if entry.entered_by is EnteredBy.MERCHANT and account.status in off:
        account = attrs.evolve(account, status=AccountStatus.REQUESTED)
    account = attrs.evolve(
        account,
        settings={**account.settings, **{name: text for name, text in given.items() if name not in secrets}},
        secret_names=account.secret_names | set(secrets),
        credentials=account.credentials + 1 if changes and account.id != fresh.id else account.credentials,
        report=None,
        updated_at=now,
    )
    live = tx.payments.count_live(account.id) if existing else 0
    return Draft(before=existing, account=account, secrets=secrets, differs=changes, is_another=another, live=live)


def _meant(tx: Tx, merchant: Merchant, entry: SettingEntry) -> ProviderAccount | None:
    """The account that is named, retired or not, else the current one with the provider."""
    if not entry.account_id:
        current = tx.accounts.current_of(merchant.id, merchant.mode)
        return next((item for item in current if item.provider == entry.code), None)
    named = tx.accounts.get(entry.account_id)
    if named is None or (named.merchant_id, named.provider) != (merchant.id, entry.code):
        raise LookupError(f"no account {entry.account_id}")
    return named


def _refuse_other_names(info: ProviderInfo, retired: ProviderAccount, given: Mapping[str, str]) -> None:
    problems = [
        FieldError(item.name, Text("account.retired_takes_own_only"))
        for item in info.identifying
        if names_another(info, retired.settings, {item.name: given.get(item.name, "")})
    ]
    if problems:
        raise Invalid(tuple(problems))


def _cleaned(info: ProviderInfo, values: Mapping[str, str], entered_by: EnteredBy) -> dict[str, str]:
    """Only declared settings of this hand; empty ones are not given."""
    declared = {setting.name: setting for setting in info.settings if setting.entered_by is entered_by}
    strange = sorted(set(values) - set(declared))
    if strange:
        raise Invalid(tuple(FieldError(name, Text("account.field_unknown", provider=info.name)) for name in strange))
    return {name: value.strip() for name, value in values.items() if value.strip()}


def _refuse_bad(
    tx: Tx, info: ProviderInfo, account: ProviderAccount, given: Mapping[str, str], entered_by: EnteredBy, *, anew: bool
) -> None:
    """Refuse what cannot be taken; ``anew``: it is another account at the provider, of which nothing is known yet."""
    stored = dict.fromkeys(account.secret_names, "x")
    known = with_defaults(info, {**stored, **account.settings, **given})
    problems = [
        _of_another(problem.name)
        if anew and _is_left_out(info, problem.name, given)
        else FieldError(problem.name, problem.message)
        for problem in setting_problems(info, known)
        if problem.entered_by is entered_by and (problem.name in given or problem.name not in stored)
    ]
    for setting in info.settings:
        if setting.unique and setting.name in given and _is_taken(tx, account, setting.name, given[setting.name]):
            problems.append(FieldError(setting.name, Text("account.used_by_other_company")))
    if problems:
        raise Invalid(tuple(problems))


def _of_another(name: str) -> FieldError:
    return FieldError(name, Text("account.field_names_other_account"))


def _is_left_out(info: ProviderInfo, name: str, given: Mapping[str, str]) -> bool:
    setting = info.setting(name)
    return name not in given and setting is not None and not setting.one_of


def _is_another(info: ProviderInfo, account: ProviderAccount, given: Mapping[str, str]) -> bool:
    """Whether these settings name another account at the provider, of which nobody has confirmed whose it is."""
    naming = [item for item in info.settings if not (item.secret or item.optional or item.one_of)]
    return any(
        item.name in given and _bare(given[item.name]) != _bare(account.settings.get(item.name, "")) for item in naming
    )


def _is_taken(tx: Tx, account: ProviderAccount, name: str, value: str) -> bool:
    return any(
        other.merchant_id != account.merchant_id
        and other.provider == account.provider
        and _bare(other.settings.get(name, "")) == _bare(value)
        for other in tx.accounts.all()
    )


def _bare(value: str) -> str:
    """A value without the white space and armour lines that a key may be pasted with."""
    return re.sub(r"-----[A-Z ]+-----|\s+", "", value)
