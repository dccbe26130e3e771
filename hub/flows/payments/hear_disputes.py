"""Hear of disputes: what a provider tells of a case opens its dispute, brings it up, or says how it ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from hub.domain.dispute import Dispute
from hub.domain.flags import DOUBTED_RETURN
from hub.domain.known_returns import sort_out
from hub.domain.message import review_of
from hub.domain.observation import Seen
from hub.domain.payment import Payment
from hub.domain.told_disputes import ToldDispute, told_disputes
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx

from .open_dispute import dispute_of, open_dispute


def hear_disputes(
    tx: Tx, hub: Hub, payment: Payment, seen: Sequence[Seen], new: Collection[Seen], now: datetime
) -> None:
    """Take up what is new of each case; what a person recorded since stays where the provider says nothing new."""
    fresh = dict.fromkeys(item.observation.dispute.case for item in new if item.observation.dispute)
    if not fresh:
        return
    every = told_disputes(seen)
    for case in fresh:
        told = every[case]
        known = known_as(tx, payment, told, seen)
        amount = payment.amount if told.amount is None else told.amount
        if known and known.amount.currency != amount.currency:
            amount = known.amount
        dispute = open_dispute(
            tx,
            hub,
            payment,
            case=known.case if known else case,
            amount=amount,
            stage=told.stage,
            now=now,
            reason=told.reason,
            respond_by=told.answer_by,
        )
        _go_on(tx, payment, dispute, told, now)


def known_as(tx: Tx, payment: Payment, told: ToldDispute, seen: Sequence[Seen]) -> Dispute | None:
    """The dispute that is known already: by its case, or by what a person recorded of the money that it took."""
    if found := dispute_of(tx, payment, told.case, told.stage):
        return found
    records = [record for record, news in sort_out(seen).pairs.items() if news.first.name == told.case]
    return next((found for name in records if (found := dispute_of(tx, payment, name, told.stage))), None)


def _go_on(tx: Tx, payment: Payment, dispute: Dispute, told: ToldDispute, now: datetime) -> None:
    """An end is due to be booked; an answer needs no reminder; an end that contradicts another is a person's."""
    if dispute.is_open and told.ends:
        tx.disputes.save(attrs.evolve(dispute, remind_at=now))
    elif dispute.is_open and told.is_answered:
        tx.disputes.save(attrs.evolve(dispute, remind_at=None))
    elif told.ends and dispute.outcome is not None and told.ends is not dispute.outcome:
        details = f"payment {payment.reference}, case {dispute.case}: it is {dispute.outcome} here, {told.ends} there"
        occasion = f"{dispute.case} {told.ends}"
        review = review_of(
            DOUBTED_RETURN, payment, details, now, occasion=occasion, payment_id=payment.id, subject=dispute.case
        )
        open_review(tx, review)
