"""Llama Pay faked over real HTTP: orders, the page, and the notifications that it signs."""

import hmac
import json
import secrets
from decimal import Decimal
from functools import partial

import attrs
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from hub_hookspecs import Money
from hub_hookspecs.testing.simulator import News, Simulator, Stage


def app(config):
    rows, merchant = {}, config["merchants"][0]
    stage = Stage(forge=forged, forget=rows.clear)

    def tell(row):
        body = json.dumps(row).encode()
        proof = hmac.digest(merchant["hook"].encode(), body, "sha256").hex()
        headers = {"content-type": "application/json", "x-llama-signature": proof}
        stage.notify(News(reference=row["ref"], merchant=merchant["id"], path="", headers=headers, body=body))

    async def end(state, ref, _body):
        row = rows[ref]
        if row["state"] != "open":
            return
        row["state"] = state
        if state == "paid":
            stage.capture(ref, ref, merchant["id"], Money(row["cents"], row["currency"]))
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
        cents = int(Decimal(body["amount"]) * 100)
        rows[body["ref"]] = {"ref": body["ref"], "state": "open", "cents": cents, "currency": body["currency"]}
        return JSONResponse({"url": str(request.base_url) + f"page/{body['ref']}"}, 201)

    async def page(_request):
        return PlainTextResponse("SIMULADO")

    stage.actions.update({
        "approve": partial(end, "paid"), "reject": partial(end, "refused"), "expire": partial(end, "expired"),
    })  # fmt: skip
    routes = [Route("/me", guarded(me)), Route("/orders", guarded(order), methods=["POST"])]
    return stage.wrap([*routes, Route("/page/{ref}", page)])


def forged(news):
    return attrs.evolve(news, headers={**news.headers, "x-llama-signature": "0" * 64})


def configure(config):
    fresh = {"id": "m1", "name": "Bodega", "token": secrets.token_hex(9), "hook": secrets.token_hex(9)}
    return {"merchants": [fresh], **config}


SIMULATOR = Simulator(
    code="llama-pe",
    configure=configure,
    app=app,
    endpoints=lambda base: {"api": base, "page": base},
    settings=lambda config, _merchant: {name: config["merchants"][0][name] for name in ("token", "hook")},
)
