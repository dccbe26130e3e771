"""Prove by a positive payout line that a bank gave back what it had taken, where nobody told how the dispute ended."""

from __future__ import annotations

from datetime import datetime

from hub.domain.acts import Act
from hub.domain.dispute import Dispute
from hub.domain.identity import Invalid
from hub.domain.ledger import LedgerKind
from hub.domain.payment import Payment
from hub.domain.settlement import LineState
from hub.flows.corrections.end_dispute import booked_of
from hub.flows.ground.ports import Tx
from hub.flows.ground.refuse_while import refuse_while
from hub_hookspecs import SettlementLine


def dispute_won_by(tx: Tx, payment: Payment, line: SettlementLine, now: datetime) -> Dispute | None:
    """The one open dispute whose money, which a payout line took, this line pays out again to the last unit."""
    if line.gross.minor <= 0:
        return None
    found = [dispute for dispute in tx.disputes.of_payments([payment.id]) if _is_given_back(tx, payment, dispute, line)]
    if len(found) != 1:
        return None
    try:
        refuse_while(tx, Act.CORRECT_ENTRY, now, payments=[payment])
    except Invalid:
        return None
    return found[0]


def _is_given_back(tx: Tx, payment: Payment, dispute: Dispute, line: SettlementLine) -> bool:
    """Whether this dispute is open, and one line took exactly what comes now."""
    taken = booked_of(tx, payment, dispute) if dispute.is_open else []
    settled = {stored.settles for stored in tx.settlements.of(payment.account_id, LineState.BOOKED)}
    return (
        len(taken) == 1
        and taken[0].key in settled
        and (taken[0].currency, taken[0].moved(LedgerKind.PROVIDER_CLEARING))
        == (line.gross.currency, -line.gross.minor)
    )
