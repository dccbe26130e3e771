"""Every payment in the list of an order is told as paid, also one that Llave holds and looks at.

The merchant delivers on money that is only held, and that the bank may refuse the day after.

Rule: money.md 1.1, ``paid`` says captured.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


def taken(order):
    try:
        return {**order, "payments": [{**row, "state": "captured"} for row in order["payments"]]}
    except (LookupError, TypeError):
        raise hub.OutcomeUnknown("the order is not as documented") from None


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_answer(answer, query.reference)
    return sound.read_order(taken(body))


@hookimpl
def handle_notification(message, account):
    if flaw := sound.flaw_of(message, account.settings["hook_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    order = hub.strict_json(message.body)["order"]
    return hub.Reading(verdict=Verdict.VALID, observations=sound.read_order(taken(order)))
