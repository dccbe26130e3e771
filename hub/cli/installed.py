"""Commands that other distributions bring, found by their entry points in the group ``hub.commands``.

They are looked up when nobody else has the command that was asked for, and for lists of all commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import HeaderParser
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

GROUP: Final = "hub.commands"

KNOWN: Final[Mapping[str, str]] = {"demo": "payment-hub-demo"}
"""Documented commands that a distribution of their own brings: its name by command."""


def installed_commands() -> dict[str, str]:
    """Names of what other distributions bring, each with its distribution's summary;
    nothing of theirs is imported."""
    return {entry.name: _summary(entry) for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}


def installed_command(name: str) -> click.Command | None:
    """The command of this name, imported now; in the place of one that cannot be had, one that says why."""
    match list(entry_points(group=GROUP, name=name)):
        case [entry]:
            return _loaded(entry)
        case []:
            return _missing(name) if name in KNOWN else None
        case several:
            claims = " and ".join(sorted(map(_distribution, several)))
            return _refusal(name, f"{name} is a command of {claims}: uninstall one of them")


def _loaded(entry: EntryPoint) -> click.Command:
    """A command of strangers; whatever its import raises, SystemExit included, costs this command alone."""
    whose = f"{entry.name}, a command of {_distribution(entry)},"
    try:
        command = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - see above
        why = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        return _refusal(entry.name, f"{whose} could not be loaded ({why}): repair or uninstall it")
    if not isinstance(command, click.Command):
        return _refusal(entry.name, f"{whose} is {type(command).__name__}, not a click command: repair or uninstall it")
    return command


def _missing(name: str) -> click.Command:
    return _refusal(name, f"{name} comes with {KNOWN[name]}, which is not installed: install it beside payment-hub")


def _refusal(name: str, why: str) -> click.Command:
    """A command that fails with these words, whatever else it is given."""

    def refuse() -> None:
        raise click.ClickException(why)

    return click.Command(
        name,
        callback=refuse,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    )


def _summary(entry: EntryPoint) -> str:
    metadata = entry.dist.read_text("METADATA") if entry.dist else None
    return HeaderParser().parsestr(metadata or "").get("Summary", "")


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
