"""Replay stored messages through the installed version of a plugin, dry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from .finding import clock_in, company_in, since_moment
from .options import json_option
from .printing import SHORT, print_json, print_table
from .running import pass_hub

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub
    from hub.flows.views.replay_plugin import Replay


@click.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--since", metavar="D", required=True, help="Arrived since 2026-11-21, or within 7d, or 24h.")
@click.option("--account", "slug", metavar="COMPANY", help="Only the accounts of this company; else of every company.")
@json_option
@pass_hub
async def replay(hub: Hub, code: str, since: str, slug: str | None, as_json: bool) -> int:
    """Read what a provider told again, by the plugin that is installed now, and say what it reads otherwise.

    Nothing is sent and nothing is written. Only messages that are stored can be read again: genuine news that was
    booked at once is not stored, and neither are answers. Exit code 1 where something is read otherwise."""
    from hub.flows.views.replay_plugin import replay_plugin

    version = hub.registry[code].version
    owner = await hub.store.read(lambda tx: company_in(tx, slug).id if slug else None)
    every = await hub.store.read(lambda tx: tx.accounts.all())
    accounts = {item.id for item in every if item.provider == code and owner in (None, item.merchant_id)}
    if not accounts:
        raise click.ClickException(f"there is no account of {code} here: payment-hub account list")
    begin = since_moment(since, hub.clock(), await hub.store.read(lambda tx: clock_in(tx, slug)))
    assert begin is not None
    found = await replay_plugin(hub, accounts, begin)
    if as_json:
        print_json({"provider": code, "version": version, "since": begin, **attrs.asdict(found)})
    else:
        _print(code, version, found)
    return 1 if found.differences else 0


def _print(code: str, version: str, found: Replay) -> None:
    if found.differences:
        print_table(
            ("MESSAGE", "PAYMENT", "WHAT", "RECORDED", "READ NOW"),
            [(item.message[:SHORT], item.payment, item.what, item.before, item.after) for item in found.differences],
            fold=("RECORDED", "READ NOW"),
        )
    for item in found.asks:
        click.echo(f"{item.message[:SHORT]} asks {item.request}, no answer stored")
    click.echo(
        f"{code} {version}: {found.read} messages read again, {len(found.differences)} differences "
        "(nothing was sent, nothing was written)"
    )
    if found.unread:
        click.echo(f"not read: {found.unread}, which the keys that are here do not open")
    if found.unkept or found.answers:
        click.echo(
            f"not stored, and not read again: {found.unkept} observations of messages that were booked at once, "
            f"{found.answers} of answers"
        )
