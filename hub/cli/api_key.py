"""Keys of shops that place orders."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .deciding import who_option
from .finding import companies_in
from .options import any_company_option, company_option, json_option
from .printing import command_line, local, print_json, print_table, when
from .running import operator, pass_hub, pass_merchant

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.merchants.revoke_api_key import KeyLine


@click.group()
def command() -> None:
    """Keys of shops that place orders: create, list, revoke."""


@command.command()
@click.option("--name", required=True, metavar="TEXT", help="Which shop uses it.")
@company_option
@pass_merchant
async def create(hub: Hub, merchant: Merchant, name: str) -> None:
    """Make a key and print it; it is shown this once and kept as a hash."""
    from hub.flows.merchants.issue_api_key import issue_api_key

    click.echo(await issue_api_key(hub, merchant, name))
    click.echo(f"Key of {name} for {merchant.slug}, {merchant.mode.value}; it cannot be shown again.", err=True)


@command.command("list")
@any_company_option
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, as_json: bool) -> None:
    """List keys by their ids, which are no secret; the keys themselves are not kept."""
    from hub.flows.merchants.revoke_api_key import list_api_keys

    merchants = await hub.store.read(lambda tx: companies_in(tx, slug))
    found = await list_api_keys(hub, merchants)
    if as_json:
        print_json([facts_of(line) for line in found])
    elif found:
        print_table(
            ("ID", "COMPANY", "MODE", "FOR", "CREATED", "REVOKED", "BY"),
            [
                (
                    line.key.id,
                    line.merchant.slug,
                    line.key.mode.value,
                    line.key.name,
                    when(line.key.created_at, line.merchant.company.zone),
                    when(line.key.revoked_at, line.merchant.company.zone),
                    line.revoked_by,
                )
                for line in found
            ],
            cut=("FOR", "BY"),
        )
    else:
        click.echo("no shop has a key: payment-hub api-key create")


def facts_of(line: KeyLine) -> dict[str, object]:
    """A key as data."""
    return {
        "id": line.key.id,
        "company": line.merchant.slug,
        "mode": line.key.mode.value,
        "name": line.key.name,
        "created_at": line.key.created_at,
        "revoked_at": line.key.revoked_at,
        "revoked_by": line.revoked_by,
    }


def _typed(_ctx: click.Context, _param: click.Parameter, text: str | None) -> str:
    """What was given, or the first line of standard input: a key would stand in the history of the shell."""
    return sys.stdin.readline().strip() if text == "-" else (text or "").strip()


@command.command()
@click.argument("key_id", metavar="ID", callback=_typed)
@who_option
@pass_hub
async def revoke(hub: Hub, key_id: str, by: str | None) -> None:
    """End a key: the shop that uses it is refused from its next request on, and needs a new one.

    ID is what `api-key list` shows, or its beginning; - reads the stolen key itself from standard input.
    """
    from hub.flows.merchants.revoke_api_key import revoke_api_key

    line = await _find(hub, key_id)
    key = await revoke_api_key(hub, line.merchant, line.key.id, by=by or operator())
    slug = line.merchant.slug
    click.echo(f"{slug}: key {key.id} ({key.name}, {key.mode.value}) is revoked, and refused from now on")
    again = command_line("api-key", "create", "--name", key.name, "--company", slug)
    click.echo(f"a new one for its shop:\n    {again}")


async def _find(hub: Hub, text: str) -> KeyLine:
    """The key that is meant, if it is in use."""
    from hub.flows.merchants.revoke_api_key import find_api_keys

    found = await find_api_keys(hub, text)
    shown = "that key" if text.startswith("phk_") else f"id {text!r}"
    if not found:
        raise click.ClickException(f"no key here is of {shown}: payment-hub api-key list")
    if len(found) > 1:
        raise click.ClickException(f"{len(found)} keys have ids that begin with {text!r}: give more of the id")
    if found[0].key.revoked_at:
        at = local(found[0].key.revoked_at, found[0].merchant.company.zone)
        by = f" by {found[0].revoked_by}" if found[0].revoked_by else ""
        raise click.ClickException(f"key {found[0].key.id} ({found[0].key.name}) was revoked already, at {at}{by}")
    return found[0]
