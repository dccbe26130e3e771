"""Empuje faked over real HTTP: tokens, pushes to phones, reversals, and notifications that it signs.

A phone ending in 0041 has no wallet, in 0042 a blocked one. Actions besides the usual: ``verify`` (under review),
``pay_half``, ``reverse`` (given back by Empuje itself), ``chargeback``.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import secrets
from functools import partial

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub_hookspecs import Money
from hub_hookspecs.testing.simulator import News, Option, Simulator, Stage, read_options

OPTIONS = (
    Option(name="core", default="ok", choices=("ok", "unclear", "late"),
           text="What a push is answered that was placed: as it is, code 90 (nobody knows), or 503."),
    Option(name="duplicates", default="refused", choices=("refused", "pushed"),
           text="Whether a second push of one ref is refused with code 70, or placed on the phone."),
    Option(name="token_seconds", default=600, text="Life of a token."),
)  # fmt: skip
CREDENTIALS = ("client_id", "client_secret", "notify_secret")


class Wallet:
    """All pushes of all merchants, and what became of them."""

    def __init__(self, config):
        self.merchants = [dict(merchant) for merchant in config["merchants"]]
        self.pushes, self.tokens, self.numbers = [], {}, itertools.count(1)
        self.stage = Stage(options=dict(config["options"]), declared=OPTIONS, forge=forged, forget=self.pushes.clear)
        self.stage.rotate = self.rotate
        self.stage.actions.update(
            approve=partial(self.pay, share=1), pay_half=partial(self.pay, share=2), verify=partial(self.end, "review"),
            reject=partial(self.end, "rejected"), expire=partial(self.end, "expired"),
            reverse=partial(self.back, "reversed"), chargeback=partial(self.back, "disputed"),
        )  # fmt: skip

    def rotate(self, name, values):
        merchant = next((one for one in self.merchants if one["id"] == name), None)
        if merchant is None or set(values) - set(CREDENTIALS[1:]):
            raise LookupError(f"a merchant has {', '.join(CREDENTIALS[1:])}")
        merchant.update(values)
        self.tokens = {token: entry for token, entry in self.tokens.items() if entry[0] is not merchant}

    def seconds(self):
        return int(self.stage.now().timestamp())

    # What the payer and Empuje do

    def all_of(self, ref):
        found = [push for push in self.pushes if push["ref"] == ref]
        if not found:
            raise LookupError(f"no push {ref!r}")
        return found

    async def pay(self, ref, _body, share):
        for push in self.all_of(ref):
            if push["state"] in ("waiting", "review"):
                push.update(state="accepted", paid_value=max(1, push["value"] // share), paid_at=self.seconds())
                money = Money(push["paid_value"] * 100, "COP")
                self.stage.capture(ref, push["tx"], push["merchant"]["id"], money)
                self.tell(push)

    async def end(self, state, ref, _body):
        for push in self.all_of(ref):
            if push["state"] in ("waiting", "review"):
                push["state"] = state
                self.tell(push)

    async def back(self, state, ref, _body):
        for push in self.all_of(ref):
            if push["state"] == "accepted":
                self.give_back(push, state)

    def give_back(self, push, state):
        self.stage.give_back(push["tx"])
        push["back"] = {"id": f"RV{next(self.numbers):06d}", "value": push["paid_value"], "at": self.seconds()}
        push["state"] = state
        self.tell(push)

    def tell(self, push):
        merchant = push["merchant"]
        body = json.dumps({"tx": push["tx"], "ref": push["ref"], "state": push["state"], "at": self.seconds()}).encode()
        proof = base64.b64encode(hmac.digest(merchant["notify_secret"].encode(), body, "sha256")).decode()
        headers = {"content-type": "application/json", "x-empuje-sign": proof, "x-empuje-value": str(push["value"])}
        self.stage.notify(News(reference=push["ref"], merchant=merchant["id"], path="", headers=headers, body=body))

    # What the merchant's system asks

    async def token(self, request):
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        for merchant in self.merchants:
            pair = f"{merchant['client_id']}:{merchant['client_secret']}".encode()
            if given == base64.b64encode(pair).decode():
                token, life = secrets.token_hex(16), self.stage.options["token_seconds"]
                self.tokens[token] = (merchant, self.seconds() + life)
                return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": life})
        return JSONResponse({"error": "invalid_client"}, 401)

    def guarded(self, answer):
        async def guard(request):
            merchant, until = self.tokens.get(
                request.headers.get("authorization", "").removeprefix("Bearer "), (None, 0)
            )
            if merchant is None or until <= self.seconds():
                return JSONResponse({"fault": "invalid token"}, 401)
            return await answer(request, merchant)

        return guard

    async def push(self, request, merchant):
        body = json.loads(await request.body())
        ref, value = body["ref"], body["value"]
        code = {"0041": "41", "0042": "42"}.get(body["phone"][-4:])
        if not isinstance(value, int) or not 100 <= value <= 5_000_000:
            code = "61"
        if any(push["ref"] == ref for push in self.pushes) and self.stage.options["duplicates"] == "refused":
            code = "70"
        if code:
            return JSONResponse({"code": code, "ref": ref})
        push = {"tx": f"TX{next(self.numbers):08d}", "ref": ref, "phone": body["phone"], "value": value,
                "state": "waiting", "merchant": merchant}  # fmt: skip
        self.pushes.append(push)
        match self.stage.options["core"]:
            case "unclear":
                return JSONResponse({"code": "90", "ref": ref})
            case "late":
                return JSONResponse({"fault": "core timeout", "ref": ref}, 503)
        return JSONResponse({"code": "00", "ref": ref, "tx": push["tx"]})

    async def show(self, request, merchant):
        theirs = request.path_params["tx"]
        for push in self.pushes:
            if push["tx"] == theirs and push["merchant"] is merchant:
                shown = {name: value for name, value in push.items() if name != "merchant"}
                return JSONResponse({"code": "00", **shown, "phone": f"{push['phone'][:3]}***{push['phone'][-4:]}"})
        return JSONResponse({"code": "44", "tx": theirs}, 404)

    async def reverse(self, request, merchant):
        body = json.loads(await request.body())
        echo = {"ref": body["ref"], "op": body["op"]}
        mine = [push for push in self.pushes if push["ref"] == body["ref"] and push["merchant"] is merchant]
        push = next((push for push in mine if push["state"] == "accepted"), mine[0] if mine else None)
        if push is None or push["state"] in ("rejected", "expired"):
            return JSONResponse({"code": "79", **echo}, 422)
        if push["state"] in ("waiting", "review"):
            return JSONResponse({"code": "78", **echo}, 422)  # not over yet
        if push["state"] in ("reversed", "disputed"):
            return JSONResponse({"code": "80", **echo}, 422)
        if body["value"] != push["paid_value"]:
            return JSONResponse({"code": "81", **echo}, 422)
        self.give_back(push, "reversed")
        return JSONResponse({"code": "00", **echo, "tx": push["tx"], "back": push["back"]})


def forged(news):
    return attrs.evolve(news, headers={**news.headers, "x-empuje-sign": base64.b64encode(bytes(32)).decode()})


def app(config):
    wallet = Wallet(configure(config))
    guarded = wallet.guarded
    return wallet.stage.wrap([
        Route("/oauth/token", wallet.token, methods=["POST"]),
        Route("/pushes", guarded(wallet.push), methods=["POST"]),
        Route("/pushes/{tx}", guarded(wallet.show)),
        Route("/reversals", guarded(wallet.reverse), methods=["POST"]),
    ])  # fmt: skip


def configure(config):
    given = config.get("merchants") or [{}]
    fresh = [{"id": f"m{number}", "name": "Tienda", "client_id": secrets.token_hex(8),
              "client_secret": secrets.token_hex(16), "notify_secret": secrets.token_hex(16), **one}
             for number, one in enumerate(given, 1)]  # fmt: skip
    return {**config, "merchants": fresh, "options": read_options(OPTIONS, config.get("options", {}))}


def settings(config, merchant):
    one = next(one for one in config["merchants"] if one["id"] == merchant)
    return {name: one[name] for name in CREDENTIALS}


SIMULATOR = Simulator(
    code="empuje", configure=configure, app=app, endpoints=lambda base: {"oauth": base, "api": base},
    settings=settings, options=OPTIONS,
)  # fmt: skip
