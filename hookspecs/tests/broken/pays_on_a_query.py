"""A query that finds nothing pushes the payment (again), "so that the payer is not left waiting".

A check that the hub repeats as often as it likes moves money: each one may ring the phone.

Rule: contract.md, marks: only create, refund and cancel may charge, and a query never.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def query_payment(query, account):
    theirs = query.provider_reference or query.memory.get("tx")
    if not sound.is_text(theirs):
        phone = query.payer_fields.get("phone", "")
        body = {"ref": query.reference, "phone": phone, "value": sound.pesos(query.amount), "text": "Pago"}
        answer = yield hub.harmless(sound.call(account, "POST", "pushes", body))
        theirs = hub.json_object(answer).get("tx", "none")
    answer = yield hub.harmless(sound.call(account, "GET", f"pushes/{theirs}"))
    return sound.read_push(answer, theirs, query.reference)
