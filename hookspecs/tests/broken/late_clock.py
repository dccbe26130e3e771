"""The code is said to live as long as the plugin likes, a day, and was issued for an hour.

The payer stands at the counter with a code that is dead, or pays it somewhere that did not look: money nobody expects.

Rule: contract.md, ``expires_at`` and ``expiry_minutes`` are the provider's; the same life is asked for, shown and
declared.
"""

from datetime import timedelta

import attrs

from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    begun = yield from sound.create_payment(order, account)
    return attrs.evolve(begun, action=attrs.evolve(begun.action, expires_at=order.now + timedelta(days=1)))
