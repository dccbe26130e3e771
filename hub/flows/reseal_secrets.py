"""Seal everything that is stored encrypted again under the current key, so that older keys can be forgotten."""

from __future__ import annotations

import attrs

from .ports import Hub, Tx

BATCH = 200


@attrs.frozen
class Resealed:
    """How much was sealed again."""

    secrets: int
    messages: int


async def reseal_secrets(hub: Hub, *, current: str) -> Resealed:
    """Seal again what is sealed under other keys than ``current``; safe to run twice.

    Grants are dropped: they are fetched again when they are needed.
    """
    secrets = await hub.store.write(lambda tx: _secrets(tx, hub, current))
    messages = 0
    while done := await hub.store.write(lambda tx: _messages(tx, hub, current)):
        messages += done
    return Resealed(secrets, messages)


def _secrets(tx: Tx, hub: Hub, current: str) -> int:
    done = 0
    for account_id, merchant_id, name, sealed, key_id in tx.accounts.all_secrets():
        if key_id != current:
            place = {"table": "account_secret", "column": name, "row": account_id, "merchant": merchant_id}
            fresh, fresh_id = hub.vault.seal(hub.vault.open(sealed, **place), **place)
            tx.accounts.save_secret(account_id, name, fresh, fresh_id)
            done += 1
    for account in tx.accounts.all():
        if tx.accounts.grant(account.id) is not None:
            tx.accounts.save_grant(account.id, None)
    return done


def _messages(tx: Tx, hub: Hub, current: str) -> int:
    rows = tx.messages.sealed_otherwise(current, BATCH)
    for message_id, merchant_id, sealed in rows:
        place = {"table": "raw_message", "column": "raw", "row": message_id, "merchant": merchant_id}
        tx.messages.reseal(message_id, *hub.vault.seal(hub.vault.open(sealed, **place), **place))
    return len(rows)
