"""Put a backup into an empty data folder."""

from __future__ import annotations

from pathlib import Path

import click

from .options import data_option


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--keys", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="The keys.json kept apart.")
@data_option
def command(file: Path, keys: Path | None, data: str | None) -> int:
    """Put the backup FILE into an empty data folder, and verify what is there then.

    The folder needs the keys.json of the backup: put it there, or say --keys."""
    import shutil

    from hub.bootstrap import KEYS, database_of
    from hub.flows.check_keys import check_keys
    from hub.flows.note_restore import note_restore
    from hub.storage import restore

    from .running import run_with, settings_of

    settings = settings_of(data)
    ring = settings.data / KEYS
    if keys is not None and ring.exists() and ring.read_bytes() != keys.read_bytes():
        raise click.ClickException(f"{ring} is there already, and is another one: move it elsewhere first")
    if keys is None and not ring.exists():
        raise click.ClickException(f"{ring} is not there: put the keys of this backup there, or say --keys FILE")
    restore(file, database_of(settings))
    if keys is not None and not ring.exists():
        shutil.copyfile(keys, ring)
        ring.chmod(0o600)
    problems = run_with(settings, lambda hub: hub.store.read(lambda tx: tx.ledger.verify()))
    strange = run_with(settings, check_keys)
    run_with(settings, lambda hub: note_restore(hub, file.name))
    for problem in (*problems, *strange):
        click.echo(f"Error: {problem}", err=True)
    if problems or strange:
        return 1
    click.echo(f"{database_of(settings)} is restored, the books are right, the keys open what is stored")
    click.echo("what happened after the backup is unknown here: docs/operating.md, After a restore")
    return 0
