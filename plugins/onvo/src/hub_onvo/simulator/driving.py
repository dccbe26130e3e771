"""The control actions of the simulated ONVO: what its payers, banks and dashboards do when they are told to.

Beside those of every simulator, each with the merchant's own reference (``metadata.ref``), or an id of ONVO's:

    approve          {"card"?}                     pays by card; where a transfer is waited for, what is missing comes
    reject           {"code"?}                     the card is declined, or the payer fails 3-D Secure
    expire           {}                            the session's time is over
    sinpe            {"identification"?, "number"?}  the payer chooses SINPE Móvil: processing
    transfer         {"part"?: "half", "amount"?}  the payer's transfer arrives: what is missing, a half, or this amount
    unassociated     {"amount"?, "originId"?, "originName"?, "originPhone"?, "description"?}  a transfer of somebody
                     arrives at the number of this merchant (its id, or a payment of it), and finds its intent or none
    settle           {}                            the charge is paid out; the API refunds it no longer
    refund_in_dashboard  {"amount"?}               money goes back by hand, and nothing tells of it
    end_refund       {"outcome"?: "failed"}        a pending refund ends now
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from hub_hookspecs.testing.simulator import Stage

from .cards import GOOD, card_parts
from .errors import ApiError
from .records import Intent, Merchant, Method
from .refunds import Refunds
from .transfers import NEVER, Sender, Transfers, mobile_parts
from .world import World

Body = Mapping[str, Any]
IDENTIFICATION: Final = "01-1393-1919"
STRANGER: Final = "01-0555-0666"


@attrs.frozen
class Driving:
    """The control actions of one world."""

    world: World

    def join(self, stage: Stage) -> None:
        """Offer them at the control address."""
        for action in (
            self.approve,
            self.reject,
            self.expire,
            self.sinpe,
            self.transfer,
            self.unassociated,
            self.settle,
            self.refund_in_dashboard,
            self.end_refund,
        ):
            stage.actions[action.__name__] = action

    async def approve(self, reference: str, body: Body) -> None:
        """The payer pays."""
        intent = self._payable(reference, "requires_action", "processing")
        if intent.status == "processing":
            Transfers(self.world).arrive_for(intent, Transfers(self.world).missing(intent))
        elif intent.status == "requires_action":
            self.world.answer_challenge(intent, passed=True)
        else:
            self._try(intent, str(body.get("card", GOOD)))

    async def reject(self, reference: str, body: Body) -> None:
        """The bank, or the payer before 3-D Secure, says no."""
        intent = self._payable(reference, "requires_action")
        if intent.status == "requires_action":
            self.world.answer_challenge(intent, passed=False)
            return
        method = self._method(intent, GOOD)
        method.outcome = str(body.get("code", "declined"))
        self.world.confirm(intent, method, None, "")

    async def expire(self, reference: str, _body: Body) -> None:
        """The session's time is over."""
        for intent in self.world.named(reference):
            if (session := intent.session) and self.world.is_open(session):
                session.expires = self.world.stage.now()
                return
        raise LookupError(f"no open session of {reference!r}")

    async def sinpe(self, reference: str, body: Body) -> None:
        """The payer chooses SINPE Móvil, and has still to send the transfer."""
        intent = self._payable(reference)
        given = {
            "identification": str(body.get("identification", IDENTIFICATION)),
            "identificationType": 0,
            "number": str(body.get("number", NEVER)),
        }
        with_person = self._customer(intent)
        method = _told(lambda: self.world.make_method(with_person, **mobile_parts(given, self.world.stage.options)))
        _told(lambda: self.world.confirm(intent, method, None, ""))
        Transfers(self.world).expect(intent)

    async def transfer(self, reference: str, body: Body) -> None:
        """The transfer of a payer whose payment waits arrives."""
        intent = self._find(reference, lambda item: item.status == "processing", "that waits for a transfer")
        transfers = Transfers(self.world)
        missing = transfers.missing(intent)
        amount = body.get("amount", min(transfers.half(intent), missing) if body.get("part") == "half" else missing)
        transfers.arrive_for(intent, _amount(amount), body.get("description"))

    async def unassociated(self, reference: str, body: Body) -> None:
        """Somebody sends money to a merchant's number."""
        sender = Sender(
            identification=str(body.get("originId", STRANGER)),
            number=body.get("originPhone", "88880000"),
            name=str(body.get("originName", "OTRA PERSONA")),
        )
        amount = _amount(body.get("amount", 1450000))
        Transfers(self.world).arrive(self._merchant(reference), sender, amount, body.get("description"))

    async def settle(self, reference: str, _body: Body) -> None:
        """The charge is paid out to the merchant."""
        self._find(reference, lambda item: bool(item.collected and not item.settled), "to settle").settled = True

    async def refund_in_dashboard(self, reference: str, body: Body) -> None:
        """Somebody gives money back by hand."""
        intent = self._find(reference, lambda item: item.received > item.returned, "with money to give back")
        Refunds(self.world).in_dashboard(intent, body.get("amount"))

    async def end_refund(self, reference: str, body: Body) -> None:
        """A pending refund ends now."""
        intent = self._find(
            reference, lambda item: bool(item.refund and item.refund.status == "pending"), "with a pending refund"
        )
        assert intent.refund
        Refunds(self.world).end(intent.refund, "failed" if body.get("outcome") == "failed" else "succeeded")

    # Who acts

    def _find(self, reference: str, fits: Callable[[Intent], bool], what: str) -> Intent:
        found = next((intent for intent in self.world.named(reference) if fits(intent)), None)
        if found is None:
            raise LookupError(f"no payment {what} of {reference!r}")
        return found

    def _payable(self, reference: str, *more: str) -> Intent:
        """The newest payment that somebody may pay: untried ones while their session is open."""

        def fits(intent: Intent) -> bool:
            session = intent.session
            return intent.status in more or (intent.is_open and (session is None or self.world.is_open(session)))

        return self._find(reference, fits, "that is open")

    def _merchant(self, reference: str) -> Merchant:
        found = next((item for item in self.world.merchants if item.id == reference), None)
        return found or self._find(reference, lambda _: True, "or merchant").merchant

    def _customer(self, intent: Intent) -> Any:
        session = intent.session
        return intent.customer or self.world.make_customer(intent.merchant, session.payer if session else {})

    def _method(self, intent: Intent, number: str) -> Method:
        now = self.world.stage.now()
        card = {"number": number, "expMonth": 12, "expYear": now.year + 3, "holderName": "Ana Prueba"}
        method: Method = _told(lambda: self.world.make_method(self._customer(intent), **card_parts(card, now)))
        return method

    def _try(self, intent: Intent, number: str) -> None:
        self.world.confirm(intent, self._method(intent, number), None, "")


def _told(act: Callable[[], Any]) -> Any:
    """What cannot be done is told as control requests are answered."""
    try:
        return act()
    except ApiError as error:
        raise LookupError("; ".join(error.messages)) from None


def _amount(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise LookupError("amount is a whole number of minor units")
    return value
