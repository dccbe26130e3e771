"""A cancel that Llave refuses with 409 is told as *cancelled*: "it is over, one way or the other".

It was over because it was paid: a paid order is closed as proven unpaid, and the invoice is collected again.

Rule: money.md 1.1, ``cancelled`` says over without money; contract.md, the provider's own refusals.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def cancel_payment(cancel, account):
    answer = yield sound.call(account, "POST", f"orders/{cancel.reference}/cancel", {"op": cancel.operation})
    if answer.status_code in (200, 409):
        return (sound.vouch(hub.Observation(kind=Kind.CANCELLED, reference=cancel.reference)),)
    raise hub.OutcomeUnknown("the cancel was not confirmed")
