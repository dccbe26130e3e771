"""A push that the payer's bank took back is told as returned, as if the merchant had given it back.

No dispute opens and nobody answers the bank in time; the payer is written that the merchant returned the money.

Rule: money.md 1.1, ``charged_back`` and ``returned`` are two kinds.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


def as_refunds(seen):
    return tuple(attrs.evolve(told, kind=Kind.RETURNED) if told.kind is Kind.CHARGED_BACK else told for told in seen)


@hookimpl
def query_payment(query, account):
    return as_refunds((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = yield from hub.exchange_of(lambda: sound.handle_notification(message, account))
    return attrs.evolve(reading, observations=as_refunds(reading.observations))
