"""Worlds to play a plugin in against its simulator, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .noticed import Noticed
from .subject import Subject
from .world import World as World

T = TypeVar("T")


class Bench:
    """Worlds to play in, on one event loop."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._runner = asyncio.Runner()
        self._cache: dict[str, Any] = {}
        self.noticed = Noticed()

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """Make something once, for all proofs on this bench."""
        if name not in self._cache:
            self._cache[name] = make()
        cached: T = self._cache[name]
        return cached

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def world(self, config: Mapping[str, Any] | None = None) -> World:
        """A fresh simulator with nothing in its book, whose clock stands where the hub's does,
        however slow we are."""
        world = World(self.subject, self._runner, config or self.subject.filled, self.noticed)
        world.control("clock", at=self.subject.now.isoformat())
        return world
