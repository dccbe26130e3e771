"""Each push carries a fresh random idempotency key of the plugin's own, out of ``uuid4``.

What should make a second push of one order impossible makes it certain: Empuje takes it for another one.

Rule: contract.md, hooks are pure: the same order twice is the same requests, and identifiers come from the order
alone.
"""

import uuid

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    request = sound.call(account, "POST", "pushes", sound.push_body(order))
    request.headers["idempotency-key"] = uuid.uuid4().hex
    return sound.pushed((yield request), order)
