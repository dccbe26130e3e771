"""A cancel is marked harmless: "it takes no money".

It is repeated when its answer was lost, and the repetition is refused, because the order is over: the hub believes
that the order can still be paid, and the merchant cancels by hand what is cancelled.

Rule: contract.md, marks: harmless is what may be repeated; a write that ends a payment is not.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def cancel_payment(cancel, account):
    answer = yield hub.harmless(
        sound.call(account, "POST", f"orders/{cancel.reference}/cancel", {"op": cancel.operation})
    )
    body = hub.json_object(answer)
    sound.refuse(answer, body, (404, 409), sound.NO_CANCEL)
    if answer.status_code != 200 or body.get("ref") != cancel.reference or body.get("state") != "cancelled":
        raise hub.OutcomeUnknown("the cancel was not confirmed")
    return sound.read_order(body)
