"""A refund is marked harmless, "because Llave knows each operation by its id".

The driver may repeat it after a lost answer, and every guard that counts on the mark is off: a refund whose answer was
lost reads *never sent*, so the merchant gives the money back again by hand.

Rule: contract.md, marks; an unmarked request is never repeated, and a refund moves money.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def refund_payment(refund, account):
    payment = yield from sound.payment_to_refund(refund, account)
    wanted = {"op": refund.operation, "amount": hub.plain(refund.amount, 2), "currency": refund.amount.currency}
    answer = yield hub.harmless(sound.call(account, "POST", f"payments/{payment}/refunds", wanted))
    return sound.refunded(answer, refund)
