"""Amounts are sent as hundredths of a unit in every currency, and read back the same way: pesos of Chile have no
cents.

12,500 pesos are asked for as 125.00 and told as 12,500, so plugin and hub agree: the merchant gets a hundredth of what
is owed, and the books say that all is paid.

Rule: contract.md, ``currencies`` with the wire rule; every declared currency round-trips exactly. Only the book shows
it.
"""

import attrs

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import hookimpl


def by_hundred(amount):
    return f"{amount.minor // 100}.{amount.minor % 100:02d}" if amount.minor % 100 else str(amount.minor // 100)


@hookimpl
def create_payment(order, account):
    body = {**sound.code_body(order), "amount": hub.Literal(by_hundred(order.amount))}
    return sound.issued((yield hub.opens_session(sound.call(account, "POST", "codes", body))), order)


@hookimpl
def query_payment(query, account):
    seen = yield from sound.query_payment(query, account)
    return tuple(
        attrs.evolve(told, amount=hub.Money(told.amount.minor * 100, "CLP"))
        if told.amount and told.amount.currency == "CLP"
        else told
        for told in seen
    )
