"""Release a payment: its merchant gives the locked invoices back, knowing that money may still arrive."""

from __future__ import annotations

from datetime import datetime

from hub.domain.decision import Decision, DecisionKind, Signed, proposal
from hub.domain.observation import ObservedBy
from hub.domain.operation import settled_at
from hub.domain.payment import Payment
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Kind, Observation, PostForm, Redirect

from .decide import NotAllowed, decide
from .record_observations import Claim, record_observations, way_of, zone_of
from .record_outcome import note_of, sent_for_good


def is_hosted(payment: Payment) -> bool:
    """Whether the payer acts on a page of the provider, and so knows whether anything was entered there."""
    return isinstance(payment.action, Redirect | PostForm)


def releasable_from(hub: Hub, payment: Payment) -> datetime | None:
    """From when the payment may be released; None when it may not be at all."""
    way = way_of(hub, payment)
    if not payment.is_live or way is None:
        return None
    if is_hosted(payment):
        return payment.created_at
    return settled_at(payment, way)


async def release_payment(hub: Hub, payment_id: str, *, signed: Signed) -> tuple[Decision, Payment]:
    """Close a live payment as *released*: unproven and watched, so that money which still arrives is booked as late.

    Raises:
        LookupError: No such payment.
        NotAllowed: Not live, its sender may still be at work, the payer may still be approving it, or a second person
            is wanted.
    """
    now, decision_id = hub.clock(), hub.fresh_id()

    def release(tx: Tx) -> tuple[Decision, Payment]:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        if not payment.is_live:
            raise NotAllowed("not_live", Text("payment.not_live"))
        sent = sent_for_good(payment, now)
        start = releasable_from(hub, sent)
        if start is None:
            raise NotAllowed("not_installed", Text("payment.provider_missing", provider=payment.provider))
        if now < start:
            start = start.astimezone(zone_of(tx.merchants.get(payment.merchant_id)))
            raise NotAllowed("too_early", Text("payment.too_early", start=start))
        wanted = proposal(
            decision_id,
            DecisionKind.RELEASE,
            payment,
            signed,
            now,
            payment_id=payment.id,
            amount=payment.amount,
        )
        made = decide(tx, hub, wanted, now=now)
        if not made.is_done:
            return made, payment
        released = Observation(kind=Kind.RELEASED, reference=payment.reference)
        claim = Claim(observation=released, source=ObservedBy.OPERATOR, note=note_of(made), occasion=made.id)
        return made, record_observations(tx, hub, sent, [claim], now=now).payment

    return await hub.store.write(release)
