"""SINPE Móvil at the simulated ONVO: transfers arrive, and find their intent by who sent them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs

from .errors import of_form
from .records import Intent, Merchant, Method, Transfer
from .strict import national
from .world import World

ON_TIME: Final = "+50688888888"
LATE: Final = "+50688884444"
NEVER: Final = "+50688889521"
IN_HALVES: Final = "+50688883333"

PLANS: Final[Mapping[str, tuple[int, ...]]] = {
    ON_TIME: (15,),
    LATE: (360,),
    NEVER: (),
    IN_HALVES: (15, 45),
}
"""Seconds after the confirm at which the parts of the transfer arrive, by the test number that sends them."""

NAME: Final = "ANA PRUEBA"


@attrs.frozen(kw_only=True)
class Sender:
    """Who sends, as the bank reports it."""

    identification: str
    number: str | None
    name: str = NAME


def mobile_parts(given: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a payer's identification and phone.

    Raises:
        ApiError: They cannot become a payment method.
    """
    kind, number = given["identificationType"], given["number"]
    if kind != 0 and options["identification_types"] == "national":
        raise of_form(["mobileNumber.identificationType must be one of the following values: 0"])
    if kind == 0 and (problem := national(given["identification"])):
        raise of_form([f"mobileNumber.identification {problem}"])
    return {
        "kind": "mobile_number",
        "shown": {"maskedNumber": f"****{number[-4:]}"},
        "identification": given["identification"],
        "number": number,
    }


def sender_of(method: Method) -> Sender:
    """The person of a payment method."""
    return Sender(identification=method.identification, number=method.number.removeprefix("+506"))


@attrs.frozen
class Transfers:
    """Every transfer of one world."""

    world: World

    def expect(self, intent: Intent) -> None:
        """Let the test numbers send what they send; of any other number somebody else has to."""
        method = intent.method
        if method is None or method.kind != "mobile_number":
            return
        plan = PLANS.get(method.number, ())
        for place, seconds in enumerate(plan):
            part = self.half(intent) if place + 1 < len(plan) else None
            self.world.agenda.after(seconds, partial(self._send, intent, part))

    def _send(self, intent: Intent, part: int | None) -> None:
        """What a test number sends, unless somebody else sent it already."""
        missing = self.missing(intent)
        if intent.status == "processing" and missing:
            self.arrive_for(intent, min(part or missing, missing))

    def half(self, intent: Intent) -> int:
        """The first half of an intent's amount."""
        return max(1, intent.amount // 2)

    def missing(self, intent: Intent) -> int:
        """What an intent still waits for."""
        return intent.amount - sum(item.amount for item in self.of(intent))

    def of(self, intent: Intent) -> list[Transfer]:
        """The transfers that were associated with an intent."""
        return [item for item in self.world.transfers.values() if item.intent is intent]

    def arrive_for(self, intent: Intent, amount: int, description: str | None = None) -> Transfer:
        """A transfer of an intent's own payer, which is associated with it."""
        assert intent.method is not None
        return self._arrive(intent.merchant, sender_of(intent.method), amount, description, intent)

    def arrive(self, merchant: Merchant, sender: Sender, amount: int, description: str | None) -> Transfer:
        """A transfer to the number that a merchant's payers are told; whom it is for, only the sender says."""
        return self._arrive(merchant, sender, amount, description, self._waiting(merchant, sender))

    def _arrive(
        self, merchant: Merchant, sender: Sender, amount: int, description: str | None, intent: Intent | None
    ) -> Transfer:
        world, now = self.world, self.world.stage.now()
        counts = world.stage.options["other_amount"] == "counts"
        if intent and not counts and amount > self.missing(intent):
            intent = None
        receiver = intent.merchant if intent else merchant if merchant.sinpe_number else None
        transfer = Transfer(
            merchant=receiver,
            mode=merchant.mode,
            created=now,
            amount=amount,
            currency="CRC",
            status="received" if intent else "attempt_not_found",
            description=description,
            number=f"{now:%Y%m%d}{secrets.randbelow(10**17):017}",
            origin_id=sender.identification,
            origin_name=sender.name,
            origin_phone=sender.number,
            destination=merchant.destination,
            intent=intent,
        )
        world.transfers[transfer.id] = transfer
        world.held.arrived(transfer)
        if merchant.sinpe_number:
            world.events.received(merchant, transfer)
        if intent and (counts or not self.missing(intent)):
            own = self.of(intent)
            world.collect(intent, sum(item.amount for item in own), own)
        return transfer

    def _waiting(self, merchant: Merchant, sender: Sender) -> Intent | None:
        """The intent of a sender that waits at this number, of whichever merchant uses it."""
        found = [
            intent
            for intent in self.world.intents.values()
            if intent.status == "processing"
            and intent.merchant.destination == merchant.destination
            and intent.merchant.mode == merchant.mode
            and intent.method
            and intent.method.identification == sender.identification
            and (
                self.world.stage.options["matching"] == "identification"
                or sender_of(intent.method).number == sender.number
            )
        ]
        match self.world.stage.options["several_waiting"]:
            case "newest":
                found.reverse()
            case "none" if len(found) > 1:
                return None
        return found[0] if found else None
