"""What customers owe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import company_option, data_option, json_option
from .plain import plain

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.statements.send_statement import Sent
    from hub.flows.statements.view_statement import StatementView

customer_argument = click.argument("customer", metavar="CUSTOMER")


@click.group()
def command() -> None:
    """What customers owe. CUSTOMER is an identity number, a mail, or a part of a name that only one has."""


@command.command()
@customer_argument
@company_option
@json_option
@data_option
def show(customer: str, slug: str | None, as_json: bool, data: str | None) -> None:
    """Show a customer's statement, and how it can be paid."""
    from hub.flows.statements.view_statement import preview_statement

    from .finding import find_company, find_customer
    from .printing import print_json
    from .running import run

    async def work(hub: Hub) -> StatementView:
        merchant = await find_company(hub, slug)
        found = await find_customer(hub, merchant, customer)
        return await preview_statement(hub, merchant, found.id)

    view = run(data, work)
    if as_json:
        print_json(_facts(view))
    else:
        _print(view)


def _facts(view: StatementView) -> dict[str, Any]:
    from .explaining import in_english

    statement = view.statement
    return {
        "company": view.merchant.slug,
        "customer": view.customer.name,
        "mode": view.mode.value,
        "sections": [
            {
                "currency": section.currency,
                "outstanding": section.outstanding,
                "overdue": section.overdue,
                "credit": section.credit,
                "ageing": {bucket.key: bucket.amount for bucket in section.ageing},
                "invoices": [
                    {
                        "number": row.item.number,
                        "issued_on": row.item.issued_on,
                        "due_on": row.due_on,
                        "total": row.item.total,
                        "balance": row.item.balance,
                        "days_overdue": row.days_overdue,
                        "live_payment": row.item.live_payment,
                    }
                    for row in section.rows
                ],
                "offered": [
                    {
                        "provider": offer.provider,
                        "offered": offer.button is not None,
                        "reason": in_english(offer.reason),
                    }
                    for offer in view.buttons.get(section.currency, ())
                ],
            }
            for section in statement.sections
        ],
    }


def _print(view: StatementView) -> None:
    from hub.domain.figures import money_text

    from .explaining import in_english
    from .printing import print_hanging, print_table

    locale = view.merchant.locale
    mode = "  PRUEBA - SIN VALOR" if view.mode.value == "test" else ""
    print_hanging("", f"{view.merchant.company.name}: {view.customer.name}{mode}")
    if view.statement.is_clear:
        click.echo("owes nothing")
    for section in view.statement.sections:
        click.echo(f"\n{section.currency}")
        print_table(
            ("INVOICE", "ISSUED", "DUE", "TOTAL", "BALANCE", "STANDING", "LIVE PAYMENT"),
            [
                (
                    row.item.number,
                    row.item.issued_on,
                    row.due_on,
                    money_text(row.item.total, locale),
                    money_text(row.item.balance, locale),
                    f"{row.days_overdue} days overdue" if row.is_overdue else "not overdue",
                    row.item.live_payment or "",
                )
                for row in section.rows
            ],
            right=("TOTAL", "BALANCE"),
        )
        credit = f", credit {money_text(section.credit, locale)}" if section.credit else ""
        overdue = money_text(section.overdue, locale)
        print_hanging("", f"owed {money_text(section.outstanding, locale)}, of it overdue {overdue}{credit}")
        for offer in view.buttons.get(section.currency, ()):
            print_hanging(f"  {offer.name}: ", "offered" if offer.button else in_english(offer.reason))


@command.command()
@click.argument("customers", metavar="CUSTOMER...", nargs=-1)
@click.option(
    "--all", "everyone", is_flag=True, help="Every customer who owes, has a mail address and wants reminders."
)
@click.option("--note", default="", metavar="TEXT", help="A sentence above the statement.")
@company_option
@data_option
def send(customers: tuple[str, ...], everyone: bool, note: str, slug: str | None, data: str | None) -> int:
    """Mail statements; serve, worker or `delivery run` hands them over."""
    from datetime import datetime

    from hub.flows.statements.send_statement import NoMail, send_statement

    from .finding import find_company
    from .printing import local
    from .running import run

    if everyone == bool(customers):
        raise click.UsageError("name customers, or say --all")

    async def work(hub: Hub) -> tuple[str, list[Sent], list[str], list[str]]:
        merchant = await find_company(hub, slug)
        sent, without, unwanted = [], [], []
        for customer_id in await _chosen(hub, merchant, customers):
            there = await hub.store.read(lambda tx, key=customer_id: tx.customers.get(key))  # type: ignore[misc]
            if there and there.unsubscribed_at:
                unwanted.append(there.name)
                if everyone:
                    continue
            try:
                sent.append(await send_statement(hub, merchant, customer_id, note=note))
            except NoMail as missing:
                without.append(str(missing))
        return merchant.company.zone, sent, without, unwanted

    zone, sent, without, unwanted = run(data, work)
    for item in sent:
        until = local(datetime.fromisoformat(item.expires_at), zone)
        click.echo(f"due: statement to {item.recipient}, its link works until {until}")
    for name in without:
        remedy = "import one, or hand over payment-hub statement link"
        click.echo(f"{'Skipped' if everyone else 'Error'}: {plain(name)} has no mail address: {remedy}", err=True)
    for name in unwanted:
        told = (
            "Skipped: {} asked for no reminders" if everyone else "Note: {} asked for no reminders; named, it is sent"
        )
        click.echo(told.format(plain(name)), err=True)
    if sent:
        click.echo("serve and worker hand mails over; without them: payment-hub delivery run", err=True)
    return 1 if without and not everyone else 0


async def _chosen(hub: Hub, merchant: Merchant, customers: tuple[str, ...]) -> list[str]:
    """Ids of the named customers, or of all who owe."""
    from .finding import find_customer

    if customers:
        return [(await find_customer(hub, merchant, text)).id for text in customers]
    totals = await hub.store.read(lambda tx: tx.payables.open_totals(merchant.id, merchant.mode))
    return sorted({customer_id for customer_id, *_ in totals})


@command.command()
@customer_argument
@company_option
@data_option
def link(customer: str, slug: str | None, data: str | None) -> None:
    """Print the address of a customer's statement; who has it sees the statement."""
    from hub.flows.statements.send_statement import copy_link

    from .finding import find_company, find_customer
    from .running import run

    async def work(hub: Hub) -> str:
        merchant = await find_company(hub, slug)
        return await copy_link(hub, merchant, (await find_customer(hub, merchant, customer)).id)

    click.echo(run(data, work))


@command.command()
@customer_argument
@company_option
@data_option
def revoke(customer: str, slug: str | None, data: str | None) -> None:
    """Make every mailed link to a customer's statement dead."""
    from hub.flows.statements.send_statement import revoke_link

    from .finding import find_company, find_customer
    from .running import run

    async def work(hub: Hub) -> tuple[bool, str]:
        merchant = await find_company(hub, slug)
        found = await find_customer(hub, merchant, customer)
        return await revoke_link(hub, merchant, found.id), found.name

    revoked, name = run(data, work)
    click.echo(f"links to the statement of {name} are dead" if revoked else f"{name} had no open link")
