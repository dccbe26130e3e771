"""Euros are declared beside pesos and dollars; Codigo does not take them.

The button is shown for invoices in euros, and each press of it ends in a refusal: nobody is told another way to pay.

Rule: contract.md, every declared currency round-trips.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def describe_provider():
    info = sound.describe_provider()
    return attrs.evolve(info, currencies=(*info.currencies, hub.CurrencyRule(currency="EUR", decimals=2)))
