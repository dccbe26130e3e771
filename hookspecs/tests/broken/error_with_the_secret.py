"""A token that is refused is told with the request that was sent, its Basic header included.

Client id and secret of the merchant stand in the hub's log and on the page of the account.

Rule: contract.md and errors.py, an error never carries a payload or a secret.
"""

from datetime import timedelta

import hub_hookspecs as hub
from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import hookimpl


@hookimpl
def authorize(request, account):
    asked = sound.token_request(account)
    answer = yield asked
    if answer.status_code != 200:
        raise hub.OutcomeUnknown(f"no token: {answer.status_code} to {asked.headers['authorization']}")
    token, life = sound.token_in(answer)
    return hub.Grant(headers={"authorization": f"Bearer {token}"}, expires_at=request.now + timedelta(seconds=life))
