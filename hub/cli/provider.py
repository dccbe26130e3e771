"""Pause a provider's buttons, and resume them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .explaining import words
from .finding import find_account, find_company, zones_in
from .options import json_option
from .printing import print_json, print_table, when
from .running import operator, pass_hub

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Pause a provider's buttons everywhere, and resume them; live payments go on."""


account_option = click.option(
    "--account", metavar="COMPANY", help="Only the buttons of this company; else of every company."
)


async def _account(hub: Hub, code: str, company: str | None) -> str | None:
    if code not in hub.providers and company is None:
        known = ", ".join(sorted(hub.providers)) or "none"
        raise click.ClickException(f"no provider {code!r} is served here (there are: {known})")
    return (await find_account(hub, await find_company(hub, company), code)).id if company else None


@command.command()
@click.argument("code", metavar="PROVIDER")
@account_option
@click.option("--text", metavar="TEXT", default="", help="What payers read instead of the button.")
@pass_hub
async def pause(hub: Hub, code: str, account: str | None, text: str) -> None:
    """Hide a provider's buttons at once, everywhere; payments that were started go on."""
    from hub.flows.accounts.pause_provider import pause_provider

    account_id = await _account(hub, code, account)
    try:
        said = await pause_provider(hub, code, text=text, by=operator(), account_id=account_id)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    where = f"for {account}" if account else "everywhere"
    click.echo(f"{code} is paused {where}; payers read: {words(said)}")
    again = f" --account {account}" if account else ""
    click.echo(f"to show it again: payment-hub provider resume {code}{again}")


@command.command()
@click.argument("code", metavar="PROVIDER")
@account_option
@pass_hub
async def resume(hub: Hub, code: str, account: str | None) -> int:
    """Show a provider's buttons again."""
    from hub.flows.accounts.pause_provider import list_pauses, resume_provider

    account_id = await _account(hub, code, account)
    done = await resume_provider(hub, code, account_id=account_id)
    left = [pause for pause in await list_pauses(hub) if pause.provider == code]
    where = f"for {account}" if account else "everywhere"
    click.echo(f"{code} is shown again" if done else f"{code} was not paused {where}: payment-hub provider pauses")
    if left:
        click.echo(f"still paused elsewhere ({len(left)}): payment-hub provider pauses")
    return 0 if done else 1


@command.command()
@json_option
@pass_hub
async def pauses(hub: Hub, as_json: bool) -> None:
    """List what is paused now."""
    from hub.flows.accounts.pause_provider import list_pauses

    found = await list_pauses(hub)
    slugs = await hub.store.read(lambda tx: {merchant.id: merchant.slug for merchant in tx.merchants.all()})
    zones = await hub.store.read(zones_in)
    rows = [(item, slugs.get(item.account.merchant_id, "") if item.account else "") for item in found]
    if as_json:
        print_json(
            [
                {"provider": item.provider, "company": company or None, "text": words(item.text), "since": item.since}
                for item, company in rows
            ]
        )
    elif rows:
        print_table(
            ("PROVIDER", "COMPANY", "SINCE", "BY", "PAYERS READ"),
            [
                (
                    item.provider,
                    company or "all",
                    when(item.since, zones[item.account.merchant_id if item.account else ""]),
                    item.by,
                    words(item.text),
                )
                for item, company in rows
            ],
            cut=("BY",),
            fold=("PAYERS READ",),
        )
    else:
        click.echo("nothing is paused")
