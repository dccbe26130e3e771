"""Llave with numbers that are unique within a day only: the day is taken from the text of the time.

Wrong: ``movement`` is the first ten letters of the time and the payment's number. Notifications write the time of
Montevideo, queries UTC, so what is paid after nine in the evening has another day in each: one payment is booked twice,
the second as a duplicate that somebody gives back. The merchant loses the amount. Rule: one movement, one text, on
every channel.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Verdict, hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"orders/{query.reference}"))
    return dated(sound.read_answer(answer, query.reference), hub.json_object(answer))


@hookimpl
def handle_notification(message, account):
    reading = sound.handle_notification(message, account)
    if reading.verdict is not Verdict.VALID:
        return reading
    order = hub.strict_json(message.body)["order"]
    return attrs.evolve(reading, observations=dated(reading.observations, order))


@hookimpl
def refund_payment(refund, account):
    payment = yield from sound.payment_to_refund(refund, account)
    wanted = {"op": refund.operation, "amount": hub.plain(refund.amount, 2), "currency": refund.amount.currency}
    answer = yield sound.call(account, "POST", f"payments/{payment}/refunds", wanted)
    done = sound.refunded(answer, refund)
    return dated(done, {"payments": [{"id": payment, "at": hub.json_object(answer).get("paid_at")}]})


@hookimpl
def fetch_settlement(period, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"payouts?from={period.first}&to={period.last}"))
    lines = hub.json_object(answer).get("lines")
    if answer.status_code != 200 or not isinstance(lines, list):
        raise hub.OutcomeUnknown("no payouts were shown")
    try:
        return tuple(
            attrs.evolve(sound.settlement_line(line), movement=f"{line['paid_at'][:10]}-{line['payment']}")
            for line in lines
        )
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("a payout is not as documented") from None


def dated(seen, order):
    """Payment numbers begin again each day, so the day belongs to them."""
    if not any(one.movement for one in seen):
        return seen
    try:
        days = {sound.text(row, "id"): sound.text(row, "at")[:10] for row in sound.rows(order, "payments")}
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("a payment is not as documented") from None
    return tuple(
        attrs.evolve(one, movement=f"{days[one.movement]}-{one.movement}") if one.movement in days else one
        for one in seen
    )


class Shop(theirs.Shop):
    """Times are those of Montevideo in notifications and payouts, and UTC in what is asked, each with its zone."""

    async def show(self, request, merchant):
        answer = await super().show(request, merchant)
        return JSONResponse(in_utc(json.loads(answer.body)), answer.status_code)

    def refund_row(self, order, row, body):
        answer = super().refund_row(order, row, body)
        return JSONResponse(in_utc({**json.loads(answer.body), "paid_at": row["at"]}), answer.status_code)

    def line(self, order, row, sign):
        told = super().line(order, row, sign)
        return {**told, "paid_at": next(one["at"] for one in order["payments"] if one["id"] == told["payment"])}


def in_utc(value):
    """The same with each time in UTC."""
    if isinstance(value, list):
        return [in_utc(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: utc(item) if name in ("at", "paid_at") else in_utc(item) for name, item in value.items()}


def utc(at):
    return datetime.fromisoformat(at).astimezone(UTC).isoformat()


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
