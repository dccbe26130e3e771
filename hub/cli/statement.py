"""What customers owe."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .explaining import words
from .finding import find_customer
from .options import check_usage, company_option, json_option
from .plain import plain
from .printing import local, print_hanging, print_json, print_table
from .running import pass_merchant

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.open_item import StatementRow
    from hub.flows.ground.ports import Hub
    from hub.flows.statements.send_statement import SentStatement
    from hub.flows.statements.view_statement import StatementView

customer_argument = click.argument("customer", metavar="CUSTOMER")


@click.group()
def command() -> None:
    """What customers owe. CUSTOMER is an identity number, a mail, or a part of a name that only one has."""


@command.command()
@customer_argument
@company_option
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, customer: str, as_json: bool) -> None:
    """Show a customer's statement, and how it can be paid."""
    from hub.flows.statements.view_statement import preview_statement

    found = await find_customer(hub, merchant, customer)
    view = await preview_statement(hub, merchant, found.id)
    if as_json:
        print_json(_facts(view))
    else:
        _print(view)


def _facts(view: StatementView) -> dict[str, Any]:

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
                "credit_held": section.held,
                "held": section.held,
                "credit_used": section.credit_used,
                "to_pay": section.to_pay,
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
                        "in_clarification": row.item.in_clarification,
                        "due_now": row.due_now,
                        "instalments": [
                            {"due_on": part.due_on, "amount": part.amount, "due": part.due}
                            for part in row.parts
                            if row.is_planned
                        ],
                    }
                    for row in section.open_rows
                ],
                "offered": [
                    {
                        "provider": offer.provider,
                        "offered": offer.button is not None,
                        "reason": words(offer.reason),
                    }
                    for offer in view.buttons.get(section.currency, ())
                ],
            }
            for section in statement.sections
        ],
    }


def _print(view: StatementView) -> None:
    from hub.domain.figures import money_text

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
                    _standing(row),
                    row.item.live_payment or "",
                )
                for row in section.open_rows
            ],
            right=("TOTAL", "BALANCE"),
        )
        credit = f", credit {money_text(section.credit, locale)}" if section.credit else ""
        if section.held:
            credit += f", of it {money_text(section.held, locale)} used by a payment under way"
        overdue = money_text(section.overdue, locale)
        print_hanging("", f"owed {money_text(section.outstanding, locale)}, of it overdue {overdue}{credit}")
        if section.credit_used:
            used, rest = money_text(section.credit_used, locale), money_text(section.to_pay, locale)
            print_hanging("", f"a payment of all uses {used} of the credit and asks for {rest}")
        for offer in view.buttons.get(section.currency, ()):
            print_hanging(f"  {offer.name}: ", "offered" if offer.button else words(offer.reason))


def _standing(row: StatementRow) -> str:
    if row.item.in_clarification:
        return "in clarification, not asked for"
    return f"{row.days_overdue} days overdue" if row.is_overdue else "not overdue"


def _some_or_all(customers: tuple[str, ...], everyone: bool, **_given: Any) -> None:
    if everyone == bool(customers):
        raise click.UsageError("name customers, or say --all")


@command.command()
@click.argument("customers", metavar="CUSTOMER...", nargs=-1)
@click.option(
    "--all", "everyone", is_flag=True, help="Every customer who owes, has a mail address and wants reminders."
)
@click.option("--note", default="", metavar="TEXT", help="A sentence above the statement.")
@company_option
@check_usage(_some_or_all)
@pass_merchant
async def send(hub: Hub, merchant: Merchant, customers: tuple[str, ...], everyone: bool, note: str) -> int:
    """Mail statements; serve, worker or `delivery run` hands them over."""
    sent, without, unwanted = await _send(hub, merchant, customers, note)
    for item in sent:
        until = local(datetime.fromisoformat(item.expires_at), merchant.company.zone)
        click.echo(f"due: statement to {item.recipient}, its link works until {until}")
    for name in without:
        remedy = "import one, or hand over payment-hub statement link"
        click.echo(f"{'Skipped' if everyone else 'Error'}: {plain(name)} has no mail address: {remedy}", err=True)
    for name in unwanted:
        hint = (
            "Skipped: {} asked for no reminders" if everyone else "Note: {} asked for no reminders; named, it is sent"
        )
        click.echo(hint.format(plain(name)), err=True)
    if sent:
        click.echo("serve and worker hand mails over; without them: payment-hub delivery run", err=True)
    return 1 if without and not everyone else 0


async def _send(
    hub: Hub, merchant: Merchant, customers: tuple[str, ...], note: str
) -> tuple[list[SentStatement], list[str], list[str]]:
    """What was sent, who has no mail address, and who asked for no reminders, to whom only naming sends one."""
    from hub.flows.statements.send_statement import NoMail, send_statement

    sent, without, unwanted = [], [], []
    for customer_id in await _chosen(hub, merchant, customers):
        there = await hub.store.read(lambda tx, key=customer_id: tx.customers.get(key))  # type: ignore[misc]
        if there and there.unsubscribed_at:
            unwanted.append(there.name)
            if not customers:
                continue
        try:
            sent.append(await send_statement(hub, merchant, customer_id, note=note))
        except NoMail as missing:
            without.append(str(missing))
    return sent, without, unwanted


async def _chosen(hub: Hub, merchant: Merchant, customers: tuple[str, ...]) -> list[str]:
    """Ids of the named customers, or of all who are asked for something."""
    if customers:
        return [(await find_customer(hub, merchant, text)).id for text in customers]
    debts = await hub.store.read(lambda tx: tx.payables.open_debts(merchant.id, merchant.mode))
    return sorted({customer_id for customer_id, *_ in debts})


@command.command()
@customer_argument
@company_option
@pass_merchant
async def link(hub: Hub, merchant: Merchant, customer: str) -> None:
    """Print the address of a customer's statement; who has it sees the statement."""
    from hub.flows.statements.send_statement import copy_link

    click.echo(await copy_link(hub, merchant, (await find_customer(hub, merchant, customer)).id))


@command.command()
@customer_argument
@company_option
@pass_merchant
async def revoke(hub: Hub, merchant: Merchant, customer: str) -> None:
    """Make every mailed link to a customer's statement dead."""
    from hub.flows.statements.send_statement import revoke_link

    found = await find_customer(hub, merchant, customer)
    revoked = await revoke_link(hub, merchant, found.id)
    click.echo(f"links to the statement of {found.name} are dead" if revoked else f"{found.name} had no open link")
