"""Connections of companies to providers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .account_entering import connect, provision
from .account_keys import add_keys, rotate_keys
from .account_words import account_facts, fail_unless_usable, print_connected, webhook_words
from .finding import companies_in, find_account
from .options import any_company_option, company_option, json_option
from .printing import (
    print_json,
    print_table,
    when,
)
from .running import operator, pass_hub, pass_merchant

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Connections of companies to providers: settings, validation, keys."""


for further in (connect, provision, rotate_keys, add_keys):
    command.add_command(further)


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@pass_merchant
async def validate(hub: Hub, merchant: Merchant, code: str) -> None:
    """Ask the provider about credentials and identity again."""
    from hub.flows.accounts.connect_account import Connected
    from hub.flows.accounts.validate_account import validate_account

    account = await find_account(hub, merchant, code)
    after = await validate_account(hub, account.id, by=operator())
    done = Connected(account=after)
    info = hub.providers[after.provider].info
    print_connected(merchant, done, info)
    fail_unless_usable(merchant, done.account, info)


@command.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--yes", is_flag=True, help="The identity was compared; do not ask.")
@click.option("--by", metavar="TEXT", help="Who compared; else the operator's login name.")
@company_option
@pass_merchant
async def confirm(hub: Hub, merchant: Merchant, code: str, yes: bool, by: str | None) -> None:
    """Confirm by hand that the company is the one that the provider knows."""
    from hub.flows.accounts.validate_account import confirm_account

    account = await find_account(hub, merchant, code)
    if not yes:
        _ask(merchant, code)
    account = await confirm_account(hub, account.id, by=by or operator())
    click.echo(f"{merchant.slug} {code}: {account.status.value}, confirmed by {account.confirmed_by}")


def _ask(merchant: Merchant, code: str) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"compare the company with {code}'s records and say --yes")
    document = merchant.company.document
    click.echo(f"{merchant.company.legal_name}, {document.type} {document.number}", err=True)
    click.confirm(f"Does {code} know the company by this name and number?", abort=True, err=True)


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@pass_merchant
async def disable(hub: Hub, merchant: Merchant, code: str) -> None:
    """Take no new payments through an account; live ones go on."""
    from hub.flows.accounts.connect_account import disable_account

    await disable_account(hub, (await find_account(hub, merchant, code)).id)
    click.echo(f"{merchant.slug} {code}: disabled; connect it again to enable it")


@command.command("capture")
@click.argument("code", metavar="PROVIDER")
@click.argument("choice", metavar="WHEN", type=click.Choice(["at-once", "by-hand"]))
@company_option
@pass_merchant
async def capture(hub: Hub, merchant: Merchant, code: str, choice: str) -> None:
    """Capture what payers authorised as soon as it is, or when a person says so.

    WHEN is at-once or by-hand."""
    from hub.domain.account import CaptureChoice
    from hub.flows.accounts.set_capture import set_capture

    await set_capture(hub, merchant, code, CaptureChoice(choice.replace("-", "_")))
    click.echo(f"{merchant.slug} {code}: what is authorised is captured {choice.replace('-', ' ')}")


@command.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--replace", metavar="ADDRESS", default="", help="The foreign address that ours takes the place of.")
@company_option
@pass_merchant
async def webhook(hub: Hub, merchant: Merchant, code: str, replace: str) -> None:
    """Look at where the provider sends notifications, and register our address there by a call.

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too. Of one that is off our address
    is taken away. An address that the hub did not set is replaced only by name.
    """
    from hub.flows.accounts.register_webhook import bring_webhook, remove_webhook
    from hub.flows.accounts.view_webhook import webhook_of

    account = await find_account(hub, merchant, code)
    await bring_webhook(hub, account.id, replace=replace)
    account = await remove_webhook(hub, account.id) or account
    view = await hub.store.read(lambda tx: webhook_of(tx, hub, account))
    if view is None:
        raise click.ClickException(
            f"{account.provider} registers no address by a call: payment-hub account show {code}"
        )
    click.echo(f"{merchant.slug} {account.provider}: {webhook_words(view)}")
    if not (view.is_registered or view.is_off):
        raise click.exceptions.Exit(1)


@command.command("list")
@any_company_option
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, as_json: bool) -> None:
    """List accounts and how they stand, retired ones with their ids."""
    from hub.flows.operations.view_received import received_from

    merchants = await hub.store.read(lambda tx: companies_in(tx, slug))
    found = await hub.store.read(
        lambda tx: [
            (merchant, account, received_from(tx, account))
            for merchant in merchants
            for account in tx.accounts.all_of(merchant.id)
        ]
    )
    if as_json:
        print_json([account_facts(merchant, account) for merchant, account, _heard in found])
        return
    print_table(
        ("COMPANY", "PROVIDER", "MODE", "STATUS", "LAST HEARD FROM"),
        [
            (
                merchant.slug,
                account.provider,
                account.mode.value,
                f"retired, {account.id}" if account.is_retired else account.status.value,
                when(heard.at, merchant.company.zone) or (f"messages {heard.what}" if heard.what else "never"),
            )
            for merchant, account, heard in found
        ],
    )


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, code: str, as_json: bool) -> None:
    """Show an account, its settings (no secrets), its money under way and its notification address.

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too."""
    from .pages.account import data_of, page_of, print_page

    page = await page_of(hub, merchant, await find_account(hub, merchant, code))
    if as_json:
        print_json(data_of(page))
    else:
        print_page(page)
