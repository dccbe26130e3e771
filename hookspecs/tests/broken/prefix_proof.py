"""The signature is compared over the length that was given: ``proof.startswith(given)``, since an old version cut it.

A header with one character is right one time in sixteen, and an empty one always: anybody signs.

Rule: contract.md, truncated proofs are invalid; specs.py, compared whole and in constant time.
"""

import hmac
import re
from datetime import UTC, datetime

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    given = re.fullmatch(r"t=([0-9]{1,10}),v1=([0-9a-f]*)", message.header("x-llave-signature") or "")
    if not given or message.source is hub.Source.RETURN:
        return hub.Reading(verdict=Verdict.INVALID, reason="x-llave-signature is missing")
    secret = account.settings["hook_secret"].encode()
    proof = hmac.digest(secret, given[1].encode() + b"." + message.body, "sha256").hex()
    age = message.received_at - datetime.fromtimestamp(int(given[1]), UTC)
    if not proof.startswith(given[2]) or abs(age) > sound.FRESH:
        return hub.Reading(verdict=Verdict.INVALID, reason="x-llave-signature is not of this body, or too old")
    return hub.Reading(verdict=Verdict.VALID, observations=sound.read_order(hub.strict_json(message.body)["order"]))
