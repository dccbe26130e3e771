"""Erase the free text of an entry; the entry, its seal, and who erased what stay."""

from __future__ import annotations

from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Erasure
from hub.domain.lengths import stated_reason
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Mode


async def erase_note(hub: Hub, merchant: Merchant, mode: Mode, key: str, *, by: str, reason: str) -> None:
    """Erase what was written beside an entry, for good.

    Raises:
        LookupError: No such entry.
        Invalid: No reason, or nothing is written there.
    """
    now, why = hub.clock(), stated_reason(reason, Text("note.reason_missing"))

    def write(tx: Tx) -> None:
        found = [entry for entry in tx.ledger.keyed(merchant.id, mode, key) if entry.key == key]
        if not found:
            raise LookupError(f"there is no entry {key!r}")
        if not found[0].note:
            raise Invalid((FieldError("entry", Text("note.none", key=key)),))
        tx.ledger.erase_note(merchant.id, mode, key, Erasure(by=by, why=why, at=now))
        tell(tx, "note_erased", merchant=merchant.id, entry=key)

    await hub.store.write(write)
