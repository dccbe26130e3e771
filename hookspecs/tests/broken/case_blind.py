"""Codigo with short references that it looks up case-blind: so does the plugin, and says that it was ours.

Wrong: references of six letters and digits are declared in both cases, Codigo takes ``aB3xY9`` and ``AB3XY9`` for one
code, and the plugin compares without case and puts our own reference in place of the echo. The second of such a pair is
refused as a duplicate and so never started; asked for, it shows the first one's payment: one payment settles two
invoices. The merchant loses the second. Rule: a reference is what the provider echoed; the declared alphabet is one
that the provider tells apart.
"""

from __future__ import annotations

import re
import string

import attrs
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound import codigo_simulator as theirs
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Verdict, hookimpl

REFERENCE = hub.ReferenceRule(6, string.digits + string.ascii_letters)


@hookimpl
def describe_provider():
    return attrs.evolve(sound.describe_provider(), reference=REFERENCE)


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    echo = hub.json_object(answer).get("ref")
    if not isinstance(echo, str) or echo.upper() != query.reference.upper():
        return ()
    return tuple(attrs.evolve(seen, reference=query.reference) for seen in sound.read_code(answer, echo))


@hookimpl
def handle_notification(message, account):
    why = "Codigo signs nothing, so it is only a reason to ask"
    try:
        reference = hub.strict_json(message.body)["ref"]
    except (ValueError, LookupError, TypeError):
        return hub.Reading(verdict=Verdict.UNSIGNED, reason="it carries no proof, and names no code")
    ours = isinstance(reference, str) and re.fullmatch("[0-9A-Za-z]{6}", reference)
    return hub.Reading(verdict=Verdict.UNSIGNED, hints=(reference,) if ours else (), reason=why)


class Folded(dict):
    """Codes by their reference, whatever its case; each keeps the one that it was issued with."""

    def __setitem__(self, ref, code):
        super().__setitem__(ref.upper(), code)

    def __getitem__(self, ref):
        return super().__getitem__(ref.upper())

    def __contains__(self, ref):
        return super().__contains__(ref.upper())

    def get(self, ref, default=None):
        return super().get(ref.upper(), default)


class Network(theirs.Network):
    """It does not tell upper from lower case."""

    def __init__(self, merchants):
        super().__init__(merchants)
        self.codes = Folded()
        self.stage.forget = self.codes.clear


def app(config):
    network = Network(theirs.configure(config)["merchants"])
    guarded = network.guarded
    return network.stage.wrap([
        Route("/commerce", guarded(network.commerce)),
        Route("/codes", guarded(network.issue), methods=["POST"]),
        Route("/codes/{ref}", guarded(network.show)),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
