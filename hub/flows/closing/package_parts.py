"""Hand the package of a close out, piece after piece, as it was made."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hub.domain.merchant import Merchant
from hub.domain.month_close import MonthClose
from hub.flows.ground.ports import Hub


def package_name(merchant: Merchant, close: MonthClose) -> str:
    """What the file of a package is called."""
    again = f"-{close.n}" if close.n > 1 else ""
    mode = "" if close.mode.value == "live" else f"-{close.mode.value}"
    return f"cierre-{merchant.slug}{mode}-{close.month}{again}.zip"


async def package_parts(hub: Hub, close: MonthClose) -> AsyncIterator[bytes]:
    """The pieces of a package; one at a time is in memory.

    Raises:
        LookupError: It is not made yet.
    """
    stored = await hub.store.read(lambda tx: tx.packages.get(close.id))
    if stored is None or stored.made_at is None:
        raise LookupError(close.id)
    return _pieces(hub, close.id)


async def _pieces(hub: Hub, close_id: str) -> AsyncIterator[bytes]:
    position = 0
    while True:
        piece = await hub.store.read(lambda tx, at=position: tx.packages.part(close_id, at))  # type: ignore[misc]
        if piece is None:
            return
        yield piece
        position += 1
