"""Run a command's body on the hub of its data folder.

Help is asked for more often than anything else, so what is heavy is imported when a body runs.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .closed_months import looked_at
from .finding import find_company
from .options import data_option

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub
    from hub.settings import Settings

T = TypeVar("T")


def pass_hub(body: Callable[..., Awaitable[int | None]]) -> Callable[..., int | None]:
    """A command with ``--data``, whose body gets the hub of that folder, does the work and prints what came of it.

    The hub is open for as long as the body runs. Its exit code is what the body returns, 0 for nothing.
    """

    @pass_settings
    @functools.wraps(body)
    def command(settings: Settings, **given: Any) -> int | None:
        return run_on(settings, lambda hub: body(looked_at(hub, operator()), **given))

    return command


def pass_merchant(body: Callable[..., Awaitable[int | None]]) -> Callable[..., int | None]:
    """``pass_hub`` for a command about one company: its body also gets the one that ``slug`` names, or the only one."""

    @pass_hub
    @functools.wraps(body)
    async def command(hub: Hub, slug: str | None, **given: Any) -> int | None:
        return await body(hub, await find_company(hub, slug), **given)

    return command


def pass_settings(body: Callable[..., int | None]) -> Callable[..., int | None]:
    """A command with ``--data``, whose body gets the settings of that folder, for what needs no open hub."""

    @data_option
    @functools.wraps(body)
    def command(data: str | None, **given: Any) -> int | None:
        return body(settings_of(data), **given)

    return command


def settings_of(data: str | None) -> Settings:
    """The settings of a data folder; from now on log lines go to standard error.

    Whoever sits at a terminal reads what the command says; a file or a service manager keeps the facts.
    """
    from pathlib import Path

    from hub.logs import set_up_logs
    from hub.settings import load_settings

    settings = load_settings(Path(data) if data else None)
    set_up_logs("warning" if settings.log_level == "info" and sys.stderr.isatty() else settings.log_level)
    return settings


def run_on(settings: Settings, work: Callable[[Hub], Awaitable[T]]) -> T:
    """Open the hub, run one piece of work on it, close it."""
    import asyncio

    from hub.bootstrap import open_hub

    async def inside() -> T:
        opened = open_hub(settings)
        try:
            return await work(opened.hub)
        finally:
            await opened.close()

    return asyncio.run(inside())


def operator() -> str:
    """Who works here, for what is recorded with a name."""
    import getpass

    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without an entry
        return "operator"
