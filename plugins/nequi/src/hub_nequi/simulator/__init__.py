"""Nequi, faked over real HTTP from its documents: OAuth, payments, QR, reports, notifications, and a phone.

    /oauth/oauth2/token     client credentials; the grant type in the query or the body; also at /oauth/oauth/token
    /api/payments/v2/...    push, status, cancel, reversal, QR; routed by address alone, whatever the envelope says
    /api/partners/v2/...    reports
    /phone                  the payer's phone, for people: pending pushes and codes, to accept or to reject
    /_control/...           approve, reject and expire by MessageID, faults, book (hub_hookspecs.testing.simulator)

Options (in the configuration's ``options``, with ``--option``, or at ``/_control/options``) stand in ``options``; where
public sources differ, they say which reading is played. Phones ending in
0454 let the payment expire at once, in 0455 reject it at once; 3000000000 has no Nequi.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from hub_hookspecs.testing.simulator import Config, Simulator, Stage, read_options
from hub_nequi.simulator import api, phone
from hub_nequi.simulator.options import OPTIONS
from hub_nequi.simulator.world import World


def configure(config: Config) -> dict[str, Any]:
    """Fill a partial configuration: one merchant at least, random credentials, every option."""
    merchants = config.get("merchants") or [{}]
    return {
        "merchants": [_merchant(number, dict(given)) for number, given in enumerate(merchants, 1)],
        "options": read_options(OPTIONS, config.get("options", {})),
    }


def _merchant(number: int, given: dict[str, Any]) -> dict[str, Any]:
    nit = str(given.get("nit") or given.get("code", "").partition("_")[2] or 900123456 + number - 1)
    return {
        "id": f"merchant-{number}",
        "name": "MI COMERCIO",
        "nit": nit,
        "code": f"NIT_{nit}",
        "client_id": secrets.token_hex(13),
        "client_secret": secrets.token_urlsafe(32),
        "api_key": secrets.token_urlsafe(30),
        "notification_secret": secrets.token_urlsafe(32),
        "account": "12345678901",
        **given,
    }


def app(config: Config) -> ASGIApp:
    """A fresh Nequi that holds nobody's money yet."""
    full = copy.deepcopy(configure(config))
    stage = Stage(options=full["options"], declared=OPTIONS)
    world = World(stage, full["merchants"])
    return stage.wrap([*api.routes(world), *phone.routes(world)])


def endpoints(base: str) -> Mapping[str, str]:
    """Addresses by role: the token address whole, the API as the bare host that clients configure."""
    return {"oauth": f"{base}/oauth/oauth2/token", "api": f"{base}/api"}


def settings(config: Config, merchant_id: str) -> Mapping[str, str]:
    """What the operator enters for this merchant's account."""
    merchant = next(item for item in config["merchants"] if item["id"] == merchant_id)
    names = ("client_id", "client_secret", "api_key", "code", "notification_secret")
    return {name: merchant[name] for name in names if merchant.get(name)}


def pages(base: str) -> Mapping[str, str]:
    """Pages for people."""
    return {"phone_page": f"{base}/phone"}


SIMULATOR = Simulator(
    code="nequi",
    configure=configure,
    app=app,
    endpoints=endpoints,
    settings=settings,
    pages=pages,
    options=OPTIONS,
)
