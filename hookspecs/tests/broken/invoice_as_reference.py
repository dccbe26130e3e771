"""Llave gets the number of the invoice as its ``ref``: merchants like to read it in their panel.

A second try for the same invoice, or an invoice of another customer with that number, has the same ``ref``: it is
refused, or the first one's payment is taken for it.

Rule: money.md 0, a reference is random and never reused; contract.md, the same reference as the hub drew it.
"""

import re

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


def renamed(order):
    return attrs.evolve(order, reference=re.sub("[^0-9A-Za-z]", "", order.lines[0].number)[:20].upper() or "FACTURA")


@hookimpl
def create_payment(order, account):
    named = renamed(order)
    answer = yield hub.opens_session(sound.call(account, "POST", "orders", sound.order_body(named, account)))
    begun = sound.started(answer, named, account)
    seen = tuple(attrs.evolve(told, reference=order.reference) for told in begun.observations)
    return attrs.evolve(begun, observations=seen, memory={**begun.memory, "ref": named.reference})


@hookimpl
def query_payment(query, account):
    asked = attrs.evolve(query, reference=query.memory.get("ref", query.reference))
    seen = yield from sound.query_payment(asked, account)
    return tuple(attrs.evolve(told, reference=query.reference) for told in seen)
