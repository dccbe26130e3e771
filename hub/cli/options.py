"""Options that many commands share."""

from __future__ import annotations

import click

data_option = click.option("--data", metavar="DIR", help="Data folder; else HUB_DATA, else ./payment-hub-data.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
company_option = click.option(
    "--company", "slug", metavar="NAME", help="Short name of the company; may be left out where there is only one."
)
any_company_option = click.option("--company", "slug", metavar="NAME", help="Only this company's.")


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """``a=b`` options as a mapping; the last sign divides, since names of columns may hold one."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.rpartition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"{option} wants NAME=VALUE, not {text!r}")
        if name in found:
            raise click.UsageError(f"{option} names {name!r} twice")
        found[name] = value
    return found
