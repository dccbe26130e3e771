"""Seal everything that is stored encrypted again under the current key,
so that older keys can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

import attrs
import structlog

from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx, Unopened

log = structlog.get_logger()

BATCH = 200
MAX_ROUNDS = 20
"""How often it is looked for what a running process has sealed meanwhile."""

FORGOTTEN: Final = MarkTable("forgotten key:")
"""Marks of keys that no process may seal under any more, not even one that cannot read the key file."""


@attrs.frozen
class Resealed:
    """How much was sealed again.

    Attributes:
        unopened: What does not open with any key that is here, in words; it stays as it is.
    """

    secrets: int
    messages: int
    files: int = 0
    unopened: tuple[str, ...] = ()


class StillSealed(Exception):
    """A key is still in use: nothing was forgotten."""


def refuse_forgotten(tx: Tx, hub: Hub) -> None:
    """Let nothing be stored under a key that was forgotten.

    Raises:
        Unopened: This process cannot read keys.json, and the key that it knows was forgotten.
    """
    hub.vault.follow()
    if hub.vault.trouble and FORGOTTEN.of(hub.vault.current).get(tx):
        raise Unopened(hub.vault.trouble)


async def reseal_secrets(hub: Hub, *, current: str) -> Resealed:
    """Seal again what is sealed under other keys than ``current``; safe to run twice.

    Grants are dropped: they are fetched again when they are needed.
    """
    done = await _reseal(hub, current)
    log.info(
        "keys_rotated",
        key_id=current,
        secrets_resealed=done.secrets,
        messages_resealed=done.messages,
        files_resealed=done.files,
    )
    return done


async def _reseal(hub: Hub, current: str) -> Resealed:
    secrets, unopened = await hub.store.write(lambda tx: _secrets(tx, hub, current))
    counts: list[int] = []
    for resealed in (_messages, _files):
        count, last = 0, ""
        while done := await hub.store.write(partial(_batch, resealed, hub, current, last)):
            count, last = count + done.count, done.last
            unopened += done.unopened
        counts.append(count)
    messages, files = counts
    return Resealed(secrets, messages, files, tuple(unopened))


def _batch(resealed: _Reseals, hub: Hub, current: str, after: str, tx: Tx) -> _Batch | None:
    return resealed(tx, hub, current, after)


def _secrets(tx: Tx, hub: Hub, current: str) -> tuple[int, list[str]]:
    done, unopened = 0, []
    for account_id, merchant_id, name, sealed, key_id in tx.accounts.all_secrets():
        if key_id != current:
            place = {"table": "account_secret", "column": name, "row": account_id, "merchant": merchant_id}
            try:
                fresh, fresh_id = hub.vault.seal(hub.vault.open(sealed, **place), **place)
            except Unopened as error:
                unopened.append(f"{name} of account {account_id}: {error}")
                continue
            tx.accounts.save_secret(account_id, name, fresh, fresh_id)
            done += 1
    for account in tx.accounts.all():
        if tx.accounts.grant(account.id) is not None:
            tx.accounts.save_grant(account.id, None)
    return done, unopened


@attrs.frozen
class _Batch:
    count: int
    unopened: list[str]
    last: str


def _messages(tx: Tx, hub: Hub, current: str, after: str) -> _Batch | None:
    rows = tx.messages.sealed_otherwise(current, BATCH, after=after)
    if not rows:
        return None
    unopened = []
    for message_id, merchant_id, sealed in rows:
        place = {"table": "raw_message", "column": "raw", "row": message_id, "merchant": merchant_id}
        try:
            tx.messages.reseal(message_id, *hub.vault.seal(hub.vault.open(sealed, **place), **place))
        except Unopened as error:
            unopened.append(f"message {message_id[:10]}: {error}")
    return _Batch(len(rows) - len(unopened), unopened, rows[-1][0])


def _files(tx: Tx, hub: Hub, current: str, after: str) -> _Batch | None:
    """One at a time, since each may have 20 MB."""
    rows = tx.imports.sealed_otherwise(current, 1, after=after)
    if not rows:
        return None
    ((run_id, merchant_id, sealed),) = rows
    place = {"table": "import_content", "column": "sealed", "row": run_id, "merchant": merchant_id}
    try:
        tx.imports.reseal(run_id, *hub.vault.seal(hub.vault.open(sealed, **place), **place))
    except Unopened as error:
        return _Batch(0, [f"file of import {run_id}: {error}"], run_id)
    return _Batch(1, [], run_id)


_Reseals: TypeAlias = Callable[[Tx, Hub, str, str], _Batch | None]


async def forget_keys(hub: Hub, old: Sequence[str], drop: Callable[[str], object]) -> None:
    """Forget keys under which nothing is sealed any more.

    The key file changes inside a write transaction that has seen nothing under them. Whoever seals
    within a later one looks at the file first, so nothing can be sealed under a key that is gone.

    Args:
        drop: Takes a key out of the file.

    Raises:
        StillSealed: Something does not open, or a running process goes on sealing under an old key.
    """
    now = hub.clock()

    def forget(tx: Tx) -> frozenset[str]:
        used = frozenset(old) & {
            *tx.messages.key_ids(),
            *tx.imports.key_ids(),
            *(row[4] for row in tx.accounts.all_secrets()),
        }
        if not used:
            for key_id in old:
                FORGOTTEN.of(key_id).set(tx, "", now)
                drop(key_id)
        return used

    for _round in range(MAX_ROUNDS):
        used = await hub.store.write(forget)
        if not used:
            return
        if (await _reseal(hub, hub.vault.current)).unopened:
            raise StillSealed(f"something under {', '.join(sorted(used))} does not open")
    raise StillSealed("a running process goes on sealing under an old key")
