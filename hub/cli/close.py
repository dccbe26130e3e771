"""Months of the books: what is open, close one, open it again, its package, and whether it still holds."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .deciding import who_option
from .finding import find_book
from .options import company_option, json_option, mode_option
from .printing import print_json, print_table, when
from .running import operator, pass_hub

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.domain.month import Month
    from hub.domain.month_close import LateEntry, MonthClose, OpenItem
    from hub.flows.ground.ports import Hub
    from hub_hookspecs import Mode


@click.group()
def command() -> None:
    """Months of the books: what is open, close one, open it again, its package, whether it holds."""


def _month(_ctx: click.Context, param: click.Parameter, text: str | None) -> Month | None:
    from hub.domain.month import Month

    try:
        return Month.read(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error), param=param) from error


month_argument = click.argument("month", metavar="MONTH", callback=_month)


@command.command()
@click.argument("month", metavar="[MONTH]", required=False, callback=_month)
@mode_option
@company_option
@json_option
@pass_hub
async def show(hub: Hub, month: Month | None, mode: str | None, slug: str | None, as_json: bool) -> None:
    """List the months that were closed; of MONTH, such as 2026-11, what is open, and what came late."""
    from hub.flows.closing.view_close import list_closes, view_close

    merchant, book = await find_book(hub, slug, mode)
    if month is None:
        found = await list_closes(hub, merchant, book)
        _print_closes(found.closes, merchant, as_json)
        if not as_json:
            click.echo(f"next: {found.following}")
        return
    view = await view_close(hub, merchant, book, month)
    if as_json:
        facts = _facts(view.close) if view.close else {"month": str(month), "open": [_open(item) for item in view.open]}
        print_json({**facts, "late": [_late(item) for item in (*view.late, *view.missed)]})
        return
    click.echo(f"{month}: {'closed by ' + view.close.by if view.close else 'open'}")
    for item in view.open:
        amounts = ", ".join(str(amount) for amount in item.money)
        click.echo(f"  {item.kind.value}: {item.count}{f' ({amounts})' if amounts else ''}")
    for title, entries in (("of earlier months, late", view.late), ("after the close", view.missed)):
        for entry in entries:
            said = f", {entry.by}: {entry.why}" if entry.by else ""
            click.echo(f"  {title}: {entry.value_on} {entry.key} {entry.amount}{said}")


@command.command()
@month_argument
@click.option("--why", default="", metavar="TEXT", help="Why what is open may stay so; needed where anything is.")
@who_option
@mode_option
@company_option
@json_option
@pass_hub
async def make(
    hub: Hub, month: Month, why: str, by: str | None, mode: str | None, slug: str | None, as_json: bool
) -> None:
    """Close MONTH, such as 2026-11: what comes later is of the next close."""
    from hub.flows.closing.close_month import close_month

    merchant, book = await find_book(hub, slug, mode)
    made = await close_month(hub, merchant, book, month, by=by or operator(), why=why, is_owner=True)
    _print_closes((made,), merchant, as_json)


@command.command()
@month_argument
@click.option("--why", required=True, metavar="TEXT", help="Why; it is kept for ever.")
@who_option
@mode_option
@company_option
@json_option
@pass_hub
async def reopen(
    hub: Hub, month: Month, why: str, by: str | None, mode: str | None, slug: str | None, as_json: bool
) -> None:
    """Open the last closed MONTH again; its close is kept, and it has to be closed once more."""
    from hub.flows.closing.close_month import reopen_month

    merchant, book = await find_book(hub, slug, mode)
    try:
        opened = await reopen_month(hub, merchant, book, month, by=by or operator(), why=why)
    except LookupError as error:
        raise click.ClickException(f"{month} of {merchant.slug} is not closed: payment-hub close show") from error
    _print_closes((opened,), merchant, as_json)


@command.command()
@month_argument
@click.argument("file", type=click.Path(dir_okay=False))
@mode_option
@company_option
@pass_hub
async def package(hub: Hub, month: Month, file: str, mode: str | None, slug: str | None) -> None:
    """Write the package of a closed MONTH to FILE, a zip; it is made now, unless it is made."""
    from hub.flows.closing.make_package import make_package
    from hub.flows.closing.package_parts import package_parts

    merchant, book = await find_book(hub, slug, mode)
    standing = await hub.store.read(lambda tx: tx.closes.standing(merchant.id, book))
    found = [close for close in standing if close.month == month]
    if not found:
        raise click.ClickException(f"{month} of {merchant.slug} is not closed: payment-hub close make {month}")
    if Path(file).exists():
        raise click.ClickException(f"{file} is already there")
    await make_package(hub, found[0].id)
    pieces = await package_parts(hub, found[0])
    with Path(file).open("wb") as target:
        async for piece in pieces:
            target.write(piece)
    click.echo(f"{file}: {Path(file).stat().st_size} bytes", err=True)


@command.command()
@click.option("--package", "file", type=click.Path(exists=True, dir_okay=False), help="A package to compare with.")
@mode_option
@company_option
@json_option
@pass_hub
async def verify(hub: Hub, file: str | None, mode: str | None, slug: str | None, as_json: bool) -> int:
    """Say of each closed month whether the books still are what was closed; exit code 1 where one is not.

    With --package, whether a package that somebody has is whole, and whether it is of these books.
    """
    merchant, book = await find_book(hub, slug, mode)
    if file:
        problems = {file: await _compared(hub, merchant, book, Path(file))}
    else:
        closes = await hub.store.read(lambda tx: tx.closes.of(merchant.id, book))
        problems = {
            f"{close.month} ({close.n})": await hub.store.read(lambda tx, one=close: tx.closes.problems(one))  # type: ignore[misc]
            for close in closes
        }
    if as_json:
        print_json({name: list(found) for name, found in problems.items()})
    for name, found in problems.items() if not as_json else ():
        click.echo(f"{name}: {'; '.join(found) if found else 'as it was closed'}", err=bool(found))
    return 1 if any(problems.values()) else 0


async def _compared(hub: Hub, merchant: Merchant, mode: Mode, path: Path) -> tuple[str, ...]:
    """What is wrong with a package, or with the books that it says it is of."""
    from hub.flows.closing.zip_file import MANIFEST

    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            changed = [
                f"{item['name']} is not what was packed"
                for item in manifest["files"]
                if _digest(archive, item["name"]) != item["sha256"]
            ]
        named = manifest["company"], manifest["mode"], manifest["month"]
        seq, head = manifest["chain"]["position"], manifest["chain"]["head"]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"{path} is no package of a closed month") from error
    if (merchant.slug, mode.value) != named[:2]:
        raise click.ClickException(f"{path} is of {named[0]} in {named[1]} mode: say --company and --mode")
    there = await hub.store.read(lambda tx: tx.closes.hash_at(merchant.id, mode, seq))
    if seq and there != head:
        said = "do not reach so far" if there is None else "say something else"
        changed.append(f"{named[2]} was closed at entry {seq}, and the books here {said}: another backup was restored?")
    closes = await hub.store.read(lambda tx: tx.closes.of(merchant.id, mode))
    if not any((str(close.month), close.digest) == (named[2], manifest["digest"]) for close in closes):
        changed.append(f"the books here know nothing of this close of {named[2]}")
    return tuple(changed)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _print_closes(closes: tuple[MonthClose, ...], merchant: Merchant, as_json: bool) -> None:
    if as_json:
        print_json([_facts(close) for close in closes])
        return
    print_table(
        ("MONTH", "STATE", "CLOSED", "BY", "POSITION", "HEAD"),
        [
            (
                str(close.month),
                "opened again" if close.reopened else "closed",
                when(close.at, merchant.company.zone),
                close.by,
                str(close.seq),
                close.head[:16],
            )
            for close in closes
        ],
    )


def _facts(close: MonthClose) -> dict[str, Any]:
    return {
        "month": str(close.month),
        "n": close.n,
        "mode": close.mode.value,
        "by": close.by,
        "why": close.why,
        "at": close.at,
        "position": close.seq,
        "head": close.head,
        "entries": close.entries,
        "digest": close.digest,
        "totals": [
            {"account": item.kind, **{name: item.money(getattr(item, name)) for name in FIGURES}}
            for item in close.totals
        ],
        "open": [_open(item) for item in close.open],
        "reopened": close.reopened and {"by": close.reopened.by, "why": close.reopened.why, "at": close.reopened.at},
    }


FIGURES = ("opening", "debit", "credit", "closing")


def _open(item: OpenItem) -> dict[str, Any]:
    return {"kind": item.kind.value, "count": item.count, "amounts": list(item.money), "until": item.until}


def _late(entry: LateEntry) -> dict[str, Any]:
    facts = {"key": entry.key, "kind": entry.kind.value, "value_on": entry.value_on, "at": entry.at}
    return {**facts, "amount": entry.amount, "by": entry.by, "why": entry.why}
