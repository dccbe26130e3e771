"""Record a proxy behind which all visitors count as one, for whoever looks for what is wrong."""

from __future__ import annotations

import contextlib
import enum
from datetime import timedelta
from typing import Final

from hub.flows.ground.marks import MarkTable
from hub.flows.ground.ports import Hub, Unavailable

PROXY: Final = MarkTable("proxy:")
PROXY_LIFETIME: Final = timedelta(days=1)


class Blind(enum.StrEnum):
    """Why the visitors of a proxy cannot be told apart."""

    NOT_TRUSTED = "it is not trusted"
    SAYS_NOTHING = "it says nothing of them"


async def record_proxy(hub: Hub, address: str, why: Blind) -> None:
    """Store the address and the reason for a day; nobody waits for it."""
    now = hub.clock()
    with contextlib.suppress(Unavailable):  # it is noticed again within the hour
        await hub.store.write(lambda tx: PROXY.of(address).set(tx, why.value, now))
