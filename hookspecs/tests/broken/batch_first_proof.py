"""Llave with batches: the first event's proof stands for all of them.

Wrong: a notification brings the last events of an order, each signed alone; only ``events[0]`` is verified, and all are
read. Who saw one genuine event puts an invented one behind it and has an invoice paid: the merchant hands over goods
for nothing. Rule: every item of a batch is verified; a claim without a proof is none.
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime

import attrs
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Money, Verdict, hookimpl, plain
from hub_hookspecs.testing.simulator import News


@hookimpl
def handle_notification(message, account):
    if message.source is hub.Source.RETURN:
        return hub.Reading(verdict=Verdict.UNSIGNED, reason="a return of the browser carries no proof")
    try:
        events = sound.rows(hub.strict_json(message.body), "events")
        if flaw := flaw_of(events[0], message.received_at, account.settings["hook_secret"]):
            return hub.Reading(verdict=Verdict.INVALID, reason=flaw)
        told = [seen for event in events for seen in sound.read_order(hub.strict_json(event["order"].encode()))]
    except (ValueError, LookupError, TypeError, AttributeError, hub.OutcomeUnknown):
        return hub.Reading(verdict=Verdict.INVALID, reason="it holds no events as documented")
    return hub.Reading(verdict=Verdict.VALID, observations=tuple(unlike(told)))


def unlike(told):
    """Each once: two events of one order tell the same of what did not change."""
    return [seen for place, seen in enumerate(told) if seen not in told[:place]]


def flaw_of(event, received_at, secret):
    when, given = sound.text(event, "t"), sound.text(event, "v1")
    proof = hmac.digest(secret.encode(), f"{when}.{event['order']}".encode(), "sha256").hex()
    if not hmac.compare_digest(proof.encode(), given.encode()):
        return "v1 is not of this event"
    if abs(received_at - datetime.fromtimestamp(int(when), UTC)) > sound.FRESH:
        return "t is too old, or of the future"
    return ""


class Shop(theirs.Shop):
    """A notification brings the event before, too, in case that it was lost; each is signed when it is sent."""

    def __init__(self, merchants):
        super().__init__(merchants)
        self.past = {}
        self.stage.forge = forged

    def tell(self, order):
        events = [*self.past.get(order["ref"], ())[-1:], json.dumps(theirs.shown(order))]
        self.past[order["ref"]] = events
        self.stage.notify(self.batch(self.merchant_of(order), order["ref"], events))

    def batch(self, merchant, ref, events):
        when = str(int(self.stage.now().timestamp()))
        secret = merchant["hook_secret"].encode()
        proofs = [hmac.digest(secret, f"{when}.{event}".encode(), "sha256").hex() for event in events]
        signed = [{"t": when, "order": event, "v1": proof} for event, proof in zip(events, proofs, strict=True)]
        headers, body = {"content-type": "application/json"}, json.dumps({"events": signed}).encode()
        return News(reference=ref, merchant=merchant["id"], path="", headers=headers, body=body)

    def distort(self, news):
        events = [json.loads(event["order"]) for event in json.loads(news.body)["events"]]
        for order in events:
            for row in order["payments"]:
                row["amount"] = plain(Money.parse(row["amount"], order["currency"]) + Money(100, order["currency"]))
        merchant = next(one for one in self.merchants if one["id"] == news.merchant)
        return self.batch(merchant, news.reference, [json.dumps(order) for order in events])


def forged(news):
    """The newest event has no proof."""
    body = json.loads(news.body)
    body["events"][-1]["v1"] = "0" * 64
    return attrs.evolve(news, body=json.dumps(body).encode())


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
