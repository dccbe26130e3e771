"""A notification is told as paid with the amount of a header that Empuje's signature does not cover, and vouched for.

Whoever stands between, or repeats a genuine body, chooses the amount: a push of 100 pesos pays an invoice of a
million.

Rule: contract.md, ``vouched`` names what was signed; every field that the signature does not cover stays out of it.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, Verdict, hookimpl


@hookimpl
def handle_notification(message, account):
    if flaw := sound.flaw_of(message, account.settings["notify_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    body = hub.strict_json(message.body)
    kinds = sound.STATES.get(body["state"], ())
    value = message.header("x-empuje-value") or ""
    amount = hub.Money.parse(value, "COP") if value.isdigit() else None
    told = tuple(
        hub.Observation(
            kind=kind,
            reference=body["ref"],
            provider_reference=body["tx"],
            movement=body["ref"] if kind is not Kind.ACCEPTED else None,
            amount=amount if kind is not Kind.ACCEPTED else None,
        )
        for kind in kinds
    )
    return hub.Reading(verdict=Verdict.VALID, observations=tuple(map(sound.vouch, told)))
