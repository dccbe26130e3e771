"""What a process keeps in memory: tables by slot, each declared with its types by whoever keeps something in it."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import attrs

K = TypeVar("K")
V = TypeVar("V")


@attrs.frozen(eq=False)
class Slot(Generic[K, V]):
    """Declares a table of values by key; what stands in it is held by a ``Memory``."""

    name: str


@attrs.define(eq=False)
class Memory:
    """The tables of one process."""

    _tables: dict[Slot[Any, Any], dict[Any, Any]] = attrs.Factory(dict)

    def of(self, slot: Slot[K, V]) -> dict[K, V]:
        """The table of a slot."""
        return self._tables.setdefault(slot, {})

    def clear(self) -> None:
        """Forget all tables."""
        self._tables.clear()
