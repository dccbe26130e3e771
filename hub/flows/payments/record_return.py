"""Record by hand money that went back in the provider's panel, or that a bank took back: an operator's observation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import attrs

from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.dispute import Dispute
from hub.domain.held import Held, held_as
from hub.domain.known_returns import BACK, Return
from hub.domain.observation import ObservedBy, Seen, dedupe_key
from hub.domain.payment import Payment, Status
from hub.domain.returns import doubted_in, returns_in
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import held_of, observed_of
from hub_hookspecs import Kind, Money, Observation

from .decide import NotAllowed, decide, refuse_under_way
from .record_observations import Claim, record_observations, zone_of
from .record_outcome import note_of, shown_payment

NOON = time(12)
"""Of a day without a time: it is that day on either side of the ocean."""

OUTCOMES = {"returned": Kind.RETURNED, "charged_back": Kind.CHARGED_BACK}
"""What a decision calls them."""


@attrs.frozen(kw_only=True)
class ReturnEvidence:
    """What an operator read at the provider about money that went back.

    Attributes:
        kind: ``returned`` by the merchant, or ``charged_back`` by the payer's bank.
        on: The day on which it went back, where it was read.
        is_another: It is none of the returns that are known of the payment; the person says so.
        case: The open inquiry that it is of, where several may be meant; of a chargeback alone.
        of_no_inquiry: It is of none that is open, though one is of this amount; the person says so.
    """

    kind: Kind
    amount: Money
    on: date | None = None
    is_another: bool = False
    case: str = ""
    of_no_inquiry: bool = False


async def record_return(
    hub: Hub, payment_id: str, proof: ReturnEvidence, *, signed: Signed
) -> tuple[Decision, Payment]:
    """An operator has proof that money of a payment went back; booked now, and joined once with news of it that comes.

    Raises:
        NotAllowed: No evidence, not paid, more than is left, a refund is unknown, a return of this kind is known and
            nobody said that this is another one, two inquiries may be meant, or the second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def record(tx: Tx) -> tuple[Decision, Payment]:
        payment = shown_payment(tx, payment_id, signed.evidence)
        _refuse(tx, payment, proof, now)
        inquiry = _inquiry_of(tx, payment, proof)
        wanted = proposal(
            decision_id,
            DecisionKind.RECORD,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=proof.amount,
            content=_content(proof),
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, payment
        claim = Claim(
            observation=Observation(
                kind=proof.kind,
                reference=payment.reference,
                amount=proof.amount,
                vouched=frozenset({"amount"}),
                occurred_at=datetime.combine(proof.on, NOON, UTC) if proof.on else None,
            ),
            source=ObservedBy.OPERATOR,
            note=note_of(made),
            digest=made.evidence.digest,
            occasion=made.id,
            besides=told_apart(observed_of(tx, payment)),
        )
        if inquiry:
            key = dedupe_key(payment.account_id, payment.id, claim.observation, occasion=claim.occasion)
            tx.disputes.save(attrs.evolve(inquiry, taken_as=key))
        return made, record_observations(tx, hub, payment, [claim], now=now).payment

    return await hub.store.write(record)


def proof_in(decision: Decision) -> ReturnEvidence | None:
    """What was proposed, where a decision is about money that went back."""
    kind = OUTCOMES.get(decision.content.get("outcome", ""))
    if kind is None or decision.amount is None:
        return None
    day = decision.content.get("on", "")
    return ReturnEvidence(
        kind=kind,
        amount=decision.amount,
        on=date.fromisoformat(day) if day else None,
        is_another="another" in decision.content,
        case=decision.content.get("inquiry", ""),
        of_no_inquiry="no_inquiry" in decision.content,
    )


def _content(proof: ReturnEvidence) -> dict[str, str]:
    outcome = next(name for name, kind in OUTCOMES.items() if kind is proof.kind)
    content = {
        "outcome": outcome,
        "on": proof.on.isoformat() if proof.on else "",
        "another": "yes" if proof.is_another else "",
        "inquiry": proof.case.strip(),
        "no_inquiry": "yes" if proof.of_no_inquiry else "",
    }
    return {name: text for name, text in content.items() if text}


def _refuse(tx: Tx, payment: Payment, proof: ReturnEvidence, now: datetime) -> None:
    """Nothing is recorded of money that is not there, that is under way, or that may be booked already."""
    if payment.status is not Status.PAID:
        raise NotAllowed("not_paid", Text("refund.not_paid"))
    refuse_under_way(tx, Act.RECORD_RETURN, payment, now)
    held = held_as(held_of(tx, payment), proof.amount.currency)
    if held.left <= 0:
        raise NotAllowed("nothing_left", Text("refund.nothing_left"))
    if proof.amount.currency != held.currency or not 0 < proof.amount.minor <= held.left:
        raise NotAllowed("amount", Text("refund.at_most", amount=held.money(held.left)))
    if proof.on and proof.on > now.astimezone(zone_of(tx.merchants.get(payment.merchant_id))).date():
        raise NotAllowed("day", Text("outcome.day_to_come"))
    known = known_returns(observed_of(tx, payment), proof.kind)
    if known and not proof.is_another:
        raise NotAllowed("known", Text("outcome.return_known", amount=_sum_of(known, held)))


def _inquiry_of(tx: Tx, payment: Payment, proof: ReturnEvidence) -> Dispute | None:
    """The open inquiry whose money the bank took now: the one that was named, or the only one of this amount.

    Raises:
        NotAllowed: Several may be meant, or none of this name is open.
    """
    case, every = proof.case.strip(), tx.disputes.of_payments([payment.id])
    if proof.kind is not Kind.CHARGED_BACK or proof.of_no_inquiry:
        return None
    asked = [item for item in every if item.is_open and not item.stage.has_taken and not item.taken_as]
    found = [item for item in asked if (item.case == case if case else item.amount == proof.amount)]
    if case and not found:
        raise NotAllowed("no_dispute", Text("dispute.no_inquiry", case=case))
    if len(found) > 1:
        raise NotAllowed("which_case", Text("dispute.which_case", cases=", ".join(sorted(item.case for item in found))))
    return next(iter(found), None)


def known_returns(seen: Iterable[Seen], kind: Kind) -> tuple[Return, ...]:
    """The returns of a kind that are booked; whoever records one is shown them first."""
    return tuple(back for back in returns_in(seen) if back.kind is kind)


def _sum_of(known: Iterable[Return], held: Held) -> Money:
    amounts = (held.money(held.came) if back.amount is None else back.amount for back in known)
    return held.money(sum(amount.minor for amount in amounts if amount.currency == held.currency))


def told_apart(seen: Iterable[Seen]) -> frozenset[str]:
    """Keys of everything that was observed of returns by now; but for news that waits for a person's word."""
    items = tuple(seen)
    waiting = {back.key for back in doubted_in(items)} - {back.key for back in returns_in(items)}
    return frozenset(item.key for item in items if item.observation.kind in BACK and item.key not in waiting)
