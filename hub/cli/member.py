"""Who signs in for a company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .deciding import who_option
from .finding import companies_in
from .options import any_company_option, company_option, json_option
from .printing import command_line, print_json, print_table
from .running import operator, pass_hub, pass_merchant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub, Tx


@click.group()
def command() -> None:
    """Who signs in for a company: add, list, remove."""


@command.command("add")
@click.argument("email", metavar="MAIL")
@click.option("--role", type=click.Choice(["owner", "accountant", "operator"]), default="accountant", show_default=True)
@click.option("--language", type=click.Choice(["es", "en"]), default=None, help="Of their mails and pages.")
@company_option
@pass_merchant
async def add(hub: Hub, merchant: Merchant, email: str, role: str, language: str | None) -> None:
    """Let a person sign in by mailed link."""
    from hub.domain.merchant import Role
    from hub.flows.merchants.add_member import add_member

    await add_member(hub, merchant, email, Role(role), language=language or "")
    click.echo(f"{email} may sign in for {merchant.slug} as {role}")


@command.command("list")
@any_company_option
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, as_json: bool) -> None:
    """List who signs in, for one company or for all."""
    merchants = await hub.store.read(lambda tx: companies_in(tx, slug))
    found = await hub.store.read(
        lambda tx: [(item, merchant.slug) for merchant in merchants for item in tx.merchants.members(merchant.id)]
    )
    if as_json:
        names = ("email", "role", "language", "company")
        rows = [(item.email, item.role.value, item.language, company) for item, company in found]
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(
        ("MAIL", "ROLE", "LANGUAGE", "COMPANY"),
        [(item.email, item.role.value, item.language or "-", company) for item, company in found],
    )


@command.command("remove")
@click.argument("email", metavar="MAIL")
@click.option("--owner", metavar="MAIL", default="", help="Who owns the company from now on; wanted of the last owner.")
@who_option
@company_option
@pass_merchant
async def remove(hub: Hub, merchant: Merchant, email: str, owner: str, by: str | None) -> None:
    """End a person's access: sessions and unused sign-in links of it end at once, in every browser.

    The last owner goes only when --owner names another one, who need not be a member yet.
    """
    from hub.domain.identity import Invalid
    from hub.flows.merchants.remove_member import remove_member

    address = email.strip().lower()
    try:
        await remove_member(hub, merchant, address, by=by or operator(), owner=owner)
    except Invalid as invalid:
        if owner:
            raise
        message = f"{address} is the last owner of {merchant.slug}: name the next one with --owner MAIL"
        raise click.ClickException(message) from invalid
    except LookupError as unknown:
        message = f"{address} is no member of {merchant.slug}: payment-hub company member list"
        raise click.ClickException(message) from unknown
    still = await hub.store.read(lambda tx: list(_still(tx, merchant, address)))
    heir = f"; {owner.strip().lower()} owns it from now on" if owner else ""
    click.echo(f"{address} is out of {merchant.slug}: no session, no sign-in link{heir}")
    for what, words in still:
        click.echo(f"{what}:\n    {command_line(*words)}")


def _still(tx: Tx, merchant: Merchant, address: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a person who left still has here, with the command that ends it."""
    others = [mail for mail in merchant.notify if mail.lower() != address]
    if len(others) < len(merchant.notify):
        rest = [part for mail in others or ["MAIL"] for part in ("--notify", mail)]
        yield "still told about payments by mail; to end that", ("company", "options", merchant.slug, *rest)
    for member in tx.merchants.members_by_email(address):
        other = tx.merchants.get(member.merchant_id)
        if other is not None:
            words = ("company", "member", "remove", address, "--company", other.slug)
            yield f"still {member.role.value} of {other.slug}; to end that", words
    if any(key.revoked_at is None for key in tx.merchants.api_keys(merchant.id)):
        yield "may have copied a key of its shop", ("api-key", "list", "--company", merchant.slug)
