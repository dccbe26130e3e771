"""Ways faked over real HTTP. A test changes what it offers in its ``config``, and reads there what arrived."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from hub_hookspecs.testing.simulator import Simulator

CODE = "00020101021126310014CO.COM.RBM.LLA0409@TIENDA7753031705405523005802CO5916TIENDA DE PRUEBA6304D6CA"

SITE = "https://caminos.example"


def configure(config):
    return {
        "merchants": [{"id": "m1", "name": "Café", "key": "k" * 18}],
        "banks": [{"code": "1007", "name": "Bancolombia"}, {"code": "1551", "name": "Daviplata"}],
        "documents": {
            "contract": {
                "label": "Acepto el contrato de Caminos",
                "url": f"{SITE}/c/1",
                "token": "t-1",
            },
            "privacy": {"label": "Autorizo el uso de mis datos", "url": f"{SITE}/p/1", "token": "p-1"},
        },
        "keep": 10,
        "orders": {},
        "asked": [],
        "silent": 0.0,
        "answers": True,
        "reference": "9988776655443322",
        "barcode": "415770999801234580209988776655",
        **config,
    }


def app(config):
    async def offered(request):
        config["asked"].append(request.url.path.rpartition("/")[2])
        await asyncio.sleep(config["silent"])
        if not config["answers"]:
            return PlainTextResponse("out of order", 503)
        return JSONResponse({"banks": config["banks"], "documents": config["documents"], "keep": config["keep"]})

    async def order(request):
        body = await request.json()
        made = {"reference": config["reference"], "barcode": config["barcode"], "code": CODE, "key": "@tienda77"}
        config["orders"][body["ref"]] = {**body, "state": "waiting"}
        return JSONResponse({**body, **made}, 201)

    async def show(request):
        found = config["orders"].get(request.path_params["ref"])
        return JSONResponse(found or {}, 200 if found else 404)

    async def page(_request):
        return PlainTextResponse("the bank's page")

    return Starlette(
        routes=[
            Route("/banks", offered),
            Route("/terms", offered),
            Route("/commerce", lambda _request: JSONResponse({})),
            Route("/orders", order, methods=["POST"]),
            Route("/orders/{ref}", show),
            Route("/pay/{rest:path}", page),
        ]
    )


SIMULATOR = Simulator(
    code="ways-co",
    configure=configure,
    app=app,
    endpoints=lambda base: {"api": base},
    settings=lambda config, _merchant: {"key": config["merchants"][0]["key"]},
)
