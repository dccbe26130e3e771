"""What is called after a commit is called once, however often its function ran;
nothing of what was rolled back is."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from hub.domain.refusals import Conflict
from hub.storage import SqliteStore, SqliteTx
from tests.storage.conftest import World


def test_a_function_that_runs_again_alone_calls_once(store: SqliteStore, world: World) -> None:
    """A group whose commit fails is written one by one."""
    called: list[str] = []
    runs: list[str] = []

    def say(name: str, *, breaks: bool = False) -> Any:
        def write(tx: SqliteTx) -> None:
            runs.append(name)
            tx.after_commit(lambda: called.append(name))
            if breaks and runs.count(name) == 1:
                tx._connection.execute("ROLLBACK")  # ends the transaction of the whole group

        return write

    async def together() -> None:
        await asyncio.gather(store.write(say("one")), store.write(say("two", breaks=True)), store.write(say("three")))
        await asyncio.sleep(0.05)

    asyncio.run(together())

    assert sorted(called) == ["one", "three", "two"]
    assert len(runs) > 3


def test_what_is_rolled_back_within_a_function_calls_nothing(store: SqliteStore) -> None:
    called: list[str] = []

    def write(tx: SqliteTx) -> None:
        tx.after_commit(lambda: called.append("before"))
        with contextlib.suppress(Conflict), tx.whole():
            tx.after_commit(lambda: called.append("within"))
            raise Conflict("unique")
        with tx.whole():
            tx.after_commit(lambda: called.append("kept"))
        tx.after_commit(lambda: called.append("after"))

    store.write_now(write)

    assert called == ["before", "kept", "after"]
