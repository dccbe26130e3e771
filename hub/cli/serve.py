"""Serve pages, API and notifications, and do what is due."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from .running import pass_settings

if TYPE_CHECKING:
    from hub.bootstrap import OpenedHub
    from hub.flows.ground.ports import Mailer
    from hub.settings import Settings


@click.command()
@click.option("--host", metavar="ADDRESS", help="Else host of hub.toml, 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Else port of hub.toml, 8080; 0 takes a free one.")
@click.option("--no-worker", is_flag=True, help="Leave what is due to `payment-hub worker`.")
@click.option("--strict", is_flag=True, help="Refuse to start when a plugin is quarantined.")
@pass_settings
def command(settings: Settings, host: str | None, port: int | None, no_worker: bool, strict: bool) -> int:
    """Serve pages, API and notifications, and do what is due, until Ctrl-C or SIGTERM."""
    from hub.bootstrap import open_hub
    from hub.logs import set_up_logs

    from .serving import listening, run

    set_up_logs(settings.log_level)
    open_hub(settings, strict=strict).store.close_now()  # refuse before a port is taken
    sock = listening(host or settings.host, settings.port if port is None else port)
    name, at = sock.getsockname()[:2]
    ready = f"Listening on http://{name}:{at}; links in mails begin with {settings.base_url}"
    return run(serve_hub(settings, sock, worker=not no_worker, ready=lambda _opened: click.echo(ready, err=True)))


async def serve_hub(
    settings: Settings,
    sock: socket.socket,
    *,
    worker: bool = True,
    mailer: Mailer | None = None,
    ready: Callable[[OpenedHub], None],
) -> int:
    """Serve the hub of a data folder until a signal; the exit code.

    Args:
        ready: Called once requests are answered.
    """
    from hub.bootstrap import open_hub
    from hub.jobs.process import Process
    from hub.web.app import create_app
    from hub.web.serve import serve

    from .serving import stop_on_signals

    stop = stop_on_signals()
    opened = open_hub(settings, mailer=mailer)
    process = Process(opened, "serve", works=worker, failed=lambda: stop(1))
    stop.on_stop = process.begin_to_stop
    await process.start()
    try:
        await serve(create_app(opened.hub), [sock], stop=stop.event, ready=lambda: ready(opened))
    finally:
        await process.stop()
    return stop.code
