"""Two decimals are declared for the wire, which carries whole pesos.

Empuje is offered for invoices with centavos, and refuses each of them when the payer presses pay.

Rule: contract.md, ``currencies`` each with the wire rule; every amount that it allows round-trips exactly.
"""

import attrs

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    return attrs.evolve(info, currencies=tuple(attrs.evolve(rule, decimals=2) for rule in info.currencies))
