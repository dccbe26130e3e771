"""Check the keys: whether they open what is stored."""

from __future__ import annotations

from collections.abc import Iterator

from .ports import Hub, Tx

TRIED = 50
"""Secrets tried; keys of another data folder open none of them."""


async def check_keys(hub: Hub) -> tuple[str, ...]:
    """Every stored secret that does not open, in words."""
    return await hub.store.read(lambda tx: tuple(_strange(tx, hub)))


def _strange(tx: Tx, hub: Hub) -> Iterator[str]:
    for account_id, merchant_id, name, sealed, _key in tx.accounts.all_secrets()[:TRIED]:
        try:
            hub.vault.open(sealed, table="account_secret", column=name, row=account_id, merchant=merchant_id)
        except Exception as error:  # noqa: BLE001 - each kind of the vault names its remedy
            yield f"{name} of account {account_id}: {error}"
