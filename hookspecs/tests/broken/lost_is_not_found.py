"""A query whose answer is lost or unreadable is swallowed, and told as *not found*, which is final.

Three time-outs close an open code as one that never existed; the payer is sent to another method and has paid this
one.

Rule: contract.md, a lost answer concludes nothing: let OutcomeUnknown pass.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def query_payment(query, account):
    try:
        return (yield from sound.query_payment(query, account))
    except hub.ProviderError:
        return (hub.Observation(kind=Kind.NOT_FOUND, reference=query.reference),)
