"""The reason of a refusal shows which signature would have been right, "so that support can compare".

Whoever reads the log, the review or the page of the message signs that very body as Llave.

Rule: contract.md, no secret and no expected signature in any message, repr or log line.
"""

import hmac

import attrs

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    given = sound.SIGNATURE.fullmatch(message.header("x-llave-signature") or "")
    if reading.verdict is Verdict.INVALID and given:
        secret = account.settings["hook_secret"].encode()
        proof = hmac.digest(secret, given[1].encode() + b"." + message.body, "sha256").hex()
        return attrs.evolve(reading, reason=f"expected v1={proof}")
    return reading
