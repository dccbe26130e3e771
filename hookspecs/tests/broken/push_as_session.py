"""The push is declared and marked as the opening of a session: "the payer still has to accept it".

Its phone rings as soon as Empuje has it. A lost answer closes the payment as *never sent*, the payer pays another way,
and accepts the push as well: charged twice.

Rule: contract.md, marks; money.md 1.3, a request after which the provider itself contacts the payer charges.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    return attrs.evolve(info, ways=(attrs.evolve(sound.PUSH, starts=hub.Starts.SESSION),))


@hookimpl
def create_payment(order, account):
    answer = yield hub.opens_session(sound.call(account, "POST", "pushes", sound.push_body(order)))
    return sound.pushed(answer, order)
