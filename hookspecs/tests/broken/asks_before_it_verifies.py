"""Empuje is asked first, and the signature is looked at once the answer is there.

Anybody makes the merchant's account ask Empuje as often as he likes, with ids of his own, until Empuje locks it: then
no payment of the merchant is confirmed any more.

Rule: contract.md and specs.py, a scheme with a signature verifies before it yields.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    try:
        body = hub.strict_json(message.body)
        theirs, reference = body["tx"], body["ref"]
    except (ValueError, LookupError, TypeError):
        return hub.Reading(verdict=Verdict.INVALID, reason="it is not as documented")
    if not sound.is_text(theirs):
        return hub.Reading(verdict=Verdict.INVALID, reason="it names no push")
    answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{theirs}"))
    if flaw := sound.flaw_of(message, account.settings["notify_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    return hub.Reading(verdict=Verdict.VALID, observations=sound.read_push(answer, theirs, reference))
