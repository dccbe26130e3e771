"""Codigo whose coupons are told in plain figures and its QR codes in Chilean ones: plain is tried first.

Wrong: ``12.000`` of a QR code is a plain decimal number too, and means twelve pesos then; ``12.500`` is none, and is
read rightly. A payer of a round sum has paid a thousandth of it: the invoice stays open, and is paid again. The payer
loses. Rule: an amount is what the provider stated, or none.
"""

from __future__ import annotations

import json

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import codigo as sound
from hookspecs.tests.sound import codigo_simulator as theirs
from hookspecs.tests.sound.codigo import *
from hub_hookspecs import Kind, hookimpl


@hookimpl
def query_payment(query, account):
    answer = yield hub.harmless(sound.call(account, "GET", f"codes/{query.reference}"))
    body = hub.json_object(answer)
    if answer.status_code != 200 or body.get("ref") != query.reference:
        return sound.read_code(answer, query.reference)
    try:
        seen = [told(Kind.PAID, row, row["folio"], body) for row in sound.rows(body, "payments")]
        seen += [told(Kind.RETURNED, row, row["id"], body) for row in sound.rows(body, "returns")]
        if kind := sound.STATES.get(body["state"]):
            names = {"reference": body["ref"], "provider_reference": sound.text(body["code"])}
            seen.append(sound.vouch(hub.Observation(kind=kind, **names)))
    except (ValueError, LookupError, TypeError):
        raise hub.OutcomeUnknown("the code is not as documented") from None
    return tuple(seen)


def told(kind, row, event, body):
    return sound.vouch(
        hub.Observation(
            kind=kind, reference=body["ref"], provider_reference=sound.text(body["code"]),
            movement=sound.text(row["folio"]), amount=money_in(row["monto"], body["currency"]),
            occurred_at=sound.moment(row["at"]), event_id=sound.text(event),
        )
    )  # fmt: skip


def money_in(value, currency):
    """Plain where it was paid at a till, Chilean where it was paid by QR."""
    plain = hub.money_or_none(value, currency)
    return plain if plain is not None and plain.minor > 0 else sound.money_in(value, currency)


class Network(theirs.Network):
    """What was paid at a till is told as the till sends it: ``12500``, ``1234.50``."""

    async def issue(self, request, merchant):
        answer = await super().issue(request, merchant)
        if answer.status_code == 201:
            body = json.loads(await request.body())
            self.codes[body["ref"]]["kind"] = body["kind"]
        return answer

    async def show(self, request, merchant):
        answer = await super().show(request, merchant)
        body = json.loads(answer.body)
        if answer.status_code == 200 and self.codes[body["ref"]]["kind"] == "cupon":
            for name in ("payments", "returns"):
                for row, kept in zip(body[name], self.codes[body["ref"]][name], strict=True):
                    row["monto"] = f"{kept['money'].decimal:f}"
        return JSONResponse(body, answer.status_code)


def app(config):
    network = Network(theirs.configure(config)["merchants"])
    guarded = network.guarded
    return network.stage.wrap([
        Route("/commerce", guarded(network.commerce)),
        Route("/codes", guarded(network.issue), methods=["POST"]),
        Route("/codes/{ref}", guarded(network.show)),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
