"""Prune: forget what is stored for a while only; nothing that money or a proof rests on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import withdraw_lapsed

from .check_keys import KEYS, key_errors
from .quarantine_plugin import FROZEN
from .record_proxy import PROXY, PROXY_LIFETIME

log = structlog.get_logger()

REJECTED_LIFETIME = timedelta(days=30)
QUERY_LIFETIME = timedelta(days=90)
HEARTBEAT_LIFETIME = timedelta(days=2)
FREEZE_LIFETIME = timedelta(days=90)
HEARTBEAT: Final = MarkTable("beat:")


async def prune(hub: Hub) -> None:
    """Drop rejected messages and imported files after 30 days, with what they proposed to close, requests that only
    asked after 90, and signs of life of dead processes."""
    now = hub.clock()

    def forget(tx: Tx) -> tuple[int, int, int]:
        for name, (_value, at) in HEARTBEAT.all(tx).items():
            if now - at > HEARTBEAT_LIFETIME:
                HEARTBEAT.of(name).drop(tx)
        for name, (_value, at) in FROZEN.all(tx).items():
            if now - at > FREEZE_LIFETIME:
                FROZEN.of(name).drop(tx)
        for name, (_value, at) in PROXY.all(tx).items():
            if now - at > PROXY_LIFETIME:
                PROXY.of(name).drop(tx)
        withdraw_lapsed(tx, now)
        return (
            tx.messages.prune_rejected(now - REJECTED_LIFETIME),
            tx.requests.prune_queries(now - QUERY_LIFETIME),
            tx.imports.drop_expired(now),
        )

    messages, queries, files = await hub.store.write(forget)
    if messages or queries or files:
        log.info("house_kept", rejected_messages=messages, queries=queries, files=files)


async def send_heartbeat(hub: Hub, role: str) -> None:
    """Say that this process is at work, and what its keys do not open; also proves that the database can be written."""
    now = hub.clock()
    errors = await hub.store.read(lambda tx: [text for _about, text in key_errors(tx, hub)])

    def record(tx: Tx) -> None:
        HEARTBEAT.of(role).set(tx, hub.owner, now)
        if errors:
            KEYS.of(role).set(tx, "; ".join(errors), now)
        else:
            KEYS.of(role).drop(tx)

    await hub.store.write(record)
