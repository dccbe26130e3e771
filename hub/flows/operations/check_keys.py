"""Check the keys: whether they open what is stored, in this process and as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub.domain.message import LOCKED
from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx, Unopened

TRIED = 50
"""Secrets tried; keys of another data folder open none of them."""

KEYS: Final = MarkTable("keys:")
"""Marks of what is wrong with the keys of a running process, by its role."""


async def check_keys(hub: Hub) -> tuple[str, ...]:
    """Every stored secret that does not open, in words."""
    return await hub.store.read(lambda tx: tuple(_unopened(tx, hub)))


def _unopened(tx: Tx, hub: Hub) -> Iterator[str]:
    for account_id, merchant_id, name, sealed, _key in tx.accounts.all_secrets()[:TRIED]:
        try:
            hub.vault.open(sealed, table="account_secret", column=name, row=account_id, merchant=merchant_id)
        except Unopened as error:
            yield f"{name} of account {account_id}: {error}"


def lost_keys(tx: Tx, hub: Hub) -> tuple[str, ...]:
    """One sentence for each key under which no secret opens here; one that opens anything is not lost."""
    opens: set[str] = set()
    lost: dict[str, str] = {}
    for account_id, merchant_id, name, sealed, key_id in tx.accounts.all_secrets():
        if key_id in opens:
            continue
        try:
            hub.vault.open(sealed, table="account_secret", column=name, row=account_id, merchant=merchant_id)
        except Unopened as error:
            lost.setdefault(key_id, str(error))
        else:
            opens.add(key_id)
    return tuple(why for key_id, why in sorted(lost.items()) if key_id not in opens)


def _held_here_alone(tx: Tx, hub: Hub) -> list[str]:
    """Keys of stored secrets that an older key file in the newer one's place lacks: they end with this process."""
    used = {row[4] for row in tx.accounts.all_secrets()}
    return sorted(key_id for key_id in used - set(hub.vault.key_ids) if hub.vault.knows(key_id))


def key_errors(tx: Tx, hub: Hub) -> Iterator[tuple[str, str]]:
    """(what it is about, in words) for everything that is wrong with this process's keys now."""
    hub.vault.follow()
    lost = lost_keys(tx, hub)  # first, since what opens may prove a file to be the right one
    if hub.vault.trouble:
        yield hub.vault.trouble, hub.vault.trouble
    for why in lost:
        yield why, why
    for key_id in _held_here_alone(tx, hub):
        text = f"keys.json does not hold key {key_id!r} any more, and stored secrets need it: put the newest file back"
        yield text, f"{text}, before this process ends"
    waiting: dict[str, int] = {}
    for _account, key_id, count in tx.messages.waiting(LOCKED):
        waiting[key_id] = waiting.get(key_id, 0) + count
    for key_id, count in sorted(waiting.items()):
        gone = "" if hub.vault.knows(key_id) else f", and nobody here knows key {key_id!r} of their own"
        yield f"{key_id}{gone}", f"messages that wait until they can be opened: {count}{gone}"
