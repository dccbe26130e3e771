"""Greenpay faked over real HTTP, from its public documents: both APIs, the hosted form, and signed notifications.

Its three hosts are path prefixes of one address: ``/merchant``, ``/checkout`` and ``/form``. Nothing is taken from the
plugin's own translation, so that one cannot excuse the other. Where public sources differ, ``options``
say which is played.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import Any, Final

import attrs
from starlette.types import ASGIApp

from hub_hookspecs.testing.simulator import Config, Simulator, Stage, read_options

from .endpoints import Endpoints
from .merchants import configure, credentials, merchants_of, public_pem, settings
from .options import OPTIONS
from .pages import Pages
from .world import World, distorted, forged


def app(config: Config) -> ASGIApp:
    """A fresh Greenpay for a filled configuration."""
    options = read_options(OPTIONS, config.get("options", {}))
    stage = Stage(options=dict(options), declared=OPTIONS, forge=forged, distort=distorted)
    stage.addresses.update({item["id"]: item["notify"] for item in config["merchants"] if item.get("notify")})
    world = World(stage=stage, merchants=merchants_of(config))

    def forget() -> None:
        world.forget()
        stage.options.update(options)

    stage.forget = forget
    stage.rotate = world.rotate
    stage.actions.update(approve=world.approve, reject=world.reject, expire=world.expire)
    return stage.wrap([*Endpoints(world).routes(), *Pages(world).routes()])


def endpoints(base: str) -> Mapping[str, str]:
    """The address of each role."""
    return {role: f"{base.rstrip('/')}/{role}" for role in ("merchant", "checkout", "form")}


@attrs.frozen(kw_only=True)
class GreenpaySimulator(Simulator):
    """Prints credentials under Greenpay's own names, and leaves the public key in a file for clients that read one."""

    def line(self, base: str, config: Config) -> dict[str, Any]:
        """What is printed when it runs alone."""
        path = config.get("public_key_file")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644) if path else None
        if handle is None:
            handle, path = tempfile.mkstemp(prefix="greenpay-", suffix=".pem")
        with os.fdopen(handle, "wb") as file:
            file.write(public_pem(config))
        return {**Simulator.line(self, base, config), "credentials": credentials(config), "public_key_file": path}


SIMULATOR: Final = GreenpaySimulator(
    code="greenpay", configure=configure, app=app, endpoints=endpoints, settings=settings, options=OPTIONS
)
