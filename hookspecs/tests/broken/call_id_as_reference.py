"""The push carries the id of the hook call as its ``ref``, and the hub's reference nowhere.

The same order twice is two payments to Empuje; an undo by our reference finds nothing, and a notification names a
payment that nobody knows: a push whose answer was lost and that was accepted is money without an owner.

Rule: contract.md, create_payment derives every identifier from the order alone, ``now`` and ``call_id`` apart.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    renamed = attrs.evolve(order, reference=order.call_id.upper())
    begun = sound.pushed((yield sound.call(account, "POST", "pushes", sound.push_body(renamed))), renamed)
    seen = tuple(attrs.evolve(told, reference=order.reference) for told in begun.observations)
    return attrs.evolve(begun, observations=seen, memory={**begun.memory, "ref": renamed.reference})


@hookimpl
def query_payment(query, account):
    theirs = query.provider_reference or query.memory.get("tx")
    if not sound.is_text(theirs):
        return ()
    answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{theirs}"))
    seen = sound.read_push(answer, theirs, query.memory.get("ref"))
    return tuple(attrs.evolve(told, reference=query.reference) for told in seen)
