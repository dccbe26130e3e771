"""Make the data folder's database, or bring it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .running import pass_settings

if TYPE_CHECKING:
    from hub.settings import Settings


@click.command()
@pass_settings
def command(settings: Settings) -> None:
    """Make the data folder's database, or bring it up to date; safe to run again."""
    from hub.bootstrap import database_of, migrate_data

    fresh = not database_of(settings).exists()
    migrate_data(settings)
    click.echo(f"{database_of(settings)} is {'made' if fresh else 'up to date'}")
