"""Capture held money as soon as it is authorised, where its merchant chose that: the hub does it by itself."""

from __future__ import annotations

from datetime import datetime

from hub.domain.message import review_of
from hub.domain.payment import Payment
from hub.flows.ground.open_review import open_review
from hub.flows.ground.ports import Hub, Tx

from .decide import NotAllowed
from .run_operation import capture_payment

NEEDS_A_PERSON = frozenset({"currency", "nothing_due"})
"""Why the hub does not capture by itself what was authorised, and never will."""


async def capture_by_rule(hub: Hub, payment: Payment) -> None:
    """Capture all that is held, as the account's merchant chose; where that may not be, a person is asked."""
    try:
        await capture_payment(hub, payment.id, by="rule", note="as soon as it is authorised", wait=False)
    except NotAllowed as refusal:
        if refusal.code in NEEDS_A_PERSON:
            code, now = refusal.code, hub.clock()
            await hub.store.write(lambda tx: _ask(tx, payment, code, now))


def _ask(tx: Tx, payment: Payment, code: str, now: datetime) -> None:
    details = f"payment {payment.reference} is authorised and not captured: {code}"
    open_review(tx, review_of("unresolved", payment, details, now, payment_id=payment.id))
