"""A merchant's connection to one provider, from draft to active and back."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.text import Text
from hub_hookspecs import (
    Channel,
    Company,
    Credentials,
    EnteredBy,
    IdentityReport,
    Mode,
    ProviderInfo,
    Setting,
    SettingKind,
)
from hub_hookspecs.identity import EMPTY


class AccountStatus(enum.StrEnum):
    """Where a connection stands; only ``active`` shows pay buttons."""

    DRAFT = "draft"
    REQUESTED = "requested"
    NEEDS_CONFIRMATION = "needs_confirmation"
    ACTIVE = "active"
    FAILED = "failed"
    NEEDS_REVALIDATION = "needs_revalidation"
    SUSPENDED = "suspended"
    DISABLED = "disabled"


class CaptureChoice(enum.StrEnum):
    """When money that an account's payers authorised is captured: as soon as it is, or once a person says so."""

    AT_ONCE = "at_once"
    BY_HAND = "by_hand"


ACCEPTED = frozenset({AccountStatus.ACTIVE, AccountStatus.NEEDS_CONFIRMATION, AccountStatus.NEEDS_REVALIDATION})
"""Where the provider accepted the credentials that are stored:
they are not replaced by worse ones."""


@attrs.frozen(kw_only=True)
class Webhook:
    """What stands at the provider for this account's notifications, as it was last seen there.

    Attributes:
        address: Ours, that the hub registered; empty where it did not.
        webhook_id: The provider's id of it.
        foreign: Addresses that the hub did not set; a person decides about them.
        unclear: A change was sent and its answer lost; nothing is changed until it was looked at.
    """

    address: str = ""
    webhook_id: str | None = None
    foreign: tuple[str, ...] = ()
    unclear: bool = False
    seen_at: datetime


@attrs.frozen(kw_only=True)
class ProviderAccount:
    """One merchant's connection to one provider in one mode.

    Attributes:
        path_token: Unguessable part of the notification address.
        settings: Values of settings that are no secrets; secrets stay with the vault.
        secret_names: Settings whose secret value is stored.
        report: What the last validation said.
        confirmed_by, confirmed_at: Who confirmed by hand what the provider cannot tell.
        last_heard_at: When the last genuine notification came.
        paused: For payers while an operator has paused the account: his own words, or a text as ``stored`` writes it.
        credentials: Version of settings and secrets, raised with every change of them; a grant belongs to one.
        retired_at, retired_by, retired_why: When another account at the provider took its place, and who said so; it
            is disabled then. Its payments are asked about, given back and paid out under it still.
        webhook: What was registered at the provider, where that goes by a call.
        capture: What the merchant chose for ways of paying that only authorise.
    """

    id: str
    merchant_id: str
    provider: str
    mode: Mode
    status: AccountStatus
    path_token: str
    settings: Mapping[str, str] = EMPTY
    secret_names: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset(Channel)
    report: IdentityReport | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    last_heard_at: datetime | None = None
    paused: str = ""
    credentials: int = 1
    created_at: datetime
    updated_at: datetime
    retired_at: datetime | None = None
    retired_by: str = ""
    retired_why: str = ""
    webhook: Webhook | None = None
    capture: CaptureChoice = CaptureChoice.AT_ONCE

    @property
    def is_retired(self) -> bool:
        """Another account at the provider has taken its place;
        it starts nothing and is offered nowhere."""
        return self.retired_at is not None


@attrs.frozen(kw_only=True)
class MoneyUnderWay:
    """How many payments of an account something may still become of; a payment may count more than once.

    Attributes:
        live: They may still be paid, or money goes back by them just now.
        watched: Closed without the provider's word, lately enough that money may still come.
        refundable: Paid, and the provider may be asked to give money back.
        disputed: The payer's bank took money back.
        unsettled: Captured, and in no line of a payout yet.
    """

    live: int = 0
    watched: int = 0
    refundable: int = 0
    disputed: int = 0
    unsettled: int = 0

    def __bool__(self) -> bool:
        return any(attrs.astuple(self))


def names_another(info: ProviderInfo, stored: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether given settings identify another account at the provider than the stored ones do."""
    return any(
        _bare(given[setting.name]) != _bare(stored[setting.name])
        for setting in info.identifying
        if given.get(setting.name) and stored.get(setting.name)
    )


def _bare(value: str) -> str:
    return "".join(value.split())


@attrs.frozen
class SettingProblem:
    """A setting that is missing or unacceptable."""

    name: str
    message: Text
    entered_by: EnteredBy


def setting_problems(info: ProviderInfo, values: Mapping[str, str]) -> tuple[SettingProblem, ...]:
    """Everything that keeps these values from making a complete account."""
    problems = [problem for setting in info.settings if (problem := _problem(setting, values))]
    groups: dict[str, list[Setting]] = {}
    for setting in info.settings:
        if setting.one_of:
            groups.setdefault(setting.one_of, []).append(setting)
    for members in groups.values():
        if not any(values.get(setting.name) for setting in members):
            labels = ", ".join(setting.label for setting in members)
            needed = Text("setting.one_of", labels=labels)
            problems.append(SettingProblem(members[0].name, needed, members[0].entered_by))
    return tuple(problems)


def _problem(setting: Setting, values: Mapping[str, str]) -> SettingProblem | None:
    import re

    value = values.get(setting.name, "")
    if not value:
        required = setting.default is None and not setting.optional and not setting.one_of
        return SettingProblem(setting.name, Text("setting.required"), setting.entered_by) if required else None
    if setting.kind is SettingKind.TEXT and not re.fullmatch(setting.pattern, value, re.DOTALL):
        return SettingProblem(setting.name, Text("setting.malformed"), setting.entered_by)
    return None


def with_defaults(info: ProviderInfo, values: Mapping[str, str]) -> dict[str, str]:
    """Values completed by the declared defaults."""
    defaults = {setting.name: setting.default for setting in info.settings if setting.default is not None}
    return {**defaults, **{name: value for name, value in values.items() if value}}


def offered_currencies(info: ProviderInfo, names: frozenset[str]) -> tuple[str, ...]:
    """Currencies that an account with these settings offers."""
    switched = {setting.enables: setting.name for setting in info.settings if setting.enables}
    return tuple(
        rule.currency for rule in info.currencies if rule.currency not in switched or switched[rule.currency] in names
    )


def status_after(report: IdentityReport, *, confirmed: bool) -> AccountStatus:
    """Where a validation leaves the account."""
    if report.credentials is not Credentials.ACCEPTED or report.contradicts:
        return AccountStatus.FAILED
    if report.needs_confirmation and not confirmed:
        return AccountStatus.NEEDS_CONFIRMATION
    return AccountStatus.ACTIVE


def changed_fields(before: Company, after: Company) -> frozenset[str]:
    """Names of the verifiable company fields that differ."""
    pairs = {
        "identity_type": (before.document.type, after.document.type),
        "identity_number": (before.document.number, after.document.number),
        "legal_name": (before.legal_name, after.legal_name),
    }
    return frozenset(name for name, (old, new) in pairs.items() if old != new)


class Attention(enum.StrEnum):
    """Why a connection needs its merchant."""

    COMPANY_CHANGED = "company_changed"
    CREDENTIALS_REFUSED = "credentials_refused"
    SUSPENDED = "suspended"
    SILENT = "silent"
