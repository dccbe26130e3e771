"""Retén faked over real HTTP: Llave, whose payments are held for a week and taken by a call.

Action ``expire`` ends the page alone; ``lapse`` lets the bank give up what it holds.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

from hookspecs.tests.sound import llave_simulator as theirs
from hub_hookspecs import Money, MoneyError, plain


class Shop(theirs.Shop):
    """What is paid is held, and taken by a call."""

    def __init__(self, merchants):
        super().__init__(merchants)
        for name in ("verify", "pay_half", "pay_twice"):
            del self.stage.actions[name]
        self.stage.actions["lapse"] = self.lapse

    async def pay(self, ref, _body, shares):
        order = self.find(ref)
        if order["state"] == "open":
            row = self.payment(order, Money.parse(order["amount"], order["currency"]), "held")
            row["until"] = (datetime.fromisoformat(row["at"]) + timedelta(days=7)).isoformat()
            order["state"] = "held"
            self.tell(order)

    async def expire(self, ref, body):
        """The page is over; a hold is not."""
        order = self.find(ref)
        if order["state"] == "held":
            order["state"] = "open"
        await super().expire(ref, body)

    async def lapse(self, ref, _body):
        order = self.find(ref)
        if self.release(order):
            order["state"] = "expired"
            self.tell(order)

    def release(self, order):
        holds = [row for row in order["payments"] if row["state"] == "held"]
        for row in holds:
            row["state"] = "released"
        return holds

    async def cancel(self, request, merchant):
        order = self.orders.get(request.path_params["ref"])
        if order and order["store"] == merchant["store"] and self.release(order):
            order["state"] = "open"
        return await super().cancel(request, merchant)

    async def take(self, request, merchant):
        body = json.loads(await request.body())
        try:
            order = self.find(request.path_params["ref"], merchant)
            money = Money.parse(str(body["amount"]), order["currency"])
        except KeyError:
            return JSONResponse({"error": "not_found"}, 404)
        except MoneyError:
            return JSONResponse({"error": "bad_amount"}, 422)
        row = next((row for row in order["payments"] if row["state"] == "held"), None)
        if row is None:
            return JSONResponse({"error": "not_held"}, 409)
        if body["currency"] != order["currency"] or not 0 < money.minor <= self.left(order, row).minor:
            return JSONResponse({"error": "exceeds"}, 422)
        row.update(state="captured", amount=plain(money), at=self.at())
        order["state"] = "paid"
        self.stage.capture(order["ref"], row["id"], merchant["id"], money)
        self.tell(order)
        names = {name: order[name] for name in ("ref", "order", "currency")}
        return JSONResponse({**row, **names, "op": body["op"]}, 201)


def app(config):
    shop = Shop(theirs.configure(config)["merchants"])
    guarded = shop.guarded
    return shop.stage.wrap([
        Route("/store", guarded(shop.store)),
        Route("/orders", guarded(shop.open), methods=["POST"]),
        Route("/orders/{ref}", guarded(shop.show)),
        Route("/orders/{ref}/cancel", guarded(shop.cancel), methods=["POST"]),
        Route("/orders/{ref}/capture", guarded(shop.take), methods=["POST"]),
        Route("/payments/{payment}/refunds", guarded(shop.refund), methods=["POST"]),
        Route("/payouts", guarded(shop.payouts)),
        Route("/page/{order}", theirs.page),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, code="reten", app=app)
