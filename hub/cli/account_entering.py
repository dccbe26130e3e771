"""Enter the settings of a connection: what the merchant knows, and what the operator knows."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from typing import IO, TYPE_CHECKING, Any

import click

from .account_words import fail_unless_usable, print_connected, print_report, words_for, words_of_another
from .finding import find_named
from .options import company_option
from .running import operator, pass_merchant
from .values import read_values

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.accounts.connect_account import Connected
    from hub.flows.ground.ports import Hub


def entering_options(function: Any) -> Any:
    """What both commands take that enter credentials."""
    for option in (
        company_option,
        click.option(
            "--release",
            "released",
            metavar="WHY",
            default="",
            help="Let another account at the provider take the place of this one, though money of this is under way.",
        ),
        click.option(
            "--replace-anyway", "anyway", is_flag=True, help="Replace credentials that work by ones not accepted."
        ),
        click.option(
            "--confirm", "confirmed", is_flag=True, help="The identity was compared with the provider's papers."
        ),
        click.argument("file", type=click.File("rb"), required=False),
        click.argument("code", metavar="PROVIDER"),
    ):
        function = option(function)
    return function


@click.command()
@entering_options
@pass_merchant
async def connect(hub: Hub, merchant: Merchant, **given: Any) -> None:
    """Connect a company: what the merchant enters, from FILE or - (standard input).

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too.
    FILE is JSON, or lines NAME=VALUE. Without FILE a terminal is asked for each setting.
    Credentials that work stay until the provider accepts the new ones. Those of another account at the provider replace
    nothing while money is under way, unless you --release it; then both are kept, each for its own payments.
    """
    await _enter(hub, merchant, "merchant", **given)


@click.command()
@entering_options
@pass_merchant
async def provision(hub: Hub, merchant: Merchant, **given: Any) -> None:
    """Enter what the operator knows of a company's account, from FILE or - (standard input).

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too.
    FILE is JSON, or lines NAME=VALUE. A request that waits is validated at once, and its company is told.
    Credentials that work stay until the provider accepts the new ones. Those of another account at the provider replace
    nothing while money is under way, unless you --release it; then both are kept, each for its own payments.
    """
    await _enter(hub, merchant, "operator", **given)


async def _enter(
    hub: Hub,
    merchant: Merchant,
    whose: str,
    *,
    code: str,
    file: IO[bytes] | None,
    confirmed: bool,
    anyway: bool,
    released: str,
) -> None:
    """Enter what merchant or operator know, and print how the account stands then."""
    from hub.flows.accounts.connect_account import connect_account
    from hub_hookspecs import EnteredBy

    provider, account_id = await find_named(hub, merchant, code)
    values = _values(hub, provider, file, whose)
    await _refuse_not_enabled(hub, merchant, provider)
    entering = connect_account(
        *(hub, merchant.id, provider, values),
        by=operator(),
        entered_by=EnteredBy(whose),
        anyway=anyway,
        confirmed=confirmed,
        released=released.strip(),
        account_id=account_id,
    )
    done = await _confirmed(hub, await _entered(hub, merchant, provider, entering), confirmed=confirmed)
    info = hub.providers[provider].info
    print_connected(merchant, done, info)
    fail_unless_usable(merchant, done.account, info)


async def _entered(hub: Hub, merchant: Merchant, code: str, entering: Awaitable[Connected]) -> Connected:
    """What entering did; credentials that were not taken are a failed command, which says what replacing would stop."""
    from hub.flows.accounts.replace_credentials import NotReplaced
    from hub.flows.accounts.retire_account import MoneyIsUnderWay

    try:
        return await entering
    except MoneyIsUnderWay as held:
        click.echo(f"{merchant.slug} {code}: nothing was changed, the stored credentials stay in use")
        raise click.ClickException(words_of_another(held, hub.providers[code].info)) from held
    except NotReplaced as held:
        click.echo(f"{merchant.slug} {code}: nothing was changed, the stored credentials stay in use")
        print_report(held.report)
        raise click.ClickException(words_for(held, merchant, hub.providers[code].info)) from held


async def _confirmed(hub: Hub, done: Connected, *, confirmed: bool) -> Connected:
    """What is active once the person's word for the identity is recorded, where that alone was missing."""
    from hub.domain.account import AccountStatus
    from hub.flows.accounts.connect_account import Connected
    from hub.flows.accounts.validate_account import confirm_account

    if not confirmed or done.account.status is not AccountStatus.NEEDS_CONFIRMATION:
        return done
    account = await confirm_account(hub, done.account.id, by=operator())
    return Connected(account=account, retired=done.retired)


async def _refuse_not_enabled(hub: Hub, merchant: Merchant, code: str) -> None:
    country, provider = merchant.company.country, hub.providers.get(code)
    if provider is None or country not in provider.info.countries:
        return
    if (country, code) not in await hub.store.read(lambda tx: tx.countries.enabled()):
        raise click.ClickException(f"{code} is not enabled in {country}: payment-hub country enable {country} {code}")


def _values(hub: Hub, code: str, file: IO[bytes] | None, hand: str) -> dict[str, str]:
    """The settings that one hand enters; no secret ever stands on the command line."""
    if file is not None:
        return read_values(file.read())
    provider = hub.providers.get(code)
    settings = [item for item in provider.info_for("en").settings if item.entered_by.value == hand] if provider else []
    if not settings:
        return {}
    if not sys.stdin.isatty():
        names = ", ".join(setting.name for setting in settings)
        raise click.UsageError(f"give a FILE, or - for standard input, with {names}")
    given = {}
    for setting in settings:
        click.echo(f"{setting.help}", err=True)
        given[setting.name] = click.prompt(
            setting.label, hide_input=setting.secret, default="", show_default=False, err=True
        )
    return given
