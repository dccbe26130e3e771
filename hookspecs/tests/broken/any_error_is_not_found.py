"""Whatever is not 200 is *not found*, the 404 of a gateway and an expired token included, and not found is final.

After three checks during an outage, or with a token that was changed, an open code counts as one that never existed:
the payer gets another one, and pays both.

Rule: contract.md, not found is the provider's own word; money.md 1.4, "not found" is not "not charged".
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    if answer.status_code != 200:
        return (hub.Observation(kind=Kind.NOT_FOUND, reference=query.reference),)
    return sound.read_code(answer, query.reference)
