"""Issue an API key to a merchant's shop: shown once, kept as a hash."""

from __future__ import annotations

from hub.domain.merchant import Merchant
from hub_hookspecs import CROCKFORD

from .ports import Hub
from .sign_in import token_hash


async def issue_api_key(hub: Hub, merchant: Merchant, name: str) -> str:
    """A fresh key for the merchant's mode; nobody can read it again."""
    key = f"phk_{merchant.mode.value}_{hub.random_text(40, CROCKFORD)}"
    now = hub.clock()
    await hub.store.write(
        lambda tx: tx.merchants.add_api_key(token_hash(key), merchant.id, merchant.mode, name.strip()[:100], now)
    )
    return key
