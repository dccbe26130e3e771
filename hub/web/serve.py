"""Serve an application: uvicorn with httptools on sockets that are open already,
inside the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import uvicorn

T = TypeVar("T")

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 30
GRACE_SECONDS = 10


class Server(uvicorn.Server):
    """uvicorn's server without its signal handlers: whoever owns the loop decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off; without it every answer waits 40 ms.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    opened.setblocking(False)
    return opened


async def serve(
    app: Any,
    sockets: Sequence[socket.socket],
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Answer requests until ``stop`` is set or the task is cancelled; open answers get a moment to end.

    Args:
        ready: Called once requests are answered.
    """
    server = Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # an application that asks who calls wraps itself
            server_header=False,
            date_header=True,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    running = asyncio.ensure_future(server.serve(sockets=list(sockets)))
    watching = asyncio.ensure_future(_watch(server, stop, ready))
    try:
        await running
    except asyncio.CancelledError:
        server.should_exit = True
        await asyncio.wait([running])
        raise
    finally:
        watching.cancel()


async def _watch(server: Server, stop: asyncio.Event | None, ready: Callable[[], None] | None) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    if ready:
        ready()
    if stop:
        await stop.wait()
        server.should_exit = True


def run(main: Awaitable[T]) -> T:
    """Run a coroutine on the fastest event loop that there is here."""
    if sys.platform == "win32":
        return asyncio.run(cast(Any, main))
    import uvloop

    return cast(T, uvloop.run(cast(Any, main)))
