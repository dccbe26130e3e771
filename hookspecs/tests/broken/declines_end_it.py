"""A refused card is told as *declined*, and that a refusal ends the session is declared; Llave's page takes the next
card.

The payment is closed as proven unpaid, the payer goes on with another card on the page, and pays another method too.

Rule: contract.md, decline_ends_session; money.md 1.1, ``try_declined``.
"""

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def describe_provider():
    return attrs.evolve(sound.describe_provider(), decline_ends_session=True)


def ended(seen):
    no = any(told.kind is Kind.TRY_DECLINED for told in seen)
    kept = (told for told in seen if not (no and told.kind is Kind.ACCEPTED))
    return tuple(attrs.evolve(told, kind=Kind.DECLINED) if told.kind is Kind.TRY_DECLINED else told for told in kept)


@hookimpl
def query_payment(query, account):
    return ended((yield from sound.query_payment(query, account)))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    return attrs.evolve(reading, observations=ended(reading.observations))
