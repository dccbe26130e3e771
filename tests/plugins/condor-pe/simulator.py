"""Cóndor faked over real HTTP: orders, refunds in parts, and the notifications that it signs."""

import hmac
import json
import secrets
from decimal import Decimal
from functools import partial

import attrs
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from hub_hookspecs import Money
from hub_hookspecs.testing.simulator import Holding, News, Simulator, Stage


@attrs.define(kw_only=True)
class Held(Holding):
    """A payment that goes back in parts."""

    back: int = 0

    def row(self):
        return {**Holding.row(self), "returned": self.back}


def app(config):
    rows, merchant = {}, config["merchants"][0]
    stage = Stage(forge=forged, forget=rows.clear)

    def tell(row):
        body = json.dumps(row).encode()
        proof = hmac.digest(merchant["hook"].encode(), body, "sha256").hex()
        headers = {"content-type": "application/json", "x-condor-signature": proof}
        stage.notify(News(reference=row["ref"], merchant=merchant["id"], path="", headers=headers, body=body))

    async def end(state, ref, _body):
        row = rows[ref]
        if row["state"] != "open":
            return
        row["state"] = state
        if state == "paid":
            money = Money(row["cents"], "PEN")
            stage.book.append(
                Held(reference=ref, provider_reference=row["charge"], merchant=merchant["id"], amount=money)
            )
        tell(row)

    def guarded(answer):
        async def guard(request):
            if request.headers.get("authorization") != f"Bearer {merchant['token']}":
                return JSONResponse({"error": "unknown token"}, 401)
            return await answer(request)

        return guard

    async def me(_request):
        return JSONResponse({"ruc": "20100070970"})

    async def order(request):
        body = json.loads(await request.body(), parse_float=Decimal)
        row = {"ref": body["ref"], "charge": f"ch_{body['ref']}", "state": "open", "refunds": []}
        rows[body["ref"]] = {**row, "cents": int(Decimal(body["amount"]) * 100)}
        return JSONResponse({"url": str(request.base_url) + f"page/{body['ref']}"}, 201)

    async def show(request):
        row = rows.get(request.path_params["ref"])
        return JSONResponse(row or {"error": "no such order"}, 200 if row else 404)

    async def refund(request):
        body = json.loads(await request.body(), parse_float=Decimal)
        row, cents = rows[request.path_params["ref"]], int(Decimal(body["amount"]) * 100)
        held = next((held for held in stage.book if held.reference == row["ref"]), None)
        if held is None or held.back + cents > held.amount.minor:
            return JSONResponse({"error": "not so much"}, 422)
        held.back += cents
        row["refunds"].append({"id": body["id"], "cents": cents})
        tell(row)
        return JSONResponse(row, 201)

    async def chargeback(ref, _body):
        row, held = rows[ref], next(held for held in stage.book if held.reference == ref)
        held.back = held.amount.minor
        row["disputes"] = [{"id": f"dp_{ref}", "cents": held.back}]
        tell(row)

    async def page(_request):
        return PlainTextResponse("SIMULADO")

    stage.actions.update({
        "chargeback": chargeback,
        "approve": partial(end, "paid"), "reject": partial(end, "refused"), "expire": partial(end, "expired"),
    })  # fmt: skip
    return stage.wrap([
        Route("/me", guarded(me)), Route("/orders", guarded(order), methods=["POST"]), Route("/page/{ref}", page),
        Route("/orders/{ref}", guarded(show)), Route("/orders/{ref}/refunds", guarded(refund), methods=["POST"]),
    ])  # fmt: skip


def forged(news):
    return attrs.evolve(news, headers={**news.headers, "x-condor-signature": "0" * 64})


def configure(config):
    fresh = {"id": "m1", "name": "Bodega", "token": secrets.token_hex(9), "hook": secrets.token_hex(9)}
    return {"merchants": [fresh], **config}


SIMULATOR = Simulator(
    code="condor-pe",
    configure=configure,
    app=app,
    endpoints=lambda base: {"api": base},
    settings=lambda config, _merchant: {name: config["merchants"][0][name] for name in ("token", "hook")},
)
