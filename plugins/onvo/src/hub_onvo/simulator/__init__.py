"""ONVO Pay faked over real HTTP, from public material: its API, its hosted checkout page, SINPE Móvil and webhooks.

    /api/v1/...             api.onvopay.com: sessions, intents, payment methods, customers, refunds, transfers
    /checkout/pay/{id}      checkout.onvopay.com: the page of a session, for people, by card or SINPE Móvil
    /checkout/3ds/{id}      what the payer's bank asks, where a card needs it
    /_control/...           by the merchant's own reference (``driving``), the clock, faults, the book

Nothing is taken from the plugin. Where public sources differ, or say nothing, ``options`` say which reading is played.
What happens later (test transfers, refunds) goes by the simulator's clock.

Configuration, all of it optional::

    {"merchants": [{"id": CUID, "name": TEXT, "mode": "test" | "live", "secret_key": KEY, "publishable_key": KEY,
                    "webhook_secret": TEXT, "sinpe_number": "+506...", "notify": URL}], "options": {...}}
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import attrs
from starlette.types import ASGIApp, Receive, Scope, Send

from hub_hookspecs.testing.simulator import Config, Simulator, Stage, read_options

from .api import Api
from .driving import Driving
from .news import distorted, forged
from .options import OPTIONS
from .pages import Pages
from .records import Merchant, cuid
from .world import World


def configure(config: Config) -> dict[str, Any]:
    """Fill a partial configuration: one merchant at least, random credentials, every option."""
    return {
        **config,
        "merchants": [_filled(item) for item in config.get("merchants") or [{}]],
        "options": read_options(OPTIONS, config.get("options", {})),
    }


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    mode = given.get("mode", "test")
    return {
        "id": cuid(),
        "name": "Comercio Simulado",
        "mode": mode,
        "secret_key": f"onvo_{mode}_secret_key_{secrets.token_urlsafe(48)}",
        "publishable_key": f"onvo_{mode}_publishable_key_{secrets.token_urlsafe(48)}",
        "webhook_secret": f"webhook_secret_{secrets.token_urlsafe(24)}",
        "sinpe_number": "",
        "notify": "",
        **given,
    }


def app(config: Config) -> ASGIApp:
    """A fresh ONVO that holds nobody's money yet."""
    options = read_options(OPTIONS, config.get("options", {}))
    stage = Stage(options=dict(options), declared=OPTIONS, forge=forged, distort=distorted)
    stage.addresses.update({item["id"]: item["notify"] for item in config["merchants"] if item.get("notify")})
    world = World(stage, [Merchant(**item) for item in config["merchants"]])

    def forget() -> None:
        world.forget()
        stage.options.update(options)

    stage.forget = forget
    stage.rotate = world.rotate
    Driving(world).join(stage)
    inner = stage.wrap([*Api(world).routes(), *Pages(world).routes()])

    async def punctual(scope: Scope, receive: Receive, send: Send) -> None:
        """Whatever is asked or told, what is due by then has happened; a shifted clock makes more due."""
        world.agenda.run()
        try:
            await inner(scope, receive, send)
        finally:
            world.agenda.run()

    return punctual


def endpoints(base: str) -> Mapping[str, str]:
    """Addresses by role, as bare hosts."""
    return {"api": f"{base}/api", "page": f"{base}/checkout"}


def settings(config: Config, merchant: str) -> dict[str, str]:
    """What the merchant's account may need, by setting name; the account's id stands in all answers."""
    item = next(item for item in config["merchants"] if item["id"] == merchant)
    names = ("secret_key", "webhook_secret", "sinpe_number")
    return {"account_id": item["id"], **{name: item[name] for name in names if item[name]}}


@attrs.frozen(kw_only=True)
class OnvoSimulator(Simulator):
    """Prints the publishable key too, which only clients with a page of their own need."""

    def line(self, base: str, config: Config) -> dict[str, Any]:
        """What is printed when it runs alone."""
        item = config["merchants"][0]
        names = ("secret_key", "publishable_key", "webhook_secret")
        return {**Simulator.line(self, base, config), "credentials": {name: item[name] for name in names}}


SIMULATOR: Final = OnvoSimulator(
    code="onvo", configure=configure, app=app, endpoints=endpoints, settings=settings, options=OPTIONS
)
