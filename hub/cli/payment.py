"""Payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import any_company_option, data_option, json_option

if TYPE_CHECKING:
    from hub.flows.ports import Hub

STATUSES = ("created", "pending", "unknown", "paid", "closed")
HEADERS = ("CREATED", "REFERENCE", "COMPANY", "CUSTOMER", "PROVIDER", "STATUS", "AMOUNT", "CURRENCY", "INVOICES")


@click.group()
def command() -> None:
    """Payments: list them, follow one, look at one now."""


@command.command("list")
@any_company_option
@click.option("--since", metavar="D", help="A date such as 2026-11-21, or 7d, or 24h.")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@json_option
@data_option
def list_(
    slug: str | None,
    since: str | None,
    status: str | None,
    limit: int,
    form: str,
    as_json: bool,
    data: str | None,
) -> None:
    """List payments, newest first."""
    from .finding import company_in, since_moment
    from .printing import print_csv, print_json, print_table
    from .running import run

    def work(hub: Hub) -> Any:
        begin = since_moment(since, hub.clock())

        def read(tx: Any) -> Any:
            owner = company_in(tx, slug).id if slug else None
            names = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
            found = tx.payments.search(merchant_id=owner, since=begin, status=status or "", limit=limit)
            return [(item, names[item.merchant_id], tx.customers.get(item.customer_id).name) for item in found]

        return hub.store.read(read)

    found = run(data, work)
    if as_json or form == "json":
        print_json([_facts(*row) for row in found])
    elif form == "csv":
        print_csv([header.lower() for header in HEADERS], [_row(*row) for row in found])
    else:
        print_table(HEADERS, [_row(*row) for row in found], right=("AMOUNT",))


def _row(payment: Any, company: str, customer: str) -> tuple[object, ...]:
    from .printing import moment

    return (
        moment(payment.created_at),
        payment.reference,
        company,
        customer,
        payment.provider,
        f"{payment.status.value} ({payment.reason})" if payment.reason else payment.status.value,
        f"{payment.amount.decimal:f}",
        payment.amount.currency,
        " ".join(line.number for line in payment.lines),
    )


def _facts(payment: Any, company: str, customer: str) -> dict[str, object]:
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
@data_option
def show(any_: str, as_json: bool, data: str | None) -> None:
    """Follow one payment.

    What is known and from whom, what it waits for, what comes next, what you may do now.

    ANY is our reference, the provider's, an invoice number, a mail or a phone; of several the newest is shown.
    """
    import attrs

    from hub.flows.view_desk import view_payment_desk

    from .finding import find_payments
    from .printing import print_json
    from .running import run
    from .timeline import Told, facts_of, print_timeline

    async def work(hub: Hub) -> Told:
        found = await find_payments(hub, any_)
        merchant = await hub.store.read(lambda tx: tx.merchants.get(found[0].merchant_id))
        assert merchant is not None
        desk = await view_payment_desk(hub, attrs.evolve(merchant, mode=found[0].mode), found[0].id)
        provider = hub.providers.get(found[0].provider)
        account = await hub.store.read(lambda tx: tx.accounts.get(found[0].account_id))
        return Told(
            desk,
            provider.info if provider else None,
            hub.clock(),
            found[1:],
            data,
            account.last_heard_at if account else None,
        )

    told = run(data, work)
    if as_json:
        print_json({**_facts(told.payment, told.view.merchant.slug, told.view.customer.name), **facts_of(told)})
    else:
        print_timeline(told)


@command.command()
@click.argument("reference", metavar="REF")
@data_option
def check(reference: str, data: str | None) -> None:
    """Look at one payment now.

    Its provider is asked, or the rules that are due are applied."""
    from hub.flows.check_payment import check_payment

    from .finding import find_payment
    from .running import run

    async def work(hub: Hub) -> tuple[Any, Any]:
        before = await find_payment(hub, reference)
        after = await check_payment(hub, before.id)
        if after is None:
            raise click.ClickException(f"{before.provider} is not installed here: payment-hub plugins list")
        return before, after

    before, after = run(data, work)
    reason = f" ({after.reason})" if after.reason else ""
    if before.status is after.status and before.reason == after.reason:
        click.echo(f"{after.reference} is still {after.status.value}{reason}")
    else:
        click.echo(f"{after.reference} was {before.status.value}, is {after.status.value}{reason}")
