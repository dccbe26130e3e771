"""Companies that are owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .explaining import words
from .member import command as member
from .options import as_pairs, check_usage, json_option
from .printing import print_facts, print_json, print_table
from .running import pass_hub, pass_merchant

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.merchants.save_company import CompanyForm, CompanySaved


@click.group()
def command() -> None:
    """Companies that are owed: identity, options, members."""


command.add_command(member, "member")


def identity_options(*, required: bool) -> Callable[[Any], Any]:
    """The fields of Configuración > Empresa; on edit, what is not given stays."""
    fields = (
        click.option("--identity-type", "--type", metavar="CODE", required=required, help="CF, CJ, NIT, CC, ..."),
        click.option("--identity-number", "--number", metavar="NUMBER", required=required),
        click.option("--check-digit", metavar="DIGIT", help="Where it is not written behind the number."),
        click.option("--legal-name", "--name", metavar="TEXT", required=required),
        click.option("--trade-name", metavar="TEXT", help="What customers read; else the legal name."),
        click.option(
            "--address",
            metavar="PART=TEXT",
            multiple=True,
            callback=as_pairs,
            help="Once for each part, e.g. municipality=Bogotá.",
        ),
        click.option("--phone", metavar="TEXT"),
        click.option("--email", metavar="MAIL", help="Told about payments unless --notify says otherwise."),
        click.option("--zone", metavar="ZONE", help="IANA time zone; else the country's."),
    )

    def decorate(function: Any) -> Any:
        for field in reversed(fields):
            function = field(function)
        return function

    return decorate


def choice_options(function: Any) -> Any:
    """What a company chooses."""
    for option in (
        click.option("--notify", metavar="MAIL", multiple=True, help="Who is told about payments; once for each."),
        click.option("--partial/--no-partial", default=None, help="Customers may pay part of an invoice."),
        click.option("--auto-record/--no-auto-record", default=None, help="Record cash receipts by themselves."),
    ):
        function = option(function)
    return function


@command.command()
@click.argument("slug", metavar="NAME")
@click.option("--country", required=True, metavar="CC", help="CR, CO, or another installed country.")
@identity_options(required=True)
@click.option("--owner", required=True, metavar="MAIL", help="Who signs in first.")
@click.option("--mode", type=click.Choice(["test", "live"]), default="test", show_default=True)
@choice_options
@pass_hub
async def create(
    hub: Hub,
    slug: str,
    country: str,
    owner: str,
    mode: str,
    auto_record: bool | None,
    partial: bool | None,
    notify: tuple[str, ...],
    **fields: Any,
) -> None:
    """Register a company and its owner; NAME is its short name for commands."""
    from hub.domain.merchant import Options
    from hub.flows.merchants.save_company import CompanyForm, create_company
    from hub_hookspecs import Mode

    given = _given(fields)
    form = CompanyForm(country=country.upper(), **given)
    options = Options(auto_record=bool(auto_record), partial=bool(partial), notify=notify)
    _refuse_unknown_parts(hub, form)
    _print_saved(
        await create_company(hub, form, slug=slug, mode=Mode(mode), owner_email=owner, options=options), "created"
    )


def _refuse_unknown_parts(hub: Hub, form: CompanyForm) -> None:
    """Parts of an address that the country does not have would be lost."""
    country = hub.countries.get(form.country)
    parts = dict(country.address_parts) if country else dict(form.address)
    if strange := [name for name in form.address if name not in parts]:
        raise click.UsageError(f"--address has no part {strange[0]!r} in {form.country}; it has {', '.join(parts)}")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The given fields by the form's names."""
    return {name: value for name, value in fields.items() if value is not None and (name != "address" or value)}


def _print_saved(saved: CompanySaved, what: str) -> None:

    company = saved.merchant.company
    click.echo(f"{saved.merchant.slug} {what}: {company.name}, {company.document.type} {company.document.number}")
    for warning in saved.warnings:
        click.echo(f"Warning: {warning.field}: {words(warning.message)}", err=True)
    for account in saved.revalidate:
        click.echo(
            f"{account.provider} must be validated again, its buttons are hidden until then: "
            f"payment-hub account validate {account.provider} --company {saved.merchant.slug}"
        )


@command.command()
@pass_hub
async def invite(hub: Hub) -> None:
    """Print a link for a new company: whoever opens it names the company and its owner, who is invited by mail."""
    from hub.flows.merchants.found_company import founding_url

    click.echo(founding_url(hub))


@command.command("list")
@json_option
@pass_hub
async def list_(hub: Hub, as_json: bool) -> None:
    """List the companies."""
    merchants = await hub.store.read(lambda tx: tx.merchants.all())
    if as_json:
        print_json([_facts(merchant) for merchant in merchants])
        return
    print_table(
        ("NAME", "COUNTRY", "MODE", "IDENTITY", "COMPANY"),
        [
            (
                item.slug,
                item.company.country,
                item.mode.value,
                f"{item.company.document.type} {item.company.document.number}",
                item.company.name,
            )
            for item in merchants
        ],
        cut=("COMPANY",),
    )


def _facts(merchant: Merchant) -> dict[str, object]:
    import attrs

    from hub.flows.merchants.save_company import form_of

    company, options = merchant.company, merchant.options
    return {
        "name": merchant.slug,
        "mode": merchant.mode.value,
        **attrs.asdict(form_of(company), recurse=False),
        "check_digit": company.document.check_digit,
        "address": dict(company.address),
        "auto_record": options.auto_record,
        "partial": options.partial,
        "write_off_rest": options.write_off_rest,
        "notify": list(merchant.notify),
        "shop_origins": list(options.shop_origins),
        "created_at": merchant.created_at,
    }


@command.command()
@click.argument("slug", metavar="[NAME]", required=False)
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """Show one company, its members and its accounts."""

    members = await hub.store.read(lambda tx: tx.merchants.members(merchant.id))
    accounts = await hub.store.read(lambda tx: tx.accounts.all_of(merchant.id, merchant.mode))
    facts = _facts(merchant)
    facts["members"] = [{"email": member.email, "role": member.role.value} for member in members]
    facts["accounts"] = [
        {"provider": account.provider, "status": "retired" if account.is_retired else account.status.value}
        for account in accounts
    ]
    if as_json:
        print_json(facts)
        return
    print_facts(((name, _readable(value)) for name, value in facts.items()), zone=merchant.company.zone)


def _readable(value: object) -> object:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} {text}" for name, text in value.items() if text)
        case list():
            return "; ".join(" ".join(item.values()) if isinstance(item, dict) else str(item) for item in value)
    return value


def _gives_something(slug: str, **fields: Any) -> None:
    if not _given(fields):
        raise click.UsageError("nothing to change: give at least one option, see --help")


@command.command()
@click.argument("slug", metavar="NAME")
@identity_options(required=False)
@check_usage(_gives_something)
@pass_merchant
async def edit(hub: Hub, merchant: Merchant, **fields: Any) -> None:
    """Change a company; what is not given stays as it is."""
    from hub.flows.merchants.save_company import save_company

    form = _form(merchant, _given(fields))
    _refuse_unknown_parts(hub, form)
    _print_saved(await save_company(hub, merchant.id, form), "saved")


def _form(merchant: Merchant, given: dict[str, Any]) -> CompanyForm:
    """The company's form with the given fields in place of its own."""
    import attrs

    from hub.flows.merchants.save_company import form_of

    digit = {"check_digit": ""} if {"identity_type", "identity_number"} & given.keys() else {}
    address = {**merchant.company.address, **given.get("address", {})}
    return attrs.evolve(form_of(merchant.company), **{**digit, **given, "address": address})


@command.command()
@click.argument("slug", metavar="NAME")
@choice_options
@click.option(
    "--write-off-rest/--no-write-off-rest",
    default=None,
    help="Write off what only a provider's unit cannot carry of a payment of the whole due.",
)
@click.option("--notify-company", is_flag=True, help="Tell the company's own mail again.")
@click.option(
    "--shop-origin",
    "shop_origins",
    metavar="URL",
    multiple=True,
    help="A shop that orders may lead back to, such as https://tienda.example; once for each, '' for none.",
)
@pass_merchant
async def options(
    hub: Hub,
    merchant: Merchant,
    shop_origins: tuple[str, ...],
    auto_record: bool | None,
    partial: bool | None,
    notify: tuple[str, ...],
    notify_company: bool,
    write_off_rest: bool | None,
) -> None:
    """Change what a company chooses; what is not given stays as it is."""
    from hub.flows.merchants.save_options import save_options

    before = merchant.options
    after = await save_options(
        hub,
        merchant.id,
        auto_record=before.auto_record if auto_record is None else auto_record,
        partial=before.partial if partial is None else partial,
        notify=() if notify_company else notify or before.notify,
        shop_origins=shop_origins or None,
        write_off_rest=write_off_rest,
    )
    chosen = after.options
    click.echo(
        f"{after.slug}: cash receipts {'by themselves' if chosen.auto_record else 'by hand'}, "
        f"part payments {'allowed' if chosen.partial else 'not allowed'}, told: {', '.join(after.notify) or 'nobody'}"
        + (", rests below a provider's unit written off" if chosen.write_off_rest else "")
        + (f", shops: {', '.join(chosen.shop_origins)}" if chosen.shop_origins else "")
    )
