"""The stage on which a plugin's simulator plays its provider (needs the extra ``simulator``: Starlette).

A simulator is the provider faked over real HTTP, written from the provider's documents. What every
simulator shares stands here: the control address, the faults it can be told to commit, the
notifications it owes, the clock that can be shifted, and the **book** of whose money it holds.

Control address, JSON in and out, below the simulator's base::

    POST /_control/approve  {"reference": R, ...}      the payer pays (further members are the provider's own)
    POST /_control/reject   {"reference": R, "code"?}  the payer or the bank says no
    POST /_control/expire   {"reference": R}           the session, push or code dies now
    POST /_control/lapse    {"reference": R}           the bank gives up what it holds, where expire ends a page alone
    POST /_control/fault    {"path": "/glob*", "kind": KIND, "times": 1, "seconds"?, "status"?}
    POST /_control/options  {"option": value, ...}     the provider's own options, by name (see ``Option``)
    POST /_control/clock    {"seconds": n}             shift the simulator's clock
                            {"at": "2026-01-31T12:00:00Z"}  ... or let it stand still there
    POST /_control/notify   {"merchant": M, "url": U}  where notifications of this merchant go
    POST /_control/rotate   {"merchant": M, NAME: value, ...}  the merchant has these credentials now, the old ones end
    POST /_control/reset    {}                         forget everything but the configuration
    GET  /_control/book                                [{"reference", "provider_reference", "merchant", "minor",
                                                         "currency", "captures", "returned" (minor units),
                                                         "state": "captured" | "returned" (once all went back)}]
    GET  /_control/actions                             ["approve", "expire", "reject", ...]: the simulator's own
    GET  /_control/notifications?reference=R           [{"reference", "method", "path", "headers", "body" (base64)}]

Fault kinds on requests: ``delay`` (seconds, then as usual), ``hang_before`` / ``hang_after`` (no
answer for so many seconds, then the connection breaks; before or after it took effect),
``status_before`` / ``status_after`` (5xx or another status), ``cut_before`` / ``cut_after`` (the
connection breaks), ``garbage``, ``empty``, ``html``, ``invalid_utf8``, ``oversized`` (after it took
effect). On notifications (path ``notification``): ``drop``, ``repeat``, ``reorder``, ``delay``,
``forge``, ``wrong_amount``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from starlette.types import ASGIApp

from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.options import Option as Option
from hub_hookspecs.testing.options import WrongOption as WrongOption
from hub_hookspecs.testing.options import read_options as read_options

from .faults import PlannedFault as PlannedFault
from .records import Holding as Holding
from .records import News as News
from .stage import Action as Action
from .stage import Rotation as Rotation
from .stage import Stage as Stage

Config = Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Simulator:
    """Value of an entry point in group ``hub.simulators``.

    Attributes:
        configure: Fills a partial configuration with defaults and fresh random credentials; pure data (JSON).
            ``merchants`` is a list; each has at least ``id``, ``name`` and its credentials.
        app: A fresh ASGI application for a configuration.
        endpoints: Base address -> URL by role.
        settings: Configuration, merchant id -> all values that the merchant's account needs, by setting name.
        pages: Base address -> pages for people by name, e.g. ``phone_page``.
        options: What its configuration may hold under ``options``.
    """

    code: str
    configure: Callable[[Config], dict[str, Any]]
    app: Callable[[Config], ASGIApp]
    endpoints: Callable[[str], Mapping[str, str]]
    settings: Callable[[Config, str], Mapping[str, str]]
    pages: Callable[[str], Mapping[str, str]] = lambda _base: {}
    options: tuple[Option, ...] = ()

    def drive(self, base: str, action: str, reference: str, **more: Any) -> httpx.Request:
        """The request that makes the simulator's payer (or bank) act on one of our references."""
        return httpx.Request("POST", f"{base}/_control/{action}", json={"reference": reference, **more})

    def line(self, base: str, config: Config) -> dict[str, Any]:
        """What the simulator prints when it runs alone, for its first merchant."""
        merchant = config["merchants"][0]["id"]
        return {
            "provider": self.code,
            "endpoints": dict(self.endpoints(base)),
            "control": f"{base}/_control",
            "credentials": dict(self.settings(config, merchant)),
            **self.pages(base),
        }
