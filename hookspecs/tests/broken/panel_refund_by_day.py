"""Llave whose panel refunds have no id: one is made of payment, day and amount.

Wrong: a refund by the API has its id, one in Llave's panel has none, so the plugin names it itself; two of one amount
on one day have one ``event_id``, and the second is held for a repetition of the first. A merchant who gives back half
of the price twice has given all back, the books show half of it still there, and the invoice as half paid: the merchant
pays tax on what is gone, and may give it back again. Rule: an ``event_id`` is one event's, on each channel.
"""

from __future__ import annotations

import json

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Money, Verdict, hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_answer(answer, query.reference)
    return sound.read_order(named(body))


@hookimpl
def handle_notification(message, account):
    if message.source is hub.Source.RETURN:
        return hub.Reading(verdict=Verdict.UNSIGNED, reason="a return of the browser carries no proof")
    if flaw := sound.flaw_of(message, account.settings["hook_secret"]):
        return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
    try:
        seen = sound.read_order(named(hub.strict_json(message.body)["order"]))
    except (ValueError, LookupError, TypeError, hub.OutcomeUnknown):
        return hub.Reading(verdict=Verdict.INVALID, reason="it is signed, and no order as documented")
    return hub.Reading(verdict=Verdict.VALID, observations=seen)


@hookimpl
def refund_payment(refund, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{refund.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != refund.reference:
        raise hub.OutcomeUnknown("the order to refund was not shown")
    payment = payment_to_refund(sound.read_order(named(body)), refund.amount)
    wanted = {"op": refund.operation, "amount": hub.plain(refund.amount, 2), "currency": refund.amount.currency}
    answer = yield sound.call(account, "POST", f"payments/{payment}/refunds", wanted)
    return sound.refunded(answer, refund)


def payment_to_refund(seen, wanted):
    """The id of the first payment of which enough is left."""
    left = {one.movement: one.amount for one in seen if one.kind is hub.Kind.PAID}
    for one in seen:
        if one.kind in (hub.Kind.RETURNED, hub.Kind.CHARGED_BACK) and one.movement in left:
            left[one.movement] -= one.amount
    for payment, rest in left.items():
        if rest.currency == wanted.currency and rest >= wanted and sound.ID.fullmatch(payment):
            return payment
    raise hub.Refused(hub.Reason(hub.ReasonKind.NOT_PERMITTED, "exceeds"))


def named(order):
    """The order with an id for each refund; what was given back in the panel has none of Llave's."""
    try:
        refunds = [row if row.get("id") else {**row, "id": f"{row['payment']}-{row['at'][:10]}-{row['amount']}"}
                   for row in sound.rows(order, "refunds")]  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError):
        raise hub.OutcomeUnknown("a refund is not as documented") from None
    return {**order, "refunds": refunds}


class Shop(theirs.Shop):
    """What is given back in the panel is shown without an id; action ``reverse_half`` gives back half of the price."""

    def __init__(self, merchants):
        super().__init__(merchants)
        self.stage.actions["reverse_half"] = self.reverse_half

    async def reverse_half(self, ref, _body):
        order = self.find(ref)
        for row in order["payments"]:
            half = Money(Money.parse(row["amount"], order["currency"]).minor // 2, order["currency"])
            if row["state"] == "captured" and 0 < half.minor <= self.left(order, row).minor:
                self.take_back(order, row, half, "refunds", "panel")
        self.tell(order)

    def tell(self, order):
        body = json.dumps({"event": self.fresh("EVT"), "at": self.at(), "order": as_shown(order)}).encode()
        self.stage.notify(self.signed(self.merchant_of(order), order["ref"], body))

    async def show(self, request, merchant):
        answer = await super().show(request, merchant)
        return JSONResponse(as_shown(json.loads(answer.body)), answer.status_code)


def as_shown(order):
    told = theirs.shown(order)
    for row in told.get("refunds", ()):
        if row["op"] == "panel":
            row["id"] = None
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
