"""Every code of a push but ``00`` is a refusal, code 90 included, which says that Empuje itself does not know.

The push is on the phone (option ``core`` = ``unclear``), the payer is told that it was refused, pays another way, and
accepts it too: charged twice.

Rule: contract.md, ``Refused`` only for a documented no; unknown status or code leads to no conclusion.
"""

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    answer = yield sound.call(account, "POST", "pushes", sound.push_body(order))
    body = hub.json_object(answer)
    if answer.status_code == 200 and body.get("code") != "00":
        raise hub.Refused(hub.Reason(hub.ReasonKind.OTHER, str(body.get("code"))))
    return sound.pushed(answer, order)
