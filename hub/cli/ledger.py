"""The books: check and export them, and what an accountant books by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import company_option, data_option, json_option

if TYPE_CHECKING:
    from datetime import tzinfo

    from hub.domain.ledger import Entry
    from hub.domain.merchant import Merchant
    from hub.domain.payable import Payable
    from hub.flows.ground.ports import Hub, Tx
    from hub_hookspecs import Mode, Money

mode_option = click.option(
    "--mode", type=click.Choice(["test", "live"]), help="Else the mode that the company works in."
)
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the books.")


@click.group()
def command() -> None:
    """The books: check and export them, and what an accountant books by hand."""


@command.command()
@json_option
@data_option
def verify(as_json: bool, data: str | None) -> int:
    """Check every invariant of the books (L1 to L10, the hash chains, the receipts); exit code 1 when one is broken."""
    from .printing import print_json
    from .running import run

    problems = run(data, lambda hub: hub.store.read(lambda tx: tx.ledger.verify()))
    if as_json:
        print_json({"balanced": not problems, "problems": list(problems)})
    elif problems:
        for problem in problems:
            click.echo(f"Error: {problem}", err=True)
    else:
        click.echo("the books are right")
    return 1 if problems else 0


@command.command()
@mode_option
@company_option
@json_option
@data_option
def balances(mode: str | None, slug: str | None, as_json: bool, data: str | None) -> None:
    """What each ledger account comes to; positive is a debit."""
    from hub_hookspecs import Money

    from .printing import print_json, print_table
    from .running import run

    async def work(hub: Hub) -> tuple[tuple[str, str, str, int], ...]:
        merchant, book = await _book(hub, slug, mode)
        return await hub.store.read(lambda tx: tx.ledger.balances(merchant.id, book))

    rows = run(data, work)
    if as_json:
        names = ("kind", "owner", "balance")
        print_json(
            [dict(zip(names, (kind, owner, Money(minor, cur)), strict=True)) for kind, owner, cur, minor in rows]
        )
        return
    print_table(
        ("ACCOUNT", "OWNER", "DEBIT", "CREDIT", "CURRENCY"),
        [
            (kind, owner, _figure(max(minor, 0), currency), _figure(max(-minor, 0), currency), currency)
            for kind, owner, currency, minor in rows
        ],
        right=("DEBIT", "CREDIT"),
    )


def _figure(minor: int, currency: str) -> str:
    from hub_hookspecs import Money

    return f"{Money(minor, currency).decimal:f}" if minor else ""


@command.command()
@click.option("--payment", "reference", metavar="REF", help="Only those of one payment.")
@click.option("--key", "prefix", default="", metavar="TEXT", help="Only keys that begin so, such as credit:")
@mode_option
@company_option
@json_option
@data_option
def entries(
    reference: str | None, prefix: str, mode: str | None, slug: str | None, as_json: bool, data: str | None
) -> None:
    """List entries in the order in which they were booked, with their keys; VALUE is the day that one counts for."""
    from zoneinfo import ZoneInfo

    from .finding import find_payment, zones_in
    from .printing import print_json, print_table
    from .running import run

    async def work(hub: Hub) -> tuple[str, tuple[Entry, ...]]:
        if reference:
            payment = await find_payment(hub, reference)
            return await hub.store.read(
                lambda tx: (
                    zones_in(tx)[payment.merchant_id],
                    tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id),
                )
            )
        merchant, book = await _book(hub, slug, mode)
        return merchant.company.zone, await hub.store.read(lambda tx: tx.ledger.entries(merchant.id, book))

    name, booked = run(data, work)
    zone, found = ZoneInfo(name), [entry for entry in booked if entry.key.startswith(prefix)]
    if as_json:
        print_json([_facts(entry, zone) for entry in found])
        return
    print_table(
        ("BOOKED", "VALUE", "KEY", "ACCOUNT", "OWNER", "DEBIT", "CREDIT", "CURRENCY"),
        [
            (
                "" if at else entry.booked_on(zone),
                "" if at else entry.counts_on(zone),
                "" if at else entry.key,
                leg.kind.value,
                leg.owner,
                _figure(max(leg.amount, 0), entry.currency),
                _figure(max(-leg.amount, 0), entry.currency),
                entry.currency,
            )
            for entry in found
            for at, leg in enumerate(entry.postings)
        ],
        right=("DEBIT", "CREDIT"),
    )


def _facts(entry: Entry, zone: tzinfo) -> dict[str, object]:
    from hub_hookspecs import Money

    return {
        "key": entry.key,
        "kind": entry.kind.value,
        "at": entry.at,
        "booked_on": entry.booked_on(zone),
        "value_on": entry.counts_on(zone),
        "note": entry.note,
        "erased": entry.erased and {"by": entry.erased.by, "why": entry.erased.why, "at": entry.erased.at},
        "postings": [
            {"kind": leg.kind.value, "owner": leg.owner, "amount": Money(leg.amount, entry.currency)}
            for leg in entry.postings
        ],
    }


@command.command()
@click.option("--beancount", "target", required=True, metavar="FILE", help="Where to write; - is standard output.")
@mode_option
@company_option
@data_option
def export(target: str, mode: str | None, slug: str | None, data: str | None) -> None:
    """Write the books as Beancount text, with the balances that must come out."""
    from hub.domain.beancount import beancount_text

    from .running import run

    async def work(hub: Hub) -> str:
        merchant, book = await _book(hub, slug, mode)

        def read(tx: Tx) -> str:
            return beancount_text(
                tx.ledger.entries(merchant.id, book),
                tx.ledger.balances(merchant.id, book),
                merchant=merchant.slug,
                mode=book,
                zone=merchant.company.zone,
                head=tx.ledger.head(merchant.id, book)[1],
            )

        return await hub.store.read(read)

    text = run(data, work)
    if target == "-":
        click.echo(text, nl=False)
    else:
        Path(target).write_text(text, encoding="utf-8")
        click.echo(f"{target}: check it with bean-check {target}", err=True)


@command.command()
@click.argument("file", type=click.Path(dir_okay=False))
@mode_option
@company_option
@data_option
def audit(file: str, mode: str | None, slug: str | None, data: str | None) -> None:
    """Write a company's books to FILE, a SQLite database of its own; customers appear by their ids alone."""
    from .running import run

    async def work(hub: Hub) -> int:
        merchant, book = await _book(hub, slug, mode)
        return await hub.store.read(lambda tx: tx.ledger.export_audit(file, merchant.id, book))

    count = run(data, work)
    click.echo(f"{file}: {count} rows; open it with sqlite-utils or Datasette", err=True)


async def _book(hub: Hub, slug: str | None, mode: str | None) -> tuple[Merchant, Mode]:
    from hub_hookspecs import Mode

    from .finding import find_company

    merchant = await find_company(hub, slug)
    return merchant, Mode(mode) if mode else merchant.mode


@command.command("credit-note")
@click.argument("invoice", metavar="INVOICE")
@click.argument("note", metavar="NOTE")
@click.argument("amount", metavar="AMOUNT")
@click.option("--reason", default="", metavar="TEXT")
@company_option
@data_option
def credit_note(invoice: str, note: str, amount: str, reason: str, slug: str | None, data: str | None) -> None:
    """Book credit note NOTE of AMOUNT on INVOICE, once; what exceeds the due becomes the customer's credit."""
    from hub.flows.books.settle_bill import credit_bill

    from .running import operator

    async def work(hub: Hub, merchant: Merchant) -> Payable:
        money = await _amount(hub, merchant, invoice, amount)
        return await credit_bill(hub, merchant, invoice, note_number=note, amount=money, by=operator(), reason=reason)

    _tell(data, slug, work)


@command.command("write-off")
@click.argument("invoice", metavar="INVOICE")
@click.option("--amount", metavar="AMOUNT", help="Else all that is due.")
@reason_option
@company_option
@data_option
def write_off(invoice: str, amount: str | None, reason: str, slug: str | None, data: str | None) -> None:
    """Write off what will never be paid of INVOICE."""
    from hub.flows.books.settle_bill import write_off_bill

    from .running import operator

    async def work(hub: Hub, merchant: Merchant) -> Payable:
        money = await _amount(hub, merchant, invoice, amount) if amount else None
        return await write_off_bill(hub, merchant, invoice, amount=money, by=operator(), reason=reason)

    _tell(data, slug, work)


@command.command("use-credit")
@click.argument("invoice", metavar="INVOICE")
@click.option("--amount", metavar="AMOUNT", help="Else all that is due, as far as the credit goes.")
@company_option
@data_option
def use_credit(invoice: str, amount: str | None, slug: str | None, data: str | None) -> None:
    """Let the customer's credit settle INVOICE; the oldest credit goes first."""
    from hub.domain.ledger import Share
    from hub.flows.books.settle_bill import apply_credit

    from .running import operator

    async def work(hub: Hub, merchant: Merchant) -> Payable:
        payable = await _invoice(hub, merchant, invoice)
        credit = await hub.store.read(lambda tx: tx.ledger.credit_of(payable.customer_id, merchant.mode))
        minor = min(payable.due, credit.get(payable.currency, 0))
        if amount:
            minor = (await _amount(hub, merchant, invoice, amount)).minor
        if not minor:
            raise click.ClickException(f"{invoice} owes {payable.balance}, and its customer has no credit to use")
        (after,) = await apply_credit(hub, merchant, payable.customer_id, [Share(payable.id, minor)], by=operator())
        return after

    _tell(data, slug, work)


@command.command()
@click.argument("key", metavar="KEY")
@click.option("--amount", metavar="AMOUNT", help="What a capture or an offline receipt truly brought in.")
@reason_option
@company_option
@data_option
def correct(key: str, amount: str | None, reason: str, slug: str | None, data: str | None) -> None:
    """Reverse the entry KEY, or with --amount correct what it brought in; nothing is edited."""
    from hub.flows.corrections.correct_entry import correct_amount, correct_entry

    from .finding import find_company
    from .running import operator, run
    from .values import amount_of

    async def work(hub: Hub) -> Entry:
        merchant = await find_company(hub, slug)
        if amount is None:
            return await correct_entry(hub, merchant, key, by=operator(), reason=reason)
        found = await hub.store.read(lambda tx: tx.ledger.keyed(merchant.id, merchant.mode, key))
        currency = found[0].currency if found else "CRC"
        money = amount_of(amount, currency)
        return await correct_amount(hub, merchant, key, money, by=operator(), reason=reason)

    entry = run(data, work)
    click.echo(f"booked {entry.key}")


@command.command("erase-note")
@click.argument("key", metavar="KEY")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands beside the entry, so name nobody.")
@mode_option
@company_option
@data_option
def erase_note(key: str, reason: str, mode: str | None, slug: str | None, data: str | None) -> None:
    """Erase for good what was written beside the entry KEY; the entry and its seal stay as they are."""
    from hub.flows.books.erase_note import erase_note

    from .running import operator, run

    async def work(hub: Hub) -> None:
        merchant, book = await _book(hub, slug, mode)
        await erase_note(hub, merchant, book, key, by=operator(), reason=reason)

    run(data, work)
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
    from .values import amount_of

    return amount_of(amount, (await _invoice(hub, merchant, number)).currency)


def _tell(data: str | None, slug: str | None, work: Callable[[Hub, Merchant], Awaitable[Payable]]) -> None:
    from .finding import find_company
    from .running import run

    async def whole(hub: Hub) -> Payable:
        return await work(hub, await find_company(hub, slug))

    payable = run(data, whole)
    click.echo(f"{payable.number}: {payable.balance} still owed")
