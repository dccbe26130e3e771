"""Migrations: Alembic without a configuration file, one module a revision.

Every migration ends with ``recreate_triggers``: altering a table may drop its triggers unseen. No batch mode on tables
that only grow. A CHECK is never found by autogenerate: write it by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0001"
"""The revision that this version of the hub works with."""


def migrate(path: str | Path) -> None:
    """Make the database, or bring it up to date.

    Raises:
        Unusable: SQLite did not accept a setting.
        Unavailable: It is locked or cannot be written.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import OperationalError

    from hub.domain.refusals import Unavailable
    from hub.storage.connection import connect

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
            command.upgrade(config, "head")
    except OperationalError as error:
        raise Unavailable(str(error.orig)) from error
    finally:
        engine.dispose()


def recreate_triggers(connection: Connection) -> None:
    """Drop every trigger and make those of the list."""
    from hub.storage.triggers import TRIGGERS

    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    for name in names:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger.statement)
