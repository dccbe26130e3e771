"""The address of Codigo is taken from the environment where it is set there, as it was while the plugin was being
written.

One variable of the machine moves the payments of all merchants, live ones too, and nothing in the account shows it.

Rule: contract.md, hooks are pure: no environment; addresses come from the account's endpoints.
"""

import os

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


@hookimpl
def create_payment(order, account):
    base = os.environ.get("CODIGO_API", account.endpoints["api"])
    moved = attrs.evolve(account, endpoints={**account.endpoints, "api": base})
    return sound.issued((yield hub.opens_session(sound.call(moved, "POST", "codes", sound.code_body(order)))), order)
