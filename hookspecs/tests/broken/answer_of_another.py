"""What the answer is about is not looked at: its state and payments are told of the reference that was asked for.

Codigo's cache answers with another shop's code now and then: what somebody else paid settles this invoice.

Rule: money.md 1.3, an answer for another reference concludes nothing; contract.md, reference as the provider echoed
it.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    seen = sound.read_code(answer, hub.json_object(answer).get("ref"))
    return tuple(attrs.evolve(told, reference=query.reference) for told in seen)
