"""Planted faults: each is the good plugin, or its provider, with one thing changed, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from hub_hookspecs import hookimpl, specs

from .desk import Desk, simulator
from .tiny import Tiny


@attrs.frozen
class Planted:
    """One fault.

    Attributes:
        name: What is wrong, in a few words.
        proof: The name of the proof that finds it.
        said: What it says.
    """

    name: str
    proof: str
    said: str
    plugin: type = Tiny
    desk: type[Desk] = Desk

    @property
    def simulator(self) -> Any:
        """The provider, with this fault where it is the provider's."""
        return simulator(self.desk)


def planted(found: list[Planted], proof: str, said: str) -> Callable[[type], type]:
    """A class of its own is the fault."""

    def add(plugin: type) -> type:
        found.append(Planted(plugin.__name__, proof, said, plugin))
        return plugin

    return add


def otherwise(base: type = Tiny, **changes: Any) -> type:
    """A plugin with some of its parts replaced; hooks are hooks still."""
    parts = {
        name: hookimpl(part) if hasattr(specs, name) and callable(part) else part for name, part in changes.items()
    }
    return type("Changed", (base,), parts)
