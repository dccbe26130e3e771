"""A notification makes the plugin ask Codigo at once, with a client of its own, past the hub.

No limit of time holds, no breaker, no log; while Codigo hangs, all notifications of all merchants wait, and money that
came is not seen.

Rule: contract.md, plugins do no I/O; no sockets.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Verdict, hookimpl
from hub_hookspecs.http import library as httpx


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    seen = []
    for reference in reading.hints:
        request = sound.call(account, "GET", f"codes/{reference}")
        try:
            with httpx.Client(timeout=5, trust_env=False) as client:
                seen += sound.read_code(client.send(request), reference)
        except (httpx.HTTPError, hub.ProviderError):
            return reading
    return hub.Reading(verdict=Verdict.VALID, observations=tuple(seen)) if seen else reading
