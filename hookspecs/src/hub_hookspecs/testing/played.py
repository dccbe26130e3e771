"""One hook call that was played, and the requests that it sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import attrs

from hub_hookspecs.exchange import Conclusion, Exchange
from hub_hookspecs.http import library as httpx
from hub_hookspecs.payment import Observation
from hub_hookspecs.request_mark import Mark

from .faults import Handed
from .raised import told
from .subject import Subject

T = TypeVar("T")


def noting(exchange: Exchange[T], raised: list[BaseException]) -> Exchange[T]:
    """The same exchange; what it raises is kept, since a conclusion names its class alone."""
    try:
        return (yield from exchange)
    except GeneratorExit:
        raise
    except BaseException as error:
        raised.append(error)
        raise


@attrs.define(kw_only=True)
class Sent:
    """One request of a play.

    Attributes:
        handed: What the plugin was handed for it.
        genuine: Whether that was the simulator's own, unharmed answer.
        times: How often it was sent.
    """

    number: int
    mark: Mark
    request: httpx.Request
    handed: Handed | None = None
    genuine: bool = False
    wrote: bool = False
    times: int = 0

    @property
    def text(self) -> str:
        """Method and path, as a finding names it."""
        return f"{self.request.method} {self.request.url.path}"

    @property
    def key(self) -> tuple[str, str, bytes]:
        """What makes two requests the same."""
        return self.request.method, str(self.request.url), self.request.content

    @property
    def bytes(self) -> bytes:
        """The whole request as text."""
        heads = b"".join(name + b": " + value + b"\n" for name, value in sorted(self.request.headers.raw))
        return f"{self.request.method} {self.request.url}\n".encode() + heads + self.request.content


@attrs.define
class Played:
    """One hook call, played to its end.

    Attributes:
        output: What the plugin logged and printed meanwhile.
        impure: What it did that a plugin must not do.
        raised: What it raised, with the plugin's file and line.
        remedy: What to do instead, where that is plain.
    """

    hook: str
    conclusion: Conclusion[Any]
    sent: list[Sent]
    output: str = ""
    impure: set[str] = attrs.Factory(set)
    raised: str = ""
    remedy: str = ""

    def tell(self, raised: Sequence[BaseException], subject: Subject) -> None:
        """Say what was raised where, and what to do about a host that is not this account's."""
        self.raised = told(raised[-1], subject.package) if raised else ""
        hosts = {httpx.URL(url).host: role for roles in subject.info.endpoints.values() for role, url in roles.items()}
        role = next((role for host, role in hosts.items() if host and host in self.conclusion.cause), None)
        if self.conclusion.fault and role:
            self.remedy = f"; use account.endpoints[{role!r}]"

    @property
    def value(self) -> Any:
        """The hook's result, if there is one."""
        return self.conclusion.value

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What it claims."""
        match self.value:
            case tuple():
                return tuple(item for item in self.value if isinstance(item, Observation))
            case None:
                return ()
            case value:
                return tuple(getattr(value, "observations", ()))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of what it claims."""
        return tuple(str(item.kind) for item in self.observations)

    @property
    def did(self) -> str:
        """What the plugin did, as a finding words it."""
        if self.conclusion.fault:
            if self.raised and self.conclusion.plugin_said not in ("an illegal request", "an illegal result"):
                return f"broke its contract: it raised {self.raised}"
            return f"broke its contract: {self.conclusion.cause}{self.remedy}"
        if self.conclusion.plugin_said == "declined":
            return "concluded declined"
        if self.conclusion.plugin_said == "a result":
            return f"concluded {' and '.join(self.kinds)}" if self.kinds else f"returned {_name(self.value)}"
        return f"raised {self.raised or self.conclusion.plugin_said}"


def _name(value: object) -> str:
    return (
        "nothing"
        if value is None or value == ()
        else f"{'an' if type(value).__name__[0] in 'AEIO' else 'a'} {type(value).__name__}"
    )
