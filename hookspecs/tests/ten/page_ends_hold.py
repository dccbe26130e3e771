"""Llave that only holds the money first: the end of its page is told beside a hold that stands.

Wrong: the page of an order dies in half an hour, and the order says ``expired``, also where the payer's bank holds
the money by then, for a week. The plugin tells both as they stand, *authorised* and *expired*; an end closes the
payment. The invoice is free and is paid again, while the shop may still take what is held: the payer pays
twice. Rule: *expired* says that no money can come of it any more.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *  # noqa: F403
from hub_hookspecs import Kind, Money, MoneyError, Verdict, hookimpl, plain

NO_CAPTURE = frozenset({"not_found", "not_held", "exceeds", "bad_amount"})


@hookimpl
def describe_provider():
    return attrs.evolve(sound.describe_provider(), ways=(attrs.evolve(sound.PAGE, authorises=True),))


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_answer(answer, query.reference)
    return read_order(body)


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    try:
        return attrs.evolve(reading, observations=read_order(hub.strict_json(message.body)["order"]))
    except hub.OutcomeUnknown:
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and no order as documented")


@hookimpl
def capture_payment(capture, account):
    wanted = {"op": capture.operation, "amount": hub.plain(capture.amount, 2), "currency": capture.amount.currency}
    answer = yield sound.call(account, "POST", f"orders/{capture.reference}/capture", wanted)
    body = hub.json_object(answer)
    sound.refuse(answer, body, (404, 409, 422), NO_CAPTURE)
    if answer.status_code != 201 or body.get("op") != capture.operation or body.get("ref") != capture.reference:
        raise hub.OutcomeUnknown("the capture was not confirmed")
    try:
        return (sound.paid(body, body),)
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the capture is not as documented") from None


def read_order(order):
    seen = sound.read_order(order)
    try:
        return (*seen, *(held(row, order) for row in order["payments"] if row["state"] == "held"))
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("a hold is not as documented") from None


def held(row, order):
    told = hub.Observation(kind=Kind.AUTHORISED, **sound.names(order), amount=sound.amount(row, order))
    until = sound.moment({"at": sound.text(row, "until")})
    return sound.vouch(attrs.evolve(told, occurred_at=sound.moment(row), expires_at=until))


class Shop(theirs.Shop):
    """What is paid is held for a week, and taken by a call. Action ``lapse``: the bank lets it go."""

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


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
