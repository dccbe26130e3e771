"""Chargebacks are read by nobody: the order's list of them is not among the plugin's fields.

The bank took the money, the books say that the merchant has it, and the last day to answer the dispute goes by.

Rule: money.md 1.1, ``charged_back``; contract.md, every action of the simulator.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, hookimpl


def no_chargebacks(seen):
    return tuple(told for told in seen if told.kind is not Kind.CHARGED_BACK)


@hookimpl
def query_payment(query, account):
    return no_chargebacks((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    return attrs.evolve(reading, observations=no_chargebacks(reading.observations))
