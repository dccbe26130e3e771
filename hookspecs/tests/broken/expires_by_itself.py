"""A push that is still waiting after ten minutes is told as *expired*, by the hub's clock, whatever Empuje says.

Empuje lets it be accepted a little later: the payment was closed as proven unpaid, the payer paid another way, and is
charged for the push as well.

Rule: money.md 1.1, ``expired`` is the provider's word; what follows from silence the hub alone concludes (1.4, 2.1).
"""

from datetime import timedelta

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def query_payment(query, account):
    seen = yield from sound.query_payment(query, account)
    over = query.now - query.created_at > timedelta(minutes=10)
    if over and [told.kind for told in seen] == [Kind.ACCEPTED]:
        return (sound.vouch(hub.Observation(kind=Kind.EXPIRED, reference=query.reference)),)
    return seen
