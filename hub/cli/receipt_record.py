"""Record money that was received, and what was kept back of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .deciding import who_option
from .finding import find_customer, find_payment, only
from .options import company_option
from .running import operator, pass_hub, pass_merchant
from .values import amount_of, day_of

if TYPE_CHECKING:
    from datetime import date

    from hub.domain.intake import Share
    from hub.domain.merchant import Merchant
    from hub.domain.payment import Payment
    from hub.domain.receipt import CashReceipt, Deduction, ReceiptLine
    from hub.flows.ground.ports import Hub
    from hub_hookspecs import Money


def settled(line: ReceiptLine, receipt: CashReceipt) -> str:
    """What a receipt did to an invoice: in money, and what was kept back or let off."""
    less = [f"{money_in(minor, receipt)} {tax}" for tax, minor in line.withholdings.items()]
    less += [f"{money_in(line.discount, receipt)} discount"] if line.discount else []
    return ", ".join((f"{money_in(line.applied, receipt)} applied", *less))


def money_in(minor: int, receipt: CashReceipt) -> Money:
    """An amount in a receipt's currency."""
    from hub_hookspecs import Money

    return Money(minor, receipt.cash.currency)


def deduction_options(function: Any) -> Any:
    """What a payer may pay less than it owes."""
    for option in (
        click.option("--discount", "discounts", metavar="INVOICE=AMOUNT", multiple=True, help="Let off on an invoice."),
        click.option(
            "--withheld",
            metavar="INVOICE:TAX=AMOUNT",
            multiple=True,
            help="Kept back by the payer, such as FV-1:retefuente=40000",
        ),
    ):
        function = option(function)
    return function


async def _deductions(
    hub: Hub, merchant: Merchant, withheld: tuple[str, ...], discounts: tuple[str, ...], currency: str
) -> list[Deduction]:
    """What was kept back and let off, as it was written; in the invoice's own currency where none is given."""
    from hub.domain.receipt import Deduction

    written = []
    for text in (*withheld, *discounts):
        place, sign, amount = text.rpartition("=")
        number, colon, tax = place.rpartition(":") if text in withheld else (place, ":", "")
        if not (sign and number and colon) or (text in withheld and not tax):
            raise click.UsageError(f"write INVOICE:TAX=AMOUNT or INVOICE=AMOUNT, not {text!r}")
        written.append((number, tax or None, amount, "--withheld" if tax else "--discount"))
    names = {number for number, *_rest in written}
    known = await hub.store.read(lambda tx: tx.payables.numbered(merchant.id, merchant.mode, names, undone=False))
    if missing := sorted(names - known.keys()):
        raise click.ClickException(f"{merchant.slug} has no invoice {missing[0]!r}")
    return [
        Deduction(
            payable_id=known[number].id,
            tax=tax,
            amount=amount_of(amount, currency or known[number].currency, option).minor,
        )
        for number, tax, amount, option in written
    ]


def _means(_ctx: click.Context, param: click.Parameter, means: str) -> str:
    """One that may be recorded by hand; the flow knows those of the company's country."""
    from hub.domain.receipt import MEANS_BY_HAND, Means

    if means in set(Means) - set(MEANS_BY_HAND):
        raise click.BadParameter(f"{means!r} is not one of those that are recorded by hand", param=param)
    return means


@click.command()
@click.option(
    "--means", required=True, callback=_means, metavar="MEANS", help="cash, transfer, cheque, or the country's own."
)
@click.option("--customer", required=True, metavar="CUSTOMER", help="Identity number, mail, or part of a name.")
@click.option("--amount", required=True, metavar="AMOUNT", help="With a decimal point: 18250.75")
@click.option("--currency", metavar="CODE", help="Else the country's usual one.")
@click.option("--invoice", "invoices", metavar="NUMBER[=AMOUNT]", multiple=True, help="Without amount: what it owes.")
@click.option("--received-on", metavar="DATE", callback=day_of, help="Such as 2026-11-21; else today.")
@deduction_options
@click.option("--bank-reference", default="", metavar="TEXT", help="What the bank calls it: recorded once.")
@click.option("--bank-account", metavar="TEXT", help="Where it arrived; else the company's usual one.")
@click.option("--report", default="", metavar="REVIEW", help="The customer's report that the receipt resolves.")
@click.option("--another-amount", is_flag=True, help="It is other money than the receipt with the same reference.")
@click.option("--notes", default="", metavar="TEXT")
@who_option
@company_option
@pass_merchant
async def record(
    hub: Hub,
    merchant: Merchant,
    means: str,
    customer: str,
    amount: str,
    currency: str | None,
    invoices: tuple[str, ...],
    received_on: date | None,
    withheld: tuple[str, ...],
    discounts: tuple[str, ...],
    bank_reference: str,
    bank_account: str | None,
    report: str,
    another_amount: bool,
    notes: str,
    by: str | None,
) -> None:
    """Record money received outside the hub; what no invoice takes stays the customer's credit."""
    from hub.flows.corrections.record_receipt import record_by_hand

    payer = await find_customer(hub, merchant, customer)
    usual = hub.countries[merchant.company.country].currencies[0]
    cash = amount_of(amount, (currency or usual).upper())
    receipt = await record_by_hand(
        *(hub, merchant, payer.id),
        means=means,
        cash=cash,
        shares=await _shares(hub, merchant, invoices, cash),
        received_on=received_on,
        by=by or operator(),
        notes=notes,
        deductions=await _deductions(hub, merchant, withheld, discounts, cash.currency),
        bank_account=bank_account,
        bank_reference=bank_reference,
        is_other=another_amount,
        report_id=await _review_id(hub, report) if report else "",
    )
    _print_recorded(merchant, receipt)


async def _review_id(hub: Hub, beginning: str) -> str:
    """The id of the review that begins so."""
    from hub.flows.corrections.resolve_review import find_review

    return only(await find_review(hub, beginning), "review", beginning).id


async def _shares(hub: Hub, merchant: Merchant, invoices: tuple[str, ...], cash: Money) -> list[Share]:
    """What each named invoice takes; one without an amount takes what it owes, as far as the cash goes."""
    from hub.domain.intake import Share
    from hub_hookspecs import Money

    names = {number if sign else whole for number, sign, whole in (text.rpartition("=") for text in invoices)}
    known = await hub.store.read(lambda tx: tx.payables.numbered(merchant.id, merchant.mode, names, undone=False))
    left, shares = cash.minor, []
    for text in invoices:
        number, sign, wanted = text.rpartition("=")
        name = number if sign else text
        payable = known.get(name)
        if payable is None:
            raise click.ClickException(f"{merchant.slug} has no invoice {name!r}")
        minor = amount_of(wanted, cash.currency, "--invoice").minor if sign else min(payable.due, left)
        if minor <= 0:
            raise click.ClickException(
                f"nothing can be applied to invoice {name}: it owes {payable.balance}, and"
                f" {Money(left, cash.currency)} are left"
            )
        left -= minor
        shares.append(Share(payable.id, minor))
    return shares


@click.command("for-payment")
@click.argument("reference", metavar="REF")
@click.option("--movement", metavar="MOVEMENT", help="Of a payment that was captured several times; else all of them.")
@click.option("--notes", default="", metavar="TEXT")
@click.option("--bank-account", default="", metavar="TEXT", help="Where the money will arrive.")
@deduction_options
@who_option
@pass_hub
async def for_payment(
    hub: Hub,
    reference: str,
    movement: str | None,
    notes: str,
    bank_account: str,
    withheld: tuple[str, ...],
    discounts: tuple[str, ...],
    by: str | None,
) -> None:
    """Record the cash receipt of a proven payment; once, the same one again afterwards.

    A payment that was captured several times has one for each movement.
    """
    from hub.flows.corrections.receipt_form import receipt_form
    from hub.flows.corrections.record_receipt import record_for_payment

    payment = await find_payment(hub, reference)
    merchant = await _merchant_of(hub, payment)
    known = [item.movement for item in (await receipt_form(hub, merchant, payment.id)).movements]
    if movement and movement not in known:
        raise click.ClickException(f"payment {reference} has no movement {movement!r} with money for a receipt")
    wanted = [movement] if movement else known or [""]
    if len(wanted) > 1 and (withheld or discounts):
        raise click.UsageError(f"say with --movement which one it was paid less with: {', '.join(wanted)}")
    deductions = await _deductions(hub, merchant, withheld, discounts, payment.amount.currency)
    for one in wanted:
        receipt = await record_for_payment(
            *(hub, merchant, payment.id),
            by=by or operator(),
            movement=one,
            notes=notes,
            bank_account=bank_account,
            deductions=deductions,
        )
        _print_recorded(merchant, receipt)


async def _merchant_of(hub: Hub, payment: Payment) -> Merchant:
    """The company of a payment, in the payment's mode."""
    import attrs

    merchant = await hub.store.read(lambda tx: tx.merchants.get(payment.merchant_id))
    assert merchant is not None
    return attrs.evolve(merchant, mode=payment.mode)


@click.command()
@click.argument("number", metavar="CERTIFICATE")
@click.option(
    "--on", "day", required=True, metavar="DATE", callback=day_of, help="Of the certificate, such as 2026-11-21."
)
@click.option(
    "--withheld",
    metavar="INVOICE:TAX=AMOUNT",
    multiple=True,
    required=True,
    help="Kept back by the payer, such as FV-1:retefuente=40000",
)
@who_option
@company_option
@pass_merchant
async def certificate(
    hub: Hub, merchant: Merchant, number: str, day: date, withheld: tuple[str, ...], by: str | None
) -> None:
    """Record what a payer kept back and proves later, with the certificate alone; the same certificate counts once."""
    from hub.domain.receipt import Certificate
    from hub.flows.corrections.record_withholding import record_withholding

    kept = await _deductions(hub, merchant, withheld, (), "")
    paper = Certificate(number=number, issued_on=day)
    payables = await record_withholding(hub, merchant, paper, kept, by=by or operator())
    for payable in payables:
        click.echo(f"{merchant.slug} {payable.number}: {payable.balance} still owed")


def _print_recorded(merchant: Merchant, receipt: CashReceipt) -> None:
    click.echo(f"{merchant.slug} {receipt.label}: {receipt.cash} ({receipt.words})")
    for line in receipt.lines:
        click.echo(f"  {line.number}: {settled(line, receipt)}, {money_in(line.after, receipt)} still owed")
    if receipt.advance:
        click.echo(f"  credit of the customer: {receipt.advance}")
