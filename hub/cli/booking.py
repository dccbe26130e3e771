"""What an accountant books by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .deciding import tell_decision, who_option
from .finding import find_book
from .options import company_option, mode_option
from .running import operator, pass_hub, pass_merchant
from .values import amount_of

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.payable import Payable
    from hub.flows.ground.ports import Hub
    from hub_hookspecs import Money

reason_option = click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands in the books.")


@click.command()
@click.argument("invoice", metavar="INVOICE")
@click.argument("note", metavar="NOTE")
@click.argument("amount", metavar="AMOUNT")
@reason_option
@who_option
@company_option
@pass_merchant
async def credit_note(
    hub: Hub, merchant: Merchant, invoice: str, note: str, amount: str, reason: str, by: str | None
) -> None:
    """Book credit note NOTE of AMOUNT on INVOICE, once; what exceeds the due becomes the customer's credit."""
    from hub.flows.corrections.credit_note import record_credit_note

    money = await _amount(hub, merchant, invoice, amount)
    who, via = by or operator(), f"command line, {operator()}"
    made = await record_credit_note(
        hub, merchant, invoice, note_number=note, amount=money, by=who, reason=reason, via=via
    )
    if made.decision is None or made.decision.is_done:
        _print_owed(made.payable)
    else:
        tell_decision(made.decision, "")


@click.command()
@click.argument("invoice", metavar="INVOICE")
@click.option("--amount", metavar="AMOUNT", help="Else all that is due.")
@reason_option
@who_option
@company_option
@pass_merchant
async def write_off(
    hub: Hub, merchant: Merchant, invoice: str, amount: str | None, reason: str, by: str | None
) -> None:
    """Write off what will never be paid of INVOICE."""
    from hub.flows.corrections.write_off import write_off_bill

    money = await _amount(hub, merchant, invoice, amount) if amount else None
    via = f"command line, {operator()}"
    made = await write_off_bill(hub, merchant, invoice, amount=money, by=by or operator(), reason=reason, via=via)
    if made.decision.is_done:
        _print_owed(made.payable)
    else:
        tell_decision(made.decision, "")


@click.command()
@click.argument("invoice", metavar="INVOICE")
@click.option("--amount", metavar="AMOUNT", help="Else all that is due, as far as the credit goes.")
@who_option
@company_option
@pass_merchant
async def use_credit(hub: Hub, merchant: Merchant, invoice: str, amount: str | None, by: str | None) -> None:
    """Let the customer's credit settle INVOICE; the oldest credit goes first."""
    from hub.domain.intake import Share
    from hub.flows.books.settle_bill import apply_credit

    payable = await _invoice(hub, merchant, invoice)
    credit = await hub.store.read(lambda tx: tx.ledger.free_credit(payable.customer_id, merchant.mode))
    minor = min(payable.due, credit.get(payable.currency, 0))
    if amount:
        minor = (await _amount(hub, merchant, invoice, amount)).minor
    if not minor:
        raise click.ClickException(f"{invoice} owes {payable.balance}, and its customer has no credit to use")
    (after,) = await apply_credit(hub, merchant, payable.customer_id, [Share(payable.id, minor)], by=by or operator())
    _print_owed(after)


@click.command()
@click.argument("key", metavar="KEY")
@click.option("--amount", metavar="AMOUNT", help="What a capture or an offline receipt truly brought in.")
@reason_option
@who_option
@company_option
@pass_merchant
async def correct(hub: Hub, merchant: Merchant, key: str, amount: str | None, reason: str, by: str | None) -> None:
    """Reverse the entry KEY, or with --amount correct what it brought in; nothing is edited."""
    from hub.flows.corrections.decide_correction import decide_correction

    money = None
    if amount is not None:
        found = await hub.store.read(lambda tx: tx.ledger.keyed(merchant.id, merchant.mode, key))
        money = amount_of(amount, found[0].currency if found else "CRC")
    who, via = by or operator(), f"command line, {operator()}"
    made = await decide_correction(hub, merchant, key, amount=money, by=who, reason=reason, via=via)
    if made.fix:
        click.echo(f"booked {made.fix.key}")
    else:
        tell_decision(made.decision, "")


@click.command()
@click.argument("key", metavar="KEY")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands beside the entry, so name nobody.")
@mode_option
@who_option
@company_option
@pass_hub
async def erase_note(hub: Hub, key: str, reason: str, mode: str | None, slug: str | None, by: str | None) -> None:
    """Erase for good what was written beside the entry KEY; the entry and its seal stay as they are."""
    from hub.flows.books.erase_note import erase_note

    merchant, book = await find_book(hub, slug, mode)
    await erase_note(hub, merchant, book, key, by=by or operator(), reason=reason)
    click.echo(f"{key}: its text is erased here; it is still in backups that were made before")


async def _invoice(hub: Hub, merchant: Merchant, number: str) -> Payable:
    from hub.domain.payable import PayableKind

    found = await hub.store.read(
        lambda tx: tx.payables.by_number(merchant.id, merchant.mode, PayableKind.INVOICE, number)
    )
    if found is None:
        raise click.ClickException(f"{merchant.slug} has no invoice {number!r}")
    return found


async def _amount(hub: Hub, merchant: Merchant, number: str, amount: str) -> Money:
    return amount_of(amount, (await _invoice(hub, merchant, number)).currency)


def _print_owed(payable: Payable) -> None:
    click.echo(f"{payable.number}: {payable.balance} still owed")
