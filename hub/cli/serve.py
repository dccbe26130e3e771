"""Serve pages, API and notifications, and do what is due."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import click

from .running import pass_settings

if TYPE_CHECKING:
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
    return run(_serve(settings, sock, worker=not no_worker))


async def _serve(settings: Settings, sock: socket.socket, *, worker: bool) -> int:
    from hub.bootstrap import open_hub
    from hub.jobs.process import Process
    from hub.web.app import create_app
    from hub.web.serve import serve

    from .serving import stop_on_signals

    stop = stop_on_signals()
    opened = open_hub(settings)
    process = Process(opened, "serve", works=worker, failed=lambda: stop(1))
    stop.on_stop = process.begin_to_stop
    await process.start()
    name, port = sock.getsockname()[:2]
    ready = f"Listening on http://{name}:{port}; links in mails begin with {settings.base_url}"
    try:
        await serve(create_app(opened.hub), [sock], stop=stop.event, ready=lambda: click.echo(ready, err=True))
    finally:
        await process.stop()
    return stop.code
