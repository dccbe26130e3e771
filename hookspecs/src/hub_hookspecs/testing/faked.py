"""The provider's side of a world: its simulator, and whoever acts there."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any, Final

from hub_hookspecs.actions import PostForm, Redirect
from hub_hookspecs.http import library as httpx
from hub_hookspecs.messages import Message, Source
from hub_hookspecs.payment import PaymentStarted

from .noticed import Noticed, Row
from .raised import told
from .subject import BASE, Subject

NOT_NOW: Final = frozenset({400, 404, 409})
"""With these a simulator says that an action does not go together with what a payment is."""


class Faked:
    """One simulator, what its people are told to do, and what it shows."""

    def __init__(self, subject: Subject, runner: asyncio.Runner, config: Mapping[str, Any], noticed: Noticed) -> None:
        self.subject = subject
        self.noticed = noticed
        self._runner = runner
        self._transport = httpx.ASGITransport(app=subject.simulator.app(config))

    def browse(self, started: PaymentStarted) -> None:
        """Do what the payer's browser does with the next action."""
        match started.action:
            case Redirect(url):
                self._fetch(httpx.Request("GET", url))
            case PostForm(url, fields):
                self._fetch(httpx.Request("POST", url, data=dict(fields)))

    def drive(self, action: str, reference: str, **more: Any) -> bool:
        """Let the simulator's payer or bank act; False when there is nothing to act on."""
        answer = self._fetch(self.subject.simulator.drive(BASE, action, reference, **more))
        if not answer.is_success and answer.status_code not in NOT_NOW and answer.status_code != 599:
            self.noticed.failures[f"the simulator answered {answer.status_code} to {action} of a payment"] = None
        return answer.is_success

    def control(self, action: str, **body: Any) -> bool:
        """Tell the simulator something; False when it cannot do it."""
        return self._fetch(httpx.Request("POST", f"{BASE}/_control/{action}", json=body)).is_success

    def actions(self) -> tuple[str, ...]:
        """What the simulator's people can do, as it lists it."""
        answer = self._fetch(httpx.Request("GET", f"{BASE}/_control/actions"))
        return tuple(map(str, answer.json())) if answer.is_success else ()

    def book(self, reference: str) -> list[Row]:
        """The lines of the simulator's book for a reference."""
        return [row for row in self.whole_book() if row["reference"] == reference]

    def whole_book(self) -> list[Row]:
        """All lines of the simulator's book."""
        return self._runner.run(self._read_book())

    async def _read_book(self) -> list[Row]:
        answer = await self._ask(httpx.Request("GET", f"{BASE}/_control/book"))
        return [{"returned": 0, **row} for row in answer.json()] if answer.is_success else []

    def captures(self, reference: str) -> int:
        """How often the money of a reference was taken."""
        return sum(row["captures"] for row in self.book(reference))

    def notifications(self, reference: str) -> list[Message]:
        """The notifications that the simulator owes for a reference, as they would arrive."""
        request = httpx.Request("GET", f"{BASE}/_control/notifications", params={"reference": reference})
        answer = self._fetch(request)
        return [self._message(row) for row in answer.json()] if answer.is_success else []

    def _message(self, row: Mapping[str, Any]) -> Message:
        path, _, query = row["path"].partition("?")
        return Message(
            source=Source.NOTIFICATION,
            method=row["method"],
            path=path.lstrip("/"),
            query=query,
            headers=tuple((name.lower(), value) for name, value in row["headers"].items()),
            body=base64.b64decode(row["body"]),
            received_at=self.subject.now,
            call_id=self.subject.call_id(),
        )

    def _fetch(self, request: httpx.Request) -> httpx.Response:
        async def fetch() -> httpx.Response:
            response = await self._ask(request)
            await asyncio.sleep(0)  # let the simulator's own tasks begin
            return response

        return self._runner.run(fetch())

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """The simulator's answer; one that raises is noticed, and is as lame as a server that fails."""
        try:
            response = await self._transport.handle_async_request(request)
            content = await response.aread()
        except Exception as error:  # noqa: BLE001 - the simulator's own code
            where = f"{request.method} {request.url.path}"
            module = str(getattr(self.subject.simulator.app, "__module__", ""))
            self.noticed.failures[f"the simulator raised {told(error, module)} ({where})"] = None
            return httpx.Response(599)
        fields = [(name, value) for name, value in response.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(response.status_code, headers=fields, content=content)
