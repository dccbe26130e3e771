"""Dummy faked over real HTTP: the form that the browser posts, and the query."""

import hmac
import secrets
from functools import partial

from starlette.responses import JSONResponse
from starlette.routing import Route

from hub_hookspecs import Money
from hub_hookspecs.testing.simulator import Simulator, Stage


def app(config):
    rows, merchant = {}, config["merchants"][0]
    stage = Stage(forget=rows.clear)

    async def end(state, ref, _body):
        if rows[ref]["state"] == "waiting" and state == "paid":
            stage.capture(ref, ref, merchant["id"], Money(rows[ref]["cents"], "PEN"))
        rows[ref]["state"] = state if rows[ref]["state"] == "waiting" else rows[ref]["state"]

    async def form(request):
        data = await request.form()
        signed = "|".join(data[name] for name in ("ref", "amount", "back")).encode()
        if hmac.digest(merchant["key"].encode(), signed, "sha256").hex() != data["sign"]:
            return JSONResponse({"error": "wrong signature"}, 401)
        row = {"ref": data["ref"], "state": "waiting", "cents": Money.parse(data["amount"], "PEN").minor}
        return JSONResponse(rows.setdefault(row["ref"], row))

    async def show(request):
        if request.headers.get("x-key") != merchant["key"]:
            return JSONResponse({"error": "unknown key"}, 401)
        row = rows.get(request.path_params["ref"]) if request.path_params else {"ruc": "20100070970"}
        return JSONResponse(row or {"error": "no such payment"}, 200 if row else 404)

    stage.actions.update(approve=partial(end, "paid"), reject=partial(end, "refused"), expire=partial(end, "expired"))
    return stage.wrap(
        [Route("/form", form, methods=["POST"]), Route("/commerce", show), Route("/payments/{ref}", show)]
    )


SIMULATOR = Simulator(
    code="dummy-pe",
    configure=lambda config: {"merchants": [{"id": "m1", "name": "Bodega", "key": secrets.token_hex(9)}], **config},
    app=app,
    endpoints=lambda base: {"pay": base},
    settings=lambda config, _merchant: {"key": config["merchants"][0]["key"]},
)
