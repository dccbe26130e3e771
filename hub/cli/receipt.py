"""Cash receipts, and money received outside the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import company_option, data_option, json_option

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.payable import Payable
    from hub.domain.receipt import CashReceipt, ReceiptLine, SeriesGap
    from hub.flows.ground.ports import Hub
    from hub.flows.views.view_desk import ReceiptView
    from hub_hookspecs import Money


@click.group()
def command() -> None:
    """Cash receipts, and money received outside the hub."""


@command.command("list")
@company_option
@json_option
@data_option
def list_(slug: str | None, as_json: bool, data: str | None) -> None:
    """List a company's cash receipts, newest first."""
    from hub.flows.receipts.skip_numbers import list_gaps
    from hub.flows.views.view_desk import list_receipts

    from .finding import find_company
    from .printing import print_json, print_table
    from .running import run

    async def work(hub: Hub) -> tuple[Merchant, tuple[ReceiptView, ...], tuple[SeriesGap, ...]]:
        merchant = await find_company(hub, slug)
        return merchant, await list_receipts(hub, merchant), await list_gaps(hub, merchant)

    merchant, found, gaps = run(data, work)
    if as_json:
        print_json([_facts(view) for view in found])
        return
    print_table(
        ("RECEIPT", "RECEIVED", "CUSTOMER", "MEANS", "AMOUNT", "CURRENCY", "INVOICES", "PAYMENT"),
        [
            (
                view.receipt.label,
                view.receipt.received_on,
                view.receipt.received_from.name,
                view.receipt.means.value,
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
    from .explaining import in_english
    from .printing import local

    first, last = gap.labels
    which = f"{first} is" if first == last else f"{first} to {last} are"
    return f"{which} not here, and never given again: {in_english(gap.why)} ({gap.by}, {local(gap.at, zone)})"


@command.command()
@company_option
@json_option
@data_option
def gaps(slug: str | None, as_json: bool, data: str | None) -> None:
    """List the numbers that no cash receipt here has, with who left them out, when and why."""
    from hub.flows.receipts.skip_numbers import list_gaps

    from .explaining import in_english
    from .finding import find_company
    from .printing import print_json
    from .running import run

    async def work(hub: Hub) -> tuple[Merchant, tuple[SeriesGap, ...]]:
        merchant = await find_company(hub, slug)
        return merchant, await list_gaps(hub, merchant)

    merchant, found = run(data, work)
    if as_json:
        print_json(
            [
                {
                    "first": gap.labels[0],
                    "last": gap.labels[1],
                    "by": gap.by,
                    "why": in_english(gap.why),
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
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands beside the receipts.")
@company_option
@data_option
def skip(last: str, reason: str, slug: str | None, data: str | None) -> None:
    """Leave out every number up to RECEIPT, such as RC-000042, because somebody has it and it is not here."""
    from hub.flows.receipts.skip_numbers import skip_numbers

    from .finding import find_company
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, SeriesGap]:
        merchant = await find_company(hub, slug)
        return merchant, await skip_numbers(hub, merchant, last, by=operator(), reason=reason)

    merchant, gap = run(data, work)
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
        "means": receipt.means.value,
        "cash": receipt.cash,
        "advance": receipt.advance,
        "lines": [
            {
                "number": line.number,
                "applied": _money(line.applied, receipt),
                "withholdings": {tax: _money(minor, receipt) for tax, minor in line.withholdings.items()},
                "discount": _money(line.discount, receipt),
                "before": _money(line.before, receipt),
                "after": _money(line.after, receipt),
            }
            for line in receipt.lines
        ],
        "words": receipt.words,
        "concept": receipt.concept,
        "notes": receipt.notes,
        "payment": view.payment.reference if view.payment else None,
        "provider": receipt.provider,
        "provider_reference": receipt.provider_reference,
        "authorisation": receipt.authorisation,
        "voided_at": receipt.voided_at,
        "void_reason": receipt.void_reason,
        "voided_by": receipt.voided_by,
    }


@command.command()
@click.argument("number", metavar="RECEIPT")
@company_option
@json_option
@data_option
def show(number: str, slug: str | None, as_json: bool, data: str | None) -> None:
    """Show one cash receipt; RECEIPT is its number, such as RC-000042 or 42."""
    from hub.flows.views.view_desk import view_receipt

    from .finding import find_company
    from .printing import print_facts, print_json
    from .running import run

    async def work(hub: Hub) -> tuple[ReceiptView, str]:
        merchant = await find_company(hub, slug)
        receipts = await hub.store.read(lambda tx: tx.receipts.of(merchant.id, merchant.mode))
        found = [item for item in receipts if number.upper() in (item.label, str(item.number), item.id)]
        if not found:
            raise click.ClickException(f"{merchant.slug} has no cash receipt {number!r}")
        return await view_receipt(hub, merchant, found[0].id), merchant.company.zone

    view, zone = run(data, work)
    facts = _facts(view)
    if as_json:
        print_json(facts)
        return
    facts["lines"] = "; ".join(
        f"{line.number}: {_settled(line, view.receipt)} of {_money(line.before, view.receipt)}"
        for line in view.receipt.lines
    )
    print_facts(facts.items(), zone=zone)


def _settled(line: ReceiptLine, receipt: CashReceipt) -> str:
    """What a receipt did to an invoice: in money, and what was kept back or let off."""
    less = [f"{_money(minor, receipt)} {tax}" for tax, minor in line.withholdings.items()]
    less += [f"{_money(line.discount, receipt)} discount"] if line.discount else []
    return ", ".join((f"{_money(line.applied, receipt)} applied", *less))


def _money(minor: int, receipt: CashReceipt) -> Money:
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
) -> list[Any]:
    """What was kept back and let off, as it was written; in the invoice's own currency where none is given."""
    from hub.domain.receipt import Deduction

    from .values import amount_of

    written = []
    for text in (*withheld, *discounts):
        place, sign, amount = text.rpartition("=")
        number, colon, tax = place.rpartition(":") if text in withheld else (place, ":", "")
        if not (sign and number and colon) or (text in withheld and not tax):
            raise click.UsageError(f"write INVOICE:TAX=AMOUNT or INVOICE=AMOUNT, not {text!r}")
        written.append((number, tax or None, amount, "--withheld" if tax else "--discount"))
    names = {number for number, *_rest in written}
    known = await hub.store.read(lambda tx: tx.payables.numbered(merchant.id, merchant.mode, names))
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


@command.command()
@click.option("--means", required=True, type=click.Choice(["cash", "transfer", "cheque", "sinpe"]))
@click.option("--customer", required=True, metavar="CUSTOMER", help="Identity number, mail, or part of a name.")
@click.option("--amount", required=True, metavar="AMOUNT", help="With a decimal point: 18250.75")
@click.option("--currency", metavar="CODE", help="Else the country's usual one.")
@click.option("--invoice", "invoices", metavar="NUMBER[=AMOUNT]", multiple=True, help="Without amount: what it owes.")
@click.option("--received-on", metavar="DATE", help="Such as 2026-11-21; else today.")
@deduction_options
@click.option("--notes", default="", metavar="TEXT")
@company_option
@data_option
def record(
    means: str,
    customer: str,
    amount: str,
    currency: str | None,
    invoices: tuple[str, ...],
    received_on: str | None,
    withheld: tuple[str, ...],
    discounts: tuple[str, ...],
    notes: str,
    slug: str | None,
    data: str | None,
) -> None:
    """Record money received outside the hub; what no invoice takes stays the customer's credit."""
    from hub.domain.receipt import Means
    from hub.flows.corrections.record_receipt import record_by_hand

    from .finding import find_company, find_customer
    from .running import operator, run
    from .values import amount_of

    day = _day(received_on)

    async def work(hub: Hub) -> tuple[Merchant, CashReceipt]:
        merchant = await find_company(hub, slug)
        payer = await find_customer(hub, merchant, customer)
        usual = hub.countries[merchant.company.country].currencies[0]
        cash = amount_of(amount, (currency or usual).upper())
        receipt = await record_by_hand(
            hub,
            merchant,
            payer.id,
            means=Means(means),
            cash=cash,
            shares=await _shares(hub, merchant, invoices, cash),
            received_on=day,
            by=operator(),
            notes=notes,
            deductions=await _deductions(hub, merchant, withheld, discounts, cash.currency),
        )
        return merchant, receipt

    _print_recorded(*run(data, work))


def _day(text: str | None, option: str = "--received-on") -> Any:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date such as 2026-11-21", param_hint=option) from None


async def _shares(hub: Hub, merchant: Merchant, invoices: tuple[str, ...], cash: Money) -> list[Any]:
    """What each named invoice takes; one without an amount takes what it owes, as far as the cash goes."""
    from hub.domain.ledger import Share
    from hub_hookspecs import Money

    from .values import amount_of

    names = {number if sign else whole for number, sign, whole in (text.rpartition("=") for text in invoices)}
    known = await hub.store.read(lambda tx: tx.payables.numbered(merchant.id, merchant.mode, names))
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


@command.command("for-payment")
@click.argument("reference", metavar="REF")
@click.option("--movement", metavar="MOVEMENT", help="Of a payment that was captured several times; else all of them.")
@click.option("--notes", default="", metavar="TEXT")
@click.option("--bank-account", default="", metavar="TEXT", help="Where the money will arrive.")
@deduction_options
@data_option
def for_payment(
    reference: str,
    movement: str | None,
    notes: str,
    bank_account: str,
    withheld: tuple[str, ...],
    discounts: tuple[str, ...],
    data: str | None,
) -> None:
    """Record the cash receipt of a proven payment; once, the same one again afterwards.

    A payment that was captured several times has one for each movement.
    """
    import attrs

    from hub.flows.corrections.record_receipt import receipt_form, record_for_payment

    from .finding import find_payment
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, list[CashReceipt]]:
        payment = await find_payment(hub, reference)
        merchant = await hub.store.read(lambda tx: tx.merchants.get(payment.merchant_id))
        assert merchant is not None
        merchant = attrs.evolve(merchant, mode=payment.mode)
        known = [item.movement for item in (await receipt_form(hub, merchant, payment.id)).movements]
        if movement and movement not in known:
            raise click.ClickException(f"payment {reference} has no movement {movement!r} with money for a receipt")
        wanted = [movement] if movement else known or [""]
        if len(wanted) > 1 and (withheld or discounts):
            raise click.UsageError(f"say with --movement which one it was paid less with: {', '.join(wanted)}")
        deductions = await _deductions(hub, merchant, withheld, discounts, payment.amount.currency)
        return merchant, [
            await record_for_payment(
                *(hub, merchant, payment.id),
                by=operator(),
                movement=one,
                notes=notes,
                bank_account=bank_account,
                deductions=deductions,
            )
            for one in wanted
        ]

    merchant, receipts = run(data, work)
    for receipt in receipts:
        _print_recorded(merchant, receipt)


@command.command()
@click.argument("number", metavar="CERTIFICATE")
@click.option("--on", "day", required=True, metavar="DATE", help="Of the certificate, such as 2026-11-21.")
@click.option(
    "--withheld",
    metavar="INVOICE:TAX=AMOUNT",
    multiple=True,
    required=True,
    help="Kept back by the payer, such as FV-1:retefuente=40000",
)
@company_option
@data_option
def certificate(number: str, day: str, withheld: tuple[str, ...], slug: str | None, data: str | None) -> None:
    """Record what a payer kept back and proves later, with the certificate alone; the same certificate counts once."""
    from hub.domain.receipt import Certificate
    from hub.flows.corrections.record_withholding import record_withholding

    from .finding import find_company
    from .running import operator, run

    issued_on = _day(day, "--on")

    async def work(hub: Hub) -> tuple[Merchant, tuple[Payable, ...]]:
        merchant = await find_company(hub, slug)
        kept = await _deductions(hub, merchant, withheld, (), "")
        paper = Certificate(number=number, issued_on=issued_on)
        return merchant, await record_withholding(hub, merchant, paper, kept, by=operator())

    merchant, payables = run(data, work)
    for payable in payables:
        click.echo(f"{merchant.slug} {payable.number}: {payable.balance} still owed")


@command.command()
@click.argument("number", metavar="RECEIPT")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands on the receipt.")
@company_option
@data_option
def void(number: str, reason: str, slug: str | None, data: str | None) -> None:
    """Void a cash receipt; it keeps its number.

    What it declared is corrected. Money that a person recorded is taken back; money that a provider proved stays.
    """
    from hub.flows.receipts.void_receipt import void_receipt

    from .finding import find_company
    from .printing import local
    from .running import operator, run

    async def work(hub: Hub) -> tuple[Merchant, CashReceipt]:
        merchant = await find_company(hub, slug)
        receipts = await hub.store.read(lambda tx: tx.receipts.of(merchant.id, merchant.mode))
        found = [item for item in receipts if number.upper() in (item.label, str(item.number), item.id.upper())]
        if not found:
            raise click.ClickException(f"{merchant.slug} has no cash receipt {number!r}")
        return merchant, await void_receipt(hub, merchant, found[0].id, reason=reason, by=operator())

    merchant, receipt = run(data, work)
    since = local(receipt.voided_at, merchant.company.zone)
    click.echo(f"{merchant.slug} {receipt.label}: void since {since} ({receipt.void_reason})")


def _print_recorded(merchant: Merchant, receipt: CashReceipt) -> None:
    click.echo(f"{merchant.slug} {receipt.label}: {receipt.cash} ({receipt.words})")
    for line in receipt.lines:
        click.echo(f"  {line.number}: {_settled(line, receipt)}, {_money(line.after, receipt)} still owed")
    if receipt.advance:
        click.echo(f"  credit of the customer: {receipt.advance}")
