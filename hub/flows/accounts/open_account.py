"""Open an account: the view of it that a hook gets, secrets included, cached for a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.account import ProviderAccount, with_defaults
from hub.domain.merchant import Merchant
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Provider, Tx, Unopened
from hub_hookspecs import Account, Mode
from hub_hookspecs.identity import EMPTY

CACHED_FOR = timedelta(seconds=2)


class CannotOpen(LookupError):
    """The account cannot be used here now; nothing was sent, and nothing is concluded from it.

    CannotOpen
     +- NotInstalled   its provider is not served here
     +- Locked         its secrets do not open with the keys that are here
    """

    def __init__(self, record: ProviderAccount, why: str) -> None:
        super().__init__(why)
        self.record = record


class NotInstalled(CannotOpen):
    """The account's provider is not installed here, or quarantined."""


class Locked(CannotOpen):
    """The account's secrets do not open; the text names what helps, and no secret."""


@attrs.frozen(kw_only=True)
class Opened:
    """An account ready for a hook.

    Attributes:
        is_alone: It is the merchant's only account that ever was at this provider, as far as anybody looked.
    """

    record: ProviderAccount
    merchant: Merchant
    provider: Provider
    account: Account
    read_at: datetime
    is_alone: bool = True


def open_account(
    tx: Tx, hub: Hub, record: ProviderAccount, now: datetime, *, given: Mapping[str, str] = EMPTY
) -> Opened:
    """Build the hook's view of an account in a reading transaction.

    Args:
        given: Secrets in place of stored ones, which are not opened.

    Raises:
        CannotOpen: The provider is not here, or the secrets do not open.
    """
    provider = hub.providers.get(record.provider)
    merchant = tx.merchants.get(record.merchant_id)
    if provider is None or merchant is None:
        raise NotInstalled(record, f"provider {record.provider} is not installed")
    secrets = {**_secrets(tx, hub, record, but=given), **given}
    account = Account(
        company=merchant.company,
        mode=record.mode,
        settings=with_defaults(provider.info, {**record.settings, **secrets}),
        endpoints=provider.endpoints(record.mode),
    )
    return Opened(record=record, merchant=merchant, provider=provider, account=account, read_at=now)


def _secrets(tx: Tx, hub: Hub, record: ProviderAccount, *, but: Collection[str] = ()) -> dict[str, str]:
    place = {"table": "account_secret", "row": record.id, "merchant": record.merchant_id}
    try:
        return {
            name: hub.vault.open(sealed, column=name, **place).decode()
            for name, sealed in tx.accounts.secrets(record.id).items()
            if name not in but
        }
    except Unopened as error:
        raise Locked(record, str(error)) from error


def is_locked(tx: Tx, hub: Hub, record: ProviderAccount) -> bool:
    """Whether the account's secrets do not open here now."""
    try:
        _secrets(tx, hub, record)
    except Locked:
        return True
    return False


async def locked_of(hub: Hub, merchant_id: str, mode: Mode) -> frozenset[str]:
    """Ids of a merchant's accounts whose secrets do not open here now."""
    return await hub.store.read(
        lambda tx: frozenset(item.id for item in tx.accounts.current_of(merchant_id, mode) if is_locked(tx, hub, item))
    )


async def opened_account(hub: Hub, account_id: str) -> Opened | None:
    """The account by id, freshly read."""
    now = hub.clock()

    def read(tx: Tx) -> Opened | None:
        record = tx.accounts.get(account_id)
        return open_account(tx, hub, record, now) if record else None

    return await hub.store.read(read)


def open_among(tx: Tx, hub: Hub, record: ProviderAccount, now: datetime) -> Opened:
    """``open_account`` for a message, which may be of another account of the merchant at the same provider.

    Raises:
        CannotOpen: As for ``open_account``.
    """
    of_merchant = tx.accounts.all_of(record.merchant_id, record.mode)
    is_alone = not any(item.provider == record.provider and item.id != record.id for item in of_merchant)
    return attrs.evolve(open_account(tx, hub, record, now), is_alone=is_alone)


OPENED_BY_TOKEN: Final = Slot[str, Opened]("opened by token")


async def opened_by_token(hub: Hub, token: str) -> Opened | None:
    """The account of a notification address; cached for two seconds, since notifications come in bursts."""
    now, known = hub.clock(), hub.cached.of(OPENED_BY_TOKEN)
    cached = known.get(token)
    if cached and timedelta() <= now - cached.read_at < CACHED_FOR:  # a clock may be put back
        return cached

    def read(tx: Tx) -> Opened | None:
        record = tx.accounts.by_token(token)
        return open_among(tx, hub, record, now) if record else None

    opened = await hub.store.read(read)
    if opened:
        if len(known) > 1000:
            known.clear()
        known[token] = opened
    return opened
