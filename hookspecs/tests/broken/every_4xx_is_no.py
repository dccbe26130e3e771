"""Any 4xx to a refund is a refusal, whatever stands in it: *duplicate_op* too, which says that it was done.

The hub believes that nothing went back, somebody refunds anew, and the payer gets the money twice.

Rule: contract.md, ``Refused`` only for a documented no; everything else after a charging request is unknown.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def refund_payment(refund, account):
    payment = yield from sound.payment_to_refund(refund, account)
    wanted = {"op": refund.operation, "amount": hub.plain(refund.amount, 2), "currency": refund.amount.currency}
    answer = yield sound.call(account, "POST", f"payments/{payment}/refunds", wanted)
    if 400 <= answer.status_code < 500:
        raise hub.Refused(hub.Reason(hub.ReasonKind.OTHER, str(answer.status_code)))
    return sound.refunded(answer, refund)
