"""A store before another one: what is not its own matter is handed on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import attrs

from .ports import Store, Tx

T = TypeVar("T")


@attrs.define
class WrappedStore:
    """The store behind, with a ``write`` of whoever stands before it."""

    _store: Store

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """``Store.read``."""
        return await self._store.read(fn)

    def next_due(self) -> datetime | None:
        """``Store.next_due``."""
        return self._store.next_due()

    @property
    def write_error(self) -> str:
        """``Store.write_error``."""
        return self._store.write_error

    def problems(self) -> tuple[str, ...]:
        """``Store.problems``."""
        return self._store.problems()

    async def close(self) -> None:
        """``Store.close``."""
        await self._store.close()
