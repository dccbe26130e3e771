"""The ids of notifications that were seen are kept in the module, and a second one tells nothing: "Llave repeats
itself".

The hub reads a message again from the start, in another process or after a repair: then it is genuine and claims
nothing, and a paid order stays unpaid.

Rule: contract.md, hooks are pure: no state between calls; a message must be safe to read twice, with the same result.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl

SEEN = set()


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    event = hub.strict_json(message.body)["event"]
    if event in SEEN:
        return hub.Reading(verdict=Verdict.VALID)
    SEEN.add(event)
    return reading
