"""Any answer to a reversal but a 5xx is told as returned; Empuje's codes of refusal come with 422 and are not read.

A push that was never paid, or is back already, is told as given back: the books invent money that went to nobody, and
the payer waits for it.

Rule: specs.py, report ``returned`` only on the provider's word; contract.md, the provider's own refusals.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def refund_payment(refund, account):
    if refund.amount != refund.captured:
        raise hub.Refused(hub.Reason(hub.ReasonKind.INVALID_AMOUNT))
    body = {"ref": refund.reference, "op": refund.operation, "value": sound.pesos(refund.amount)}
    answer = yield sound.call(account, "POST", "reversals", body)
    if answer.status_code >= 500:
        raise hub.OutcomeUnknown("the reversal failed")
    ours = refund.reference
    return (sound.vouch(hub.Observation(kind=Kind.RETURNED, reference=ours, movement=ours, amount=refund.amount)),)
