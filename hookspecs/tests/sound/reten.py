"""Retén (Uruguay): Llave that only holds the money first; a hold stands for a week, its page half an hour.

What is held is taken by a call, whole or in part, once.
"""

from __future__ import annotations

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave
from hookspecs.tests.sound.llave import *  # noqa: F403
from hookspecs.tests.sound.reten_simulator import SIMULATOR as SIMULATOR
from hub_hookspecs import Kind, Verdict, hookimpl

NO_CAPTURE = frozenset({"not_found", "not_held", "exceeds", "bad_amount"})


@hookimpl
def describe_provider():
    ways = (attrs.evolve(llave.PAGE, authorises=True),)
    return attrs.evolve(llave.describe_provider(), code="reten", name="Retén", ways=ways)


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


@hookimpl
def capture_payment(capture, account):
    wanted = {"op": capture.operation, "amount": hub.plain(capture.amount, 2), "currency": capture.amount.currency}
    answer = yield llave.call(account, "POST", f"orders/{capture.reference}/capture", wanted)
    body = hub.json_object(answer)
    llave.refuse(answer, body, (404, 409, 422), NO_CAPTURE)
    if answer.status_code != 201 or body.get("op") != capture.operation or body.get("ref") != capture.reference:
        raise hub.OutcomeUnknown("the capture was not confirmed")
    try:
        return (llave.paid(body, body),)
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the capture is not as documented") from None


def read_order(order):
    """All that an order tells; its page may be over while a bank still holds the money, and then nothing has ended."""
    seen, holds = llave.read_order(order), holds_of(order)
    return (*(told for told in seen if not holds or told.kind not in hub.CLOSING_KINDS), *holds)


def holds_of(order):
    try:
        return tuple(held(row, order) for row in order["payments"] if row["state"] == "held")
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("a hold is not as documented") from None


def held(row, order):
    told = hub.Observation(kind=Kind.AUTHORISED, **llave.names(order), amount=llave.amount(row, order))
    until = llave.moment({"at": llave.text(row, "until")})
    return llave.vouch(attrs.evolve(told, occurred_at=llave.moment(row), expires_at=until))
