"""What was paid is told by the order's own ``amount``, which is what was asked for, not by the payment's.

A payer who paid half is a payer who paid all: the merchant delivers, and half of the money never comes.

Rule: contract.md, amount and currency come from the provider's word on the movement, or are none.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, Verdict, hookimpl


def as_asked(seen, order):
    try:
        whole = hub.Money.parse(order["amount"], order["currency"])
    except (ValueError, LookupError):
        raise hub.OutcomeUnknown("the order is not as documented") from None
    return tuple(attrs.evolve(told, amount=whole) if told.kind is Kind.PAID else told for told in seen)


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_answer(answer, query.reference)
    return as_asked(sound.read_order(body), body)


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    return attrs.evolve(reading, observations=as_asked(reading.observations, hub.strict_json(message.body)["order"]))
