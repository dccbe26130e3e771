"""Revoke an API key: it opens nothing any more, from the next request on, in every process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from hub.domain.merchant import ApiKey, Merchant
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .sign_in import token_hash

REVOKED: Final = MarkTable("revoked-key:")
"""A note of who revoked a key; the key's own row says when."""


@attrs.frozen
class KeyLine:
    """A key, whose it is, and who revoked it."""

    key: ApiKey
    merchant: Merchant
    revoked_by: str = ""


async def list_api_keys(hub: Hub, merchants: Sequence[Merchant]) -> tuple[KeyLine, ...]:
    """The keys of some companies, the newest of each first."""
    return await hub.store.read(lambda tx: _lines(tx, merchants))


async def find_api_keys(hub: Hub, text: str) -> tuple[KeyLine, ...]:
    """Keys whose id begins so, or the one that this key is."""
    return await hub.store.read(lambda tx: keys_named(tx, text))


def keys_named(tx: Tx, text: str) -> tuple[KeyLine, ...]:
    """Keys whose id begins so, or the one that this key is."""
    meant = token_hash(text).hex() if text.startswith("phk_") else ""
    every = _lines(tx, tx.merchants.all()) if text else ()
    return tuple(line for line in every if (meant.startswith(line.key.id) if meant else line.key.id.startswith(text)))


def _lines(tx: Tx, merchants: Sequence[Merchant]) -> tuple[KeyLine, ...]:
    who = REVOKED.all(tx)
    return tuple(
        KeyLine(key, merchant, who[key.id][0] if key.id in who else "")
        for merchant in merchants
        for key in tx.merchants.api_keys(merchant.id)
    )


async def revoke_api_key(hub: Hub, merchant: Merchant, key_id: str, *, by: str) -> ApiKey:
    """End a key, and keep who did it.

    Raises:
        LookupError: The company has no such key that is in use.
    """
    now = hub.clock()
    return await hub.store.write(lambda tx: _revoke(tx, merchant, key_id, by, now))


def _revoke(tx: Tx, merchant: Merchant, key_id: str, by: str, now: datetime) -> ApiKey:
    tx.merchants.revoke_api_key(merchant.id, key_id, now)
    REVOKED.of(key_id).set(tx, by, now)
    tell(tx, "api_key_revoked", key_id=key_id, merchant=merchant.id)
    return next(key for key in tx.merchants.api_keys(merchant.id) if key.id == key_id)
