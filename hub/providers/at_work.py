"""Which plugin computes just now, noted in a small file that outlives the process.

A process that froze cannot say in what; the file can. Writing costs a few bytes in memory:
it is mapped, and the system brings it to disk, also when the process is killed.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attrs

SLOTS = 64
SIZE = 64
HEAD = struct.Struct("<?d")
NAME = SIZE - HEAD.size
NOWHERE = -1


@attrs.frozen
class Busy:
    """A plugin that was at work when the file was last written.

    Attributes:
        since: Seconds since 1970.
    """

    code: str
    since: float


class AtWork:
    """Notes begin and end of every step; without a file it notes nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._map: mmap.mmap | None = None
        self._places: dict[tuple[str, int], int] = {}
        self._next = 0
        if path is not None:
            self._map = _mapped(path)

    def begin(self, code: str) -> int:
        """A plugin begins to compute; what to hand to ``end``."""
        if self._map is None:
            return NOWHERE
        place = self._place(code)
        HEAD.pack_into(self._map, place, True, time.time())
        return place

    def end(self, place: int) -> None:
        """It has ended."""
        if self._map is not None and place != NOWHERE:
            HEAD.pack_into(self._map, place, False, 0.0)

    @contextlib.contextmanager
    def step(self, code: str) -> Iterator[None]:
        """A plugin computes while this is open."""
        place = self.begin(code)
        try:
            yield
        finally:
            self.end(place)

    def close(self) -> None:
        """Note no more."""
        if self._map is not None:
            kept, self._map = self._map, None
            kept.close()

    def _place(self, code: str) -> int:
        key = (code, threading.get_ident())
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = (self._next % SLOTS) * SIZE
            self._next += 1
            assert self._map is not None
            name = code.encode()[:NAME]
            self._map[found + HEAD.size : found + SIZE] = name.ljust(NAME, b"\0")
        return found


def _mapped(path: Path) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.truncate(descriptor, SLOTS * SIZE)
        return mmap.mmap(descriptor, SLOTS * SIZE)
    finally:
        os.close(descriptor)


def busy_in(path: Path) -> tuple[Busy, ...]:
    """Who was at work when the process that wrote this file ended; empty when there is no such file."""
    try:
        raw = path.read_bytes()
    except OSError:
        return ()
    found = []
    for place in range(0, len(raw) - SIZE + 1, SIZE):
        busy, since = HEAD.unpack_from(raw, place)
        code = raw[place + HEAD.size : place + SIZE].rstrip(b"\0").decode(errors="replace")
        if busy and code:
            found.append(Busy(code, since))
    return tuple(found)


NOBODY = AtWork()
