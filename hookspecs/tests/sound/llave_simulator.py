"""Llave faked over real HTTP: orders, their page, refunds, payouts, and the notifications that it signs.

Actions besides the usual: ``verify`` (a payment is held and looked at), ``pay_half``, ``pay_twice``, ``reverse`` (the
shop gives all back in its panel), ``chargeback``.
"""

from __future__ import annotations

import hmac
import itertools
import json
import secrets
from datetime import timedelta, timezone
from functools import partial

import attrs
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from hub_hookspecs import Money, MoneyError, plain
from hub_hookspecs.testing.simulator import News, Simulator, Stage

HERE = timezone(timedelta(hours=-3))
SECRETS = ("key", "hook_secret")
OVER = ("expired", "cancelled")


class Shop:
    """All orders of all merchants, and what became of them."""

    def __init__(self, merchants):
        self.merchants = [dict(merchant) for merchant in merchants]
        self.orders, self.numbers = {}, itertools.count(1)
        self.stage = Stage(forge=forged, distort=self.distort, forget=self.orders.clear, rotate=self.rotate)
        pay = partial(self.pay, shares=(1,))
        self.stage.actions.update(
            approve=pay, reject=self.reject, expire=self.expire, verify=self.verify, chargeback=self.chargeback,
            pay_half=partial(self.pay, shares=(2,)), pay_twice=partial(self.pay, shares=(1, 1)), reverse=self.reverse,
        )  # fmt: skip

    def fresh(self, letters):
        return f"{letters}{next(self.numbers):07d}"

    def at(self):
        return self.stage.now().astimezone(HERE).isoformat(timespec="seconds")

    def find(self, ref, merchant=None):
        order = self.orders[ref]
        if merchant and order["store"] != merchant["store"]:
            raise KeyError(ref)
        return order

    def merchant_of(self, order):
        return next(one for one in self.merchants if one["store"] == order["store"])

    def rotate(self, name, values):
        merchant = next((one for one in self.merchants if one["id"] == name), None)
        if merchant is None or set(values) - set(SECRETS):
            raise LookupError(f"a merchant has {', '.join(SECRETS)}")
        merchant.update(values)

    # What the payer, the bank and the shop do

    async def pay(self, ref, _body, shares):
        order = self.find(ref)
        if order["state"] not in ("open", "verifying"):
            return
        order["payments"] = [row for row in order["payments"] if row["state"] != "held"]
        whole = Money.parse(order["amount"], order["currency"])
        for share in shares:
            money = Money(max(1, whole.minor // share), whole.currency)
            row = self.payment(order, money, "captured")
            self.stage.capture(ref, row["id"], self.merchant_of(order)["id"], money)
        order["state"] = "part_paid" if shares == (2,) else "paid"
        self.tell(order)

    def payment(self, order, money, state):
        row = {
            "id": self.fresh("PAY"),
            "state": state,
            "amount": plain(money),
            "at": self.at(),
            "card": "Visa ****1111",
        }
        order["payments"].append(row)
        return row

    async def verify(self, ref, _body):
        order = self.find(ref)
        if order["state"] == "open":
            order["state"] = "verifying"
            self.payment(order, Money.parse(order["amount"], order["currency"]), "held")
            self.tell(order)

    async def reject(self, ref, body):
        order = self.find(ref)
        if order["state"] in ("open", "verifying"):
            order["state"] = "open"  # the page stays, for another card
            order["payments"] = [row for row in order["payments"] if row["state"] != "held"]
            order["tries"].append({"id": self.fresh("TRY"), "code": str(body.get("code", "51")), "at": self.at()})
            self.tell(order)

    async def expire(self, ref, _body):
        order = self.find(ref)
        if order["state"] == "open":
            order["state"] = "expired"
            self.tell(order)

    async def reverse(self, ref, _body):
        order = self.find(ref)
        for row in order["payments"]:
            if row["state"] == "captured" and (left := self.left(order, row)):
                self.take_back(order, row, left, "refunds", "panel")
        self.tell(order)

    async def chargeback(self, ref, _body):
        order = self.find(ref)
        for row in order["payments"]:
            if row["state"] == "captured" and (left := self.left(order, row)):
                self.take_back(order, row, left, "chargebacks", "bank")
        self.tell(order)

    def left(self, order, payment):
        back = [row for row in order["refunds"] + order["chargebacks"] if row["payment"] == payment["id"]]
        money = Money.parse(payment["amount"], order["currency"])
        return sum((-Money.parse(row["amount"], order["currency"]) for row in back), money)

    def take_back(self, order, payment, money, what, op):
        """Give a part back, in the book as in the order."""
        row = {"id": self.fresh("BCK"), "payment": payment["id"], "amount": plain(money), "at": self.at(), "op": op}
        order[what].append(row)
        self.stage.give_back(payment["id"], money)
        return row

    def tell(self, order):
        body = json.dumps({"event": self.fresh("EVT"), "at": self.at(), "order": shown(order)}).encode()
        merchant = self.merchant_of(order)
        self.stage.notify(self.signed(merchant, order["ref"], body))

    def signed(self, merchant, ref, body):
        when = str(int(self.stage.now().timestamp()))
        proof = hmac.digest(merchant["hook_secret"].encode(), when.encode() + b"." + body, "sha256").hex()
        headers = {"content-type": "application/json", "x-llave-signature": f"t={when},v1={proof}"}
        return News(reference=ref, merchant=merchant["id"], path="", headers=headers, body=body)

    def distort(self, news):
        body = json.loads(news.body)
        for row in body["order"]["payments"]:
            row["amount"] = plain(
                Money.parse(row["amount"], body["order"]["currency"]) + Money(100, body["order"]["currency"])
            )
        merchant = next(one for one in self.merchants if one["id"] == news.merchant)
        return self.signed(merchant, news.reference, json.dumps(body).encode())

    # What the shop's system asks

    async def store(self, _request, merchant):
        return JSONResponse({"store": merchant["store"], "rut": merchant["rut"], "name": merchant["name"]})

    async def open(self, request, merchant):
        body = json.loads(await request.body())
        try:
            money = Money.parse(str(body["amount"]), body["currency"])
        except MoneyError:
            return JSONResponse({"error": "bad_amount"}, 422)
        if money.minor <= 0 or money.currency not in ("UYU", "USD") or body["store"] != merchant["store"]:
            return JSONResponse({"error": "bad_amount"}, 422)
        if body["ref"] in self.orders:
            return JSONResponse({"error": "duplicate_ref"}, 409)
        order = {"order": self.fresh("ORD"), "ref": body["ref"], "store": merchant["store"], "state": "open",
                 "amount": plain(money), "currency": money.currency, "tries": [], "payments": [], "refunds": [],
                 "chargebacks": []}  # fmt: skip
        self.orders[body["ref"]] = order
        return JSONResponse({**shown(order), "url": f"{request.base_url}page/{order['order']}"}, 201)

    async def show(self, request, merchant):
        ref = request.path_params["ref"]
        try:
            return JSONResponse(shown(self.find(ref, merchant)))
        except KeyError:
            return JSONResponse({"error": "not_found", "ref": ref}, 404)

    async def cancel(self, request, merchant):
        try:
            order = self.find(request.path_params["ref"], merchant)
        except KeyError:
            return JSONResponse({"error": "not_found"}, 404)
        if order["state"] != "open":
            return JSONResponse({"error": "already_over" if order["state"] in OVER else "already_paid"}, 409)
        order["state"] = "cancelled"
        self.tell(order)
        return JSONResponse(shown(order))

    async def refund(self, request, merchant):
        body, payment = json.loads(await request.body()), request.path_params["payment"]
        for order in self.orders.values():
            for row in order["payments"]:
                if row["id"] == payment and order["store"] == merchant["store"]:
                    return self.refund_row(order, row, body)
        return JSONResponse({"error": "not_found"}, 404)

    def refund_row(self, order, row, body):
        if any(done["op"] == body["op"] for done in order["refunds"]):
            return JSONResponse({"error": "duplicate_op"}, 409)
        if row["state"] != "captured":
            return JSONResponse({"error": "not_paid"}, 409)
        left = self.left(order, row)
        try:  # without an amount all that is left goes back
            money = Money.parse(str(body["amount"]), order["currency"]) if "amount" in body else left
        except MoneyError:
            return JSONResponse({"error": "bad_amount"}, 422)
        if body.get("currency", order["currency"]) != order["currency"]:
            return JSONResponse({"error": "bad_currency"}, 422)
        if money.minor <= 0 or money > left:
            return JSONResponse({"error": "exceeds"}, 422)
        done = self.take_back(order, row, money, "refunds", body["op"])
        self.tell(order)
        return JSONResponse({**done, **{name: order[name] for name in ("ref", "order", "currency")}}, 201)

    async def payouts(self, request, merchant):
        first, last = request.query_params["from"], request.query_params["to"]
        lines = [self.line(order, row, sign) for order in self.orders.values() if order["store"] == merchant["store"]
                 for what, sign in (("payments", 1), ("refunds", -1), ("chargebacks", -1)) for row in order[what]
                 if row.get("state", "captured") == "captured" and first <= row["at"][:10] <= last]  # fmt: skip
        return JSONResponse({"lines": lines})

    def line(self, order, row, sign):
        gross = Money.parse(row["amount"], order["currency"]).minor * sign
        fee = max(gross, 0) * 3 // 100
        tax = fee * 22 // 100
        sums = {"gross": gross, "fee": fee, "fee_tax": tax, "net": gross - fee - tax}
        return {"id": f"P-{row['id']}", "payment": row.get("payment", row["id"]), "ref": order["ref"],
                "order": order["order"], "currency": order["currency"], "at": row["at"], "paid_on": row["at"][:10],
                **{name: plain(Money(minor, order["currency"])) for name, minor in sums.items()}}  # fmt: skip

    def guarded(self, answer):
        async def guard(request):
            given = request.headers.get("x-key", "")
            merchant = next((one for one in self.merchants if one["key"] == given), None)
            if merchant is None:
                return JSONResponse({"error": "unknown_key"}, 401)
            return await answer(request, merchant)

        return guard


def shown(order):
    return json.loads(json.dumps(order))


def forged(news):
    when = news.headers["x-llave-signature"].split(",")[0]
    return attrs.evolve(news, headers={**news.headers, "x-llave-signature": f"{when},v1={'0' * 64}"})


async def page(_request):
    return PlainTextResponse("SIMULADO")


def app(config):
    shop = Shop(configure(config)["merchants"])
    guarded = shop.guarded
    return shop.stage.wrap([
        Route("/store", guarded(shop.store)),
        Route("/orders", guarded(shop.open), methods=["POST"]),
        Route("/orders/{ref}", guarded(shop.show)),
        Route("/orders/{ref}/cancel", guarded(shop.cancel), methods=["POST"]),
        Route("/payments/{payment}/refunds", guarded(shop.refund), methods=["POST"]),
        Route("/payouts", guarded(shop.payouts)),
        Route("/page/{order}", page),
    ])  # fmt: skip


def configure(config):
    given = config.get("merchants") or [{}]
    fresh = [{"id": f"m{number}", "name": "Almacén", "rut": f"21123456{number:04d}", "store": f"ST{number:05d}",
              "key": secrets.token_hex(16), "hook_secret": secrets.token_hex(16), **one}
             for number, one in enumerate(given, 1)]  # fmt: skip
    return {**config, "merchants": fresh}


def settings(config, merchant):
    one = next(one for one in config["merchants"] if one["id"] == merchant)
    return {name: one[name] for name in ("store", *SECRETS)}


SIMULATOR = Simulator(
    code="llave", configure=configure, app=app, endpoints=lambda base: {"api": base, "page": base}, settings=settings
)
