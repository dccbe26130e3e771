"""The books."""

from __future__ import annotations

import click

from .options import data_option, json_option


@click.group()
def command() -> None:
    """The books."""


@command.command()
@json_option
@data_option
def verify(as_json: bool, data: str | None) -> int:
    """Check every invariant of the books; exit code 1 when one is broken."""
    from .printing import print_json
    from .running import run

    problems = run(data, lambda hub: hub.store.read(lambda tx: tx.ledger.verify()))
    if as_json:
        print_json({"balanced": not problems, "problems": list(problems)})
    elif problems:
        for problem in problems:
            click.echo(f"Error: {problem}", err=True)
    else:
        click.echo("the books are right")
    return 1 if problems else 0
