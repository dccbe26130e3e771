"""Money that came in another currency, and settles at a rate that a person states."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from .deciding import by_option, evidence_options, signed, tell_decision, who_option, why_option
from .explaining import words
from .finding import find_customer, find_payment
from .options import company_option, json_option
from .printing import print_facts, print_json, print_table
from .running import operator, pass_hub, pass_merchant
from .values import amount_of, day_of

if TYPE_CHECKING:
    from hub.domain.conversion import Conversion, Rate
    from hub.domain.decision import Evidence
    from hub.domain.merchant import Merchant
    from hub.flows.corrections.convert_money import Converted
    from hub.flows.ground.ports import Hub

rate_option = click.option(
    "--rate", required=True, metavar="CODE=RATE", help="One unit of CODE in the other currency: USD=520.25"
)
source_option = click.option("--source", required=True, metavar="TEXT", help="Whose rate it is, such as BCCR.")
rate_on_option = click.option("--rate-on", metavar="DATE", callback=day_of, help="Of the rate; else today.")


@click.group()
def command() -> None:
    """Money that came in another currency: record, settle, list, show, void."""


def _rate(text: str, pair: tuple[str, str], source: str, on: date) -> Rate:
    from hub.domain.conversion import Rate, read_rate

    base, sign, written = text.partition("=")
    if pair[0] == pair[1]:
        raise click.BadParameter(
            f"{pair[0]} is what came and what is settled: without another currency it is payment-hub receipt record",
            param_hint="--settles",
        )
    value = read_rate(written) if sign and base in pair and "," not in written else None
    if value is None:
        named = base if base in pair else " or ".join(pair)
        raise click.BadParameter(
            f"{text!r} is no rate above zero between {' and '.join(pair)}: write how much of the other currency"
            f" one {named} is, with a decimal point, such as USD=520.25",
            param_hint="--rate",
        )
    return Rate(base=base, quote=pair[1] if base == pair[0] else pair[0], value=value, source=source, on=on)


@command.command()
@click.argument("customer", metavar="CUSTOMER")
@click.argument("amount", metavar="AMOUNT")
@click.option("--currency", required=True, metavar="CODE", help="In which the money came.")
@click.option("--settles", required=True, metavar="CODE", help="In which it is owed.")
@click.option("--means", required=True, metavar="MEANS", help="cash, transfer, cheque, or the country's own.")
@rate_option
@source_option
@rate_on_option
@click.option("--received-on", metavar="DATE", callback=day_of, help="Such as 2026-11-21; else today.")
@click.option("--invoice", "invoices", metavar="NUMBER", multiple=True, help="Else the oldest are settled first.")
@by_option
@why_option
@evidence_options
@company_option
@pass_merchant
async def record(
    hub: Hub,
    merchant: Merchant,
    customer: str,
    amount: str,
    currency: str,
    settles: str,
    means: str,
    rate: str,
    source: str,
    rate_on: date | None,
    received_on: date | None,
    invoices: tuple[str, ...],
    by: str,
    why: str,
    evidence: Evidence,
) -> None:
    """Record AMOUNT that CUSTOMER paid by hand in another currency than it owes."""
    from hub.flows.corrections.convert_money import Wanted, convert_money

    found = await find_customer(hub, merchant, customer)
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()
    wanted = Wanted(
        customer_id=found.id,
        came=amount_of(amount, currency, "AMOUNT"),
        settles_in=settles,
        rate=_rate(rate, (currency, settles), source, rate_on or today),
        means=means,
        value_on=received_on or today,
        invoices=invoices,
    )
    _tell(await convert_money(hub, merchant, wanted, signed=signed(by, why, evidence)))


@command.command()
@click.argument("reference", metavar="REF")
@rate_option
@source_option
@rate_on_option
@by_option
@why_option
@evidence_options
@pass_hub
async def settle(
    hub: Hub,
    reference: str,
    rate: str,
    source: str,
    rate_on: date | None,
    by: str,
    why: str,
    evidence: Evidence,
) -> None:
    """Let the money of payment REF that came in another currency, and waits in suspense, settle what it was for."""
    import attrs

    from hub.flows.corrections.convert_money import Wanted, convert_money, waiting_in_suspense

    payment = await find_payment(hub, reference)
    came = await hub.store.read(lambda tx: waiting_in_suspense(tx, payment))
    merchant = await hub.store.read(lambda tx: tx.merchants.get(payment.merchant_id))
    if came is None or merchant is None:
        raise click.ClickException(f"nothing of payment {reference} waits in suspense")
    today = hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date()
    pair = (came.currency, payment.amount.currency)
    wanted = Wanted(
        customer_id=payment.customer_id,
        payment_id=payment.id,
        came=came,
        settles_in=payment.amount.currency,
        rate=_rate(rate, pair, source, rate_on or today),
        value_on=today,
    )
    own = attrs.evolve(merchant, mode=payment.mode)
    _tell(await convert_money(hub, own, wanted, signed=signed(by, why, evidence)))


def _tell(made: Converted) -> None:
    if made.decision is None:
        return
    if made.conversion is None and made.doubt:
        why = words(made.doubt.told)
        click.echo(
            f"proposed by {made.decision.by}, nothing happened yet. {why} Another person approves it:\n"
            f"    payment-hub review approve {made.decision.id} --by NAME --why TEXT"
        )
        return
    done = made.conversion
    tell_decision(made.decision, f"{done.id}: {done.came} settle {done.settles} at {done.rate}" if done else "")


@command.command("list")
@company_option
@json_option
@pass_merchant
async def list_(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List a company's conversions, newest first."""
    found = await hub.store.read(lambda tx: tx.conversions.of(merchant.id, merchant.mode))
    if as_json:
        print_json([_facts(made) for made in found])
        return
    print_table(
        ("ID", "VALUE", "CAME", "SETTLES", "RATE", "SOURCE", "BY", "VOID"),
        [
            (
                *(made.id, made.value_on, str(made.came), str(made.settles), str(made.rate)),
                *(made.rate.source, made.by, made.void_reason),
            )
            for made in found
        ],
        right=("CAME", "SETTLES"),
        fold=("VOID",),
    )


async def _find(hub: Hub, merchant: Merchant, beginning: str) -> Conversion:
    made = await hub.store.read(lambda tx: tx.conversions.of(merchant.id, merchant.mode))
    found = [item for item in made if beginning and item.id.startswith(beginning.lower())]
    if len(found) != 1:
        raise click.ClickException(
            f"{merchant.slug} has {len(found) or 'no'} conversions whose id begins {beginning!r}"
        )
    return found[0]


@command.command()
@click.argument("conversion", metavar="CONVERSION")
@company_option
@json_option
@pass_merchant
async def show(hub: Hub, merchant: Merchant, conversion: str, as_json: bool) -> None:
    """Show one conversion; CONVERSION is its id, or how it begins."""
    made = await _find(hub, merchant, conversion)
    receipt = await hub.store.read(lambda tx: tx.receipts.get(made.id))
    facts = _facts(made) | {"receipt": receipt.label if receipt else None}
    if as_json:
        print_json(facts)
    else:
        print_facts(facts.items(), zone=merchant.company.zone)


@command.command()
@click.argument("conversion", metavar="CONVERSION")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands in the books.")
@who_option
@company_option
@pass_merchant
async def void(hub: Hub, merchant: Merchant, conversion: str, reason: str, by: str | None) -> None:
    """Void a conversion: both halves are reversed at the old rate, and what it settled is due again."""
    from hub.flows.corrections.convert_money import void_conversion

    found = await _find(hub, merchant, conversion)
    made = await void_conversion(hub, merchant, found.id, reason=reason, by=by or operator())
    click.echo(f"{made.id}: void ({made.void_reason})")


def _facts(made: Conversion) -> dict[str, object]:
    return {
        "id": made.id,
        "customer": made.customer_id,
        "payment": made.payment_id,
        "came": made.came,
        "settles": made.settles,
        "rate": str(made.rate),
        "source": made.rate.source,
        "rate_on": made.rate.on,
        "means": made.means,
        "value_on": made.value_on,
        "by": made.by,
        "why": made.why,
        "at": made.at,
        "voided_at": made.voided_at,
        "void_reason": made.void_reason,
        "voided_by": made.voided_by,
    }
