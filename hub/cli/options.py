"""Options that many commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import IO, Any, NamedTuple, TypeVar

import click

T = TypeVar("T")

data_option = click.option("--data", metavar="DIR", help="Data folder; else HUB_DATA, else ./payment-hub-data.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
company_option = click.option(
    "--company", "slug", metavar="NAME", help="Short name of the company; may be left out where there is only one."
)
mode_option = click.option(
    "--mode", type=click.Choice(["test", "live"]), help="Else the mode that the company works in."
)
any_company_option = click.option("--company", "slug", metavar="NAME", help="Only this company's.")


class Content(NamedTuple):
    """What is in a file, and its name; standard input has none."""

    content: bytes
    name: str


def _content(_ctx: click.Context, _param: click.Parameter, file: IO[bytes] | None) -> Content | None:
    if file is None:
        return None
    name = getattr(file, "name", "")
    return Content(file.read(), name if isinstance(name, str) and not name.startswith("<") else "")


file_argument = click.argument("file", type=click.File("rb"), callback=_content)
"""A file that is read before the hub is opened; - is standard input."""


def check_usage(check: Callable[..., None]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Let ``check`` see what was given before the hub is opened;
    it raises where options do not go together."""

    def decorate(body: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(body)
        def command(**given: Any) -> T:
            check(**given)
            return body(**given)

        return command

    return decorate


def as_pairs(_ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``a=b`` options as a mapping; the last sign divides, since names of columns may hold one."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.rpartition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"{param.opts[0]} wants NAME=VALUE, not {text!r}")
        if name in found:
            raise click.UsageError(f"{param.opts[0]} names {name!r} twice")
        found[name] = value
    return found
