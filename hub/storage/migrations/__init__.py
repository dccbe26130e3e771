"""Migrations: Alembic without a configuration file, one module a revision.

Every migration ends with ``recreate_triggers``: altering a table may drop its triggers unseen.
No batch mode on tables that only grow. A CHECK is never found by autogenerate: write it by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


class OfAnotherVersion(Exception):
    """A database that no migration of this version leads on from: another made it,
    or somebody changed it by hand."""

    def __init__(self, path: str | Path, why: str) -> None:
        super().__init__(
            f"{path}: {why}. Another version of the hub made it, or somebody changed it by hand; nothing was changed."
            " Use the version that made it, a backup, or another data folder."
        )


def migrate(path: str | Path) -> None:
    """Make the database, or bring it up to date.

    Raises:
        Unusable: SQLite did not accept a setting.
        Unavailable: It is locked or cannot be written.
        OfAnotherVersion: This version cannot lead on from it; nothing was changed.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import OperationalError

    from hub.domain.refusals import Unavailable
    from hub.storage.connection import connect
    from hub.storage.schema import HEAD

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine("sqlite://", creator=lambda: connect(path))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            found = MigrationContext.configure(connection).get_current_revision()
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if found not in (None, *known):
                raise OfAnotherVersion(path, f"its schema is revision {found}, which this version does not know")
            command.upgrade(config, "head")
            if MigrationContext.configure(connection).get_current_revision() == HEAD:
                _refuse_differences(path, connection)
    except OperationalError as error:
        raise Unavailable(str(error.orig)) from error
    finally:
        engine.dispose()


def _refuse_differences(path: str | Path, connection: Connection) -> None:
    from hub.storage.check import schema_problems
    from hub.storage.exponents import exponent_problems, keep_exponents

    driver = connection.connection.driver_connection
    problems = (list(schema_problems(driver)) or list(exponent_problems(driver))) if driver else []
    if problems:
        raise OfAnotherVersion(path, "; ".join(problems[:3]) + (", and more" if len(problems) > 3 else ""))
    if driver:
        keep_exponents(driver)


def recreate_triggers(connection: Connection) -> None:
    """Drop every trigger and make those of the list."""
    from hub.storage.triggers import TRIGGERS

    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    for name in names:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger.statement)
