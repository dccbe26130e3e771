"""The token is kept in the module, since Empuje is slow with tokens; for which account it was got is not kept.

The second merchant of the hub charges with the token of the first: the payers' money goes to the wrong merchant.

Rule: contract.md, hooks are pure: no globals, no state between calls; the hub keeps grants, by account.
"""

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl

KEPT = {}


@hookimpl
def authorize(request, account):
    if "grant" in KEPT and KEPT["grant"].expires_at > request.now:
        return KEPT["grant"]
    KEPT["grant"] = yield from sound.authorize(request, account)
    return KEPT["grant"]
