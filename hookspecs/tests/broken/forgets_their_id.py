"""The id that Empuje answers with is kept nowhere: neither in the memory nor in an observation.

A push can be asked for by that id alone; where a notification is lost the payment is unknown until somebody looks.

Rule: contract.md, ``query_by`` theirs needs the id told; money.md 3 (tier B).
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def create_payment(order, account):
    begun = sound.pushed((yield sound.call(account, "POST", "pushes", sound.push_body(order))), order)
    seen = sound.vouch(hub.Observation(kind=Kind.ACCEPTED, reference=order.reference))
    return hub.PaymentStarted(action=begun.action, observations=(seen,))
