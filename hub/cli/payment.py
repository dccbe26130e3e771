"""Payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import stands
from .finding import clock_in, company_in, find_payment, find_payments, since_moment
from .options import any_company_option, json_option
from .payment_decisions import cancel, capture, conclude, record, refund, release
from .payment_dispute import dispute
from .payment_export import export
from .printing import moment, print_csv, print_json, print_table, when
from .running import pass_hub

if TYPE_CHECKING:
    from datetime import datetime

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub

STATUSES = ("created", "pending", "unknown", "paid", "closed")
HEADERS = (
    *("CREATED", "REFERENCE", "COMPANY", "CUSTOMER", "PROVIDER", "STATUS", "AMOUNT", "CURRENCY", "REMAINS", "INVOICES"),
)


@click.group()
def command() -> None:
    """Payments: list, export, follow, look now; capture, refund, cancel, release, record what became of one."""


for further in (export, capture, refund, cancel, release, record, conclude, dispute):
    command.add_command(further)


@command.command("list")
@any_company_option
@click.option("--since", metavar="D", help="A date such as 2026-11-21, or 7d, or 24h.")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@json_option
@pass_hub
async def list_(
    hub: Hub,
    slug: str | None,
    since: str | None,
    status: str | None,
    limit: int,
    form: str,
    as_json: bool,
) -> None:
    """List payments, newest first.

    STATUS says of a paid one what became of its money; REMAINS is what came less what went back, as the books have it.
    """
    now = hub.clock()
    found = await hub.store.read(
        lambda tx: _listed(tx, slug, since_moment(since, now, clock_in(tx, slug)), status or "", limit)
    )
    if as_json or form == "json":
        print_json(
            [payment_facts(payment, merchant.slug, customer, held) for payment, merchant, customer, held in found]
        )
    elif form == "csv":
        rows = [
            _row(moment(payment.created_at), payment, merchant.slug, name, held)
            for payment, merchant, name, held in found
        ]
        print_csv([header.lower() for header in HEADERS], rows)
    else:
        rows = [
            _row(when(payment.created_at, merchant.company.zone), payment, merchant.slug, name, held)
            for payment, merchant, name, held in found
        ]
        print_table(HEADERS, rows, right=("AMOUNT", "REMAINS"), cut=("CUSTOMER",), fold=("INVOICES",))


def _listed(
    tx: Any, slug: str | None, since: datetime | None, status: str, limit: int
) -> list[tuple[Any, Merchant, str, Any]]:
    """Payments, the company and customer of each, and what the books hold of its money."""
    from hub.flows.ground.read_held import held_of_many

    owner = company_in(tx, slug).id if slug else None
    merchants = {merchant.id: merchant for merchant in tx.merchants.all()}
    found = tx.payments.search(merchant_id=owner, since=since, status=status, limit=limit)
    held = held_of_many(tx, [item.id for item in found])
    return [
        (item, merchants[item.merchant_id], tx.customers.get(item.customer_id).name, held[item.id]) for item in found
    ]


def _row(created: str | None, payment: Any, company: str, customer: str, held: Any) -> tuple[object, ...]:
    from .standing import remains, standing

    left = remains(payment, held)
    return (
        created,
        payment.reference,
        company,
        customer,
        payment.provider,
        standing(payment, held),
        f"{payment.amount.decimal:f}",
        payment.amount.currency,
        "" if left is None else f"{left:f}",
        " ".join(line.number for line in payment.lines),
    )


def payment_facts(payment: Any, company: str, customer: str, held: Any) -> dict[str, object]:
    """A payment as data."""
    from hub.domain.held import state_of

    from .standing import money_facts

    return {
        "reference": payment.reference,
        "company": company,
        "customer": customer,
        "mode": payment.mode.value,
        "provider": payment.provider,
        "way": payment.way,
        "channel": payment.channel.value,
        "provider_reference": payment.provider_reference,
        "phase": payment.phase.value,
        "status": payment.status.value,
        "reason": payment.reason,
        "flags": sorted(flag.value for flag in payment.flags),
        "amount": payment.amount,
        "credit": payment.credit,
        "state": state_of(held).value if payment.status.value == "paid" else None,
        "money": money_facts(held),
        "invoices": [line.number for line in payment.lines],
        "created_at": payment.created_at,
        "ended_at": payment.ended_at,
        "expires_at": payment.expires_at,
        "next_check_at": payment.next_check_at,
        "checks": payment.checks,
    }


@command.command()
@click.argument("any_", metavar="ANY")
@json_option
@pass_hub
async def show(hub: Hub, any_: str, as_json: bool) -> None:
    """Follow one payment.

    What is known and from whom, what it waits for, what comes next, what you may do now.

    ANY is our reference, the provider's, an authorisation, the number of an invoice, an order or a cash receipt, a
    mail, an identity number or a phone; of several payments the newest is shown, and the others are named.
    """
    from .pages.story import story_of
    from .pages.timeline import facts_of, print_timeline

    found = await find_payments(hub, any_)
    story = await story_of(hub, found[0], others=found[1:])
    if as_json:
        view = story.view
        print_json(
            {**payment_facts(view.payment, view.merchant.slug, view.customer.name, view.held), **facts_of(story)}
        )
    else:
        print_timeline(story)


@command.command()
@click.argument("reference", metavar="REF")
@pass_hub
async def check(hub: Hub, reference: str) -> None:
    """Look at one payment now.

    Its provider is asked, or the rules that are due are applied."""
    from hub.flows.payments.check_payment import check_payment

    before = await find_payment(hub, reference)
    after = await check_payment(hub, before.id)
    if after is None:
        raise click.ClickException(
            f"{before.provider} is not installed here, or its account does not open: payment-hub doctor"
        )
    if before.status is after.status and before.reason == after.reason:
        click.echo(f"{after.reference} is still {stands(after)}")
    else:
        click.echo(f"{after.reference} was {before.status.value}, is {stands(after)}")
