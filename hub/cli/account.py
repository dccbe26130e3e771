"""Connections of companies to providers."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from .options import any_company_option, company_option, data_option, json_option

if TYPE_CHECKING:
    from hub.domain.account import MoneyUnderWay, ProviderAccount
    from hub.domain.merchant import Merchant
    from hub.domain.message import StoredMessage
    from hub.flows.accounts.connect_account import Connected
    from hub.flows.accounts.replace_credentials import NotReplaced
    from hub.flows.accounts.retire_account import MoneyIsUnderWay
    from hub.flows.ground.ports import Hub
    from hub_hookspecs import IdentityReport


def entering_options(function: Any) -> Any:
    """What both commands take that enter credentials."""
    for option in (
        data_option,
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


@click.group()
def command() -> None:
    """Connections of companies to providers: settings, validation, keys."""


@command.command()
@entering_options
def connect(**given: Any) -> None:
    """Connect a company: what the merchant enters, from FILE or - (standard input).

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too.
    FILE is JSON, or lines NAME=VALUE. Without FILE a terminal is asked for each setting.
    Credentials that work stay until the provider accepts the new ones. Those of another account at the provider replace
    nothing while money is under way, unless you --release it; then both are kept, each for its own payments.
    """
    from hub.flows.accounts.connect_account import connect_account

    _enter(connect_account, "merchant", **given)


@command.command()
@entering_options
def provision(**given: Any) -> None:
    """Enter what the operator knows of a company's account, from FILE or - (standard input).

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too.
    FILE is JSON, or lines NAME=VALUE. A request that waits is validated at once, and its company is told.
    Credentials that work stay until the provider accepts the new ones. Those of another account at the provider replace
    nothing while money is under way, unless you --release it; then both are kept, each for its own payments.
    """
    from hub.flows.accounts.connect_account import provision_account

    _enter(provision_account, "operator", **given)


def _enter(
    enter: Callable[..., Awaitable[Connected]],
    whose: str,
    *,
    code: str,
    file: IO[bytes] | None,
    confirmed: bool,
    anyway: bool,
    released: str,
    slug: str | None,
    data: str | None,
) -> None:
    """Enter what merchant or operator know, and print how the account stands then."""
    from .finding import find_company, find_named
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, Connected, Any]:
        merchant = await find_company(hub, slug)
        provider, account_id = await find_named(hub, merchant, code)
        values = _values(hub, provider, file, whose)
        await _refuse_not_enabled(hub, merchant, provider)
        entering = enter(
            *(hub, merchant.id, provider, values),
            by=operator(),
            anyway=anyway,
            confirmed=confirmed,
            released=released.strip(),
            account_id=account_id,
        )
        done = await _confirmed(hub, await _entered(hub, merchant, provider, entering), confirmed=confirmed)
        return merchant, done, hub.providers[provider].info

    merchant, done, info = run(data, work)
    _print_connected(merchant, done, info)
    _fail_unless_usable(merchant, done.account, info)


async def _entered(hub: Hub, merchant: Merchant, code: str, entering: Awaitable[Connected]) -> Connected:
    """What entering did; credentials that were not taken are a failed command, which says what replacing would stop."""
    from hub.flows.accounts.replace_credentials import NotReplaced
    from hub.flows.accounts.retire_account import MoneyIsUnderWay

    try:
        return await entering
    except MoneyIsUnderWay as held:
        click.echo(f"{merchant.slug} {code}: nothing was changed, the stored credentials stay in use")
        raise click.ClickException(_words_of_another(held, hub.providers[code].info)) from held
    except NotReplaced as held:
        click.echo(f"{merchant.slug} {code}: nothing was changed, the stored credentials stay in use")
        _print_report(held.report)
        raise click.ClickException(_words_for(held, merchant, hub.providers[code].info)) from held


async def _confirmed(hub: Hub, done: Connected, *, confirmed: bool) -> Connected:
    """What is active once the person's word for the identity is recorded, where that alone was missing."""
    from hub.domain.account import AccountStatus
    from hub.flows.accounts.connect_account import Connected, confirm_account

    from .running import operator

    if not confirmed or done.account.status is not AccountStatus.NEEDS_CONFIRMATION:
        return done
    account = await confirm_account(hub, done.account.id, by=operator())
    return Connected(account=account, retired=done.retired)


def _words_for(held: NotReplaced, merchant: Merchant, info: Any) -> str:
    differing = ", ".join(field.field for field in held.report.fields if field.match.value == "different")
    words = f"{info.code} --company {merchant.slug}"
    if held.awaits_confirmation:
        why = f"{info.name} accepts the new credentials, but a person must confirm whose they are"
    elif differing:
        why = f"{info.name} knows the owner of the new credentials by another {differing}"
    elif held.report.credentials.value == "refused":
        why = f"{info.name} refused the new credentials"
    else:
        why = f"{info.name} gave no clear answer about the new credentials"
    until = f"payment-hub account confirm {words}" if held.awaits_confirmation else f"{info.name} accepts others"
    if held.is_another:
        return f"{why}; they are those of another account, which takes the place of this one {_once(held)}"
    stops = [f"nobody can pay {merchant.slug} through {info.name} until {until}"] if held.is_offered else []
    if held.live:
        stops.append(f"whether {held.live} payments under way are paid may never be known")
    stops.append("the stored ones are lost")
    return (
        f"{why}; enter the right ones: payment-hub account {_verb(info)} {words},"
        f" or replace the stored ones with --replace-anyway: then {', and '.join(stops)}"
    )


def _once(held: NotReplaced) -> str:
    if not held.awaits_confirmation:
        return "once they are accepted"
    return "with --release WHY: nobody can pay until a person confirms whose it is"


def _words_of_another(held: MoneyIsUnderWay, info: Any) -> str:
    stops = f"; nobody can pay through {info.name} until it is accepted and confirmed" if held.is_offered else ""
    return (
        f"the new credentials are those of another account at {info.name}, which knows nothing of what is under way"
        f" with this one: {_counted(held.under_way)}. Enter newer credentials of the same account, or wait; or let the"
        f" other take its place with --release WHY: this one is retired, and what is under way goes on with it{stops}"
    )


def _counted(under_way: MoneyUnderWay) -> str:
    told = {
        "live": under_way.live,
        "closed without proof and watched": under_way.watched,
        "paid and still refundable": under_way.refundable,
        "disputed": under_way.disputed,
        "in no payout yet": under_way.unsettled,
    }
    return ", ".join(f"{count} {what}" for what, count in told.items() if count)


def _verb(info: Any) -> str:
    """How its credentials are entered."""
    asked = any(setting.entered_by.value == "merchant" for setting in info.settings)
    return "connect" if asked else "provision"


async def _refuse_not_enabled(hub: Hub, merchant: Merchant, code: str) -> None:
    country, provider = merchant.company.country, hub.providers.get(code)
    if provider is None or country not in provider.info.countries:
        return
    if (country, code) not in await hub.store.read(lambda tx: tx.countries.enabled()):
        raise click.ClickException(f"{code} is not enabled in {country}: payment-hub country enable {country} {code}")


def _values(hub: Hub, code: str, file: IO[bytes] | None, hand: str) -> dict[str, str]:
    """The settings that one hand enters; no secret ever stands on the command line."""
    from .values import read_values

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


def _print_connected(merchant: Merchant, done: Connected, info: Any) -> None:
    from .explaining import in_english

    account = done.account
    click.echo(f"{merchant.slug} {account.provider}: {_state(account)}")
    if done.retired:
        click.echo(f"  the account before it is retired: payment-hub account show {done.retired.id}")
    for problem in done.problems:
        click.echo(f"  missing: {problem.name} ({in_english(problem.message)})")
    if done.problems:
        click.echo(f"  next: payment-hub account provision {account.provider} FILE --company {merchant.slug}")
        return
    _print_report(account.report)
    if account.status.value == "needs_confirmation":
        click.echo(f"  next: payment-hub account confirm {account.provider} --company {merchant.slug}")
    if info.notification_setup:
        show = f"payment-hub account show {account.provider} --company {merchant.slug}"
        click.echo(f"  {info.name} must be told where to send notifications: {show}")


def _state(account: ProviderAccount) -> str:
    return "retired" if account.is_retired else account.status.value


def _print_report(report: IdentityReport | None) -> None:
    if report is None:
        return
    click.echo(f"  credentials: {report.credentials.value}{f' ({report.code})' if report.code else ''}")
    for name in report.culprits:
        click.echo(f"  not accepted: {name}")
    for field in report.fields:
        both = f"  ours {field.ours}, theirs {field.theirs}" if field.theirs else ""
        click.echo(f"  {field.field}: {field.match.value}{both}")


def _fail_unless_usable(merchant: Merchant, account: ProviderAccount, info: Any) -> None:
    """A validation that failed is a failed command, which says what to do about it."""
    if account.report is None:
        return
    account_words = f"{account.provider} --company {merchant.slug}"
    if account.report.credentials.value == "unclear":
        stays = "" if account.status.value == "failed" else f" (the account is still {account.status.value})"
        raise click.ClickException(
            f"{info.name} gave no clear answer{stays};"
            f" once it can be reached: payment-hub account validate {account_words}"
        )
    if account.status.value != "failed":
        return
    if account.report.credentials.value == "refused":
        raise click.ClickException(
            f"{info.name} refused the credentials;"
            f" enter the right ones: payment-hub account {_verb(info)} {account_words}"
        )
    differing = ", ".join(field.field for field in account.report.fields if field.match.value == "different")
    raise click.ClickException(
        f"{info.name} knows the company by another {differing}: payment-hub company edit {merchant.slug},"
        f" then payment-hub account validate {account_words}"
    )


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@data_option
def validate(code: str, slug: str | None, data: str | None) -> None:
    """Ask the provider about credentials and identity again."""
    from hub.flows.accounts.connect_account import Connected, validate_account

    from .finding import find_account, find_company
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, Connected, Any]:
        merchant = await find_company(hub, slug)
        account = await find_account(hub, merchant, code)
        after = await validate_account(hub, account.id, by=operator())
        return merchant, Connected(account=after), hub.providers[after.provider].info

    merchant, done, info = run(data, work)
    _print_connected(merchant, done, info)
    _fail_unless_usable(merchant, done.account, info)


@command.command()
@click.argument("code", metavar="PROVIDER")
@click.option("--yes", is_flag=True, help="The identity was compared; do not ask.")
@click.option("--by", metavar="TEXT", help="Who compared; else the operator's login name.")
@company_option
@data_option
def confirm(code: str, yes: bool, by: str | None, slug: str | None, data: str | None) -> None:
    """Confirm by hand that the company is the one that the provider knows."""
    from hub.flows.accounts.connect_account import confirm_account

    from .finding import find_account, find_company
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, ProviderAccount]:
        merchant = await find_company(hub, slug)
        account = await find_account(hub, merchant, code)
        if not yes:
            _ask(merchant, code)
        return merchant, await confirm_account(hub, account.id, by=by or operator())

    merchant, account = run(data, work)
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
@data_option
def disable(code: str, slug: str | None, data: str | None) -> None:
    """Take no new payments through an account; live ones go on."""
    from hub.flows.accounts.connect_account import disable_account

    from .finding import find_account, find_company
    from .running import run

    async def work(hub: Hub) -> str:
        merchant = await find_company(hub, slug)
        account = await find_account(hub, merchant, code)
        await disable_account(hub, account.id)
        return merchant.slug

    click.echo(f"{run(data, work)} {code}: disabled; connect it again to enable it")


@command.command("list")
@any_company_option
@json_option
@data_option
def list_(slug: str | None, as_json: bool, data: str | None) -> None:
    """List accounts and how they stand, retired ones with their ids."""
    from hub.flows.operations.view_hearing import hearing_of

    from .finding import company_in
    from .printing import print_json, print_table, when
    from .running import run

    def read(tx: Any) -> Any:
        merchants = [company_in(tx, slug)] if slug else tx.merchants.all()
        return [
            (merchant, account, hearing_of(tx, account))
            for merchant in merchants
            for account in tx.accounts.all_of(merchant.id)
        ]

    found = run(data, lambda hub: hub.store.read(read))
    if as_json:
        print_json([_facts(merchant, account) for merchant, account, _heard in found])
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


def _facts(merchant: Merchant, account: ProviderAccount) -> dict[str, object]:
    report = account.report
    return {
        "id": account.id,
        "company": merchant.slug,
        "provider": account.provider,
        "mode": account.mode.value,
        "status": account.status.value,
        "channels": sorted(channel.value for channel in account.channels),
        "credentials": report.credentials.value if report else None,
        "fields": {field.field: field.match.value for field in report.fields} if report else {},
        "confirmed_by": account.confirmed_by,
        "confirmed_at": account.confirmed_at,
        "last_heard_at": account.last_heard_at,
        "paused": account.paused,
        "retired_at": account.retired_at,
        "retired_by": account.retired_by,
        "retired_why": account.retired_why,
    }


@command.command()
@click.argument("code", metavar="PROVIDER")
@company_option
@json_option
@data_option
def show(code: str, slug: str | None, as_json: bool, data: str | None) -> None:
    """Show an account, its settings (no secrets), its money under way and its notification address.

    PROVIDER is its code, or the id of one of the company's accounts, retired ones too."""
    import attrs

    from hub.flows.accounts.connect_account import missing_settings, notification_address
    from hub.flows.accounts.money_under_way import money_under_way
    from hub.flows.accounts.watch_account import REFUSED
    from hub.flows.operations.view_hearing import hearing_of

    from .finding import find_account, find_company
    from .printing import local, moment, print_facts, print_json, print_text
    from .running import run

    async def work(hub: Hub) -> Any:
        merchant = await find_company(hub, slug)
        account = await find_account(hub, merchant, code)
        provider = hub.providers.get(account.provider)
        missing = await missing_settings(hub, account) if provider else ()
        refused = await hub.store.read(lambda tx: tx.marks.get(f"{REFUSED}{account.id}"))
        heard = await hub.store.read(lambda tx: hearing_of(tx, account))
        under_way = await hub.store.read(lambda tx: money_under_way(tx, hub, account, hub.clock()))
        return merchant, account, provider, missing, notification_address(hub, account), refused, heard, under_way

    merchant, account, provider, missing, address, refused, heard, under_way = run(data, work)
    zone = merchant.company.zone
    facts = _facts(merchant, account)
    facts["unproven_message"] = heard.unproven.id if heard.unproven else None
    facts["not_let_in"] = (
        f"{moment(refused[1]) if as_json else local(refused[1], zone)}: {refused[0]}" if refused else None
    )
    facts["under_way"] = attrs.asdict(under_way) if as_json else _counted(under_way)
    facts["notification_address"] = address
    facts["settings"] = {**account.settings, **dict.fromkeys(sorted(account.secret_names), "stored")}
    facts["missing"] = [problem.name for problem in missing]
    if as_json:
        print_json(facts)
        return
    settings: Any = facts.pop("settings")
    print_facts(((name, _readable(value)) for name, value in facts.items()), zone=zone)
    click.echo("settings")
    print_facts(((name, _short(value)) for name, value in settings.items()), indent="  ")
    if heard.unproven:
        _print_unproven(heard.unproven, heard.what, zone, data)
    elif provider and provider.info.notification_setup:
        last = local(heard.at, zone) if heard.at else "never"
        click.echo(f"\nLast heard from: {last}. Mail to {provider.info.name}:\n")
        print_text(provider.info.notification_setup.replace("{address}", address))


def _print_unproven(newest: StoredMessage, what: str, zone: str, data: str | None) -> None:
    """The address is known there, so its mail would not help; the newest message may."""
    from .printing import command_line, local, print_hanging

    why = f": {newest.trouble}" if newest.trouble else ""
    arrived, named = local(newest.message.received_at, zone), newest.id[:10]
    click.echo("")
    print_hanging("", f"Messages come, but {what}. The newest is of {arrived}{why}")
    click.echo(f"    {command_line(data, 'message', 'show', named)}")
    click.echo("once the keys above are the provider's:")
    click.echo(f"    {command_line(data, 'message', 'replay', named)}")


def _readable(value: object) -> object:
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name} {text}" for name, text in value.items())
    return value


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:40]}... ({len(value)} characters)"


@command.command("rotate-keys")
@click.option("--forget-old", is_flag=True, help="Forget keys under which nothing is sealed any more.")
@data_option
def rotate_keys(forget_old: bool, data: str | None) -> int:
    """Seal every secret under a new key. Running processes take it up by themselves.

    Exit code 1 when something does not open with any key that is here: it stays as it is, and so do the old keys."""
    from hub.bootstrap import KEYS, NotReady, database_of
    from hub.flows.accounts.reseal_secrets import StillSealed, forget_keys, reseal_secrets
    from hub.vault import drop_key, open_vault
    from hub.vault import rotate_keys as add_key

    from .running import run_with, settings_of

    settings = settings_of(data)
    keys, database = settings.data / KEYS, database_of(settings)
    if not database.exists():
        raise NotReady(f"{database} is not there yet: run payment-hub migrate --data {settings.data}")
    fresh = add_key(keys).current
    done = run_with(settings, lambda hub: reseal_secrets(hub, current=fresh))
    click.echo(f"{keys}: current key is {fresh}; {done.secrets} secrets and {done.messages} messages sealed again")
    for problem in done.unopened:
        click.echo(f"Error: {problem}", err=True)
    old = [name for name in open_vault(keys).key_ids if name != fresh]
    if forget_old:
        try:
            run_with(settings, lambda hub: forget_keys(hub, old, lambda name: drop_key(keys, name)))
        except StillSealed as error:
            raise click.ClickException(f"the old keys stay: {error}; payment-hub doctor says more") from None
        click.echo(f"forgotten: {', '.join(old) or 'none'}; a backup from before needs its own keys.json")
    elif old:
        click.echo(f"older keys stay for backups: {', '.join(old)}")
    return 1 if done.unopened else 0


@command.command("add-keys")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@data_option
def add_keys(file: Path, data: str | None) -> None:
    """Take the keys of FILE, another keys.json, over into this one: what was sealed under them opens again.

    For messages that came while another keys.json was here, and for a database that is older than its keys. The
    current key and the links in mails stay as they are; running processes take the keys up by themselves."""
    from hub.bootstrap import KEYS
    from hub.vault import add_keys as take_over

    from .running import settings_of

    keys = settings_of(data).data / KEYS
    taken = take_over(keys, file)
    click.echo(f"{keys}: taken over: {', '.join(taken) or 'nothing, they are all there'}")
