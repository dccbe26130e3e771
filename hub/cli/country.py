"""Which provider is offered in which country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import data_option, json_option

if TYPE_CHECKING:
    from hub.flows.accounts.enable_provider import Place
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Which provider is offered in which country."""


@command.command("list")
@json_option
@data_option
def list_(as_json: bool, data: str | None) -> None:
    """List countries and providers; where one is not offered, the reason."""
    from hub.flows.accounts.enable_provider import list_places

    from .printing import print_json, print_table
    from .running import run

    places = run(data, list_places)
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
@data_option
def enable(country: str, code: str, data: str | None) -> None:
    """Offer provider CODE in country CC."""
    _set(country, code, data, enabled=True)
    click.echo(f"{code} is offered in {country.upper()}")


@command.command()
@click.argument("country", metavar="CC")
@click.argument("code")
@data_option
def disable(country: str, code: str, data: str | None) -> None:
    """Offer provider CODE no longer in country CC; live payments go on."""
    _set(country, code, data, enabled=False)
    click.echo(f"{code} is no longer offered in {country.upper()}")


def _set(country: str, code: str, data: str | None, *, enabled: bool) -> None:
    from hub.flows.accounts.enable_provider import enable_provider

    from .running import run

    async def work(hub: Hub) -> None:
        await enable_provider(hub, country.upper(), code, enabled)

    run(data, work)
