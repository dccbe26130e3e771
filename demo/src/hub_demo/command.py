"""Play the sample companies on simulated providers."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--data", metavar="DIR", help="Keep the data in this folder, a new one or an earlier demo's; else none is kept."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="A busy one takes the next."
)
@click.option("--lang", type=click.Choice(["es", "en"]), default="es", show_default=True)
@click.option("--play", is_flag=True, help="Play everything without a person; exit code 0 only if every check holds.")
@click.option("--json", "as_json", is_flag=True, help="With --play: print the report as JSON.")
def command(data: str | None, port: int, lang: str, play: bool, as_json: bool) -> int:
    """Two companies, their customers and both providers, all simulated on this machine."""
    if as_json and not play:
        raise click.UsageError("--json goes with --play")
    from pathlib import Path

    from .folder import WrongFolder
    from .play import run_demo

    try:
        return run_demo(data=Path(data) if data else None, port=port, lang=lang, play=play, as_json=as_json)
    except WrongFolder as wrong:
        raise click.ClickException(str(wrong)) from None
