"""Record by hand that a refund bounced: the payer's bank sent it back after the provider had executed it.

The entry of the refund is reversed, and names what was observed of it: so it is a movement of its own, which a payout
line settles beside the refund's. What the refund had taken from invoices they owe no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import attrs

from hub.domain import entry_keys
from hub.domain.acts import Act
from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.flags import RETURNED_BILL
from hub.domain.ids import derived_id
from hub.domain.ledger import LedgerKind, When
from hub.domain.message import DeliveryKind, owed_mail, review_of
from hub.domain.payment import Flag, Payment, Status
from hub.domain.text import Text
from hub.flows.books.move_credit import settle_from
from hub.flows.books.reverse_entry import bounce
from hub.flows.books.standing_returns import StandingReturn, standing_returns
from hub.flows.ground.open_review import close_review, open_review
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import warn
from hub.flows.payments.decide import NotAllowed, decide, refuse_under_way
from hub.flows.payments.record_observations import record_observations, zone_of
from hub.flows.payments.record_outcome import note_of, shown_payment
from hub_hookspecs import Money

BOUNCED: Final = "bounced"
"""The outcome that such a decision records."""

TO_MERCHANT: Final = {"to": "merchant"}


@attrs.frozen(kw_only=True)
class BounceEvidence:
    """What a person read at the provider or the bank.

    Attributes:
        amount: Of the refund; it bounces as a whole.
        on: The day on which it came back; else today.
        name: Which refund, where several are of this amount.
    """

    amount: Money
    on: date | None = None
    name: str = ""


async def record_bounce(
    hub: Hub, payment_id: str, proof: BounceEvidence, *, signed: Signed
) -> tuple[Decision, Payment]:
    """A person has proof that a refund came back; what is owed and what is credit is as it was before it.

    Raises:
        LookupError: No such payment.
        NotAllowed: No evidence, not paid, no refund of this amount stands, several do, a refund is unknown,
            or the second person is the first one.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def record(tx: Tx) -> tuple[Decision, Payment]:
        payment = shown_payment(tx, payment_id, signed.evidence)
        _refuse(tx, payment, proof, now)
        back = _which(standing_returns(tx, payment), proof)
        content = {"outcome": BOUNCED, "return": back.name, "on": proof.on.isoformat() if proof.on else ""}
        wanted = proposal(
            *(decision_id, DecisionKind.RECORD, payment, signed, now),
            payment_id=payment.id,
            amount=proof.amount,
            content={name: text for name, text in content.items() if text},
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, payment
        _book(tx, payment, back, proof.on, note=note_of(made), now=now)
        after = record_observations(tx, hub, payment, (), now=now).payment
        _answer(tx, payment, back, made, now)
        _tell(tx, hub, payment, back, made)
        return made, after

    return await hub.store.write(record)


def bounce_in(decision: Decision) -> BounceEvidence | None:
    """What was proposed, where a decision is about a refund that bounced."""
    if decision.content.get("outcome") != BOUNCED or decision.amount is None:
        return None
    day = decision.content.get("on", "")
    on = date.fromisoformat(day) if day else None
    return BounceEvidence(amount=decision.amount, on=on, name=decision.content["return"])


def _refuse(tx: Tx, payment: Payment, proof: BounceEvidence, now: datetime) -> None:
    if payment.status is not Status.PAID:
        raise NotAllowed("not_paid", Text("refund.not_paid"))
    refuse_under_way(tx, Act.CORRECT_ENTRY, payment, now)
    if proof.on and proof.on > now.astimezone(zone_of(tx.merchants.get(payment.merchant_id))).date():
        raise NotAllowed("day", Text("outcome.day_to_come"))


def _which(standing: Sequence[StandingReturn], proof: BounceEvidence) -> StandingReturn:
    """The refund that bounced: the one that was named, or the only one of this amount."""
    name = proof.name.strip()
    found = [item for item in standing if item.amount == proof.amount and name in ("", item.name)]
    if not found:
        raise NotAllowed("no_refund", Text("bounce.no_refund", amount=proof.amount))
    if len(found) > 1:
        raise NotAllowed("which_refund", Text("bounce.which", names=", ".join(item.name for item in found)))
    return found[0]


def _book(tx: Tx, payment: Payment, back: StandingReturn, on: date | None, *, note: str, now: datetime) -> None:
    """Reverse it; the credit that is here again settles of the payment's invoices what they owe."""
    when = When(now, zone_of(tx.merchants.get(payment.merchant_id)))
    for entry in reversed(back.entries):
        fix = bounce(tx, entry, at=now, on=on, note=note)
        for row in entry.drawn:
            if not row.intake.startswith(entry_keys.DEBIT_NOTE):
                settle_from(tx, payment, row.intake, when, on=on, observation=entry.observation, is_new=False)
        if fix.moved(LedgerKind.SUSPENSE):
            details = f"payment {payment.reference}: refund {back.name} bounced, and its money waits again"
            cause = Flag.CURRENCY_MISMATCH.value
            open_review(
                tx, review_of(cause, payment, details, now, occasion=fix.key, payment_id=payment.id, subject=fix.key)
            )


def _answer(tx: Tx, payment: Payment, back: StandingReturn, made: Decision, now: datetime) -> None:
    """Nobody is asked any more whether an invoice is still owed that this money settled again."""
    for review in tx.reviews.of(payment_id=payment.id):
        payable = tx.payables.get(review.subject) if review.cause == RETURNED_BILL else None
        if payable and not payable.due and review.resolved_at is None:
            close_review(tx, review, f"refund {back.name} bounced: {made.reasons}", now, made.people)


def _tell(tx: Tx, hub: Hub, payment: Payment, back: StandingReturn, made: Decision) -> None:
    """Owe the payer, and everybody whom the company wants told, one mail each."""
    customer, merchant = tx.customers.get(payment.customer_id), tx.merchants.get(payment.merchant_id)
    kind, now = DeliveryKind.RETURN_BOUNCED, made.done_at or made.proposed_at
    details = {"minor": str(back.amount.minor), "currency": back.amount.currency}
    payer = payment.payer.email or (customer.email if customer else "")
    owed = [(payer, details)] if payer else []
    owed += [(address, {**details, **TO_MERCHANT}) for address in (merchant.notify if merchant else ())]
    for address, known in owed:
        mail_id = derived_id("delivery", kind, made.id, address, known.get("to", ""))
        tx.deliveries.add(owed_mail(mail_id, kind, address, payment, now, details=known))
    warn(tx, "refund_bounced", payment=payment.id, account=payment.account_id, decision=made.id)
    tx.after_commit(hub.wake)
