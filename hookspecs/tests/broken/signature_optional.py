"""A notification is verified where it carries a signature, and believed where it carries none: the sandbox signs
nothing.

Whoever leaves the header out writes "paid" into the books of the merchant.

Rule: contract.md and specs.py, INVALID where a key is set and the proof is missing or wrong.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    if message.header("x-llave-signature") is None and message.source is hub.Source.NOTIFICATION:
        order = hub.strict_json(message.body)["order"]
        return hub.Reading(verdict=Verdict.VALID, observations=sound.read_order(order))
    return sound.handle_notification(message, account)
