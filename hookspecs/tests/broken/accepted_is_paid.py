"""Code 00 to a push is told as paid: "00 is success". Empuje has the push; the payer has not yet looked at the phone.

The invoice is paid, the goods leave, and the payer rejects the push.

Rule: money.md 1.1, ``accepted`` says that the payer must act, ``paid`` says captured; the amount is the provider's
word.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def create_payment(order, account):
    begun = sound.pushed((yield sound.call(account, "POST", "pushes", sound.push_body(order))), order)
    told = attrs.evolve(begun.observations[0], kind=Kind.PAID, movement=order.reference, amount=order.amount)
    return attrs.evolve(begun, action=hub.Done(), observations=(sound.vouch(told),))
