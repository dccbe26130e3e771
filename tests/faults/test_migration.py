"""The schema is brought up to date and killed at any moment: it is the old one or the new one,
never between (F10)."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hub.storage.migrations
from hub.storage.check import schema_problems
from hub.storage.connection import connect
from hub.storage.migrations import migrate
from tests.faults.harness import Desk, rows

Folder = Callable[[], Path]
Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]

NEXT = '''
from alembic import op
from sqlalchemy import Column, Text
from hub.storage.migrations import recreate_triggers

revision = "{revision}"
down_revision = "{down}"


def upgrade():
    """Two columns, a table and an index; a table that only grows is altered too."""
    op.add_column("payment", Column("added_one", Text))
    op.add_column("observation", Column("added_two", Text))
    op.execute("CREATE TABLE added (id INTEGER PRIMARY KEY, payment TEXT NOT NULL)")
    op.execute("INSERT INTO added (payment) SELECT id FROM payment")
    op.execute("CREATE INDEX added_payment ON added (payment)")
    op.execute("UPDATE payment SET added_one = reference")
    {last}
'''
TABLES = ("payment", "payment_line", "observation", "entry", "posting", "seal", "allocation", "delivery", "payable")


def versions(folder: Path, *, last: str = "recreate_triggers(op.get_bind())") -> Path:
    """The migrations of this version and one more, which is of the next version."""
    source = Path(hub.storage.migrations.__file__).parent
    copy = folder / "migrations"
    (copy / "versions").mkdir(parents=True)
    for file in (*source.glob("env.py"), *source.glob("script.py.mako")):
        (copy / file.name).write_bytes(file.read_bytes())
    for file in (source / "versions").glob("*.py"):
        (copy / "versions" / file.name).write_bytes(file.read_bytes())
    text = NEXT.format(revision="next", down=hub.storage.schema.HEAD, last=last)
    (copy / "versions" / "next.py").write_text(text)
    return copy


def upgrade(path: Path, scripts: Path) -> None:
    """What the command does, with the next version's migrations."""
    vars(hub.storage.migrations)["__file__"] = str(scripts / "__init__.py")
    migrate(path)


def die_after(path: Path, scripts: Path, seconds: float) -> float | None:
    """Upgrade in a process that is killed after a while; how long it took, unless it was still at work."""
    started = time.monotonic()
    process = multiprocessing.get_context("fork").Process(target=upgrade, args=(path, scripts))
    process.start()
    process.join(seconds)
    was_at_work = process.is_alive()
    if was_at_work:
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    return None if was_at_work else time.monotonic() - started


def contents(path: Path) -> list[Any]:
    """What every table that matters holds, the new columns left out."""
    kept = {table: [row[1] for row in rows(path, f"PRAGMA table_info({table})")] for table in TABLES}
    return [
        rows(
            path, f"SELECT {', '.join(name for name in names if not name.startswith('added'))} FROM {table} ORDER BY 1"
        )
        for table, names in kept.items()
    ]


def between(path: Path, before: list[Any], triggers: set[str]) -> list[str]:
    """What is neither of the old version nor of the new one."""
    (revision,) = rows(path, "SELECT version_num FROM alembic_version")[0]
    is_new = revision == "next"
    problems = [] if rows(path, "PRAGMA integrity_check") == [("ok",)] else ["corrupt"]
    found = {row[0] for row in rows(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    if found != triggers:
        problems.append(f"{revision}: triggers differ: {sorted(found ^ triggers)[:3]}")
    added = {row[0] for row in rows(path, "SELECT name FROM sqlite_master WHERE name LIKE 'added%'")}
    columns = {row[1] for table in TABLES for row in rows(path, f"PRAGMA table_info({table})")} & {
        "added_one",
        "added_two",
    }
    if added | columns != ({"added", "added_payment", "added_one", "added_two"} if is_new else set()):
        problems.append(f"{revision}: {sorted(added | columns)}")
    if is_new and rows(path, "SELECT count(*) FROM payment WHERE added_one IS NOT reference") != [(0,)]:
        problems.append("half filled")
    if contents(path) != before:
        problems.append(f"{revision}: the data differ")
    return problems


def killed_upgrades(folder: Folder, tmp_path: Path, dice: random.Random, kills: int) -> tuple[list[str], int]:
    """What is between two versions after each of these kills, and how many struck while it was at work."""
    with Desk.open(folder()) as desk:
        desk.sent_all(desk.debtors("CR", 300, 12_345))
        old = desk.copy() / "hub.db"
    scripts = versions(tmp_path)
    full = tmp_path / "full.db"
    full.write_bytes(old.read_bytes())
    took = die_after(full, scripts, 60)
    assert took is not None
    before = contents(old)
    triggers = {row[0] for row in rows(old, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    problems, struck = between(full, before, triggers), 0
    for kill in range(20 * kills):
        if kill >= kills and struck >= kills // 3:
            break
        path = tmp_path / f"{kill}.db"
        path.write_bytes(old.read_bytes())
        whole = die_after(path, scripts, took * dice.random())
        struck += whole is None
        took = whole or took
        with contextlib.closing(sqlite3.connect(path)) as connection:  # as the next start does
            connection.execute("SELECT 1 FROM alembic_version").fetchall()
        problems += [f"kill {kill}: {text}" for text in between(path, before, triggers)]
        upgrade(path, scripts)
        problems += [f"after kill {kill}: {text}" for text in between(path, before, triggers)]
        path.unlink()
    return problems, struck


@pytest.fixture(autouse=True)
def back() -> Any:
    """The migrations of this version again."""
    right = hub.storage.migrations.__file__
    yield
    hub.storage.migrations.__file__ = right


def test_an_upgrade_that_is_killed_leaves_the_old_version_or_the_new_one(
    folder: Folder, tmp_path: Path, dice: random.Random, size: Size
) -> None:
    problems, struck = killed_upgrades(folder, tmp_path, dice, size(10, 50))

    assert problems == []
    assert struck >= size(10, 50) // 3


def test_control_a_migration_that_makes_no_triggers_anew_is_refused_at_the_start(
    folder: Folder, tmp_path: Path, plant: Plant
) -> None:
    data = folder()
    scripts = versions(tmp_path, last='op.execute("DROP TRIGGER observation_kept")')
    upgrade(data / "hub.db", scripts)
    plant(importlib.import_module("hub.storage.check"), "HEAD", "next")
    with contextlib.closing(connect(data / "hub.db")) as connection:
        found = list(schema_problems(connection))

    assert "trigger observation_kept is missing" in found
