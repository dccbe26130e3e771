"""Roll a transaction back by what it came to: a dry run, or work that was refused, leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .ports import Hub, Tx

T = TypeVar("T")


class _Rollback(Exception):
    """Carries a result out of its transaction."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


async def write_unless(hub: Hub, work: Callable[[Tx], T], is_refused: Callable[[T], bool]) -> T:
    """What the work came to; it is rolled back where that is refused."""

    def run(tx: Tx) -> T:
        result = work(tx)
        if is_refused(result):
            raise _Rollback(result)
        return result

    try:
        return await hub.store.write(run)
    except _Rollback as rolled:
        result: T = rolled.result
        return result


async def write_nothing(hub: Hub, work: Callable[[Tx], T]) -> T:
    """What the work would come to; it is always rolled back."""
    return await write_unless(hub, work, lambda _result: True)
