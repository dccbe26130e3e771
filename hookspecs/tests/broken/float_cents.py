"""Amounts are read by ``int(float(text) * 100)``.

19.99 is 1998 cents: an invoice that was paid in full stays one cent short, and a refund of it is one cent too small.

Rule: contract.md, money on the wire: no float ever exists, every declared currency comes back exactly.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


def exactly_or_so(order):
    def cents(row):
        return {**row, "amount": hub.plain(hub.Money(int(float(row["amount"]) * 100), order["currency"]))}

    try:
        return {**order, **{name: list(map(cents, order[name])) for name in ("payments", "refunds", "chargebacks")}}
    except (ValueError, LookupError, TypeError, ArithmeticError):
        raise hub.OutcomeUnknown("the order is not as documented") from None


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_answer(answer, query.reference)
    return sound.read_order(exactly_or_so(body))


@hookimpl
def handle_notification(message, account):
    if flaw := sound.flaw_of(message, account.settings["hook_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    order = hub.strict_json(message.body)["order"]
    return hub.Reading(verdict=Verdict.VALID, observations=sound.read_order(exactly_or_so(order)))
