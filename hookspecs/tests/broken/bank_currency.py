"""Llave whose chargebacks are told in the bank's currency: only what the order says is looked at.

Wrong: a chargeback has a ``currency`` of its own, pesos, and says under ``of_payment`` how much of the payment it took;
the plugin reads its amount in the order's currency, as it does for refunds. Of a payment of 100 dollars 4,000 dollars
were taken then: more than was ever paid is booked as gone, and the merchant writes off, or pays, what nobody took.
Orders in pesos are right. Rule: an amount has the currency that the provider gave it.
"""

from __future__ import annotations

import json

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Money, plain

PESOS_A_DOLLAR = 40


class Shop(theirs.Shop):
    """A chargeback is told in pesos, as the bank books it, beside what it took of the payment."""

    def tell(self, order):
        body = json.dumps({"event": self.fresh("EVT"), "at": self.at(), "order": as_banked(order)}).encode()
        self.stage.notify(self.signed(self.merchant_of(order), order["ref"], body))

    async def show(self, request, merchant):
        answer = await super().show(request, merchant)
        return JSONResponse(as_banked(json.loads(answer.body)), answer.status_code)


def as_banked(order):
    told = theirs.shown(order)
    for row in told.get("chargebacks", ()):
        taken = Money.parse(row["amount"], told["currency"])
        pesos = taken.minor * PESOS_A_DOLLAR if taken.currency == "USD" else taken.minor
        row.update(of_payment=row["amount"], amount=plain(Money(pesos, "UYU")), currency="UYU")
    return told


def app(config):
    shop = Shop(theirs.configure(config)["merchants"])
    guarded = shop.guarded
    return shop.stage.wrap([
        Route("/store", guarded(shop.store)),
        Route("/orders", guarded(shop.open), methods=["POST"]),
        Route("/orders/{ref}", guarded(shop.show)),
        Route("/orders/{ref}/cancel", guarded(shop.cancel), methods=["POST"]),
        Route("/payments/{payment}/refunds", guarded(shop.refund), methods=["POST"]),
        Route("/payouts", guarded(shop.payouts)),
        Route("/page/{order}", theirs.page),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
