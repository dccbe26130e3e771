"""Customers' credit that is paid out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from .deciding import by_option, evidence_options, signed, tell_decision, who_option, why_option
from .finding import find_customer
from .options import company_option, json_option
from .printing import local, print_facts, print_json, print_table
from .running import operator, pass_merchant
from .values import amount_of, day_of

if TYPE_CHECKING:
    from hub.domain.decision import Evidence
    from hub.domain.disbursement import Disbursement
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Customers' credit that is paid out: disburse, list, show, void."""


@command.command()
@click.argument("customer", metavar="CUSTOMER")
@click.argument("amount", metavar="AMOUNT")
@click.option("--currency", metavar="CODE", help="Else the country's usual one.")
@click.option("--means", required=True, metavar="MEANS", help="cash, transfer, cheque, or the country's own.")
@click.option("--paid-on", metavar="DATE", callback=day_of, help="Such as 2026-11-21; else today.")
@click.option("--reference", metavar="TEXT", default="", help="Of the bank or of SINPE.")
@by_option
@why_option
@evidence_options
@company_option
@pass_merchant
async def disburse(
    hub: Hub,
    merchant: Merchant,
    customer: str,
    amount: str,
    currency: str | None,
    means: str,
    paid_on: date | None,
    reference: str,
    by: str,
    why: str,
    evidence: Evidence,
) -> None:
    """Book that AMOUNT of CUSTOMER's free credit was paid out, and issue its numbered document.

    CUSTOMER is an identity number, a mail, or part of a name. The customer is told by mail."""
    from hub.domain.disbursement import PaidOut
    from hub.flows.corrections.disburse_credit import disburse_credit

    found = await find_customer(hub, merchant, customer)
    money = amount_of(amount, currency or hub.countries[merchant.company.country].currencies[0], "AMOUNT")
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()
    paid = PaidOut(amount=money, means=means, paid_on=paid_on or today, reference=reference)
    made = await disburse_credit(hub, merchant, found.id, paid, signed=signed(by, why, evidence))
    if made.decision:
        label = made.disbursement.label if made.disbursement else ""
        tell_decision(made.decision, f"{label}: {money} paid out to {found.name}")


@command.command("list")
@company_option
@json_option
@pass_merchant
async def list_(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List a company's disbursements, the last number first."""
    from hub.flows.views.print_disbursement import list_disbursements

    found = await list_disbursements(hub, merchant)
    if as_json:
        print_json([_facts(made) for made in found])
        return
    print_table(
        ("NUMBER", "PAID", "CUSTOMER", "MEANS", "AMOUNT", "CURRENCY", "BY", "VOID"),
        [
            (
                made.label,
                made.paid.paid_on,
                made.paid_to.name,
                made.paid.means,
                f"{made.paid.amount.decimal:f}",
                made.paid.amount.currency,
                made.issued_by,
                made.void_reason,
            )
            for made in found
        ],
        right=("AMOUNT",),
        cut=("CUSTOMER",),
        fold=("VOID",),
    )


@command.command()
@click.argument("number", metavar="DISBURSEMENT")
@company_option
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, number: str, as_json: bool) -> None:
    """Show one disbursement; DISBURSEMENT is its number, such as CE-000042 or 42."""
    facts = _facts(await _find(hub, merchant, number))
    if as_json:
        print_json(facts)
    else:
        print_facts(facts.items(), zone=merchant.company.zone)


@command.command()
@click.argument("number", metavar="DISBURSEMENT")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands on the document.")
@who_option
@company_option
@pass_merchant
async def void(hub: Hub, merchant: Merchant, number: str, reason: str, by: str | None) -> None:
    """Void a disbursement that did not happen; it keeps its number, and the customer has the credit again."""
    from hub.flows.corrections.disburse_credit import void_disbursement

    found = await _find(hub, merchant, number)
    made = await void_disbursement(hub, merchant, found.id, reason=reason, by=by or operator())
    since = local(made.voided_at, merchant.company.zone)
    click.echo(f"{merchant.slug} {made.label}: void since {since} ({made.void_reason})")


async def _find(hub: Hub, merchant: Merchant, number: str) -> Disbursement:
    from hub.flows.views.print_disbursement import list_disbursements

    made = await list_disbursements(hub, merchant)
    found = [item for item in made if number.upper() in (item.label, str(item.number), item.id.upper())]
    if not found:
        raise click.ClickException(f"{merchant.slug} has no disbursement {number!r}")
    return found[0]


def _facts(made: Disbursement) -> dict[str, object]:
    return {
        "number": made.label,
        "customer": made.paid_to.name,
        "issuer": made.issuer.name,
        "paid_on": made.paid.paid_on,
        "amount": made.paid.amount,
        "words": made.words,
        "means": made.paid.means,
        "reference": made.paid.reference,
        "why": made.why,
        "issued_at": made.issued_at,
        "issued_by": made.issued_by,
        "voided_at": made.voided_at,
        "void_reason": made.void_reason,
        "voided_by": made.voided_by,
    }
