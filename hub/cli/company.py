"""Companies that are owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import who_option
from .options import any_company_option, company_option, data_option, json_option, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub, Tx
    from hub.flows.merchants.save_company import CompanyForm, CompanySaved


@click.group()
def command() -> None:
    """Companies that are owed: identity, options, members."""


def identity_options(*, required: bool) -> Callable[[Any], Any]:
    """The fields of Configuración > Empresa; on edit, what is not given stays."""
    fields = (
        click.option("--identity-type", "--type", metavar="CODE", required=required, help="CF, CJ, NIT, CC, ..."),
        click.option("--identity-number", "--number", metavar="NUMBER", required=required),
        click.option("--check-digit", metavar="DIGIT", help="Where it is not written behind the number."),
        click.option("--legal-name", "--name", metavar="TEXT", required=required),
        click.option("--trade-name", metavar="TEXT", help="What customers read; else the legal name."),
        click.option(
            "--address", metavar="PART=TEXT", multiple=True, help="Once for each part, e.g. municipality=Bogotá."
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
@data_option
def create(
    slug: str,
    country: str,
    owner: str,
    mode: str,
    auto_record: bool | None,
    partial: bool | None,
    notify: tuple[str, ...],
    data: str | None,
    **fields: Any,
) -> None:
    """Register a company and its owner; NAME is its short name for commands."""
    from hub.domain.merchant import Options
    from hub.flows.merchants.save_company import CompanyForm, create_company
    from hub_hookspecs import Mode

    from .running import run

    given = _given(fields)
    form = CompanyForm(country=country.upper(), **given)
    options = Options(auto_record=bool(auto_record), partial=bool(partial), notify=notify)

    async def work(hub: Hub) -> CompanySaved:
        _refuse_unknown_parts(hub, form)
        return await create_company(hub, form, slug=slug, mode=Mode(mode), owner_email=owner, options=options)

    _print_saved(run(data, work), "created")


def _refuse_unknown_parts(hub: Hub, form: CompanyForm) -> None:
    """Parts of an address that the country does not have would be lost."""
    country = hub.countries.get(form.country)
    parts = dict(country.address_parts) if country else dict(form.address)
    if strange := [name for name in form.address if name not in parts]:
        raise click.UsageError(f"--address has no part {strange[0]!r} in {form.country}; it has {', '.join(parts)}")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The given fields by the form's names."""
    given = {name: value for name, value in fields.items() if value is not None and name != "address"}
    if fields["address"]:
        given["address"] = pairs(fields["address"], "--address")
    return given


def _print_saved(saved: CompanySaved, what: str) -> None:
    from .explaining import in_english

    company = saved.merchant.company
    click.echo(f"{saved.merchant.slug} {what}: {company.name}, {company.document.type} {company.document.number}")
    for warning in saved.warnings:
        click.echo(f"Warning: {warning.field}: {in_english(warning.message)}", err=True)
    for account in saved.revalidate:
        click.echo(
            f"{account.provider} must be validated again, its buttons are hidden until then: "
            f"payment-hub account validate {account.provider} --company {saved.merchant.slug}"
        )


@command.command("list")
@json_option
@data_option
def list_(as_json: bool, data: str | None) -> None:
    """List the companies."""
    from .printing import print_json, print_table
    from .running import run

    merchants = run(data, lambda hub: hub.store.read(lambda tx: tx.merchants.all()))
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
    company, options = merchant.company, merchant.options
    return {
        "name": merchant.slug,
        "mode": merchant.mode.value,
        "country": company.country,
        "identity_type": company.document.type,
        "identity_number": company.document.number,
        "check_digit": company.document.check_digit,
        "legal_name": company.legal_name,
        "trade_name": company.trade_name,
        "address": dict(company.address),
        "phone": company.phone,
        "email": company.email,
        "zone": company.zone,
        "auto_record": options.auto_record,
        "partial": options.partial,
        "notify": list(merchant.notify),
        "shop_origins": list(options.shop_origins),
        "created_at": merchant.created_at,
    }


@command.command()
@click.argument("slug", metavar="[NAME]", required=False)
@json_option
@data_option
def show(slug: str | None, as_json: bool, data: str | None) -> None:
    """Show one company, its members and its accounts."""
    from .finding import company_in
    from .printing import print_facts, print_json
    from .running import run

    def read(hub: Hub) -> Any:
        def load(tx: Any) -> Any:
            merchant = company_in(tx, slug)
            return merchant, tx.merchants.members(merchant.id), tx.accounts.all_of(merchant.id, merchant.mode)

        return hub.store.read(load)

    merchant, members, accounts = run(data, read)
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


@command.command()
@click.argument("slug", metavar="NAME")
@identity_options(required=False)
@data_option
def edit(slug: str, data: str | None, **fields: Any) -> None:
    """Change a company; what is not given stays as it is."""
    from hub.flows.merchants.save_company import save_company

    from .finding import find_company
    from .running import run

    given = _given(fields)
    if not given:
        raise click.UsageError("nothing to change: give at least one option, see --help")

    async def save(hub: Hub) -> CompanySaved:
        merchant = await find_company(hub, slug)
        form = _form(merchant, given)
        _refuse_unknown_parts(hub, form)
        return await save_company(hub, merchant.id, form)

    _print_saved(run(data, save), "saved")


def _form(merchant: Merchant, given: dict[str, Any]) -> CompanyForm:
    """The company's form with the given fields in place of its own."""
    from hub.flows.merchants.save_company import CompanyForm

    company = merchant.company
    current = {
        "identity_type": company.document.type,
        "identity_number": company.document.number,
        "legal_name": company.legal_name,
        "trade_name": company.trade_name,
        "phone": company.phone,
        "email": company.email,
        "zone": company.zone,
    }
    if not {"identity_type", "identity_number"} & given.keys():
        current["check_digit"] = company.document.check_digit or ""
    address = {**company.address, **given.pop("address", {})}
    return CompanyForm(country=company.country, address=address, **{**current, **given})


@command.command()
@click.argument("slug", metavar="NAME")
@choice_options
@click.option("--notify-company", is_flag=True, help="Tell the company's own mail again.")
@click.option(
    "--shop-origin",
    "shop_origins",
    metavar="URL",
    multiple=True,
    help="A shop that orders may lead back to, such as https://tienda.example; once for each, '' for none.",
)
@data_option
def options(
    slug: str,
    shop_origins: tuple[str, ...],
    auto_record: bool | None,
    partial: bool | None,
    notify: tuple[str, ...],
    notify_company: bool,
    data: str | None,
) -> None:
    """Change what a company chooses; what is not given stays as it is."""
    from hub.flows.merchants.save_options import save_options

    from .finding import find_company
    from .running import run

    async def save(hub: Hub) -> Merchant:
        merchant = await find_company(hub, slug)
        before = merchant.options
        return await save_options(
            hub,
            merchant.id,
            auto_record=before.auto_record if auto_record is None else auto_record,
            partial=before.partial if partial is None else partial,
            notify=() if notify_company else notify or before.notify,
            shop_origins=shop_origins or None,
        )

    after = run(data, save)
    chosen = after.options
    click.echo(
        f"{after.slug}: cash receipts {'by themselves' if chosen.auto_record else 'by hand'}, "
        f"part payments {'allowed' if chosen.partial else 'not allowed'}, told: {', '.join(after.notify) or 'nobody'}"
        + (f", shops: {', '.join(chosen.shop_origins)}" if chosen.shop_origins else "")
    )


@command.group()
def member() -> None:
    """Who signs in for a company: add, list, remove."""


@member.command("add")
@click.argument("email", metavar="MAIL")
@click.option("--role", type=click.Choice(["owner", "accountant", "operator"]), default="accountant", show_default=True)
@click.option("--language", type=click.Choice(["es", "en"]), default=None, help="Of their mails and pages.")
@company_option
@data_option
def member_add(email: str, role: str, language: str | None, slug: str | None, data: str | None) -> None:
    """Let a person sign in by mailed link."""
    from hub.domain.merchant import Role
    from hub.flows.merchants.add_member import add_member

    from .finding import find_company
    from .running import run

    async def add(hub: Hub) -> str:
        merchant = await find_company(hub, slug)
        await add_member(hub, merchant, email, Role(role), language=language or "")
        return merchant.slug

    click.echo(f"{email} may sign in for {run(data, add)} as {role}")


@member.command("list")
@any_company_option
@json_option
@data_option
def member_list(slug: str | None, as_json: bool, data: str | None) -> None:
    """List who signs in, for one company or for all."""
    from .finding import company_in
    from .printing import print_json, print_table
    from .running import run

    def read(tx: Any) -> list[tuple[Any, str]]:
        merchants = [company_in(tx, slug)] if slug else tx.merchants.all()
        return [(item, merchant.slug) for merchant in merchants for item in tx.merchants.members(merchant.id)]

    found = run(data, lambda hub: hub.store.read(read))
    if as_json:
        names = ("email", "role", "language", "company")
        rows = [(item.email, item.role.value, item.language, company) for item, company in found]
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(
        ("MAIL", "ROLE", "LANGUAGE", "COMPANY"),
        [(item.email, item.role.value, item.language or "-", company) for item, company in found],
    )


@member.command("remove")
@click.argument("email", metavar="MAIL")
@click.option("--owner", metavar="MAIL", default="", help="Who owns the company from now on; wanted of the last owner.")
@who_option
@company_option
@data_option
def member_remove(email: str, owner: str, by: str | None, slug: str | None, data: str | None) -> None:
    """End a person's access: sessions and unused sign-in links of it end at once, in every browser.

    The last owner goes only when --owner names another one, who need not be a member yet.
    """
    from hub.domain.identity import Invalid
    from hub.flows.merchants.remove_member import remove_member

    from .finding import find_company
    from .printing import command_line
    from .running import operator, run

    address = email.strip().lower()

    async def work(hub: Hub) -> tuple[Merchant, list[tuple[str, tuple[str, ...]]]]:
        merchant = await find_company(hub, slug)
        try:
            await remove_member(hub, merchant, address, by=by or operator(), owner=owner)
        except Invalid as invalid:
            if owner:
                raise
            told = f"{address} is the last owner of {merchant.slug}: name the next one with --owner MAIL"
            raise click.ClickException(told) from invalid
        except LookupError as unknown:
            told = f"{address} is no member of {merchant.slug}: payment-hub company member list"
            raise click.ClickException(told) from unknown
        return merchant, await hub.store.read(lambda tx: list(_still(tx, merchant, address)))

    merchant, still = run(data, work)
    heir = f"; {owner.strip().lower()} owns it from now on" if owner else ""
    click.echo(f"{address} is out of {merchant.slug}: no session, no sign-in link{heir}")
    for what, words in still:
        click.echo(f"{what}:\n    {command_line(data, *words)}")


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
