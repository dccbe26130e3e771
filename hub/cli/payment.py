"""Payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import by_option, evidence_options, why_option
from .options import any_company_option, company_option, data_option, json_option

if TYPE_CHECKING:
    from datetime import date

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub

STATUSES = ("created", "pending", "unknown", "paid", "closed")
HEADERS = (
    *("CREATED", "REFERENCE", "COMPANY", "CUSTOMER", "PROVIDER", "STATUS", "AMOUNT", "CURRENCY", "REMAINS", "INVOICES"),
)


@click.group()
def command() -> None:
    """Payments: list, export, follow, look now; refund, cancel, release, record what became of one."""


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
    """List payments, newest first.

    STATUS says of a paid one what became of its money; REMAINS is what came less what went back, as the books have it.
    """
    from hub.flows.ground.read_held import held_of_many

    from .finding import clock_in, company_in, since_moment
    from .printing import moment, print_csv, print_json, print_table, when
    from .running import run

    def work(hub: Hub) -> Any:
        now = hub.clock()

        def read(tx: Any) -> Any:
            begin = since_moment(since, now, clock_in(tx, slug))
            owner = company_in(tx, slug).id if slug else None
            merchants = {merchant.id: merchant for merchant in tx.merchants.all()}
            found = tx.payments.search(merchant_id=owner, since=begin, status=status or "", limit=limit)
            held = held_of_many(tx, [item.id for item in found])
            return [
                (item, merchants[item.merchant_id], tx.customers.get(item.customer_id).name, held[item.id])
                for item in found
            ]

        return hub.store.read(read)

    found = run(data, work)
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
@click.option("--since", metavar="DAY", help="First day, such as 2026-11-21; else yesterday.")
@click.option("--until", metavar="DAY", help="Last day; else there is none.")
@click.option(
    "--by",
    type=click.Choice(["booked", "value"]),
    default="booked",
    show_default=True,
    help="Which day chooses: that of the booking, which loses no late news, or the day that it counts for.",
)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "json"]), default="csv", show_default=True)
@click.option("--output", metavar="FILE", help="Where to write; else standard output.")
@company_option
@json_option
@data_option
def export(
    since: str | None,
    until: str | None,
    by: str,
    form: str,
    output: str | None,
    slug: str | None,
    as_json: bool,
    data: str | None,
) -> None:
    """Export what moved money, one row a movement, as the books have it.

    Payments, cash and transfers, what went back (negative), disputes and corrections, with what was applied to which
    invoice. What came in and what went back is told at the end.
    """
    from pathlib import Path

    from hub.domain.export import csv_of, xlsx_of
    from hub.domain.moved import By
    from hub.flows.views.export_payments import COLUMNS, MOST, export_payments

    from .finding import find_company
    from .printing import json_of
    from .running import run

    first, last = _day(since, "--since"), _day(until, "--until")
    form = "json" if as_json else form
    if form == "xlsx" and output is None:
        raise click.UsageError("a workbook is written to a file: say --output FILE")

    async def work(hub: Hub) -> Any:
        merchant = await find_company(hub, slug)
        return await export_payments(hub, merchant, first or _yesterday(hub, merchant), last, by=By(by))

    found = run(data, work)
    if found.cut:
        raise click.ClickException(f"there are more than {MOST} movements: choose fewer days with --since and --until")
    match form:
        case "csv":
            content = csv_of(COLUMNS, found.rows)
        case "xlsx":
            content = xlsx_of("Pagos", COLUMNS, found.rows)
        case _:
            content = f"{json_of(_movement_facts(found))}\n".encode()
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        Path(output).write_bytes(content)
    for total in found.totals:
        click.echo(f"brought in {total.brought_in}, went back {total.went_back}, withheld {total.withheld}", err=True)


def _movement_facts(found: Any) -> dict[str, object]:
    return {
        "totals": [
            {"brought_in": total.brought_in, "went_back": total.went_back, "withheld": total.withheld}
            for total in found.totals
        ],
        "movements": [line.facts for line in found.lines],
    }


def _day(text: str | None, option: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day such as 2026-11-21", param_hint=option) from None


def _yesterday(hub: Hub, merchant: Merchant) -> date:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    return hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date() - timedelta(days=1)


@command.command()
@click.argument("any_", metavar="ANY")
@json_option
@data_option
def show(any_: str, as_json: bool, data: str | None) -> None:
    """Follow one payment.

    What is known and from whom, what it waits for, what comes next, what you may do now.

    ANY is our reference, the provider's, an authorisation, the number of an invoice, an order or a cash receipt, a
    mail, an identity number or a phone; of several payments the newest is shown, and the others are named.
    """
    from .finding import find_payments
    from .printing import print_json
    from .running import run
    from .timeline import Told, facts_of, print_timeline, told_of

    async def work(hub: Hub) -> Told:
        found = await find_payments(hub, any_)
        return await told_of(hub, found[0], others=found[1:], data=data)

    told = run(data, work)
    if as_json:
        view = told.view
        print_json({**payment_facts(view.payment, view.merchant.slug, view.customer.name, view.held), **facts_of(told)})
    else:
        print_timeline(told)


@command.command()
@click.argument("reference", metavar="REF")
@data_option
def check(reference: str, data: str | None) -> None:
    """Look at one payment now.

    Its provider is asked, or the rules that are due are applied."""
    from hub.flows.payments.check_payment import check_payment

    from .finding import find_payment
    from .running import run

    async def work(hub: Hub) -> tuple[Any, Any]:
        before = await find_payment(hub, reference)
        after = await check_payment(hub, before.id)
        if after is None:
            raise click.ClickException(
                f"{before.provider} is not installed here, or its account does not open: payment-hub doctor"
            )
        return before, after

    before, after = run(data, work)
    reason = f" ({after.reason})" if after.reason else ""
    if before.status is after.status and before.reason == after.reason:
        click.echo(f"{after.reference} is still {after.status.value}{reason}")
    else:
        click.echo(f"{after.reference} was {before.status.value}, is {after.status.value}{reason}")


@command.command()
@click.argument("reference", metavar="REF")
@click.option("--amount", metavar="AMOUNT", help="In major units, such as 1500.50; else everything that is left.")
@by_option
@why_option
@evidence_options
@data_option
def refund(
    reference: str,
    amount: str | None,
    by: str,
    why: str,
    evidence: str,
    evidence_file: str | None,
    data: str | None,
) -> int:
    """Give a captured payment back through its provider, once."""
    from hub.flows.corrections.decide_refund import decide_refund

    from .deciding import evidence_of, tell_decision, via
    from .finding import find_payment
    from .running import run
    from .values import amount_of

    async def work(hub: Hub) -> Any:
        payment = await find_payment(hub, reference)
        wanted = amount_of(amount, payment.amount.currency) if amount is not None else None
        proof = evidence_of(evidence, evidence_file)
        return await decide_refund(hub, payment.id, amount=wanted, by=by, why=why, evidence=proof, via=via())

    decided = run(data, work)
    if decided.operation is None:
        tell_decision(decided.decision, "")
        return 0
    return _tell_operation(decided.operation, reference)


@command.command()
@click.argument("reference", metavar="REF")
@by_option
@data_option
def cancel(reference: str, by: str, data: str | None) -> int:
    """Ask the provider to withdraw a pending payment; only its word cancels it."""
    from hub.flows.payments.run_operation import cancel_payment

    from .finding import find_payment
    from .running import run

    async def work(hub: Hub) -> Any:
        payment = await find_payment(hub, reference)
        return await cancel_payment(hub, payment.id, by=by)

    return _tell_operation(run(data, work), reference)


def _tell_operation(operation: Any, reference: str) -> int:
    """Say how a refund or cancel stands; exit code 1 where the provider said no."""
    reason = f" ({operation.reason})" if operation.reason else ""
    click.echo(f"{operation.kind.value} of {operation.amount}: {operation.status.value}{reason}")
    if operation.is_live:
        click.echo(f"no clear answer yet, and it is never sent twice: payment-hub payment show {reference}")
    return 1 if operation.status.value == "closed" else 0


@command.command()
@click.argument("reference", metavar="REF")
@by_option
@why_option
@click.option("--yes", is_flag=True, help="The payer confirmed that nothing was approved and no card was entered.")
@data_option
def release(reference: str, by: str, why: str, yes: bool, data: str | None) -> None:
    """Give the invoices of a live payment back, so that they can be paid again.

    Only if the payer confirms that nothing was approved and no card was entered. It is closed unproven and watched:
    money that still arrives is booked as late."""
    from hub.flows.payments.release_payment import release_payment

    from .deciding import tell_decision, via
    from .finding import find_payment
    from .running import run

    if not yes:
        click.confirm("Did the payer confirm that nothing was approved and no card was entered?", abort=True, err=True)

    async def work(hub: Hub) -> Any:
        payment = await find_payment(hub, reference)
        return await release_payment(hub, payment.id, by=by, why=why, via=via())

    made, payment = run(data, work)
    tell_decision(made, f"{payment.reference} is {payment.status.value} ({payment.reason}); its invoices can be paid")


@command.command()
@click.argument("reference", metavar="REF")
@click.option("--paid", "paid", flag_value="paid", help="The provider took the money.")
@click.option("--not-paid", "paid", flag_value="not_paid", help="The provider took nothing.")
@click.option("--amount", metavar="AMOUNT", help="What the provider shows, in major units; wanted with --paid.")
@click.option("--currency", metavar="CODE", help="Of --amount, where it is not the payment's.")
@click.option("--provider-reference", metavar="TEXT", default="", help="The provider's id of the transaction.")
@click.option("--authorisation", metavar="TEXT", default="")
@click.option("--movement", metavar="TEXT", default="", help="Only where the provider's plugin names movements itself.")
@by_option
@why_option
@evidence_options
@data_option
def record(
    reference: str,
    paid: str | None,
    amount: str | None,
    currency: str | None,
    by: str,
    why: str,
    evidence: str,
    evidence_file: str | None,
    data: str | None,
    **told: str,
) -> None:
    """Record with proof what became of a payment: what its provider shows, when no news will come.

    --paid books the money as if the provider had told it. --not-paid closes the payment unproven and watched."""
    from hub.flows.payments.record_outcome import Proof, record_not_paid, record_paid

    from .deciding import evidence_of, tell_decision, via
    from .finding import find_payment
    from .running import run
    from .values import amount_of

    if paid is None:
        raise click.UsageError("say --paid or --not-paid")
    if (paid == "paid") != bool(amount):
        raise click.UsageError("--paid wants the --amount that the provider shows; --not-paid wants none")

    async def work(hub: Hub) -> Any:
        payment = await find_payment(hub, reference)
        proof = evidence_of(evidence, evidence_file)
        if not amount:
            return await record_not_paid(hub, payment.id, by=by, why=why, evidence=proof, via=via())
        amount_shown = amount_of(amount, currency or payment.amount.currency)
        shown = Proof(
            amount=amount_shown,
            provider_reference=told["provider_reference"],
            authorisation=told["authorisation"],
            movement=told["movement"],
        )
        return await record_paid(hub, payment.id, shown, by=by, why=why, evidence=proof, via=via())

    made, payment = run(data, work)
    reason = f" ({payment.reason})" if payment.reason else ""
    tell_decision(made, f"{payment.reference} is {payment.status.value}{reason}")


@command.command()
@click.argument("reference", metavar="REF")
@click.option("--done", "done", flag_value="done", help="The provider executed it.")
@click.option("--not-done", "done", flag_value="not_done", help="The provider did not.")
@by_option
@why_option
@evidence_options
@data_option
def conclude(
    reference: str,
    done: str | None,
    by: str,
    why: str,
    evidence: str,
    evidence_file: str | None,
    data: str | None,
) -> None:
    """Say with proof whether a refund, undo or cancel without a clear answer was executed."""
    from hub.flows.payments.record_outcome import conclude_operation

    from .deciding import evidence_of, tell_decision, via
    from .finding import find_payment
    from .running import run

    if done is None:
        raise click.UsageError("say --done or --not-done")

    async def work(hub: Hub) -> Any:
        payment = await find_payment(hub, reference)
        proof = evidence_of(evidence, evidence_file)
        return await conclude_operation(hub, payment.id, done=done == "done", by=by, why=why, evidence=proof, via=via())

    made, operation = run(data, work)
    reason = f" ({operation.reason})" if operation.reason else ""
    tell_decision(made, f"{operation.kind.value} of {operation.amount} is {operation.status.value}{reason}")
