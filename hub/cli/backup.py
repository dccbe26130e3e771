"""Copy the database while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import pass_settings, run_on

if TYPE_CHECKING:
    from hub.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--verify", is_flag=True, help="Only look whether FILE, an existing backup, is sound.")
@pass_settings
def command(settings: Settings, file: Path, verify: bool) -> int:
    """Copy the database to FILE while it is in use, and verify the copy.

    FILE holds everything that was acknowledged before the command began. It does not hold keys.json, without which
    stored credentials and raw messages do not open: keep that once, elsewhere."""
    from hub.storage import verify_file

    if not verify:
        return _back_up(settings, file)
    problems = verify_file(file)
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    if not problems:
        click.echo(f"{file} is sound: readable, of this version, every guard in place, the books right")
    return 1 if problems else 0


def _back_up(settings: Settings, file: Path) -> int:
    from hub.bootstrap import KEYS, database_of, utc_now
    from hub.flows.operations.record_backup import record_backup
    from hub.storage import back_up

    database = database_of(settings)
    if not database.exists():
        raise click.ClickException(f"{database} is not there: nothing to back up")
    began = utc_now()
    back_up(database, file)
    run_on(settings, lambda hub: record_backup(hub, began, file.name))
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB, verified")
    click.echo(f"not in it, and needed with it: {settings.data / KEYS}; keep a copy of that apart from the backups")
    return 0
