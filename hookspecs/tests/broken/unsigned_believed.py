"""A notification without any proof is told as paid: its address is long, random and known to Codigo alone.

The address stands in mails, panels and logs; whoever knows it and a reference closes any invoice without paying.

Rule: contract.md, a notification without proof is UNSIGNED and only a hint; money.md 0, observations are verified
claims.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    body = hub.strict_json(message.body)
    if not reading.hints or body.get("state") != "paid":
        return reading
    told = hub.Observation(kind=Kind.PAID, reference=body["ref"], movement=body["ref"])
    return hub.Reading(verdict=Verdict.VALID, observations=(sound.vouch(told),))
