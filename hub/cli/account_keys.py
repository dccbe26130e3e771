"""The keys under which secrets are sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import pass_settings, run_on

if TYPE_CHECKING:
    from hub.settings import Settings


@click.command("rotate-keys")
@click.option("--forget-old", is_flag=True, help="Forget keys under which nothing is sealed any more.")
@pass_settings
def rotate_keys(settings: Settings, forget_old: bool) -> int:
    """Seal every secret under a new key. Running processes take it up by themselves.

    Exit code 1 when something does not open with any key that is here: it stays as it is, and so do the old keys."""
    from hub.bootstrap import KEYS, NotReady, database_of
    from hub.flows.accounts.reseal_secrets import StillSealed, forget_keys, reseal_secrets
    from hub.vault.key_changes import drop_key
    from hub.vault.key_changes import rotate_keys as add_key
    from hub.vault.sealing import open_vault

    keys, database = settings.data / KEYS, database_of(settings)
    if not database.exists():
        raise NotReady(f"{database} is not there yet: run payment-hub migrate --data {settings.data}")
    fresh = add_key(keys).current
    done = run_on(settings, lambda hub: reseal_secrets(hub, current=fresh))
    sealed = f"{done.secrets} secrets, {done.messages} messages and {done.files} files"
    click.echo(f"{keys}: current key is {fresh}; {sealed} sealed again")
    for problem in done.unopened:
        click.echo(f"Error: {problem}", err=True)
    old = [name for name in open_vault(keys).key_ids if name != fresh]
    if forget_old:
        try:
            run_on(settings, lambda hub: forget_keys(hub, old, lambda name: drop_key(keys, name)))
        except StillSealed as error:
            raise click.ClickException(f"the old keys stay: {error}; payment-hub doctor says more") from None
        click.echo(f"forgotten: {', '.join(old) or 'none'}; a backup from before needs its own keys.json")
    elif old:
        click.echo(f"older keys stay for backups: {', '.join(old)}")
    return 1 if done.unopened else 0


@click.command("add-keys")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@pass_settings
def add_keys(settings: Settings, file: Path) -> None:
    """Take the keys of FILE, another keys.json, over into this one: what was sealed under them opens again.

    For messages that came while another keys.json was here, and for a database that is older than its keys. The
    current key and the links in mails stay as they are; running processes take the keys up by themselves."""
    from hub.bootstrap import KEYS
    from hub.vault.key_changes import add_keys as take_over

    keys = settings.data / KEYS
    taken = take_over(keys, file)
    click.echo(f"{keys}: taken over: {', '.join(taken) or 'nothing, they are all there'}")
