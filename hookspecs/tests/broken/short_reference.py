"""Only the first 12 of the 16 declared characters are sent, since a field of the old interface holds no more.

Two payments whose references begin alike are one to Codigo: the second is refused or shows what was paid for the
first.

Rule: contract.md, ProviderInfo.reference is the rule of what is sent; an observation carries it as it was echoed.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    short = attrs.evolve(order, reference=order.reference[:12])
    return sound.issued((yield hub.opens_session(sound.call(account, "POST", "codes", sound.code_body(short)))), short)


@hookimpl
def query_payment(query, account):
    short = query.reference[:12]
    seen = sound.read_code((yield hub.harmless(sound.call(account, "GET", f"codes/{short}"))), short)
    return tuple(attrs.evolve(told, reference=query.reference) for told in seen)
