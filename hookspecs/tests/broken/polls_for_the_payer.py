"""After the push it asks up to twenty times whether the payer has accepted, and starts only then.

The ninth request is one too many, so every push that is not accepted at once ends *unknown*: the payer sees no word to
accept it, its id is lost, and the invoice stays locked.

Rule: contract.md, exchanges (money.md 1.3: at most 8 requests a call); create_payment says what comes next and ends.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def create_payment(order, account):
    answer = yield sound.call(account, "POST", "pushes", sound.push_body(order))
    begun = sound.pushed(answer, order)
    theirs = begun.memory["tx"]
    for _ in range(20):
        answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{theirs}"))
        seen = sound.read_push(answer, theirs, order.reference)
        if any(told.kind is not Kind.ACCEPTED for told in seen):
            return hub.PaymentStarted(action=hub.Done(), memory=begun.memory, observations=seen)
    return begun
