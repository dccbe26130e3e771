"""Make the data folder's database, or bring it up to date."""

from __future__ import annotations

import click

from .options import data_option


@click.command()
@data_option
def command(data: str | None) -> None:
    """Make the data folder's database, or bring it up to date; safe to run again."""
    from hub.bootstrap import database_of, migrate_data

    from .running import settings_of

    settings = settings_of(data)
    fresh = not database_of(settings).exists()
    migrate_data(settings)
    click.echo(f"{database_of(settings)} is {'made' if fresh else 'up to date'}")
