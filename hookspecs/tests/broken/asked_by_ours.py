"""It declares that a push can be asked for by our reference, and asks so; Empuje knows its own ids only, and answers
404.

With a lost answer the hub believes that it can ask, is told *not found* (declared final), and closes a push that is on
the phone.

Rule: contract.md, ``query_by`` is proved against the simulator; money.md 3, the tier decides what may be concluded.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    way = attrs.evolve(sound.PUSH, query_by=hub.QueryBy.OURS)
    return attrs.evolve(sound.describe_provider(), ways=(way,), not_found_final=True)


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{query.reference}"))
    return sound.read_push(answer, query.reference, query.reference)
