"""Whether a notification is fresh is measured by the clock of the machine, not by when it was received.

What waited in the hub, after an outage or for a repair of the plugin, is too old when it is read again, and a paid
order stays unpaid.

Rule: contract.md, hooks are pure: no clock; a stored message is run again from the start.
"""

from datetime import UTC, datetime

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def handle_notification(message, account):
    return sound.handle_notification(attrs.evolve(message, received_at=datetime.now(UTC)), account)
