"""The movement is our reference for every payment of an order, though Llave names each payment.

A page that was paid twice is told as one payment: the payer's second money is in nobody's books, and never goes back.

Rule: contract.md, movement: the same text for the same movement, so another one for another; money.md 1.2,
duplicate_charge.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


def as_one(seen):
    named = (attrs.evolve(told, movement=told.reference, event_id=None) if told.movement else told for told in seen)
    return tuple({(told.kind, told.movement): told for told in map(sound.vouch, named)}.values())


@hookimpl
def query_payment(query, account):
    return as_one((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    return attrs.evolve(reading, observations=as_one(reading.observations))
