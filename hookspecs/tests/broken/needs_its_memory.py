"""A query takes their id out of the memory alone, and breaks where the answer, and the memory with it, was lost.

The notification told that id, the hub hands it over, and the plugin raises KeyError: the payment stays unknown.

Rule: contract.md, Query.provider_reference; memory is empty where the answer was lost, and a hook raises nothing else.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def query_payment(query, account):
    theirs = query.memory["tx"]
    answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{theirs}"))
    return sound.read_push(answer, theirs, query.reference)
