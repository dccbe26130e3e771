"""The books: check and export them, and what an accountant books by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .booking import correct, credit_note, erase_note, use_credit, write_off
from .finding import find_book, find_payment, zones_in
from .options import company_option, json_option, mode_option
from .printing import print_json, print_table
from .running import pass_hub

if TYPE_CHECKING:
    from datetime import tzinfo

    from hub.domain.ledger import Entry
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub, Tx
    from hub_hookspecs import Mode


@click.group()
def command() -> None:
    """The books: check and export them, and what an accountant books by hand."""


for by_hand in (correct, credit_note, erase_note, use_credit, write_off):
    command.add_command(by_hand)


@command.command()
@json_option
@pass_hub
async def verify(hub: Hub, as_json: bool) -> int:
    """Check every invariant of the books (L1 to L10, the hash chains, the receipts);
    exit code 1 when one is broken."""
    problems = await hub.store.read(lambda tx: tx.ledger.verify())
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
@pass_hub
async def balances(hub: Hub, mode: str | None, slug: str | None, as_json: bool) -> None:
    """What each ledger account comes to; positive is a debit."""
    from hub_hookspecs import Money

    merchant, book = await find_book(hub, slug, mode)
    rows = await hub.store.read(lambda tx: tx.ledger.balances(merchant.id, book))
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
@pass_hub
async def entries(
    hub: Hub, reference: str | None, prefix: str, mode: str | None, slug: str | None, as_json: bool
) -> None:
    """List entries in the order in which they were booked, with their keys;
    VALUE is the day that one counts for."""
    from zoneinfo import ZoneInfo

    name, booked = await (_entries_of(hub, reference) if reference else _entries_in(hub, slug, mode))
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


async def _entries_of(hub: Hub, reference: str) -> tuple[str, tuple[Entry, ...]]:
    """The zone of a payment's company, and what was booked for the payment."""
    payment = await find_payment(hub, reference)
    return await hub.store.read(
        lambda tx: (
            zones_in(tx)[payment.merchant_id],
            tx.ledger.entries(payment.merchant_id, payment.mode, payment_id=payment.id),
        )
    )


async def _entries_in(hub: Hub, slug: str | None, mode: str | None) -> tuple[str, tuple[Entry, ...]]:
    """The zone of a company, and its whole book."""
    merchant, book = await find_book(hub, slug, mode)
    return merchant.company.zone, await hub.store.read(lambda tx: tx.ledger.entries(merchant.id, book))


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
@pass_hub
async def export(hub: Hub, target: str, mode: str | None, slug: str | None) -> None:
    """Write the books as Beancount text, with the balances that must come out."""
    merchant, book = await find_book(hub, slug, mode)
    text = await hub.store.read(lambda tx: _beancount(tx, merchant, book))
    if target == "-":
        click.echo(text, nl=False)
    else:
        Path(target).write_text(text, encoding="utf-8")
        click.echo(f"{target}: check it with bean-check {target}", err=True)


def _beancount(tx: Tx, merchant: Merchant, book: Mode) -> str:
    from hub.domain.beancount import beancount_text

    return beancount_text(
        tx.ledger.entries(merchant.id, book),
        tx.ledger.balances(merchant.id, book),
        merchant=merchant.slug,
        mode=book,
        zone=merchant.company.zone,
        head=tx.ledger.head(merchant.id, book)[1],
    )


@command.command()
@click.argument("file", type=click.Path(dir_okay=False))
@mode_option
@company_option
@pass_hub
async def audit(hub: Hub, file: str, mode: str | None, slug: str | None) -> None:
    """Write a company's books to FILE, a SQLite database of its own; customers appear by their ids alone."""
    merchant, book = await find_book(hub, slug, mode)
    count = await hub.store.read(lambda tx: tx.ledger.export_audit(file, merchant.id, book))
    click.echo(f"{file}: {count} rows; open it with sqlite-utils or Datasette", err=True)
