"""Whoever sends a money form writes on what it showed, or nothing: the one comparison, in the transaction that books.

A flow knows nothing of it. It gets a hub whose store compares; a command or a job has the hub itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from hub.domain.drawn_from import OLD, DrawnFrom, what_changed
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text

from .ports import Hub, Tx
from .wrapped_store import WrappedStore

T = TypeVar("T")
State = Callable[[Tx], DrawnFrom]


class FormChanged(Invalid):
    """What a form showed holds no more; nothing was written."""

    def __init__(self, message: Text) -> None:
        super().__init__((FieldError("drawn", message),))


@attrs.define
class ComparingStore(WrappedStore):
    """The store as the sender of one form writes to it.

    The first transaction that would change anything compares; what follows it is the same act. One that changes
    nothing is let through: a form that is sent twice leads to what it did the first time.
    """

    _state: State
    _mark: str
    _is_taken: bool = False

    async def write(self, fn: Callable[[Tx], T], *, synced: bool = True) -> T:
        """``Store.write``.

        Raises:
            FormChanged: Something would be written, and the form shows what is so no more.
        """
        if self._is_taken:
            return await self._store.write(fn, synced=synced)

        def compared(tx: Tx) -> tuple[T, bool]:
            changed, before = self._state(tx).changed_since(self._mark), tx.changes
            result = fn(tx)
            is_written = tx.changes != before
            if is_written and changed:
                raise FormChanged(what_changed(changed) if self._mark else OLD)
            return result, is_written

        result, self._is_taken = await self._store.write(compared, synced=synced)
        return result


def as_drawn(hub: Hub, state: State, mark: str) -> Hub:
    """The hub for whoever sends a form that carries this mark."""
    return attrs.evolve(hub, store=ComparingStore(hub.store, state, mark))
