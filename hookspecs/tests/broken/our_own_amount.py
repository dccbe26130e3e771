"""A paid push is told with the amount of our own order, and vouched for: Empuje "only has pushes of that value".

Where Empuje took less, or more, the hub compares its record with itself, and nobody is ever told.

Rule: contract.md, Observation: a plugin never fills in from our own order what the provider did not say.
"""

import attrs

from hookspecs.tests.sound import empuje as sound
from hookspecs.tests.sound.empuje import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def query_payment(query, account):
    seen = yield from sound.query_payment(query, account)
    return tuple(attrs.evolve(told, amount=query.amount) if told.kind is Kind.PAID else told for told in seen)
