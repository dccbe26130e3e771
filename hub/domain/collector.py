"""The garbage collector rests while something makes much that refers to nothing in a circle, such as rows of a file.

It would go through all of them again and again, for a third of the time that a large file takes.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Rests:
    """How many threads let it rest now."""

    def __init__(self) -> None:
        self._lock, self._count, self._was_on = threading.Lock(), 0, False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if self._count == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                if self._count == 0 and self._was_on:
                    gc.enable()


collector_rests: Final = _Rests()
"""``with collector_rests():``; what others leave in circles meanwhile is collected afterwards."""


def resting(make: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a function makes while the collector rests."""
    with collector_rests():
        return make(*given, **named)
