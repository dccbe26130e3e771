"""The time inside the signature is not looked at: a signature that is right once is right for ever.

A message that was recorded last month is genuine today: an order told as *cancelled* or *open*, or a payment of a
restored backup, comes back whenever somebody wants it to.

Rule: contract.md, stale and replayed notifications are invalid.
"""

from datetime import UTC, datetime

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def handle_notification(message, account):
    given = sound.SIGNATURE.fullmatch(message.header("x-llave-signature") or "")
    then = datetime.fromtimestamp(int(given[1]), UTC) if given else message.received_at
    return sound.handle_notification(attrs.evolve(message, received_at=then), account)
