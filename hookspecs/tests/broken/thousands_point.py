"""Chilean amounts are read as if the point stood before decimals: ``12.500`` is twelve and a half, of which 12 are
kept.

A payment of 12,500 pesos is booked as 12: the payer is asked for the rest of what was paid.

Rule: contract.md, every declared currency round-trips exactly; an amount is never rounded.
"""

from decimal import Decimal

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl


def money_in(value, currency):
    places = sound.DECIMALS[currency]
    return hub.Money(int(Decimal(value.replace(",", ".")) * 10**places), currency)


def told(row, body, kind, event):
    return sound.vouch(
        hub.Observation(
            kind=kind,
            reference=body["ref"],
            provider_reference=body["code"],
            movement=row["folio"],
            amount=money_in(row["monto"], body["currency"]),
            occurred_at=sound.moment(row["at"]),
            event_id=event,
        )
    )


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or not body.get("payments"):
        return sound.read_code(answer, query.reference)
    try:
        paid = tuple(told(row, body, Kind.PAID, row["folio"]) for row in body["payments"])
        return paid + tuple(told(row, body, Kind.RETURNED, row["id"]) for row in body["returns"])
    except (ArithmeticError, ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the code is not as documented") from None
