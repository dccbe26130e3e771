"""A push that was accepted and given back is told as *cancelled*: in the end nobody has the money.

It was captured and returned, and neither is in the books; the notification of the capture, where it comes, makes a
paid invoice of it, whose money is gone.

Rule: money.md 1.1, ``cancelled`` says over without money; ``returned`` says money went back.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


def without_money(seen):
    if any(told.kind is Kind.RETURNED for told in seen):
        return (sound.vouch(hub.Observation(kind=Kind.CANCELLED, reference=seen[0].reference)),)
    return seen


@hookimpl
def query_payment(query, account):
    return without_money((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = yield from hub.exchange_of(lambda: sound.handle_notification(message, account))
    return attrs.evolve(reading, observations=without_money(reading.observations))
