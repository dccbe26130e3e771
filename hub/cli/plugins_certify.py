"""Write what a provider's certification asks for."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--into", metavar="DIR", help="Folder of the files; else CODE-certification here.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="As of `plugins check`.")
def certify(code: str, into: str | None, options: tuple[str, ...]) -> int:
    """Write requests and answers of a plugin by scenario, redacted, as Markdown and as an HTTP archive.

    They are what the plugin sends to its own simulator; the plugin's version and the day stand in both files."""
    from datetime import UTC, datetime

    from hub.logs import set_up_logs
    from hub.providers.load import load_providers
    from hub.proving.certify import write_package
    from hub.proving.check import subject_of
    from hub.proving.scenarios import scenarios_of
    from hub_hookspecs.testing.options import WrongOption

    from .simulator import read_options

    set_up_logs("critical")
    provider = load_providers()[code]
    try:
        scenarios = scenarios_of(subject_of(provider, options=read_options(options)))
    except WrongOption as wrong:
        raise click.ClickException(f"{code}: {wrong}") from None
    files = write_package(Path(into or f"{code}-certification"), provider, scenarios, datetime.now(UTC))
    click.echo(f"{code}: {len(scenarios)} scenarios in {' and '.join(map(str, files))}")
    return 0
