"""Withdraw a line that was booked and is wrong: what it settled is awaited again. Take up one that was withdrawn."""

from __future__ import annotations

from hub.domain.account import ProviderAccount
from hub.domain.entry_keys import line_keys
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.settlement import LineState, StoredLine
from hub.domain.text import Text
from hub.flows.books.reverse_entry import reverse
from hub.flows.corrections.find_line import find_line, line_reason
from hub.flows.corrections.keep_line import restate_line
from hub.flows.ground.ports import Hub, Tx


async def withdraw_line(
    hub: Hub, merchant: Merchant, account: ProviderAccount, line_id: str, *, by: str, reason: str
) -> StoredLine:
    """Take back a line that was booked and is wrong: its entries are corrected, and what it settled is awaited again.

    Raises:
        LookupError: The account has no such line.
        Invalid: It is not booked, no reason was given, or what it brought was released or reached the bank since.
    """
    now, note = hub.clock(), f"{by}: {line_reason(reason)}"

    def write(tx: Tx) -> StoredLine:
        stored = find_line(tx, merchant, account, line_id, LineState.BOOKED)
        for key in sorted(line_keys(account.id, stored.named, stored.line.withholdings)):
            for entry in tx.ledger.keyed(merchant.id, account.mode, key):
                if entry.key == key:
                    reverse(tx, entry, at=now, note=note)
        _refuse_gone(tx, stored)
        tx.settlements.withdraw(account.id, line_id)
        return tx.settlements.get(account.id, line_id) or stored

    return await hub.store.write(write)


def _refuse_gone(tx: Tx, stored: StoredLine) -> None:
    """What a line kept in reserve or brought in transit cannot be taken back once it is gone from there."""
    currency = stored.line.gross.currency
    if tx.settlements.reserved(stored.account_id).get(currency, 0) < 0:
        raise Invalid((FieldError("line", Text("settlement.reserve_released", line=stored.line.line_id)),))
    if tx.settlements.in_transit(stored.account_id).get(currency, 0) < 0:
        raise Invalid((FieldError("line", Text("settlement.transit_arrived", line=stored.line.line_id)),))


async def reopen_line(
    hub: Hub, merchant: Merchant, account: ProviderAccount, line_id: str, *, by: str, reason: str
) -> StoredLine:
    """Take up a line that was withdrawn: it waits again, and the next comparison books it if it fits.

    Raises:
        LookupError: The account has no such line.
        Invalid: It is not withdrawn, or no reason was given.
    """
    now, note = hub.clock(), f"{by}: {line_reason(reason)}"

    def write(tx: Tx) -> StoredLine:
        stored = find_line(tx, merchant, account, line_id, LineState.WITHDRAWN)
        return restate_line(tx, stored, stored.stated, f"{stored.source.partition(TAKEN_UP)[0]}{TAKEN_UP}{note}", now)

    return await hub.store.write(write)


TAKEN_UP = "; taken up again by "
