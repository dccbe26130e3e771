"""A provider in this process: its simulator, what its people do, and what goes back and forth meanwhile."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from hub_hookspecs import Message, NextAction, PostForm, Redirect, Source
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing import Subject

BASE: Final = "https://simulator.test"


class SimulatorRaised(Exception):
    """The simulator fell over a request, and what is proven with it is no proof; the cause is what it raised."""


class Carried(httpx.AsyncBaseTransport):
    """Carries requests to a simulator.

    Attributes:
        raised: What the simulator raised, the first time it did.
        meanwhile: Done after each answer, before whoever asked gets it.
    """

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self.raised: Exception | None = None
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request over, which is then written."""
        trace = request.extensions.get("trace")
        if trace:
            await trace("http11.send_request_headers.started", {})
        try:
            answer = await self._inner.handle_async_request(request)
            content = b"".join([chunk async for chunk in answer.aiter_raw()])
        except Exception as error:
            self.raised = self.raised or error
            raise
        if trace and self.meanwhile:
            work, self.meanwhile = self.meanwhile, None
            await work()
            self.meanwhile = work
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


@attrs.frozen(kw_only=True)
class Booked:
    """What the provider's book says of one payment in one currency. Minor units."""

    taken: int = 0
    returned: int = 0


@attrs.define
class Simulated:
    """The simulator of a plugin, with whoever acts there.

    Attributes:
        now: Where its clock and the hub's stand.
    """

    subject: Subject
    carried: Carried
    now: datetime

    @classmethod
    def of(cls, subject: Subject) -> Simulated:
        """A fresh one, with nothing in its book."""
        return cls(subject, Carried(subject.simulator.app(subject.filled)), subject.now)

    async def act(self, action: str, reference: str) -> bool:
        """Let its payer or bank act; False when there is nothing to act on."""
        return (await self._ask(self.subject.simulator.drive(BASE, action, reference))).is_success

    async def actions(self) -> tuple[str, ...]:
        """What its people can do."""
        answer = await self._ask(httpx.Request("GET", f"{BASE}/_control/actions"))
        return tuple(map(str, answer.json())) if answer.is_success else ()

    def clock(self) -> datetime:
        """UTC now."""
        return self.now

    async def pass_time(self, seconds: int = 1) -> None:
        """Time passes, here and there."""
        self.now += timedelta(seconds=seconds)
        await self._ask(httpx.Request("POST", f"{BASE}/_control/clock", json={"at": self.now.isoformat()}))

    async def browse(self, action: NextAction | None) -> None:
        """Do what the payer's browser does with the next action."""
        match action:
            case Redirect(url):
                await self._ask(httpx.Request("GET", url))
            case PostForm(url, fields):
                await self._ask(httpx.Request("POST", url, data=dict(fields)))

    async def book(self, reference: str) -> Mapping[str, Booked]:
        """What it took and gave back of a payment, by currency."""
        found: dict[str, Booked] = {}
        for row in (await self._ask(httpx.Request("GET", f"{BASE}/_control/book"))).json():
            if row["reference"] != reference:
                continue
            taken = row["minor"] * row["captures"]
            returned = row.get("returned", taken if row["state"] == "returned" else 0)
            before = found.get(row["currency"], Booked())
            found[row["currency"]] = Booked(taken=before.taken + taken, returned=before.returned + returned)
        return found

    async def news(self, reference: str) -> list[Message]:
        """All notifications that it owes for a payment, as they would arrive."""
        request = httpx.Request("GET", f"{BASE}/_control/notifications", params={"reference": reference})
        return [self._message(row) for row in (await self._ask(request)).json()]

    def _message(self, row: Mapping[str, Any]) -> Message:
        path, _, query = row["path"].partition("?")
        return Message(
            source=Source.NOTIFICATION,
            method=row["method"],
            path=path.lstrip("/"),
            query=query,
            headers=tuple((name.lower(), value) for name, value in row["headers"].items()),
            body=base64.b64decode(row["body"]),
            received_at=self.now,
            call_id=self.subject.call_id(),
        )

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await self.carried.handle_async_request(request)
        except Exception as error:
            raise SimulatorRaised from error
        await answer.aread()
        await asyncio.sleep(0)  # let the simulator's own tasks begin
        return answer
