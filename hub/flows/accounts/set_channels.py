"""Set channels: where one connection's pay button stands, on statements, in the store, or both."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Channel


async def set_channels(hub: Hub, merchant: Merchant, code: str, channels: Collection[Channel]) -> ProviderAccount:
    """Offer the merchant's account with this provider in these channels alone; payments that run go on.

    Raises:
        LookupError: The merchant has no account with it.
    """
    now = hub.clock()

    def write(tx: Tx) -> ProviderAccount:
        current = tx.accounts.current_of(merchant.id, merchant.mode)
        there = next((item for item in current if item.provider == code), None)
        if there is None:
            raise LookupError(code)
        after = attrs.evolve(there, channels=frozenset(channels), updated_at=now)
        tx.accounts.save(after)
        return after

    saved = await hub.store.write(write)
    hub.cached.clear()
    return saved
