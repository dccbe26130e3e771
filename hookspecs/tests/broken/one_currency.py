"""Whatever was paid is told in pesos: the currency of the country, written down once.

A hundred dollars are booked as a hundred pesos: a fortieth. The payer is asked for the rest.

Rule: contract.md, amount and currency come from the provider's answer.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


def in_pesos(seen):
    return tuple(
        attrs.evolve(told, amount=hub.Money(told.amount.minor, "UYU")) if told.amount else told for told in seen
    )


@hookimpl
def query_payment(query, account):
    return in_pesos((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    return attrs.evolve(reading, observations=in_pesos(reading.observations))
