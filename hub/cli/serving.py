"""Run servers until somebody says stop: Ctrl-C ends with 130, SIGTERM with 0, both in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable
from typing import Any

import attrs
import click

from hub.web.serve import bind, serve
from hub.web.serve import run as run

INTERRUPTED = 130


@attrs.define
class Stop:
    """Set when the process shall end; ``code`` is its exit code, ``on_stop`` is called at once."""

    event: asyncio.Event = attrs.Factory(asyncio.Event)
    code: int = 0
    on_stop: Callable[[], None] | None = None

    def __call__(self, code: int) -> None:
        """End now; the first reason stays."""
        if not self.event.is_set():
            self.code = code
            self.event.set()
            if self.on_stop:
                self.on_stop()


def stop_on_signals() -> Stop:
    """From now on signals end the process in order; for use inside the loop."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # no such thing on Windows, where Ctrl-C cancels the loop
        loop.add_signal_handler(signal.SIGINT, stop, INTERRUPTED)
        loop.add_signal_handler(signal.SIGTERM, stop, 0)
    return stop


def listening(host: str, port: int) -> socket.socket:
    """A listening socket, or a failure that names the port."""
    try:
        return bind(host, port)
    except OSError as error:
        remedy = "choose another with --port"
        raise click.ClickException(f"cannot listen on {host}:{port} ({error.strerror}): {remedy}") from None


def serve_app(app: Any, sock: socket.socket, ready: Callable[[], None]) -> int:
    """Serve one application until a signal."""

    async def inside() -> int:
        stop = stop_on_signals()
        await serve(app, [sock], stop=stop.event, ready=ready)
        return stop.code

    return run(inside())
