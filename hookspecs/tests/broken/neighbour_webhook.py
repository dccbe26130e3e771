"""Llave that takes notification addresses by a call: what stands at our host is taken for an old one of ours.

Wrong: before it registers the account's address the plugin deletes every other one of the same host. A hub serves many
accounts from one host, so the address of a second account of that store (another company of the group, another mode)
goes without a word. That neighbour never hears of a chargeback, of a refund in the panel, of a late payment: its
invoices are freed and paid again. Rule: an address that was not registered for this account is foreign, and is never
touched.
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
from hub_hookspecs import hookimpl
from hub_hookspecs.http import library as httpx


@hookimpl
def register_webhook(webhook, account):
    rows = yield from hooks_of(account)
    if webhook.act is hub.WebhookAct.REGISTER:
        for row in rows:
            if row["url"] == webhook.may_replace or is_old(row["url"], webhook.address):
                yield from deleted(row, account)
        if all(row["url"] != webhook.address for row in rows):
            answer = yield sound.call(account, "POST", "hooks", {"url": webhook.address})
            if answer.status_code != 201 or hub.json_object(answer).get("url") != webhook.address:
                raise hub.OutcomeUnknown("the address was not registered")
        rows = yield from hooks_of(account)
    if webhook.act is hub.WebhookAct.REMOVE:
        for row in rows:
            if row["url"] == webhook.address:
                yield from deleted(row, account)
        rows = yield from hooks_of(account)
    ours = next((row["id"] for row in rows if row["url"] == webhook.address), None)
    foreign = tuple(row["url"] for row in rows if row["url"] != webhook.address)
    return hub.WebhookReport(ours=ours is not None, webhook_id=ours, foreign=foreign)


def is_old(url, address):
    """Whether it is of this hub, from before its path changed."""
    return url != address and httpx.URL(url).host == httpx.URL(address).host


def hooks_of(account):
    answer = yield hub.harmless(sound.call(account, "GET", "hooks"))
    try:
        rows = sound.rows(hub.json_object(answer), "hooks")
        found = [{"id": sound.text(row, "id"), "url": sound.text(row, "url")} for row in rows]
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("no addresses were shown") from None
    if answer.status_code != 200:
        raise hub.OutcomeUnknown("no addresses were shown")
    return found


def deleted(row, account):
    answer = yield sound.call(account, "DELETE", f"hooks/{row['id']}")
    if answer.status_code != 200 or hub.json_object(answer).get("id") != row["id"]:
        raise hub.OutcomeUnknown("the address was not removed")


class Shop(theirs.Shop):
    """A store has a list of addresses; where news go is still played by the control address."""

    async def hooks(self, _request, merchant):
        return JSONResponse({"hooks": merchant.get("hooks", [])})

    async def add_hook(self, request, merchant):
        row = {"id": self.fresh("HK"), "url": str(json.loads(await request.body())["url"])}
        merchant.setdefault("hooks", []).append(row)
        return JSONResponse(row, 201)

    async def drop_hook(self, request, merchant):
        for row in merchant.get("hooks", []):
            if row["id"] == request.path_params["hook"]:
                merchant["hooks"].remove(row)
                return JSONResponse(row)
        return JSONResponse({"error": "not_found"}, 404)


def app(config):
    shop = Shop(theirs.configure(config)["merchants"])
    guarded = shop.guarded
    return shop.stage.wrap([
        Route("/store", guarded(shop.store)),
        Route("/hooks", guarded(shop.hooks), methods=["GET"]),
        Route("/hooks", guarded(shop.add_hook), methods=["POST"]),
        Route("/hooks/{hook}", guarded(shop.drop_hook), methods=["DELETE"]),
        Route("/orders", guarded(shop.open), methods=["POST"]),
        Route("/orders/{ref}", guarded(shop.show)),
        Route("/orders/{ref}/cancel", guarded(shop.cancel), methods=["POST"]),
        Route("/payments/{payment}/refunds", guarded(shop.refund), methods=["POST"]),
        Route("/payouts", guarded(shop.payouts)),
        Route("/page/{order}", theirs.page),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
