"""Look for what is wrong, with a remedy for each fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import data_option, json_option
from .printing import print_hanging, print_json

if TYPE_CHECKING:
    from hub.flows.operations.examined_fact import ExaminedFact


@click.command()
@click.option("--no-mail", is_flag=True, help="Do not talk to the mail server.")
@click.option("--books", is_flag=True, help="Verify the books too; that takes a while on large ones.")
@json_option
@data_option
def command(no_mail: bool, books: bool, as_json: bool, data: str | None) -> int:
    """Look for what is wrong here: settings, keys, database, plugins, accounts, work that is due, mail, disk, backup.

    Nothing is sent to anybody. Exit code 1 when there is a fault; warnings alone are 0."""
    from .checkup import look

    found = list(look(data, no_mail=no_mail, books=books))
    faults = sum(item.grade == "fault" for item in found)
    if as_json:
        print_json(
            {
                "faults": faults,
                "findings": [{"grade": item.grade.value, "what": item.what, "remedy": item.remedy} for item in found],
            }
        )
    else:
        _print(found, faults)
    return 1 if faults else 0


def _print(found: list[ExaminedFact], faults: int) -> None:
    for grade in ("fault", "warning", "fine"):
        for item in found:
            if item.grade == grade:
                print_hanging(f"{grade.upper() if grade == 'fault' else grade:8} ", item.what)
                if item.remedy:
                    print_hanging(f"{'':8} -> ", item.remedy)
    warnings = sum(item.grade == "warning" for item in found)
    click.echo(f"\n{faults} faults, {warnings} warnings")
