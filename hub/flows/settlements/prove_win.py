"""Prove by a positive payout line that a bank gave back what it had taken, where nobody told how the dispute ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.domain.acts import Act
from hub.domain.dispute import Dispute
from hub.domain.identity import Invalid
from hub.domain.ledger import Entry, LedgerKind
from hub.domain.payment import Payment
from hub.domain.settlement import LineState, StoredLine
from hub.flows.corrections.end_dispute import booked_of
from hub.flows.ground.ports import Tx
from hub.flows.ground.refuse_while import refuse_while


def dispute_won_by(tx: Tx, payment: Payment, stored: StoredLine, now: datetime) -> Dispute | None:
    """The one open dispute whose money, which a payout line took, this line pays out again to the last unit.

    A line that was there before the money was taken is not about it, nor one that may repeat the capture's.
    """
    if stored.line.gross.minor <= 0:
        return None
    disputes = tx.disputes.of_payments([payment.id])
    found = [dispute for dispute in disputes if _is_given_back(tx, payment, dispute, stored)]
    if len(found) != 1:
        return None
    try:
        refuse_while(tx, Act.CORRECT_ENTRY, now, payments=[payment])
    except Invalid:
        return None
    return found[0]


def _is_given_back(tx: Tx, payment: Payment, dispute: Dispute, stored: StoredLine) -> bool:
    """Whether this dispute is open, and one line took exactly what comes now."""
    taken, gross = booked_of(tx, payment, dispute) if dispute.is_open else [], stored.line.gross
    booked = tx.settlements.of(payment.account_id, LineState.BOOKED, payment_id=payment.id)
    return (
        len(taken) == 1
        and taken[0].key in {other.settles for other in booked}
        and _is_stated_since(stored, taken[0])
        and not _may_repeat(stored, booked)
        and (taken[0].currency, taken[0].moved(LedgerKind.PROVIDER_CLEARING)) == (gross.currency, -gross.minor)
    )


def _is_stated_since(stored: StoredLine, taken: Entry) -> bool:
    """Whether the line was heard of once it was known here that the bank had taken the money."""
    return stored.imported_at >= taken.at


def _may_repeat(stored: StoredLine, booked: Sequence[StoredLine]) -> bool:
    """Whether it may be a payout that is booked: a file and a report name the same one otherwise."""
    return any(other.line.gross == stored.line.gross and other.is_fetched is not stored.is_fetched for other in booked)
