"""The amount is left out of a refund, and Llave then gives back all that is left; what is told is the amount that was
wanted.

A partial refund gives the payer the whole, and the books say a part: the merchant loses the difference.

Rule: contract.md, amounts that go back are the provider's word, and what was asked for is what was decided.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def refund_payment(refund, account):
    payment = yield from sound.payment_to_refund(refund, account)
    answer = yield sound.call(account, "POST", f"payments/{payment}/refunds", {"op": refund.operation})
    return tuple(attrs.evolve(told, amount=refund.amount) for told in sound.refunded(answer, refund))
