"""A notification names the movement by the id of the notification, the query by the id of the payment.

One payment that is told on both channels is booked twice: the payer has credit that nobody paid for, and the merchant
gives it back in good faith.

Rule: contract.md, movement is the same text for the same movement on every channel.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    event = hub.strict_json(message.body)["event"]
    seen = reading.observations
    named = (attrs.evolve(told, movement=event, event_id=event) if told.movement else told for told in seen)
    return attrs.evolve(reading, observations=tuple(named))
