"""A voucher's barcode has an odd number of digits, in a kind of barcode whose digits come in pairs.

It cannot be drawn as it was given: filled up it would be another number, so the page shows digits alone, and the till,
which only scans, sends the payer away. Breaks the contract of ``Barcode``: what a scanner reads is what was given.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    started = yield from sound.create_payment(order, account)
    if isinstance(started.action, hub.ShowReference):
        odd = hub.Barcode("123456789", hub.Symbology.ITF)
        started = attrs.evolve(started, action=attrs.evolve(started.action, barcode=odd))
    return started
