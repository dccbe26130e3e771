"""A token is said to live for a year; ``expires_in``, by which Empuje says ten minutes, is not read.

After ten minutes every push is answered 401: the merchant takes no money by Empuje until somebody restarts.

Rule: contract.md, a grant carries its expiry, and is refreshed before a charging request, which is never repeated.
"""

from datetime import timedelta

import attrs

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def authorize(request, account):
    grant = yield from sound.authorize(request, account)
    return attrs.evolve(grant, expires_at=request.now + timedelta(days=365))
