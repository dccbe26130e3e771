"""End a dispute: won, its money is in the books again; lost or accepted, it stays with the payer's bank."""

from __future__ import annotations

from datetime import datetime

import attrs

from hub.domain import entry_keys
from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.dispute import Dispute, DisputeOutcome
from hub.domain.ledger import Entry, EntryKind, LedgerKind, When
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.books.book_return import own_key_of
from hub.flows.books.move_credit import settle_from
from hub.flows.books.reverse_entry import fixes_of, give_back, reverse
from hub.flows.ground.open_review import close_review
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.refuse_while import refuse_while
from hub.flows.ground.tell import tell
from hub.flows.payments.decide import NotAllowed, decide
from hub.flows.payments.open_dispute import CAUSE
from hub.flows.payments.record_observations import record_observations, zone_of
from hub.flows.payments.record_outcome import note_of
from hub_hookspecs import Money


async def end_dispute(
    hub: Hub, payment_id: str, case: str, outcome: DisputeOutcome, *, won: Money | None = None, signed: Signed
) -> tuple[Decision, Dispute]:
    """Say with proof how an open dispute ended; above the limit a second person says the same first.

    Args:
        won: What the bank gave again of what it had taken, where it was won in part; the rest is lost.

    Raises:
        LookupError: No such payment.
        NotAllowed: No such dispute is open, no evidence, a second person is wanted, more than the bank took is said
            to be won, or the books do not allow it.
        Invalid: A refund of the payment is unknown.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def end(tx: Tx) -> tuple[Decision, Dispute]:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        dispute = open_case(tx, payment, case)
        if not signed.evidence:
            raise NotAllowed("evidence", Text("outcome.evidence_missing"))
        part = _part_of(tx, payment, dispute, outcome, won)
        how = DisputeOutcome.PARTLY_WON if part else _whole(outcome)
        wanted = proposal(
            decision_id,
            DecisionKind.RECORD,
            dispute,
            signed,
            now,
            payment_id=payment.id,
            amount=dispute.amount,
            content={"case": dispute.case, "outcome": how.value, **({"won": str(part.minor)} if part else {})},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, dispute
        if outcome in WINS:
            _bring_back(tx, hub, payment, dispute, note_of(made), now, part)
        _answer(tx, dispute, made.reasons, now, made.people)
        return made, _ended(tx, dispute, how, now, made.people, part)

    try:
        return await hub.store.write(end)
    except Conflict as conflict:
        raise NotAllowed("books", Text("dispute.not_in_books", case=case, rule=conflict.rule)) from conflict


WINS = frozenset({DisputeOutcome.WON, DisputeOutcome.PARTLY_WON})
"""Outcomes that bring money back, if the bank had taken any."""


def _whole(outcome: DisputeOutcome) -> DisputeOutcome:
    return DisputeOutcome.WON if outcome in WINS else outcome


def _part_of(tx: Tx, payment: Payment, dispute: Dispute, outcome: DisputeOutcome, won: Money | None) -> Money | None:
    """What was won, where that is less than the bank took; None where all or nothing was.

    Raises:
        NotAllowed: Nobody said how much, it is no part of what the bank took, or that ended otherwise.
    """
    if won is None and outcome is not DisputeOutcome.PARTLY_WON:
        return None
    taken = taken_of(tx, payment, dispute)
    if taken is None:
        raise NotAllowed("amount", Text("dispute.nothing_taken", case=dispute.case))
    if won is None or outcome not in WINS:
        raise NotAllowed("amount", Text("dispute.won_how_much"))
    if won.currency != taken.currency or not 0 < won.minor <= taken.minor:
        raise NotAllowed("amount", Text("dispute.won_at_most", amount=taken))
    return won if won.minor < taken.minor else None


def open_case(tx: Tx, payment: Payment, case: str) -> Dispute:
    """The open dispute of a payment and case.

    Raises:
        NotAllowed: None is open.
    """
    found = (item for item in tx.disputes.of_payments([payment.id]) if item.is_open and item.is_called(case.strip()))
    dispute = next(found, None)
    if dispute is None:
        raise NotAllowed("no_dispute", Text("dispute.none_open", case=case.strip()))
    return dispute


def end_corrected(tx: Tx, entry: Entry, now: datetime, by: str, reason: str) -> None:
    """A chargeback that was corrected to nothing is a dispute that was won."""
    payment = tx.payments.get(entry.payment_id) if entry.payment_id else None
    if payment is None or entry.kind is not EntryKind.CHARGEBACK:
        return
    for dispute in tx.disputes.of_payments([payment.id]):
        parts = booked_of(tx, payment, dispute)
        if dispute.is_open and entry in parts and all(fixes_of(tx, part) for part in parts):
            _answer(tx, dispute, reason, now, by)
            _ended(tx, dispute, DisputeOutcome.WON, now, by)


def win_by_line(tx: Tx, hub: Hub, payment: Payment, dispute: Dispute, evidence: str, now: datetime) -> None:
    """The provider pays out again what the bank had taken: won, though nobody told; a person is asked still.

    Raises:
        Invalid: A refund of the payment is unknown.
    """
    _bring_back(tx, hub, payment, dispute, evidence, now)
    _ended(tx, dispute, DisputeOutcome.WON, now, evidence)


def end_as_told(tx: Tx, hub: Hub, payment: Payment, dispute: Dispute, outcome: DisputeOutcome, now: datetime) -> None:
    """End a dispute as its provider says: won, what the bank took is booked back; lost, it is given up.

    Raises:
        Invalid: A refund of the payment is unknown.
    """
    provider = hub.providers.get(payment.provider)
    by = provider.info.name if provider else payment.provider
    said = f"{by} says that case {dispute.case} is {outcome}"
    if outcome in WINS:
        _bring_back(tx, hub, payment, dispute, said, now)
    _answer(tx, dispute, said, now, by)
    _ended(tx, dispute, outcome, now, by)


def _bring_back(
    tx: Tx, hub: Hub, payment: Payment, dispute: Dispute, note: str, now: datetime, part: Money | None = None
) -> None:
    """What the bank had taken is here again: it settles what it had settled, or is credit where that was paid since.

    Args:
        part: What of it came back, where the rest is lost; what was taken last comes back first.
    """
    refuse_while(tx, Act.CORRECT_ENTRY, now, payments=[payment], field="case")
    when = When(now, zone_of(tx.merchants.get(payment.merchant_id)))
    booked = booked_of(tx, payment, dispute)
    left = part.minor if part else 0
    for entry in reversed(booked) if part else booked:
        taken = -entry.moved(LedgerKind.PROVIDER_CLEARING)
        if part is None or taken <= left:
            corrected = reverse(tx, entry, at=now, note=note, paid_again=True)
        elif corrected := left > 0:
            give_back(tx, entry, left, at=now, note=note)
        left -= min(left, taken)
        if corrected:
            settle_from(tx, payment, fixes_of(tx, entry)[-1].key, when, observation=None)
    record_observations(tx, hub, payment, (), now=now)


def taken_of(tx: Tx, payment: Payment, dispute: Dispute) -> Money | None:
    """What the bank took under this case, as it is booked; None where nothing is."""
    booked = booked_of(tx, payment, dispute)
    taken = -sum(entry.moved(LedgerKind.PROVIDER_CLEARING) for entry in booked)
    return Money(taken, booked[0].currency) if booked else None


def booked_of(tx: Tx, payment: Payment, dispute: Dispute) -> list[Entry]:
    """The entries of what the bank took under this case: one, or its parts."""
    key = own_key_of(tx, payment, entry_keys.chargeback_key(payment.account_id, dispute.entry_name))
    entries = tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id)
    return [
        entry
        for entry in entries
        if entry.kind is EntryKind.CHARGEBACK and (entry.key == key or entry.key.startswith(f"{key}#"))
    ]


def _ended(
    tx: Tx, dispute: Dispute, outcome: DisputeOutcome, now: datetime, by: str, won: Money | None = None
) -> Dispute:
    """The dispute as it ended; nobody is reminded any more."""
    over = attrs.evolve(dispute, outcome=outcome, won=won, remind_at=None, ended_at=now, ended_by=by)
    tx.disputes.save(over)
    tell(tx, "dispute_ended", dispute=over.id, payment=over.payment_id, outcome=outcome.value)
    return over


def _answer(tx: Tx, dispute: Dispute, why: str, now: datetime, by: str) -> None:
    """Nobody is asked about it any more, since a person said how it ended."""
    for review in tx.reviews.of(merchant_id=dispute.merchant_id, payment_id=dispute.payment_id):
        if review.cause == CAUSE and review.subject == dispute.case and review.resolved_at is None:
            close_review(tx, review, why, now, by)
