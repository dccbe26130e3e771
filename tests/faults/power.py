"""A disk that forgets: what was written and not synced is lost, in part or in whole, when the power goes.

``Disk`` keeps the files of a database in memory, each as it lies on the platter and as the program
sees it. ``driver`` stands for the module sqlite3 in the hub's engine: the same statements and
settings, over that disk. The one change is that the log's index is kept in the connection
(``locking_mode``), for there is no memory to share.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import attrs

SECTOR = 512
NAMES = itertools.count(1)


class PowerIsOff(Exception):
    """Nothing is read or written any more."""


class SyncFails(Exception):
    """The disk said no to a sync, once."""


@attrs.define
class File:
    """What a file holds.

    Attributes:
        platter: What is there when the power comes back.
        seen: What the program reads.
        pending: Writes and cuts since the last sync, in order: (offset, bytes), or (length, None).
    """

    platter: bytearray = attrs.Factory(bytearray)
    seen: bytearray = attrs.Factory(bytearray)
    pending: list[tuple[int, bytes | None]] = attrs.Factory(list)

    @classmethod
    def holding(cls, data: bytes) -> File:
        return cls(bytearray(data), bytearray(data))

    def change(self, at: int, data: bytes | None) -> None:
        """Write, or cut off where there is no data; durable after the next sync."""
        apply(self.seen, at, data)
        self.pending.append((at, data))

    def lose(self) -> None:
        """What a failed sync leaves: the program still reads what it wrote,
        and no later sync will write it."""
        self.pending.clear()

    def write_again(self) -> None:
        """Everything that the program reads is to be written once more."""
        self.pending = [(0, bytes(self.seen)), (len(self.seen), None)]

    def sync(self) -> None:
        """Put everything on the platter."""
        for at, data in self.pending:
            apply(self.platter, at, data)
        self.pending.clear()

    def left(self, dice: random.Random) -> bytes:
        """What a power cut leaves: of what was pending some got there, in any order,
        a write perhaps in part."""
        image = bytearray(self.platter)
        keep = dice.choice((0.0, 0.5, 1.0))
        for at, data in self.pending:
            if dice.random() >= keep:
                continue
            if data is not None and dice.random() < 0.1:
                data = data[: dice.randrange(0, len(data) + 1) // SECTOR * SECTOR]
            apply(image, at, data)
        return bytes(image)


def apply(image: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del image[at:]
        return
    if len(image) < at:
        image.extend(bytes(at - len(image)))
    image[at : at + len(data)] = data


@attrs.define(eq=False)
class Disk:
    """Files in memory, and the power that may go at any write, cut or sync.

    Attributes:
        left: How many of these are still done; None for any number.
        bad_syncs: How many of the next syncs fail.
    """

    files: dict[str, File] = attrs.Factory(dict)
    left: int | None = None
    bad_syncs: int = 0
    name: str = attrs.Factory(lambda: f"disk{next(NAMES)}")
    _vfs: Any = None

    def __attrs_post_init__(self) -> None:
        self._vfs = Vfs(self)

    @classmethod
    def holding(cls, files: Mapping[str, bytes]) -> Disk:
        return cls({name: File.holding(data) for name, data in files.items()})

    def spend(self) -> None:
        """One more thing that needs power."""
        if self.left is not None:
            if self.left <= 0:
                raise PowerIsOff
            self.left -= 1

    @property
    def is_off(self) -> bool:
        return self.left is not None and self.left <= 0

    def write_again(self, name: str) -> None:
        """Hand a file over once more and sync it."""
        self.spend()
        self.files[name].write_again()
        self.files[name].sync()

    def cut(self, dice: random.Random) -> Disk:
        """What somebody finds who turns the power on again."""
        self.left = 0
        return Disk.holding({name: file.left(dice) for name, file in self.files.items()})

    def unmount(self) -> None:
        self._vfs.unregister()


class Vfs(apsw.VFS):
    """SQLite's way to a disk."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__(disk.name, "")

    def xOpen(self, name: Any, flags: Any) -> Any:  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or f"temporary{next(NAMES)}"
        flags[1] = flags[0]
        return Handle(self.disk, path)

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802
        self.disk.spend()
        self.disk.files.pop(name, None)

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
        return name in self.disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class Handle:
    """An open file."""

    def __init__(self, disk: Disk, path: str) -> None:
        self.disk = disk
        self.file = disk.files.setdefault(path, File())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        if self.disk.is_off:
            raise PowerIsOff
        return bytes(self.file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.spend()
        self.file.change(offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.spend()
        self.file.change(size, None)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self.disk.spend()
        if self.disk.bad_syncs:
            self.disk.bad_syncs -= 1
            self.file.lose()
            raise SyncFails
        self.file.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self.file.seen)

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xLock(self, _level: int) -> None:  # noqa: N802
        """Nobody else is there."""

    xUnlock = xLock  # noqa: N815

    def xClose(self) -> None:  # noqa: N802
        """Nothing is kept open."""


class Row(tuple[Any, ...]):
    """A row, by position and by name."""

    names: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)

    def keys(self) -> tuple[str, ...]:
        return self.names


@attrs.define
class Result:
    """What a statement gave."""

    rows: list[Any]
    rowcount: int

    def __iter__(self) -> Iterator[Any]:
        while self.rows:
            yield self.rows.pop(0)

    def fetchone(self) -> Any:
        return self.rows.pop(0) if self.rows else None

    def fetchall(self) -> list[Any]:
        found, self.rows = self.rows, []
        return found


class Connection:
    """A connection of the module sqlite3, over a disk."""

    row_factory: Any = None

    def __init__(self, disk: Disk, path: str) -> None:
        self._real = apsw.Connection(path, vfs=disk.name)
        self._real.set_row_trace(self._named)
        self._real.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # as with readers beside it
        self.execute("PRAGMA locking_mode=EXCLUSIVE")

    @staticmethod
    def _named(cursor: Any, values: Any) -> Row:
        row = Row(values)
        row.names = tuple(item[0] for item in cursor.get_description())
        return row

    def execute(self, sql: str, values: Any = ()) -> Result:
        with meaning():
            before = self._real.total_changes()
            rows = list(self._real.execute(sql, values))
            return Result(rows, self._real.changes() if self._real.total_changes() != before else 0)

    def executemany(self, sql: str, many: Sequence[Any]) -> Result:
        with meaning():
            before = self._real.total_changes()
            rows = list(self._real.executemany(sql, many))
            return Result(rows, self._real.total_changes() - before)

    @property
    def in_transaction(self) -> bool:
        return bool(self._real.in_transaction)

    @property
    def total_changes(self) -> int:
        return int(self._real.total_changes())

    def close(self) -> None:
        with meaning():
            self._real.close(True)


class meaning:  # noqa: N801 - reads as a statement
    """The other driver's refusals as those of the module sqlite3."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PowerIsOff | SyncFails):
            translated: sqlite3.Error = sqlite3.OperationalError("disk I/O error")
            translated.sqlite_errorcode = sqlite3.SQLITE_IOERR  # type: ignore[misc]
            raise translated from error
        if isinstance(error, apsw.Error):
            kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
            translated = kind(str(error).removeprefix(f"{type(error).__name__}: "))
            translated.sqlite_errorcode = getattr(error, "extendedresult", 0)  # type: ignore[misc]
            raise translated from error


class driver:  # noqa: N801 - it stands where a module stands
    """The module sqlite3, but that it connects to a disk of ours; who only reads finds nothing there."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, path: str | Path, **_options: Any) -> Any:
        return Connection(self.disk, str(path))
