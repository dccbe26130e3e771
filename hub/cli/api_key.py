"""Keys of shops that place orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import company_option, data_option

if TYPE_CHECKING:
    from hub.flows.ports import Hub


@click.group()
def command() -> None:
    """Keys of shops that place orders."""


@command.command()
@click.option("--name", required=True, metavar="TEXT", help="Which shop uses it.")
@company_option
@data_option
def create(name: str, slug: str | None, data: str | None) -> None:
    """Make a key and print it; it is shown this once and kept as a hash."""
    from hub.flows.issue_api_key import issue_api_key

    from .finding import find_company
    from .running import run

    async def work(hub: Hub) -> tuple[str, str]:
        merchant = await find_company(hub, slug)
        return await issue_api_key(hub, merchant, name), f"{merchant.slug}, {merchant.mode.value}"

    key, where = run(data, work)
    click.echo(key)
    click.echo(f"Key of {name} for {where}; it cannot be shown again.", err=True)
