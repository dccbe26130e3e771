"""Connect a merchant to a provider: settings in, validation, confirmation by hand, activation.

What replaces the credentials of an account that works is validated first: ``replace_credentials``. What names another
account at the provider does not replace them: ``retire_account``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

import attrs

from hub.domain.account import (
    AccountStatus,
    MoneyUnderWay,
    ProviderAccount,
    SettingProblem,
    names_another,
    setting_problems,
    status_after,
    with_defaults,
)
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.message import Delivery, DeliveryKind, owed_mail
from hub.domain.offer import ABSENCE_WORDS, Absence, availability, currencies_of
from hub.domain.text import Text
from hub.flows.ground.keyed_id import keyed_id
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell, tell_account
from hub_hookspecs import (
    CROCKFORD,
    Credentials,
    EnteredBy,
    FieldMatch,
    IdentityCheck,
    IdentityReport,
    Match,
    Outcome,
    ProviderInfo,
)

from .money_under_way import money_under_way
from .open_account import Opened, open_account, opened_account
from .replace_credentials import CHANGED, Draft, SettingEntry, differs, replace_drafted, save_secrets
from .retire_account import refuse_under_way, replace_by_another, successor_of, take_place

UNTOLD = frozenset({AccountStatus.NEEDS_CONFIRMATION, AccountStatus.DISABLED})
"""Results that are not mailed: the person who sees them has the next step, or turned the account off."""


@attrs.frozen(kw_only=True)
class CatalogueEntry:
    """One card of Pagos en línea.

    Attributes:
        absence: Why it cannot be connected here; None when it can.
        has_form: The merchant is asked for something.
        notification_address: Address to hand to the provider, once connected.
    """

    code: str
    info: ProviderInfo | None
    account: ProviderAccount | None
    absence: Absence | None
    has_form: bool = False
    notification_address: str = ""


@attrs.frozen(kw_only=True)
class Earlier:
    """A retired account, by what identifies it at the provider, and what is under way with it."""

    account: ProviderAccount
    identity: str
    under_way: MoneyUnderWay


def earlier_accounts(tx: Tx, hub: Hub, merchant: Merchant, code: str, now: datetime) -> tuple[Earlier, ...]:
    """Retired accounts of the merchant with this provider that still have money under way, the last one first."""
    provider = hub.providers.get(code)
    info: ProviderInfo | None = provider.info if provider else None
    return tuple(
        Earlier(
            account=account,
            identity=", ".join(account.settings.get(item.name, "") for item in (info.identifying if info else ())),
            under_way=under_way,
        )
        for account in reversed(tx.accounts.all_of(merchant.id, merchant.mode))
        if account.provider == code and account.is_retired
        if (under_way := money_under_way(tx, hub, account, now))
    )


async def catalogue(hub: Hub, merchant: Merchant, *, locale: str = "") -> tuple[CatalogueEntry, ...]:
    """Every provider that is installed and declares the merchant's country, with the state of its account.

    Args:
        locale: In which the providers speak of themselves; the merchant's own if it is empty.
    """
    enabled, accounts = await hub.store.read(
        lambda tx: (tx.countries.enabled(), tx.accounts.current_of(merchant.id, merchant.mode))
    )
    by_code = {account.provider: account for account in accounts}
    return tuple(
        _entry(hub, provider.info_for(locale or merchant.locale), by_code.get(code), merchant, enabled)
        for code, provider in sorted(hub.providers.items())
        if merchant.company.country in provider.info.countries
    )


def _entry(
    hub: Hub,
    info: ProviderInfo,
    account: ProviderAccount | None,
    merchant: Merchant,
    enabled: frozenset[tuple[str, str]],
) -> CatalogueEntry:
    country = merchant.company.country
    return CatalogueEntry(
        code=info.code,
        info=info,
        account=account,
        absence=availability(installed=info, country=country, enabled=(country, info.code) in enabled),
        has_form=any(setting.entered_by is EnteredBy.MERCHANT for setting in info.settings),
        notification_address=notification_address(hub, account) if account else "",
    )


def notification_address(hub: Hub, account: ProviderAccount) -> str:
    """Where the provider sends its notifications for this account."""
    return f"{hub.base_url}/n/{account.provider}/{account.path_token}"


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
    seen: int | None = None,
    anyway: bool = False,
    confirmed: bool = False,
    released: str = "",
    account_id: str = "",
) -> Connected:
    """The merchant pressed Activar (or Activar pagos en línea and Guardar).

    A secret left empty keeps the stored one. Where operator settings are still missing the account is *requested*
    and the operator gets one mail. Other credentials of an account that works are stored when they are accepted.

    Args:
        by, seen, anyway, confirmed, released, account_id: See ``SettingEntry``.

    Raises:
        Invalid: Every fault of the form, or somebody else was quicker; nothing changed.
        NotReplaced: The account works, and the new credentials were not accepted; nothing changed.
        MoneyIsUnderWay: They are those of another account at the provider; nothing changed.
    """
    entry = SettingEntry(
        merchant_id=merchant_id,
        code=code,
        given=values,
        entered_by=EnteredBy.MERCHANT,
        seen=seen,
        anyway=anyway,
        confirmed=confirmed,
        by=by,
        released=released,
        account_id=account_id,
    )
    return await _enter(hub, entry)


async def provision_account(
    hub: Hub,
    merchant_id: str,
    code: str,
    values: Mapping[str, str],
    *,
    by: str = "operator",
    anyway: bool = False,
    confirmed: bool = False,
    released: str = "",
    account_id: str = "",
) -> Connected:
    """The operator enters what merchants are not asked for; a waiting request is validated at once.

    Args:
        anyway, confirmed: See ``SettingEntry``.

    Raises:
        Invalid, NotReplaced, MoneyIsUnderWay: As for ``connect_account``.
    """
    entry = SettingEntry(
        merchant_id=merchant_id,
        code=code,
        given=values,
        entered_by=EnteredBy.OPERATOR,
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
    hub.kept.clear()
    retired = draft.before if draft.takes_place else None
    if draft.tried:
        return Connected(account=await _replace(hub, draft, draft.tried, entry), retired=retired)
    account = draft.account
    missing = await missing_settings(hub, account)
    if missing:
        return attrs.evolve(await _wait(hub, account, missing, entry.entered_by, now), retired=retired)
    if entry.entered_by is EnteredBy.OPERATOR and account.status is AccountStatus.DRAFT:
        return Connected(account=account)
    return Connected(account=await validate_account(hub, account.id, by=entry.by))


async def _replace(hub: Hub, draft: Draft, tried: Opened, entry: SettingEntry) -> ProviderAccount:
    """Ask about what was entered before anything of it is stored."""
    info: ProviderInfo = tried.provider.info
    if missing := setting_problems(info, tried.account.settings):
        report = _unclear(info, f"missing: {', '.join(problem.name for problem in missing)}")
    else:
        report = await ask_identity(hub, tried)
    now = hub.clock()

    def store(tx: Tx) -> ProviderAccount:
        replace = replace_by_another if draft.takes_place else replace_drafted
        after = replace(tx, hub, draft, entry, report, now)
        if after.report is report and after.status not in UNTOLD:
            _tell_result(tx, hub, after, now)
        tx.after_commit(hub.wake)
        return after

    account = await hub.store.write(store)
    hub.kept.clear()
    return account


def _take(tx: Tx, hub: Hub, entry: SettingEntry, account_id: str, token: str, now: datetime) -> Draft:
    """Store what was entered, unless it must be asked about first."""
    draft = _draft(tx, hub, entry, account_id, token, now)
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
    if draft.has_accepted or not _missing(hub, draft.account):
        return attrs.evolve(draft, tried=open_account(tx, hub, draft.account, now, given=draft.secrets))
    assert draft.before is not None
    take_place(tx, hub, draft.before, draft.account, draft.secrets, entry, now)
    return draft


def _draft(tx: Tx, hub: Hub, entry: SettingEntry, account_id: str, token: str, now: datetime) -> Draft:
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


async def missing_settings(hub: Hub, account: ProviderAccount) -> tuple[SettingProblem, ...]:
    """What is still needed before the account can be validated."""
    return _missing(hub, account)


def _missing(hub: Hub, account: ProviderAccount) -> tuple[SettingProblem, ...]:
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
                _delivery(hub, account, DeliveryKind.ACCOUNT_REQUESTED, hub.operator_email, account.id, now)
            )
        )
        hub.wake()
    return Connected(account=account, problems=missing)


def _delivery(
    hub: Hub, account: ProviderAccount, kind: DeliveryKind, recipient: str, change: str, now: datetime
) -> Delivery:
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
    return await hub.store.write(lambda tx: _judge(tx, hub, opened, report, done))


async def ask_identity(hub: Hub, opened: Opened) -> IdentityReport:
    """What the provider says of credentials and identity; unclear where it says nothing. Nothing is changed here.

    It is asked without the account's grant: that may be of other credentials, or say nothing of these any more.
    """
    now, info = hub.clock(), cast("ProviderInfo", opened.provider.info)
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
    return _unclear(info, conclusion.cause[:120])


def _unclear(info: ProviderInfo, why: str) -> IdentityReport:
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
        _tell_result(tx, hub, after, now)
    tx.after_commit(hub.wake)
    return after


def _tell_result(tx: Tx, hub: Hub, account: ProviderAccount, now: datetime) -> None:
    merchant = tx.merchants.get(account.merchant_id)
    for address in merchant.notify if merchant else ():
        change = hashlib.sha256(f"{account.status}{now.isoformat()}".encode()).hexdigest()[:16]
        tx.deliveries.add(_delivery(hub, account, DeliveryKind.ACCOUNT_RESULT, address, change, now))


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
        _tell_result(tx, hub, after, now)
        tx.after_commit(hub.wake)
        return after

    account = await hub.store.write(confirm)
    hub.kept.clear()
    return account


async def disable_account(hub: Hub, account_id: str) -> None:
    """No new payments through this account; live ones go on."""
    now = hub.clock()

    def disable(tx: Tx) -> None:
        tx.accounts.set_status(account_id, AccountStatus.DISABLED, now)
        tell(tx, "account_disabled", account=account_id)

    await hub.store.write(disable)
    hub.kept.clear()
