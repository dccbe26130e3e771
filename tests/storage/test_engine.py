"""The writer: one commit for many, each function on its own, and nothing acknowledged that is not on disk."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub.domain.refusals import Conflict, Unavailable
from hub.storage import SqliteStore, engine, open_store
from hub.storage.connection import PRAGMAS, connect
from tests.storage.conftest import World

UNSEALED = text(
    "INSERT INTO entry (id, merchant, mode, key, kind, currency, at, own_record, note, note_salt, note_digest)"
    " VALUES ('e9', 'm1', 'test', 'e9', 'bill', 'CRC', 1, 0, '', '', '')"
)


def counted(store: SqliteStore, name: str = "n") -> int:
    return store.read_now(lambda tx: tx.messages.counts().get(name, 0))


def test_many_writes_share_few_commits(store: SqliteStore) -> None:
    async def write_all() -> list[int]:
        def one(n: int) -> Any:
            def write(tx: Any) -> int:
                tx.messages.count("n")
                return n

            return write

        return await asyncio.gather(*(store.write(one(n)) for n in range(64)))

    before = store.commits

    assert asyncio.run(write_all()) == list(range(64))
    assert counted(store) == 64
    assert store.commits - before < 64


async def count_thirty(store: SqliteStore) -> list[Any]:
    """Thirty at once, of which every third fails after its work."""

    def one(n: int) -> Any:
        def write(tx: Any) -> int:
            tx.messages.count("n")
            if n % 3 == 0:
                raise RuntimeError(f"number {n}")
            return n

        return write

    return await asyncio.gather(*(store.write(one(n)) for n in range(30)), return_exceptions=True)


def test_a_failing_function_undoes_its_own_work_alone(store: SqliteStore) -> None:
    answers = asyncio.run(count_thirty(store))

    assert [answer for answer in answers if isinstance(answer, int)] == [n for n in range(30) if n % 3]
    assert [str(answer) for answer in answers if isinstance(answer, RuntimeError)] == [
        f"number {n}" for n in range(0, 30, 3)
    ]
    assert counted(store) == 20


def test_control_without_a_savepoint_each_what_failed_is_committed_with_the_rest(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "run_apart", lambda connection, job: job.run(connection))
    asyncio.run(count_thirty(store))

    assert counted(store) == 30


def test_if_the_commit_fails_only_the_guilty_function_fails(furnished: SqliteStore) -> None:
    """An unsealed entry is refused at COMMIT, when the functions beside it have long run."""
    runs: list[int] = []

    async def write_all() -> list[Any]:
        def one(n: int) -> Any:
            def write(tx: Any) -> int:
                runs.append(n)
                tx.messages.count("n")
                if n == 5:
                    tx.run(UNSEALED)
                return n

            return write

        return await asyncio.gather(*(furnished.write(one(n)) for n in range(10)), return_exceptions=True)

    answers = asyncio.run(write_all())

    assert [answer for answer in answers if isinstance(answer, int)] == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert isinstance(answers[5], Conflict)
    assert answers[5].rule == "foreign_key"
    assert counted(furnished) == 9
    assert len(runs) > 10, "the group ran again, one by one"


def test_a_refused_statement_that_was_caught_leaves_the_rest(furnished: SqliteStore, world: World) -> None:
    def write(tx: Any) -> str:
        world.start(tx, world.payment())
        try:
            tx.payments.add(world.payment("t2"))
        except Conflict as refused:
            return refused.rule
        return "added"

    assert furnished.write_now(write) == "one_live"
    assert furnished.read_now(lambda tx: tx.payments.get("t1")) is not None
    assert furnished.read_now(lambda tx: tx.payments.get("t2")) is None


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), StopIteration(), MemoryError()])
def test_whatever_a_function_raises_reaches_its_caller_and_the_writer_goes_on(
    store: SqliteStore, error: BaseException
) -> None:
    def write(_tx: Any) -> None:
        raise error

    with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)):
        store.write_now(write)
    store.write_now(lambda tx: tx.messages.count("n"))

    assert counted(store) == 1


def test_of_two_racing_payments_for_one_payable_one_is_refused(furnished: SqliteStore, world: World) -> None:
    barrier = threading.Barrier(8)
    answers: list[str] = []

    def race(n: int) -> None:
        barrier.wait()
        try:
            furnished.write_now(lambda tx: world.start(tx, world.payment(f"t{n}")))
            answers.append("sent")
        except Conflict as refused:
            answers.append(refused.rule)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["one_live"] * 7 + ["sent"]
    assert furnished.read_now(lambda tx: len(tx.payments.live_with(["p1"]))) == 1


def test_two_processes_serialise_on_the_file(furnished: SqliteStore, path: Path, world: World) -> None:
    other = open_store(path)
    answers = []
    for store, name in ((furnished, "t1"), (other, "t2")):
        try:
            store.write_now(lambda tx, name=name: world.start(tx, world.payment(name)))
            answers.append("sent")
        except Conflict as refused:
            answers.append(refused.rule)
    other.close_now()

    assert answers == ["sent", "one_live"]


def test_callbacks_run_in_the_callers_loop_after_the_commit_and_never_for_a_failure(store: SqliteStore) -> None:
    seen: list[tuple[str, int, int]] = []

    async def write_both() -> None:
        def wake(name: str) -> Any:
            return lambda: seen.append((name, threading.get_ident(), counted(store)))

        def good(tx: Any) -> None:
            tx.messages.count("n")
            tx.after_commit(wake("good"))

        def bad(tx: Any) -> None:
            tx.after_commit(wake("bad"))
            raise RuntimeError("no")

        await asyncio.gather(store.write(good), store.write(bad), return_exceptions=True)
        await asyncio.sleep(0)

    asyncio.run(write_both())

    assert seen == [("good", threading.get_ident(), 1)]
    store.write_now(lambda tx: tx.after_commit(lambda: seen.append(("sync", threading.get_ident(), 0))))
    assert seen[1] == ("sync", threading.get_ident(), 0)


def test_a_cancelled_caller_has_its_row_all_the_same(store: SqliteStore) -> None:
    async def cancel_one() -> None:
        gate = threading.Event()
        slow = asyncio.ensure_future(store.write(lambda _tx: gate.wait(5)))
        cancelled = asyncio.ensure_future(store.write(lambda tx: tx.messages.count("n")))
        await asyncio.sleep(0)
        cancelled.cancel()
        gate.set()
        await slow
        await store.write(lambda _tx: None)

    asyncio.run(cancel_one())

    assert counted(store) == 1


def test_a_reader_sees_one_moment_and_cannot_write(store: SqliteStore) -> None:
    def look_twice(tx: Any) -> tuple[Any, Any]:
        before = tx.messages.counts()
        store.write_now(lambda writer: writer.messages.count("n"))
        return before, tx.messages.counts()

    assert store.read_now(look_twice) == ({}, {})
    assert counted(store) == 1
    with pytest.raises(Unavailable, match="readonly"):
        store.read_now(lambda tx: tx.messages.count("n"))
    with pytest.raises(Unavailable, match="readonly"):
        asyncio.run(store.read(lambda tx: tx.messages.count("n")))


def test_a_locked_database_is_unavailable_and_works_again_afterwards(store: SqliteStore, path: Path) -> None:
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    quick = open_store(path)
    quick._writer_connection.execute("PRAGMA busy_timeout = 20")

    with pytest.raises(Unavailable, match="locked"):
        quick.write_now(lambda tx: tx.messages.count("n"))
    blocker.execute("ROLLBACK")
    quick.write_now(lambda tx: tx.messages.count("n"))
    quick.close_now()
    blocker.close()

    assert counted(store) == 1


def test_a_full_disk_is_unavailable_and_changes_nothing(store: SqliteStore) -> None:
    connection = store._writer_connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    def fill(tx: Any) -> None:
        for n in range(3000):
            tx.messages.count(f"counter-{n:090}")

    async def write_all() -> list[Any]:
        small = [store.write(lambda tx: tx.messages.count("n")) for _ in range(3)]
        return await asyncio.gather(small[0], store.write(fill), *small[1:], return_exceptions=True)

    answers = asyncio.run(write_all())

    assert isinstance(answers[1], Unavailable)
    assert [answers[0], *answers[2:]] == [None, None, None]
    connection.execute("PRAGMA max_page_count = 1000000")
    store.write_now(fill)
    assert counted(store) == 3


def test_a_fault_of_ours_is_not_called_unavailable(store: SqliteStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store.write_now(lambda tx: tx.run(text("SELECT 1 FROM nowhere")))


def test_a_closed_store_has_written_what_was_queued_and_takes_no_more(path: Path) -> None:
    async def close_behind() -> None:
        store = open_store(path)
        writes = [asyncio.ensure_future(store.write(lambda tx: tx.messages.count("n"))) for _ in range(10)]
        await asyncio.sleep(0)
        await store.close()
        await store.close()
        await asyncio.gather(*writes)
        with pytest.raises(Unavailable, match="closed"):
            await store.write(lambda tx: tx.messages.count("n"))

    asyncio.run(close_behind())

    store = open_store(path)
    assert counted(store) == 10
    store.close_now()


def test_every_connection_has_the_settings_that_the_rules_need(store: SqliteStore) -> None:
    for connection in (store._writer_connection, store._due_reader, *store._readers):
        for name, value in PRAGMAS.items():
            assert connection.execute(f"PRAGMA {name}").fetchone()[0] == value, name
    assert all(reader.execute("PRAGMA query_only").fetchone()[0] == 1 for reader in store._readers)


WRITER = """
    import sys
    from hub.storage import open_store
    from hub_hookspecs import Mode

    store = open_store(sys.argv[1])
    for number in range(1, 100_000):
        found = store.write_now(lambda tx: tx.receipts.next_number("m1", Mode.TEST, "RC"))
        print(found, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(furnished: SqliteStore, path: Path) -> None:
    furnished.close_now()
    last = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _line in range(25):
            acknowledged = int(process.stdout.readline())
            assert acknowledged > last
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split("\n")[:-1])])
        process.wait()
        process.stdout.close()
        connection = connect(path)
        (taken,) = connection.execute("SELECT next - 1 FROM series").fetchone()
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        connection.close()

        assert sound == "ok"
        assert acknowledged <= taken <= acknowledged + 1, "one more may be on disk, whose answer was not heard"
        last = taken
