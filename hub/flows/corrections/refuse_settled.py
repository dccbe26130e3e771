"""Refuse to correct what a payout line has settled."""

from __future__ import annotations

from hub.domain.identity import FieldError, Invalid
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.domain.settlement import LineState
from hub.domain.text import Text
from hub.flows.ground.ports import Tx


def refuse_settled(tx: Tx, entry: Entry) -> None:
    """What a payout line has settled stays as it is until the line is withdrawn.

    Not so what a payer's bank took: what it gives again comes in a line of its own.

    Raises:
        Invalid: A booked line settles this entry.
    """
    if entry.kind is EntryKind.CHARGEBACK:
        return
    for account in (leg.owner for leg in entry.postings if leg.kind is LedgerKind.PROVIDER_CLEARING):
        for stored in tx.settlements.of(account, LineState.BOOKED, payment_id=entry.payment_id):
            if stored.settles == entry.key:
                line = stored.line.line_id
                raise Invalid((FieldError("entry", Text("entry.settled_by_line", key=entry.key, line=line)),))
