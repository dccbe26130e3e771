"""An undo that Empuje refuses because the push is not over yet (code 78) is told as *not found*.

The payment counts as one that never existed while it rings on the phone; the payer pays another way, and accepts it
too.

Rule: money.md 3.2, before its end such a code is no conclusion; specs.py, ``not_found`` says there was nothing to give
back.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def refund_payment(refund, account):
    if refund.kind is hub.RefundKind.REFUND:
        return (yield from sound.refund_payment(refund, account))
    body = {"ref": refund.reference, "op": refund.operation, "value": sound.pesos(refund.amount)}
    answer = yield sound.call(account, "POST", "reversals", body)
    if answer.status_code == 422:
        return (sound.vouch(hub.Observation(kind=Kind.NOT_FOUND, reference=refund.reference)),)
    return sound.reversal(answer, refund)
