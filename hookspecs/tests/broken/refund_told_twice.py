"""The answer to a refund names it by the hub's operation, notification and query by Llave's own id.

One refund is two returns in the books: more went back than was paid, a review opens each time, and the merchant is
short of money that is there.

Rule: contract.md and writing-a-provider 7, a ``returned`` carries the provider's event_id, the same on every channel.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def refund_payment(refund, account):
    seen = yield from sound.refund_payment(refund, account)
    return tuple(attrs.evolve(told, event_id=refund.operation) for told in seen)
