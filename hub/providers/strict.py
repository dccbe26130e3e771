"""Strict mode: while a plugin computes, what it must not do is refused where it tries.

This finds mistakes and not malice: whoever shares a process cannot be caged. ``os._exit`` announces
itself to nobody; the process ends, and the next one finds a payment whose outcome is unknown.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

FAMILIES: Final = frozenset(
    {"socket", "subprocess", "sqlite3", "urllib", "http", "ctypes", "shutil", "tempfile", "pty"}
)
EVENTS: Final = frozenset(
    {
        *("os.fork", "os.forkpty", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile"),
        *("os.kill", "os.killpg", "signal.pthread_kill", "_thread.start_new_thread"),
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
        *("os.chmod", "os.chown", "os.chdir", "os.putenv", "os.unsetenv", "mmap.__new__", "fcntl.fcntl"),
    }
)
MODULES: Final = (".py", ".pyc", ".so", ".pyd")
WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class NotForPlugins(PermissionError):
    """A plugin at work wanted to reach the machine."""


class _Step(threading.local):
    """What was refused to the plugin that computes in this thread; None while none does."""

    refused: list[str] | None = None


_step = _Step()
_guarded = threading.Event()
_guarding = threading.Lock()


def compute(code: str, step: Callable[[], T], *, is_strict: bool) -> T:
    """Let a plugin compute; strictly, what it must not do raises where it tries,
    and is told to the operator."""
    if not is_strict:
        return step()
    _guard()
    refused: list[str] = []
    before, _step.refused = _step.refused, refused
    try:
        return step()
    finally:
        _step.refused = before
        if refused:
            log.error("plugin_refused", provider=code, tried=sorted(set(refused)))


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _step.refused is None:
        return
    if event == "open":
        if not _reads_a_module(*arguments):
            _refuse("open")
    elif event in EVENTS or event.partition(".")[0] in FAMILIES:
        _refuse(event)


def _reads_a_module(path: object, _mode: object, flags: object) -> bool:
    """An import within a step; whatever else a plugin reads is not its order."""
    return str(path).endswith(MODULES) and isinstance(flags, int) and not flags & WRITING


def _refuse(what: str) -> None:
    if _step.refused is not None:
        _step.refused.append(what)
    raise NotForPlugins(f"a plugin at work may not: {what}")


def _guard() -> None:
    """Once for the process, and asleep unless a plugin computes; an audit hook cannot be taken away again."""
    if _guarded.is_set():
        return
    with _guarding:
        if not _guarded.is_set():
            sys.addaudithook(_audit)
            _guard_threads()
            _guarded.set()


def _guard_threads() -> None:
    """Not every interpreter announces a thread that starts."""
    right = getattr(threading, "_start_new_thread", None)
    if right is None:
        return

    def start_new_thread(*given: Any, **named: Any) -> Any:
        if _step.refused is not None:
            _refuse("_thread.start_new_thread")
        return right(*given, **named)

    vars(threading)["_start_new_thread"] = start_new_thread
