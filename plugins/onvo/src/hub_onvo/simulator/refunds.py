"""Money that goes back: refunds by the API, of cards alone and before they are settled, and in the dashboard."""

from __future__ import annotations

from functools import partial

import attrs

from .errors import refused
from .records import Intent, Refund
from .world import World


@attrs.frozen
class Refunds:
    """Every refund of one world."""

    world: World

    def make(self, intent: Intent, amount: int | None, reason: str | None, description: str | None) -> Refund:
        """Ask for money back by the API: one refund a charge, whatever became of it."""
        self._check(intent)
        wanted = intent.received if amount is None else amount
        if wanted > intent.received:
            raise refused("refunds.amount_too_large", "The amount is more than was received")
        now = self.world.stage.now()
        refund = Refund(
            merchant=intent.merchant,
            created=now,
            updated=now,
            intent=intent,
            amount=wanted,
            reason=reason,
            description=description,
        )
        self.world.refunds[refund.id] = refund
        intent.refund, intent.refunded = refund, True
        if seconds := self.world.stage.options["refund_seconds"]:
            self.world.agenda.after(seconds, partial(self.end, refund))
        else:
            self.end(refund)
        return refund

    def _check(self, intent: Intent) -> None:
        if intent.collected is None or intent.status != "succeeded":
            raise refused("refunds.invalid_status", f"The payment intent is {intent.status}")
        if not intent.by_card:
            raise refused("refunds.payment_method_not_supported", "Payments by SINPE Móvil cannot be refunded")
        if intent.refunded:
            raise refused("refunds.charge_already_refunded", "The charge was refunded before")
        if self.world.is_settled(intent):
            raise refused("refunds.charge_settled", "The charge is settled; ask ONVO's operations team")

    def end(self, refund: Refund, outcome: str = "") -> None:
        """A pending refund succeeds or fails, as it is told to."""
        if refund.status != "pending":
            return
        refund.status, refund.updated = outcome or self.world.stage.options["refund_outcome"], self.world.stage.now()
        if refund.status == "failed":
            refund.failure = "declined"
            return
        self._return(refund.intent, refund.amount, self.world.stage.options["refunded_intent"])

    def in_dashboard(self, intent: Intent, amount: int | None) -> None:
        """Somebody gives money back in ONVO's dashboard: by whatever way it came, and no event tells of it."""
        left = intent.received - intent.returned
        pending = intent.refund is not None and intent.refund.status == "pending"
        if not left or pending or (amount is not None and not 0 < amount <= left):
            raise LookupError(f"{amount or 'nothing'} of {left} cannot be given back")
        intent.refunded = True
        self._return(intent, amount or left, "refunded")

    def _return(self, intent: Intent, amount: int, when_whole: str) -> None:
        intent.returned += amount
        intent.updated = self.world.stage.now()
        if intent.returned == intent.received:
            intent.status = when_whole
        self.world.held.went_back(intent, amount)
