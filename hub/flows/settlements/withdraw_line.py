"""Withdraw a line that was booked and is wrong: what it settled is awaited again."""

from __future__ import annotations

from hub.domain.account import ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.domain.settlement import LineState, StoredLine
from hub.domain.text import Text
from hub.flows.books.reverse_entry import reverse
from hub.flows.ground.ports import Hub, Tx


async def withdraw_line(
    hub: Hub, merchant: Merchant, account: ProviderAccount, line_id: str, *, by: str, reason: str
) -> StoredLine:
    """Take back a line that was booked and is wrong: its entries are corrected, and what it settled is awaited again.

    Raises:
        LookupError: The account has no such line.
        Invalid: It is not booked, or no reason was given.
    """
    now = hub.clock()
    if not reason.strip():
        raise Invalid((FieldError("reason", Text("settlement.reason_missing")),))
    if problems := too_long("reason", reason.strip(), REASON):
        raise Invalid(problems)

    def write(tx: Tx) -> StoredLine:
        stored = tx.settlements.get(account.id, line_id)
        if stored is None or stored.merchant_id != merchant.id:
            raise LookupError(line_id)
        if stored.state is not LineState.BOOKED:
            raise Invalid((FieldError("line", Text("settlement.line_unknown", line=line_id)),))
        note = f"{by}: {reason.strip()}"
        taxes = [f"acqtax:{account.id}:{line_id}:{tax}" for tax in stored.line.withholdings]
        for key in (*(f"{word}:{account.id}:{line_id}" for word in ("settle", "fee", "feetax")), *taxes):
            for entry in tx.ledger.keyed(merchant.id, account.mode, key):
                if entry.key == key:
                    reverse(tx, entry, at=now, note=note)
        tx.settlements.withdraw(account.id, line_id)
        return tx.settlements.get(account.id, line_id) or stored

    return await hub.store.write(write)
