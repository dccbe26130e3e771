"""An amount with cents is pushed without them: ``minor // 100``.

The payer pays up to 99 centavos less than is owed, the invoice stays open by that much, and the merchant writes it off
by hand, each time.

Rule: contract.md, money on the wire: what the wire cannot carry is refused, never rounded.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    whole = attrs.evolve(order, amount=hub.Money(order.amount.minor // 100 * 100, order.amount.currency))
    return sound.pushed((yield sound.call(account, "POST", "pushes", sound.push_body(whole))), order)
