"""Invoices that were never owed: voided, and billed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import tell_decision, who_option
from .options import company_option, json_option
from .printing import print_json, when
from .running import operator, pass_merchant
from .values import amount_of

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.payable import Payable
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Invoices: void one that was never owed, bill it anew."""


@command.command()
@click.argument("number", metavar="NUMBER")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why it is not owed; it stands in the books.")
@who_option
@company_option
@json_option
@pass_merchant
async def void(hub: Hub, merchant: Merchant, number: str, reason: str, by: str | None, as_json: bool) -> None:
    """Void invoice NUMBER: nothing is owed of it, and its number stays. No electronic invoice is voided by this."""
    from hub.flows.corrections.void_bill import void_bill

    made = await void_bill(hub, merchant, number, by=by or operator(), reason=reason, via=f"command line, {operator()}")
    if made.decision.is_done or as_json:
        _print(made.payable, merchant, as_json)
    else:
        tell_decision(made.decision, "")


@command.command()
@click.argument("number", metavar="NUMBER")
@click.option("--total", required=True, metavar="AMOUNT", help="What it is for now.")
@click.option("--currency", metavar="CODE", help="Else the one that it was in.")
@click.option("--customer", metavar="CUSTOMER", help="Whose it is now: identity number or mail; else the same.")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands in the books.")
@who_option
@company_option
@json_option
@pass_merchant
async def rebill(
    hub: Hub,
    merchant: Merchant,
    number: str,
    total: str,
    currency: str | None,
    customer: str | None,
    reason: str,
    as_json: bool,
    by: str | None,
) -> None:
    """Bill the voided invoice NUMBER anew, also in another currency or for another customer."""
    from hub.flows.corrections import void_bill
    from hub_hookspecs import EXPONENTS

    if currency and currency.upper() not in EXPONENTS:
        problem = f"unknown currency {currency!r}; known are {', '.join(EXPONENTS)}"
        raise click.BadParameter(problem, param_hint="--currency")
    before = await hub.store.read(lambda tx: void_bill.invoice_of(tx, merchant, number))
    money = amount_of(total, (currency or before.currency).upper(), "--total")
    after = await void_bill.rebill(
        hub,
        merchant,
        number,
        total=money,
        customer=customer or "",
        by=by or operator(),
        reason=reason,
        drawn_at=before.revision,
    )
    _print(after, merchant, as_json)


def _print(payable: Payable, merchant: Merchant, as_json: bool) -> None:
    if as_json:
        print_json(_facts(payable))
    elif payable.voided and payable.is_voided:
        at = when(payable.voided.at, merchant.company.zone)
        was = f"voided {at}; it was {payable.voided.total}"
        click.echo(f"{payable.number}: {was}. Its electronic invoice, where there is one, is not voided by this.")
    else:
        click.echo(f"{payable.number}: {payable.balance} still owed")


def _facts(payable: Payable) -> dict[str, Any]:
    voided = payable.voided
    return {
        "number": payable.number,
        "state": "voided" if payable.is_voided else "open",
        "due": payable.balance,
        "was": voided and voided.total,
        "voided_at": voided and voided.at,
        "voided_by": voided and voided.by,
        "reason": voided and voided.reason,
        "rebilled_at": voided and voided.rebilled_at,
        "rebilled_by": (voided and voided.rebilled_by) or None,
    }
