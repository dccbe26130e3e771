"""Cash receipts, and money received outside the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .deciding import who_option
from .explaining import words
from .options import company_option, json_option
from .printing import local, print_facts, print_json, print_table
from .receipt_record import certificate, for_payment, money_in, record, settled
from .running import operator, pass_merchant

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.receipt import CashReceipt, SeriesGap
    from hub.flows.ground.ports import Hub
    from hub.flows.views.view_receipts import ReceiptView


@click.group()
def command() -> None:
    """Cash receipts, and money received outside the hub."""


for recording in (record, for_payment, certificate):
    command.add_command(recording)


@command.command("list")
@company_option
@json_option
@pass_merchant
async def list_(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List a company's cash receipts, newest first."""
    from hub.flows.receipts.skip_numbers import list_gaps
    from hub.flows.views.view_receipts import list_receipts

    found = await list_receipts(hub, merchant)
    gaps = await list_gaps(hub, merchant)
    if as_json:
        print_json([_facts(view) for view in found])
        return
    print_table(
        ("RECEIPT", "RECEIVED", "CUSTOMER", "MEANS", "BANK REFERENCE", "AMOUNT", "CURRENCY", "INVOICES", "PAYMENT"),
        [
            (
                view.receipt.label,
                view.receipt.received_on,
                view.receipt.received_from.name,
                view.receipt.means,
                view.receipt.bank_reference,
                f"{view.receipt.cash.decimal:f}",
                view.receipt.cash.currency,
                " ".join(line.number for line in view.receipt.lines),
                view.payment.reference if view.payment else "",
            )
            for view in found
        ],
        right=("AMOUNT",),
        cut=("CUSTOMER",),
        fold=("INVOICES",),
    )
    for gap in gaps:
        click.echo(_told(gap, merchant.company.zone))


def _told(gap: SeriesGap, zone: str) -> str:
    first, last = gap.labels
    which = f"{first} is" if first == last else f"{first} to {last} are"
    return f"{which} not here, and never given again: {words(gap.reason)} ({gap.by}, {local(gap.at, zone)})"


@command.command()
@company_option
@json_option
@pass_merchant
async def gaps(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List the numbers that no document here has, with who left them out, when and why."""
    from hub.flows.receipts.skip_numbers import list_gaps

    found = await list_gaps(hub, merchant)
    if as_json:
        print_json(
            [
                {
                    "first": gap.labels[0],
                    "last": gap.labels[1],
                    "by": gap.by,
                    "why": words(gap.reason),
                    "at": gap.at,
                }
                for gap in found
            ]
        )
        return
    for gap in found:
        click.echo(_told(gap, merchant.company.zone))


@command.command()
@click.argument("last", metavar="RECEIPT")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands beside the receipts.")
@who_option
@company_option
@pass_merchant
async def skip(hub: Hub, merchant: Merchant, last: str, reason: str, by: str | None) -> None:
    """Leave out every number up to RECEIPT, such as RC-000042 or CE-000017: somebody has it, and it is not here."""
    from hub.flows.receipts.skip_numbers import skip_numbers

    gap = await skip_numbers(hub, merchant, last, by=by or operator(), reason=reason)
    click.echo(f"{merchant.slug} {_told(gap, merchant.company.zone)}")


def _facts(view: ReceiptView) -> dict[str, object]:
    receipt = view.receipt
    return {
        "receipt": receipt.label,
        "customer": receipt.received_from.name,
        "issuer": receipt.issuer.name,
        "movement": receipt.movement,
        "received_on": receipt.received_on,
        "issued_at": receipt.issued_at,
        "issued_by": receipt.issued_by,
        "means": receipt.means,
        "cash": receipt.cash,
        "advance": receipt.advance,
        "lines": [
            {
                "number": line.number,
                "applied": money_in(line.applied, receipt),
                "withholdings": {tax: money_in(minor, receipt) for tax, minor in line.withholdings.items()},
                "discount": money_in(line.discount, receipt),
                "before": money_in(line.before, receipt),
                "after": money_in(line.after, receipt),
            }
            for line in receipt.lines
        ],
        "words": receipt.words,
        "concept": receipt.concept,
        "notes": receipt.notes,
        "bank_account": receipt.bank_account,
        "bank_reference": receipt.bank_reference,
        "payment": view.payment.reference if view.payment else None,
        "provider": receipt.provider,
        "provider_reference": receipt.provider_reference,
        "authorisation": receipt.authorisation,
        "came": receipt.came.money if receipt.came else None,
        "rate": str(receipt.came.rate) if receipt.came else None,
        "rate_source": receipt.came.rate.source if receipt.came else None,
        "rate_on": receipt.came.rate.on if receipt.came else None,
        "voided_at": receipt.voided_at,
        "void_reason": receipt.void_reason,
        "voided_by": receipt.voided_by,
    }


async def _find(hub: Hub, merchant: Merchant, number: str) -> CashReceipt:
    receipts = await hub.store.read(lambda tx: tx.receipts.of(merchant.id, merchant.mode))
    found = [item for item in receipts if number.upper() in (item.label, str(item.number), item.id.upper())]
    if not found:
        raise click.ClickException(f"{merchant.slug} has no cash receipt {number!r}")
    return found[0]


@command.command()
@click.argument("number", metavar="RECEIPT")
@company_option
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, number: str, as_json: bool) -> None:
    """Show one cash receipt; RECEIPT is its number, such as RC-000042 or 42."""
    from hub.flows.views.view_receipts import view_receipt

    found = await _find(hub, merchant, number)
    view = await view_receipt(hub, merchant, found.id)
    facts = _facts(view)
    if as_json:
        print_json(facts)
        return
    facts["lines"] = "; ".join(
        f"{line.number}: {settled(line, view.receipt)} of {money_in(line.before, view.receipt)}"
        for line in view.receipt.lines
    )
    print_facts(facts.items(), zone=merchant.company.zone)


@command.command()
@click.argument("number", metavar="RECEIPT")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands on the receipt.")
@who_option
@company_option
@pass_merchant
async def void(hub: Hub, merchant: Merchant, number: str, reason: str, by: str | None) -> None:
    """Void a cash receipt; it keeps its number.

    What it declared is corrected. Money that a person recorded is taken back; money that a provider proved stays.
    """
    from hub.flows.receipts.void_receipt import void_receipt

    found = await _find(hub, merchant, number)
    if found.came:
        raise click.ClickException(
            f"{found.label} is of a conversion, and void with it alone:\n"
            f"    payment-hub conversion void {found.id} --company {merchant.slug} --why TEXT"
        )
    receipt = await void_receipt(hub, merchant, found.id, reason=reason, by=by or operator())
    since = local(receipt.voided_at, merchant.company.zone)
    click.echo(f"{merchant.slug} {receipt.label}: void since {since} ({receipt.void_reason})")
