"""The address of the page is put together from a host that stands in the code, the live one, whatever the account's
mode.

A payer of the demo is sent to the live page and pays there with real money for an order that is none.

Rule: contract.md, addresses come from the account's endpoints, and a payer is sent to declared hosts alone.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    begun = yield from sound.create_payment(order, account)
    url = f"https://pay.llave.example/page/{begun.memory['order']}"
    return attrs.evolve(begun, action=hub.Redirect(url, begun.action.expires_at))
