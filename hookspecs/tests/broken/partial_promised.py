"""Partial refunds are declared; Empuje gives back the whole or nothing, and refuses each part with code 81.

The merchant promises a part to the payer, and it never goes out.

Rule: contract.md, each declared capability works against the simulator.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    return attrs.evolve(sound.describe_provider(), refunds=hub.Refunds.PARTIAL)


@hookimpl
def refund_payment(refund, account):
    body = {"ref": refund.reference, "op": refund.operation, "value": sound.pesos(refund.amount)}
    return sound.reversal((yield sound.call(account, "POST", "reversals", body)), refund)
