"""Llave writes its times with ``-03:00``; the zone is cut off, and UTC written in its place.

All payments are three hours too early: those of the first hours of a month are booked in the month before, and taxed
there.

Rule: contract.md, occurred_at is when the provider says it happened, UTC.
"""

from datetime import timedelta

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


def shifted(seen):
    three = timedelta(hours=3)
    return tuple(
        attrs.evolve(told, occurred_at=told.occurred_at - three) if told.occurred_at else told for told in seen
    )


@hookimpl
def query_payment(query, account):
    return shifted((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    return attrs.evolve(reading, observations=shifted(reading.observations))
