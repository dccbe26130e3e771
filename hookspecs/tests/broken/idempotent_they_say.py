"""It declares that a push may be sent again under its reference; Empuje refuses the second, or (option) pushes again.

The hub sends again after a lost answer, since it may: two pushes on one phone, paid twice.

Rule: contract.md, idempotent_by_reference is proved, not hoped.
"""

import attrs

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    return attrs.evolve(sound.describe_provider(), idempotent_by_reference=True)
