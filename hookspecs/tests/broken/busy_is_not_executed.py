"""A 503 with Empuje's own body is declared as *not executed*; with it Empuje says that its core was late (option
``core``).

The push is on the phone, the hub closes the payment as never sent, and the next press of the payer is a second push.

Rule: contract.md, ``not_executed`` lists what the provider documents so, and nothing else; money.md 1.3.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    busy = hub.NotExecuted(hook="create_payment", status=503, body_key="fault")
    return attrs.evolve(info, not_executed=(*info.not_executed, busy))
