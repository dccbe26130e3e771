"""A state that the plugin does not list is *declined*: ``STATES.get(state, DECLINED)``, and *reviewing* came later.

The payment is closed as proven unpaid while the bank looks at it; the payer pays again, and the first money comes too.

Rule: contract.md, unknown status or code leads to no conclusion, never declined.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl

STATES = {"issued": Kind.ACCEPTED, "expired": Kind.EXPIRED}


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    seen = [told for told in sound.read_code(answer, query.reference) if told.movement or told.kind is Kind.NOT_FOUND]
    body = hub.json_object(answer)
    if seen or answer.status_code != 200 or body.get("ref") != query.reference:
        return tuple(seen)
    kind = STATES.get(str(body.get("state")), Kind.DECLINED)
    return (sound.vouch(hub.Observation(kind=kind, reference=body["ref"])),)
