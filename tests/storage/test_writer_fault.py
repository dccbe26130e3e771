"""A fault inside the writer is told to whoever waits, and the next write is made."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from hub.domain.refusals import Unavailable
from hub.storage import SqliteStore, migrate, open_store


class Broken(SqliteStore):
    """A store whose next commit meets a fault that no write may survive."""

    fault: BaseException | None = None

    def _commit(self, jobs):  # type: ignore[no-untyped-def]
        fault, self.fault = self.fault, None
        if fault:
            raise fault
        return super()._commit(jobs)


def io_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC  # type: ignore[misc]
    return error


@pytest.mark.parametrize("fault", [NameError("a fault of ours"), io_error(), MemoryError()], ids=type)
def test_a_fault_of_the_writer_is_told_and_the_next_write_is_made(tmp_path: Path, fault: BaseException) -> None:
    migrate(tmp_path / "hub.db")
    open_store(tmp_path / "hub.db").close_now()
    store = Broken(tmp_path / "hub.db")

    async def story() -> None:
        store.fault = fault
        with pytest.raises(Unavailable):
            await asyncio.wait_for(store.write(lambda tx: tx.countries.set("CR", "greenpay", True)), 5)
        assert ("CR", "greenpay") not in await store.read(lambda tx: tx.countries.enabled())
        await asyncio.wait_for(store.write(lambda tx: tx.countries.set("CO", "nequi", True)), 5)
        assert ("CO", "nequi") in await store.read(lambda tx: tx.countries.enabled())

    asyncio.run(story())
    store.close_now()
