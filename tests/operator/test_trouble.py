"""A disk that is full, locked, failing or read-only: never a false yes, reads go on,
and it recovers by itself."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from hub.domain.payment import Status
from hub.domain.refusals import Unavailable
from hub.flows.operations.check_readiness import CHECKED, check_readiness
from hub.storage import SqliteStore, engine, migrate, open_store
from tests.faults.harness import Desk, World, broken

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix: limits of a process")


@contextlib.contextmanager
def no_file_grows() -> Iterator[None]:
    """What a full disk looks like to this process."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # a test's lines go to a file, which is as full
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_news_is_refused_reads_go_on_and_it_recovers(world: World) -> None:
    debtor = world.debtor("CR", 1_500_000)
    payment = world.pay(debtor)
    world.approve(payment)
    (news, *_) = world.news(payment)
    with no_file_grows():
        answers = [world.post("CR", news) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [503] * 5
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert world.payment(payment).status is Status.PENDING
        readiness = world.run(check_readiness(world.hub))
        assert "database" in dict(readiness.problems)
    assert world.post("CR", news).status_code == 200
    world.work()
    assert world.payment(payment).status is Status.PAID
    assert world.run(check_readiness(world.hub)).is_ready
    assert broken(world) == []


def test_what_a_provider_said_is_written_once_the_disk_takes_it(world: World) -> None:
    world.pay(world.debtor("CO", 50_000))  # so that its grant is there
    debtor = world.debtor("CO", 2_500_000)
    world.hold("unregisteredpayment")
    payment = world.begin(debtor)
    with no_file_grows():
        world.let_go()
        world.wait(0.4)
        assert not world.settled()
    world.work()
    after = world.payment(payment)
    assert (after.status, bool(after.provider_reference)) == (Status.PENDING, True)


def test_while_another_process_holds_the_lock_writers_are_told_and_readers_are_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.opened.store._writer_connection.execute("PRAGMA busy_timeout = 200")
    debtor = world.debtor("CR", 1_500_000)
    payment = world.pay(debtor)
    world.approve(payment)
    (news, *_) = world.news(payment)
    other = sqlite3.connect(world.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert world.post("CR", news).status_code == 503
        assert world.payment(payment).is_live
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert world.post("CR", news).status_code == 200


def test_a_crowd_waits_for_a_lock_once_and_not_each_for_itself(tmp_path: Path) -> None:
    migrate(tmp_path / "hub.db")
    store = open_store(tmp_path / "hub.db")
    connection = store._writer_connection
    assert connection is not None
    connection.execute("PRAGMA busy_timeout = 300")
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def burst() -> list[Any]:
        writes = [store.write(lambda tx: tx.messages.count("n")) for _ in range(60)]
        return await asyncio.gather(*writes, return_exceptions=True)

    started = time.monotonic()
    answers = asyncio.run(burst())
    took = time.monotonic() - started
    other.execute("ROLLBACK")
    other.close()
    assert {type(answer) for answer in answers} == {Unavailable}
    assert took < 12  # one after the other they would wait 18 s
    assert store.write_error
    store.write_now(lambda tx: tx.messages.count("n"))
    assert store.write_error == ""
    store.close_now()


class Failing:
    """A connection whose next statements of one kind meet a failing disk."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real
        self.on = ""

    def execute(self, sql: str, *values: Any) -> Any:
        if self.on and sql.startswith(self.on):
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC  # type: ignore[misc]
            raise error
        return self.real.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.mark.parametrize("on", ["BEGIN", "INSERT", "COMMIT", "ROLLBACK"])
def test_after_a_failing_disk_nothing_is_acknowledged_and_the_connection_is_opened_anew(
    tmp_path: Path, on: str
) -> None:
    migrate(tmp_path / "hub.db")
    store = SqliteStore(tmp_path / "hub.db")
    failing = Failing(store._writer_connection)  # type: ignore[arg-type]
    store._writer_connection = failing  # type: ignore[assignment]
    failing.on = on

    def write(tx: Any) -> None:
        tx.messages.count("n")
        if on == "ROLLBACK":
            raise ValueError("a function that fails")

    with pytest.raises((Unavailable, ValueError)):
        store.write_now(write)
    store.write_now(lambda tx: tx.messages.count("n"))
    assert store._writer_connection is not failing
    assert store.read_now(lambda tx: tx.messages.counts())["n"] == 1
    store.close_now()


def test_a_writer_that_cannot_even_open_answers_everyone_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(tmp_path / "hub.db")
    store = SqliteStore(tmp_path / "hub.db")
    store._drop()
    refuse = threading.Event()
    refuse.set()
    real = engine.connect

    def connect(path: Any, **options: Any) -> Any:
        if refuse.is_set():
            raise Unavailable("unable to open database file")
        return real(path, **options)

    monkeypatch.setattr(engine, "connect", connect)
    for _ in range(3):
        with pytest.raises(Unavailable):
            store.write_now(lambda tx: tx.messages.count("n"))
    refuse.clear()
    store.write_now(lambda tx: tx.messages.count("n"))
    store.close_now()


@pytest.mark.parametrize("fault", [MemoryError, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_no_exception_of_a_function_ends_the_writer(tmp_path: Path, fault: type[BaseException]) -> None:
    migrate(tmp_path / "hub.db")
    store = SqliteStore(tmp_path / "hub.db")

    def fail(_tx: Any) -> None:
        raise fault

    with pytest.raises(fault):
        store.write_now(fail)
    store.write_now(lambda tx: tx.messages.count("n"))
    store.close_now()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root: to become somebody without rights")
@pytest.mark.parametrize("folder_mode", [0o555, 0o777], ids=["folder too", "file alone"])
def test_a_database_that_may_only_be_read_is_refused_at_the_start(open_folder: Path, folder_mode: int) -> None:
    path = open_folder / "hub.db"
    migrate(path)
    open_store(path).close_now()
    path.chmod(0o444)
    open_folder.chmod(folder_mode)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            open_store(path)
        except Unavailable:
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, it is the wrong one
            os._exit(2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_missing_guard_is_not_ready(desk: Desk) -> None:
    assert asyncio.run(check_readiness(desk.hub)).is_ready
    with contextlib.closing(sqlite3.connect(desk.path)) as connection:
        connection.execute("DROP TRIGGER observation_kept")
    desk.hub.remembered.of(CHECKED).clear()
    readiness = asyncio.run(check_readiness(desk.hub))
    assert dict(readiness.problems)["guards"] == "trigger observation_kept is missing"


def test_a_loop_that_stands_still_is_neither_ready_nor_alive(desk: Desk) -> None:
    desk.hub.heartbeat = time.monotonic() - 45
    assert "loop" in dict(asyncio.run(check_readiness(desk.hub)).problems)
