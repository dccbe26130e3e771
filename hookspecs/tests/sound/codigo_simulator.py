"""Codigo faked over real HTTP: codes, what was paid on them, and notifications without any proof.

Actions besides the usual: ``verify`` (under review), ``pay_half``, ``pay_twice``, ``reverse`` (the payer's bank takes
the transfer back).
"""

from __future__ import annotations

import itertools
import json
import secrets
from datetime import timedelta, timezone
from decimal import Decimal
from functools import partial

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub_hookspecs import Money, MoneyError
from hub_hookspecs.testing.simulator import News, Simulator, Stage

HERE = timezone(timedelta(hours=-4))
PLACES = {"CLP": 0, "USD": 2}


class Network:
    """All codes of all merchants, and what was paid on them."""

    def __init__(self, merchants):
        self.merchants = [dict(merchant) for merchant in merchants]
        self.codes, self.numbers = {}, itertools.count(1)
        self.stage = Stage(forge=forged, forget=self.codes.clear, rotate=self.rotate)
        self.stage.actions.update(
            approve=partial(self.pay, shares=(1,)), pay_half=partial(self.pay, shares=(2,)),
            pay_twice=partial(self.pay, shares=(1, 1)), verify=partial(self.end, "reviewing"),
            reject=partial(self.end, "rejected"), expire=partial(self.end, "expired"), reverse=self.reverse,
        )  # fmt: skip

    def rotate(self, name, values):
        merchant = next((one for one in self.merchants if one["id"] == name), None)
        if merchant is None or set(values) - {"token"}:
            raise LookupError("a merchant has token")
        merchant.update(values)

    def at(self):
        return self.stage.now().astimezone(HERE).isoformat(timespec="seconds")

    async def pay(self, ref, _body, shares):
        code = self.codes[ref]
        if code["state"] not in ("issued", "reviewing"):
            return
        for share in shares:
            money = Money(max(1, code["money"].minor // share), code["money"].currency)
            folio = f"F{next(self.numbers):08d}"
            code["payments"].append({"folio": folio, "money": money, "at": self.at()})
            self.stage.capture(ref, folio, code["merchant"]["id"], money)
        code["state"] = "part" if shares == (2,) else "paid"
        self.tell(code)

    async def end(self, state, ref, _body):
        code = self.codes[ref]
        if code["state"] in ("issued", "reviewing"):
            code["state"] = state
            self.tell(code)

    async def reverse(self, ref, _body):
        code = self.codes[ref]
        for row in code["payments"]:
            if self.stage.give_back(row["folio"]):
                code["returns"].append({**row, "id": f"D{next(self.numbers):08d}", "at": self.at()})
        self.tell(code)

    def tell(self, code):
        body = json.dumps({"ref": code["ref"], "state": code["state"]}).encode()
        headers = {"content-type": "application/json"}
        merchant = code["merchant"]["id"]
        self.stage.notify(News(reference=code["ref"], merchant=merchant, path="", headers=headers, body=body))

    async def commerce(self, _request, merchant):
        return JSONResponse({"commerce": merchant["commerce"], "name": merchant["name"]})

    async def issue(self, request, merchant):
        body = json.loads(await request.body(), parse_float=Decimal)
        try:
            money = Money.parse(body["amount"], body["currency"])
        except MoneyError:
            return JSONResponse({"error": "amount"}, 422)
        if money.minor <= 0 or money.currency not in PLACES:
            return JSONResponse({"error": "currency"}, 422)
        if body["ref"] in self.codes:
            return JSONResponse({"error": "duplicate"}, 409)
        number = f"{next(self.numbers):010d}"
        code = {"ref": body["ref"], "code": number, "state": "issued", "money": money, "merchant": merchant}
        self.codes[body["ref"]] = {**code, "payments": [], "returns": []}
        return JSONResponse({"ref": body["ref"], "code": number, "payload": f"CODIGO.{number}.{body['ref']}"}, 201)

    async def show(self, request, merchant):
        code = self.codes.get(request.path_params["ref"])
        if code is None or code["merchant"] is not merchant:
            return JSONResponse({"error": "not_found", "ref": request.path_params["ref"]}, 404)
        told = {name: [written(row) for row in code[name]] for name in ("payments", "returns")}
        told |= {name: code[name] for name in ("ref", "code", "state")}
        return JSONResponse({**told, "currency": code["money"].currency, "monto": chilean(code["money"])})

    def guarded(self, answer):
        async def guard(request):
            given = request.headers.get("authorization")
            merchant = next((one for one in self.merchants if given == f"Token {one['token']}"), None)
            if merchant is None:
                return JSONResponse({"error": "unknown token"}, 401)
            return await answer(request, merchant)

        return guard


def written(row):
    return {**{name: value for name, value in row.items() if name != "money"}, "monto": chilean(row["money"])}


def chilean(money):
    whole, _, cents = f"{money.decimal:f}".partition(".")
    return f"{int(whole):,}".replace(",", ".") + (f",{cents}" if cents else "")


def forged(news):
    return attrs.evolve(news, body=json.dumps({"ref": news.reference, "state": "paid"}).encode())


def app(config):
    network = Network(configure(config)["merchants"])
    guarded = network.guarded
    return network.stage.wrap([
        Route("/commerce", guarded(network.commerce)),
        Route("/codes", guarded(network.issue), methods=["POST"]),
        Route("/codes/{ref}", guarded(network.show)),
    ])  # fmt: skip


def configure(config):
    given = config.get("merchants") or [{}]
    fresh = [{"id": f"m{number}", "name": "Botillería", "commerce": f"C{number:06d}",
              "token": secrets.token_hex(16), **one}
             for number, one in enumerate(given, 1)]  # fmt: skip
    return {**config, "merchants": fresh}


def settings(config, merchant):
    one = next(one for one in config["merchants"] if one["id"] == merchant)
    return {"commerce": one["commerce"], "token": one["token"]}


SIMULATOR = Simulator(
    code="codigo", configure=configure, app=app, endpoints=lambda base: {"api": base}, settings=settings
)
