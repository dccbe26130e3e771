"""What a world runs on: time that passes only when nobody is busy, a store without threads,
a wire without sockets.

Storage is the hub's own on a real file, with every guard of the schema; its writer does here and
now what it would do in its thread. The driver is the hub's own; only its last seam, the wire, leads
to simulators in the same process.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
import types
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import attrs
import httpx

import hub.jobs.embedded
import hub.providers.exchange
from hub.providers.exchange import Exchanger
from hub.providers.ran import Ran
from hub.providers.registry import Provider
from hub.providers.stepping import Stepper
from hub.providers.wire import Lost
from hub.storage import SqliteStore
from hub.storage.queued_writes import QueuedWrite, answer_all
from hub_hookspecs.testing.simulator import Stage

T = TypeVar("T")


class Stuck(AssertionError):
    """Everybody waits for somebody, and nothing is due."""


class _Idle(selectors.SelectSelector):
    """Nothing ever arrives from outside; whoever would wait lets the time pass instead."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck
        if timeout > 0:
            self.loop.elapsed += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still while there is anything to do."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        selector = _Idle()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.elapsed

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> Any:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            future.set_exception(error)
        return future


@attrs.define
class LoopClock:
    """The hub's clock and the simulators': the loop's time, from a fixed moment on."""

    loop: VirtualLoop
    start: datetime

    def __call__(self) -> datetime:
        return self.start + timedelta(microseconds=round(self.loop.elapsed * 1e6))


@attrs.define(kw_only=True)
class ClockedStage(Stage):
    """A simulator's stage that lives in the world's time."""

    clock: Callable[[], datetime]

    def now(self) -> datetime:
        return self.clock() + self.shift


@contextmanager
def virtual_time(loop: VirtualLoop) -> Iterator[None]:
    """The driver's deadlines, breakers and buckets count in the loop's time,
    and the jobs sleep as long as they may."""
    before = hub.providers.exchange.time, hub.jobs.embedded.MAX_SLEEP
    hub.providers.exchange.time = types.SimpleNamespace(monotonic=loop.time)  # type: ignore[assignment]
    hub.jobs.embedded.MAX_SLEEP = 1e7  # type: ignore[misc]
    try:
        yield
    finally:
        hub.providers.exchange.time, hub.jobs.embedded.MAX_SLEEP = before  # type: ignore[misc]


class Crashed(BaseException):
    """The process is gone; nothing of it goes on."""


@attrs.define
class Life:
    """Whether a process lives, and after how many commits it dies.

    Attributes:
        commits_left: None: it lives on. At zero it dies before that commit, or right after it.
    """

    commits_left: int | None = None
    before: bool = True
    dead: bool = False
    on_death: Callable[[], None] = lambda: None

    def check(self) -> None:
        """Nothing is done by the dead."""
        if self.dead:
            raise Crashed

    def at_commit(self, *, before: bool) -> None:
        """Die here, if this is the commit."""
        if self.commits_left is None:
            return
        if before:
            self.commits_left -= 1
        if self.commits_left < 0 and before is self.before:
            self.dead = True
            self.on_death()
            raise Crashed


class InlineStore(SqliteStore):
    """The store of one process, whose writer has no thread of its own."""

    def __init__(self, path: Path, life: Life) -> None:
        self.life = life
        self.glance: asyncio.TimerHandle | None = None
        self.on_look: Callable[[], None] = lambda: None
        self.writes = 0
        super().__init__(path, readers=1)

    def _put(self, job: QueuedWrite) -> None:
        self.life.check()
        self.life.at_commit(before=True)
        self.writes += 1
        self._write_group([job])
        self.life.at_commit(before=False)
        answer_all([job])
        if self.glance is None:  # a loop that nobody woke looks for itself within five seconds
            self.glance = asyncio.get_running_loop().call_later(5, self._look)

    def _look(self) -> None:
        self.glance = None
        self.on_look()

    def read_now(self, fn: Any) -> Any:
        self.life.check()
        return super().read_now(fn)

    def next_due(self) -> datetime | None:
        self.life.check()
        return super().next_due()


class _InlineStepper(Stepper):
    """Lets plugins compute here and now."""

    async def run(self, step: Callable[[], T]) -> T:
        return step()

    def run_inline(self, step: Callable[[], T]) -> T:
        return step()  # real seconds do not count in a world


class Net(Protocol):
    """What lies between the hub and its providers."""

    async def send(self, code: str, request: httpx.Request, limit: float) -> httpx.Response | Lost: ...


@attrs.frozen
class NetWire:
    """The wire to one provider."""

    net: Net
    life: Life
    code: str

    async def send(self, request: httpx.Request, *, fresh: bool, public: bool, limit: float) -> httpx.Response | Lost:
        self.life.check()
        outcome = await self.net.send(self.code, request, limit)
        self.life.check()
        return outcome

    async def close(self) -> None:
        pass


HOOK: contextvars.ContextVar[str] = contextvars.ContextVar("hook")
"""Which hook a request is sent for."""


class InlineExchanger(Exchanger):
    """The hub's own driver over wires without sockets."""

    def __init__(self, *args: Any, net: Net, life: Life, **more: Any) -> None:
        super().__init__(*args, **more)
        self.net, self.life = net, life

    async def run(self, provider: Provider, hook: str, **more: Any) -> Ran:
        HOOK.set(hook)
        return await super().run(provider, hook, **more)

    def _stepper(self, provider: Provider) -> Stepper:
        if provider.code not in self._steppers:
            self._steppers[provider.code] = _InlineStepper(provider.code, self._limits.step)
        return self._steppers[provider.code]

    async def _wire(self, call: Any) -> Any:
        return NetWire(self.net, self.life, call.provider.code)


App = Callable[[Any, Any, Any], Awaitable[None]]


async def call(app: App, request: httpx.Request, root: str) -> httpx.Response:
    """Let a simulator answer a request."""
    body, sent = request.content, False
    started: dict[str, Any] = {}
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            started.update(event)
        else:
            chunks.append(event.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "root_path": root,
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    headers = [pair for pair in started["headers"] if pair[0] != b"content-length"]
    return httpx.Response(started["status"], headers=headers, content=b"".join(chunks), request=request)
