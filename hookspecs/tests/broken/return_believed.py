"""The browser comes back with ``?status=paid&ref=...``, and the plugin tells it as paid.

The payer types that address, and has paid.

Rule: contract.md, a browser return proves nothing unless the provider signed it; money.md 0, a hint.
"""

from urllib.parse import parse_qsl

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    if message.source is hub.Source.RETURN:
        named = dict(parse_qsl(message.query))
        kind = {"paid": Kind.PAID, "cancelled": Kind.CANCELLED}.get(named.get("status", ""))
        if kind and named.get("ref"):
            told = hub.Observation(kind=kind, reference=named["ref"], movement=named["ref"])
            return hub.Reading(verdict=Verdict.VALID, observations=(sound.vouch(told),))
    return sound.handle_notification(message, account)
