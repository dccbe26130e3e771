"""The signature is computed over the body as the plugin decoded it and wrote it again, not over the bytes that came.

Bytes that Llave never signed pass, two keys of one name among them, of which the last one counts; and a genuine
message that another library wrote is thrown away.

Rule: specs.py, verify the raw bytes before decoding them.
"""

import json

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    try:
        again = json.dumps(json.loads(message.body)).encode()
    except ValueError:
        return hub.Reading(verdict=Verdict.INVALID, reason="the body is no JSON")
    return sound.handle_notification(attrs.evolve(message, body=again), account)
