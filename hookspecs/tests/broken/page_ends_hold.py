"""Retén: the end of its page is told beside a hold that stands.

Wrong: the page of an order dies in half an hour, and the order says ``expired``, also where the payer's bank holds
the money by then, for a week. The plugin tells both as they stand, *authorised* and *expired*; an end closes the
payment. The invoice is free and is paid again, while the shop may still take what is held: the payer pays
twice. Rule: *expired* says that no money can come of it any more.
"""

from __future__ import annotations

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave, reten
from hookspecs.tests.sound.reten import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(llave.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return llave.read_answer(answer, query.reference)
    return read_order(body)


@hookimpl
def handle_notification(message, account):
    reading = llave.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    try:
        return attrs.evolve(reading, observations=read_order(hub.strict_json(message.body)["order"]))
    except hub.OutcomeUnknown:
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and no order as documented")


def read_order(order):
    return (*llave.read_order(order), *reten.holds_of(order))
