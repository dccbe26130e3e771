"""Which provider is offered in which country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import json_option
from .printing import print_json, print_table
from .running import pass_hub

if TYPE_CHECKING:
    from hub.flows.accounts.enable_provider import Place
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Which provider is offered in which country."""


@command.command("list")
@json_option
@pass_hub
async def list_(hub: Hub, as_json: bool) -> None:
    """List countries and providers; where one is not offered, the reason."""
    from hub.flows.accounts.enable_provider import list_places

    places = await list_places(hub)
    if as_json:
        print_json(
            [
                {"country": p.country, "provider": p.code, "offered": p.absence is None, "reason": p.absence}
                for p in places
            ]
        )
        return
    print_table(
        ("COUNTRY", "PROVIDER", "OFFERED", "REASON"),
        [(p.country, p.code or "-", "no" if p.absence else "yes", _reason(p)) for p in places],
        fold=("REASON",),
    )


def _reason(place: Place) -> str:
    if place.absence is None:
        return ""
    reasons = {
        "not_installed": "not installed: install its distribution",
        "not_declared": f"does not work in {place.country}",
        "not_enabled": f"payment-hub country enable {place.country} {place.code}",
    }
    return reasons[place.absence.value]


@command.command()
@click.argument("country", metavar="CC")
@click.argument("code")
@pass_hub
async def enable(hub: Hub, country: str, code: str) -> None:
    """Offer provider CODE in country CC."""
    from hub.flows.accounts.enable_provider import enable_provider

    await enable_provider(hub, country.upper(), code, True)
    click.echo(f"{code} is offered in {country.upper()}")


@command.command()
@click.argument("country", metavar="CC")
@click.argument("code")
@pass_hub
async def disable(hub: Hub, country: str, code: str) -> None:
    """Offer provider CODE no longer in country CC; live payments go on."""
    from hub.flows.accounts.enable_provider import enable_provider

    await enable_provider(hub, country.upper(), code, False)
    click.echo(f"{code} is no longer offered in {country.upper()}")
