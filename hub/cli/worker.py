"""Do what is due: checks, messages, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .running import pass_settings, run_on

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub
    from hub.settings import Settings


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and what becomes due by it; then end.")
@click.option("--strict", is_flag=True, help="Refuse to start when a plugin is quarantined.")
@pass_settings
def command(settings: Settings, once: bool, strict: bool) -> int:
    """Do what is due until Ctrl-C or SIGTERM: payments' checks, messages, mails."""
    from hub.bootstrap import open_hub
    from hub.logs import set_up_logs

    if once:
        run_on(settings, _drain)
        return 0
    set_up_logs(settings.log_level)
    open_hub(settings, strict=strict).store.close_now()
    from .serving import run

    return run(_work(settings))


async def _drain(hub: Hub) -> None:
    from hub.jobs.embedded import Loop

    await Loop(hub).drain()


async def _work(settings: Settings) -> int:
    from hub.bootstrap import open_hub
    from hub.jobs.process import Process

    from .serving import stop_on_signals

    stop = stop_on_signals()
    process = Process(open_hub(settings), "worker", failed=lambda: stop(1))
    stop.on_stop = process.begin_to_stop
    await process.start()
    click.echo("Working; Ctrl-C ends.", err=True)
    try:
        await stop.event.wait()
    finally:
        await process.stop()
    return stop.code
