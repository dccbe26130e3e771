"""The payer is sent to the page with the key of the account behind it: ``?key=``, as an old integration did.

Every payer, and every log on the way, has the key with which orders are read and refunds are made.

Rule: contract.md, settings marked secret never show; a next action goes to the payer's browser.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    begun = yield from sound.create_payment(order, account)
    url = f"{begun.action.url}?key={account.settings['key']}"
    return attrs.evolve(begun, action=hub.Redirect(url, begun.action.expires_at))
