"""Watches a plugin's steps: no socket, file, environment, clock, thread or process.

An audit hook cannot be removed, so there is one for the process, asleep unless a step is being
watched. The clock and the environment raise no audit event; they are seen by the interpreter's
profile hook.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any, Final

FORBIDDEN_EVENTS: Final = {
    "open": "opened a file",
    "socket.": "used a socket",
    "subprocess.": "started a process",
    "os.system": "started a process",
    "os.exec": "started a process",
    "os.fork": "started a process",
    "os.posix_spawn": "started a process",
    "os.kill": "killed a process",
    "os.spawn": "started a process",
    "os.listdir": "looked into a folder",
    "os.scandir": "looked into a folder",
    "os.remove": "removed a file",
    "os.rename": "renamed a file",
    "os.putenv": "changed the environment",
    "os.unsetenv": "changed the environment",
    "sqlite3.": "opened a database",
    "urllib.": "used a socket",
    "http.client.": "used a socket",
}
CLOCKS: Final = frozenset(
    id(getattr(time, name))
    for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time")
)
SLEEPS: Final = frozenset({id(time.sleep), id(select.select)})
"""``select`` on nothing waits as ``sleep`` does, which itself need not be the interpreter's own."""

TODAY: Final = frozenset({"now", "utcnow", "today"})
_environment: Any = type(os.environ)
ENVIRONMENT: Final[frozenset[CodeType]] = frozenset(
    {_environment.__getitem__.__code__, _environment.__iter__.__code__, os.getenv.__code__}
)
MODULES: Final = (".py", ".pyc", ".so", ".pyd", ".pth")


class _Watch(threading.local):
    """What is being watched in this thread."""

    found: set[str] | None = None


_watch = _Watch()
_installed = threading.Event()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    found = _watch.found
    if found is None:
        return
    for prefix, what in FORBIDDEN_EVENTS.items():
        if event.startswith(prefix) and not (event == "open" and str(arguments[0]).endswith(MODULES)):
            found.add(what)


@contextlib.contextmanager
def watched(package: str, found: set[str]) -> Iterator[None]:
    """Note in ``found`` what the code of a package does that a plugin must not do,
    while this lasts."""
    if not _installed.is_set():
        sys.addaudithook(_audit)
        _installed.set()

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in ENVIRONMENT:
            found.add("read the environment")
        elif event == "c_call" and _is_clock(argument) and _belongs(frame, package):
            found.add("read the clock")
        elif event == "c_call" and id(argument) in SLEEPS:
            found.add("slept")
        elif event == "c_call" and argument is _thread.start_new_thread:
            found.add("started a thread")  # not every interpreter raises an audit event for it

    before = sys.getprofile()
    _watch.found = found
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before if callable(before) else None)  # a C profiler cannot be put back
        _watch.found = None


def _is_clock(function: Any) -> bool:
    if id(function) in CLOCKS:
        return True
    return getattr(function, "__name__", "") in TODAY and isinstance(getattr(function, "__self__", None), type)


def _belongs(frame: FrameType, package: str) -> bool:
    """Only the plugin's own call counts: a library it uses may take times of its own."""
    name = str(frame.f_globals.get("__name__", ""))
    return name == package or name.startswith(f"{package}.")
