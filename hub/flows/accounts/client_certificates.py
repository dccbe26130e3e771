"""Client certificates of accounts: what is pasted is looked at, and when each ends is noted beside its secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from hub.domain.account import ProviderAccount
from hub.domain.client_certificate import WARNED_BEFORE, certificate_problem, client_certificate
from hub.domain.identity import FieldError, Invalid
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import ProviderInfo, SettingKind

CERTIFICATE: Final = MarkTable("certificate:")
"""By account: when its certificate ends, and from when on people are warned."""


def refuse_certificates(info: ProviderInfo, given: Mapping[str, str], now: datetime) -> None:
    """Refuse what cannot be shown as a client certificate.

    Raises:
        Invalid: With what helps, in words for whoever pasted it.
    """
    problems = [
        FieldError(name, problem)
        for name in _certificates(info, given)
        if (problem := certificate_problem(given[name], now))
    ]
    if problems:
        raise Invalid(tuple(problems))


def note_certificates(tx: Tx, hub: Hub, account: ProviderAccount, secrets: Mapping[str, str]) -> None:
    """Note when what is being sealed ends, in the same transaction."""
    provider = hub.providers.get(account.provider)
    for name in _certificates(provider.info, secrets) if provider else ():
        ends = client_certificate(secrets[name]).ends
        CERTIFICATE.of(account.id).set(tx, ends.isoformat(), max(account.updated_at, ends - WARNED_BEFORE))


def certificate_ends(tx: Tx, account: ProviderAccount) -> datetime | None:
    """When the account's client certificate ends; None where it has none."""
    noted = CERTIFICATE.of(account.id).get(tx)
    return datetime.fromisoformat(noted[0]) if noted else None


def is_near(ends: datetime, now: datetime) -> bool:
    """Whether people are warned of that end."""
    return now >= ends - WARNED_BEFORE


def ending(tx: Tx, since: datetime, now: datetime) -> Iterator[tuple[str, str]]:
    """(name, in words) of each certificate of an account in use of which people are warned since then."""
    slugs = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    for account_id, (ends, warned_at) in sorted(CERTIFICATE.all(tx).items()):
        account = tx.accounts.get(account_id)
        if account and since < warned_at <= now:
            where = f"{account.provider} of {slugs.get(account.merchant_id, '?')} ({account.mode})"
            yield f"{account_id}@{ends}", f"{where}: its certificate ends {ends[:10]}"


def _certificates(info: ProviderInfo, values: Mapping[str, str]) -> list[str]:
    return [item.name for item in info.settings if item.kind is SettingKind.CLIENT_CERTIFICATE and item.name in values]
