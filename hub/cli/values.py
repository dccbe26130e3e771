"""Values that people give: amounts and days on the command line;
settings of an account from a file or standard input alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hub_hookspecs import Money


def amount_of(text: str, currency: str, option: str = "--amount") -> Money:
    """What an option said: an amount as everywhere, with a decimal point.

    Raises:
        click.BadParameter: It is no amount of this currency, or its point may part thousands, as in ``185.000``.
    """
    from hub.domain.cells import Unreadable, read_amount, written
    from hub_hookspecs import EXPONENTS

    try:
        money = read_amount(text, currency, ".")
    except Unreadable:
        problem = f"{text!r} is no amount in {currency}: write it with a decimal point, such as 18250.75"
        raise click.BadParameter(problem, param_hint=option) from None
    found = written(text)
    whole, _, part = found.readings["."].partition(".") if found else ("", "", "")
    if len(part) > EXPONENTS[currency]:
        problem = f"{text!r} may be {money} or thousands: write {money.decimal:f} or {whole}{part}"
        raise click.BadParameter(problem, param_hint=option)
    return money


def day_of(_ctx: click.Context, param: click.Parameter, text: str | None) -> date | None:
    """The day that an option said; None where it was not given.

    Raises:
        click.BadParameter: It is no date, or one of a year that a page would not take either.
    """
    from hub.domain.cells import YEARS

    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = None
    if text and (day is None or day.year not in YEARS):
        raise click.BadParameter(f"{text!r} is no date such as 2026-11-21", param_hint=param.opts[0])
    return day


def read_values(data: bytes) -> dict[str, str]:
    """The settings in a text; errors name the line or the setting, never a value."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("the settings are not UTF-8 text") from None
    return _from_json(text) if text.lstrip().startswith("{") else dict(_from_lines(text))


def _from_json(text: str) -> dict[str, str]:
    import json

    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.ClickException(f"the settings are no JSON: line {error.lineno}, column {error.colno}") from None
    if strange := [name for name, value in found.items() if not isinstance(value, str)]:
        raise click.ClickException(f"settings are texts in quotes: correct {', '.join(strange)}")
    return found  # type: ignore[no-any-return]


def _from_lines(text: str) -> Iterator[tuple[str, str]]:
    """Blank lines and lines that begin with ``#`` are left out; a PEM block may run over several lines."""
    seen: set[str] = set()
    lines = iter(enumerate(text.splitlines(), 1))
    for at, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if not sign or not name.isidentifier():
            raise click.ClickException(f"line {at} of the settings is not NAME=VALUE")
        if name in seen:
            raise click.ClickException(f"line {at} of the settings gives {name} again")
        seen.add(name)
        if value.startswith("-----BEGIN "):
            while not value.rstrip().endswith("-----") or "-----END " not in value:
                _, more = next(lines, (0, None))
                if more is None:
                    raise click.ClickException(f"line {at} of the settings: {name} has no END line")
                value += f"\n{more.strip()}"
        yield name, value
