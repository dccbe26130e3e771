"""Distrust a plugin that froze the process twice: it is not served, until it is replaced or released."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Tx

log = structlog.get_logger()

FROZEN: Final = MarkTable("frozen:")
"""Marks ``frozen:<moment> <code> <version>`` hold ``<code> <version>``."""

TWICE_IN: Final = timedelta(minutes=10)


def named(hub: Hub, code: str) -> str:
    """A plugin as its freezes are recorded: another version is another plugin."""
    provider: Any = hub.providers.get(code)
    return f"{code} {provider.version if provider else '?'}"


def frozen_twice(marks: Mapping[str, tuple[str, datetime]]) -> frozenset[str]:
    """``code version`` of plugins that froze the process twice within ten minutes."""
    times: dict[str, list[datetime]] = {}
    for name, at in marks.values():
        times.setdefault(name, []).append(at)
    return frozenset(name for name, moments in times.items() if _twice(sorted(moments)))


def _twice(moments: list[datetime]) -> bool:
    return any(later - earlier <= TWICE_IN for earlier, later in itertools.pairwise(moments))


def quarantine_frozen(hub: Hub, marks: Mapping[str, tuple[str, datetime]]) -> tuple[str, ...]:
    """Serve those plugins no longer; their codes."""
    bad, registry = frozen_twice(marks), hub.registry
    found = tuple(code for code in hub.providers if named(hub, code) in bad)
    for code in found:
        quarantine: Any = registry
        quarantine.quarantine(code, f"it froze the process twice; to try it again: payment-hub plugins release {code}")
        log.error("plugin_distrusted", provider=code)
    return found


async def release_plugin(hub: Hub, code: str) -> int:
    """Trust a plugin again, from the next start on; how many freezes were forgiven."""

    def reset(tx: Tx) -> int:
        marks = [name for name, (value, _) in FROZEN.all(tx).items() if value.split()[:1] == [code]]
        for name in marks:
            FROZEN.of(name).drop(tx)
        return len(marks)

    return await hub.store.write(reset)
