"""A push whose answer was lost is sent once more by the plugin itself, under the same reference.

Where Empuje had taken the first one the payer has two pushes on the phone, and may accept both; the merchant gives one
back, if somebody notices.

Rule: contract.md, marks: a charging request is never repeated, without exception.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    try:
        answer = yield sound.call(account, "POST", "pushes", sound.push_body(order))
    except (hub.NotSent, hub.OutcomeUnknown):
        answer = yield sound.call(account, "POST", "pushes", sound.push_body(order))
    return sound.pushed(answer, order)
