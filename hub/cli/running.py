"""Run a flow on the hub of a data folder."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from hub.bootstrap import open_hub
from hub.flows.ground.ports import Hub
from hub.logs import set_up_logs
from hub.settings import Settings, load_settings

T = TypeVar("T")


def settings_of(data: str | None) -> Settings:
    """The settings of a data folder; from now on log lines go to standard error.

    Whoever sits at a terminal reads what the command says; a file or a service manager keeps the facts.
    """
    settings = load_settings(Path(data) if data else None)
    set_up_logs("warning" if settings.log_level == "info" and sys.stderr.isatty() else settings.log_level)
    return settings


def run(data: str | None, work: Callable[[Hub], Awaitable[T]]) -> T:
    """Open the hub, run one piece of work on it, close it."""
    return run_with(settings_of(data), work)


def run_with(settings: Settings, work: Callable[[Hub], Awaitable[T]]) -> T:
    """``run`` for settings that were loaded already."""

    async def inside() -> T:
        opened = open_hub(settings)
        try:
            return await work(opened.hub)
        finally:
            await opened.close()

    return asyncio.run(inside())


def operator() -> str:
    """Who works here, for what is recorded with a name."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without an entry
        return "operator"
