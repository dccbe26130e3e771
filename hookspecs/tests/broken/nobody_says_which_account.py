"""No setting is declared to say which account at Llave it is, though the store's number does, and ``names_account``
stays.

When a merchant enters the keys of another store, payments of the first one are asked for there: not found, nothing
back.

Rule: contract.md (1.1) and writing-a-provider 5, ``Setting.identifies``, or ``names_account=False``.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    return attrs.evolve(info, settings=tuple(attrs.evolve(setting, identifies=False) for setting in info.settings))
