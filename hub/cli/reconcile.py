"""Reconcile what providers pay out with the books."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from .deciding import tell_decision, who_option
from .explaining import row_error_line, words
from .finding import company_in, find_account, zones_in
from .import_asking import answered, tell_open
from .import_options import layout_options, layout_to_use, said_layout
from .import_told import reading_facts, understood
from .options import Content, any_company_option, company_option, file_argument, json_option
from .printing import print_json, print_table, when
from .running import operator, pass_hub, pass_merchant
from .values import amount_of, day_of

if TYPE_CHECKING:
    from hub.domain.account import ProviderAccount
    from hub.domain.files.layout import Layout
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub, Tx
    from hub.flows.settlements.reconciliation import Reconciliation

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")


@click.group()
def command() -> None:
    """Reconcile what providers pay out with the books.

    ACCOUNT is the code of the company's provider, such as greenpay, or the id of an account that was retired.
    """


@command.command("list")
@any_company_option
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, as_json: bool) -> None:
    """List accounts: up to which day each was compared, when it is next, what was found, what stands in the way.

    A provider that reports by itself is compared every day by serve or worker; of any other, import its files."""

    rows = await hub.store.read(lambda tx: _accounts(tx, hub, slug))
    if as_json:
        print_json([row for row, _zone in rows])
        return
    if not rows:
        click.echo("no company is connected to a provider yet: payment-hub account connect")
        return
    print_table(
        ("COMPANY", "PROVIDER", "MODE", "COMPARED TO", "NEXT", "TRIES", "OPEN LINES", "FOUND", "TROUBLE"),
        [
            (
                row["company"],
                f"{row['provider']} (retired, {row['account']})" if row["retired"] else row["provider"],
                row["mode"],
                row["covered"] or ("nothing yet" if row["by"] == "report" else "see its lines"),
                when(row["next_at"], zone) or ("by file" if row["by"] == "file" else "once serve or worker runs"),  # type: ignore[arg-type]
                row["tries"] or "",
                row["open_lines"],
                row["outcome"],
                row["trouble"],
            )
            for row, zone in rows
        ],
        right=("OPEN LINES",),
        fold=("FOUND", "TROUBLE"),
    )


def _accounts(tx: Tx, hub: Hub, slug: str | None) -> list[tuple[dict[str, object], str]]:
    """How each account stands, with the zone of its company."""
    owner = company_in(tx, slug).id if slug else None
    slugs, zones = {merchant.id: merchant.slug for merchant in tx.merchants.all()}, zones_in(tx)
    return [
        (_standing(hub, tx, account, slugs[account.merchant_id]), zones[account.merchant_id])
        for account in tx.accounts.all()
        if owner in (None, account.merchant_id)
    ]


def _standing(hub: Hub, tx: Tx, account: ProviderAccount, company: str) -> dict[str, object]:
    from hub.domain.settlement import LineState
    from hub.domain.text import read_stored
    from hub.flows.settlements.reconcile_daily import can_be_fetched

    planned = tx.reconciliations.get(account.id)
    return {
        "account": account.id,
        "company": company,
        "provider": account.provider,
        "retired": account.is_retired,
        "mode": account.mode.value,
        "by": "report" if planned or can_be_fetched(hub, account) else "file",
        "covered": planned.covered if planned else None,
        "next_at": planned.due_at if planned else None,
        "tries": planned.tries if planned else 0,
        "outcome": planned.outcome if planned else "",
        "trouble": words(read_stored(planned.trouble)) if planned else "",
        "done_at": planned.done_at if planned else None,
        "open_lines": len(tx.settlements.of(account.id, LineState.OPEN)),
    }


@command.command("import")
@file_argument
@click.argument("account", metavar="ACCOUNT")
@click.option("--decimal", type=click.Choice([",", "."]), help="Decimal sign of the file, where it is ambiguous.")
@click.option(
    "--days", type=click.IntRange(0, 60), default=3, show_default=True, help="After which a payment must be in it."
)
@layout_options
@dry_run_option
@company_option
@json_option
@pass_merchant
async def import_(
    hub: Hub,
    merchant: Merchant,
    file: Content,
    account: str,
    decimal: str | None,
    days: int,
    mapping: dict[str, str],
    answers: dict[str, str],
    layout_name: str | None,
    no_input: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Reconcile ACCOUNT with FILE, as its provider writes it, or else the columns of docs/books.md, whatever they are
    called; - is standard input.

    A line that cannot be read is set aside, and the others are taken. Exit code 1 when there is one, when the file has
    faults, or when anything does not match; 2 when nothing was taken since the file asks something.
    """
    from hub.domain.files.layout import DECIMAL, FileKind
    from hub.flows.imports.layouts import remember_layout
    from hub.flows.settlements.reconcile import import_settlement

    found = await find_account(hub, merchant, account)
    name = file.name.replace("\\", "/").rpartition("/")[2] or "standard input"
    said = said_layout(mapping, answers, layout_name, **{DECIMAL: decimal})
    provider = hub.providers.get(found.provider)
    if provider and "parse_settlement" not in provider.capabilities:
        currency = provider.info.currencies[0].currency
        said = await layout_to_use(hub, merchant, FileKind.PAYOUTS, file, said, currency)

    async def compared(layout: Layout) -> Reconciliation:
        return await import_settlement(hub, found, file.content, name=name, layout=layout, days=days, dry_run=dry_run)

    report = await answered(compared, lambda report: report.reading, said, may_ask=not (as_json or no_input))
    if not (dry_run or report.faults or report.is_open):
        reading = report.reading
        await hub.store.write(lambda tx: remember_layout(tx, hub, merchant, FileKind.PAYOUTS, reading, operator()))
    return _tell(report, as_json)


def _period(_ctx: click.Context, _param: click.Parameter, text: str) -> tuple[date, date]:
    first, _, last = text.partition(":")
    try:
        return date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no period such as 2026-11-01:2026-11-30", param_hint="--period"
        ) from None


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.option(
    "--period", required=True, metavar="FIRST:LAST", callback=_period, help="Days such as 2026-11-01:2026-11-30."
)
@dry_run_option
@company_option
@json_option
@pass_merchant
async def fetch(
    hub: Hub, merchant: Merchant, account: str, period: tuple[date, date], dry_run: bool, as_json: bool
) -> int:
    """Reconcile ACCOUNT with what its provider reports for a period; exit code 1 when anything does not match."""
    from hub.flows.settlements.reconcile import fetch_settlement

    found = await find_account(hub, merchant, account)
    return _tell(await fetch_settlement(hub, found, *period, dry_run=dry_run), as_json)


def _tell(report: Reconciliation, as_json: bool) -> int:
    if not as_json:
        _print(report)
    else:
        print_json(_facts(report))
        if report.is_open and not report.faults:
            tell_open(report.reading, report.source)
    return 2 if report.is_open and not report.faults else 0 if report.in_order else 1


def _facts(report: Reconciliation) -> dict[str, object]:
    from hub_hookspecs import Money

    return {
        "source": report.source,
        "dry_run": report.dry_run,
        "lines": report.lines,
        "booked": report.booked,
        "known": report.known,
        "late": report.late,
        "faults": [row_error_line(error) for error in report.faults],
        "set_aside": [row_error_line(error) for error in report.set_aside],
        "differences": [
            {
                "cause": found.cause.value,
                "line": found.line_id,
                "payment": found.reference,
                "details": found.details,
                "new": found.new,
            }
            for found in report.differences
        ],
        "clearing": [Money(minor, currency) for currency, minor in report.clearing.items()],
        "reserved": [Money(minor, currency) for currency, minor in report.reserved.items()],
        "in_transit": [Money(minor, currency) for currency, minor in report.in_transit.items()],
        "awaited": [{"key": item.key, "amount": Money(item.minor, item.currency)} for item in report.awaited],
        "balanced": report.balanced,
        **reading_facts(report.reading),
    }


def _print(report: Reconciliation) -> None:
    from hub_hookspecs import Money

    if report.faults:
        for error in report.faults:
            click.echo(f"{report.source}: {row_error_line(error)}", err=True)
        click.echo(f"Error: nothing was taken from {report.source}", err=True)
        return
    if report.is_open:
        tell_open(report.reading, report.source)
        return
    for line in understood(report.reading):
        click.echo(f"{report.source}: {line}")
    dry = " (dry run: nothing was written)" if report.dry_run else ""
    click.echo(
        f"{report.source}: {report.lines} lines, {report.booked} booked, {report.known} known,"
        f" {len(report.differences)} differences{dry}"
    )
    for error in report.set_aside:
        click.echo(f"  set aside: {row_error_line(error)}", err=True)
    if report.late:
        click.echo(f"  {report.late} payments were not known to be paid, and are now")
    for found in report.differences:
        click.echo(f"  {found.cause.value}: {found.details}")
    for currency, minor in report.clearing.items():
        click.echo(f"  still to be paid out by the books: {Money(minor, currency)}")
    for currency, minor in report.reserved.items():
        click.echo(f"  kept in reserve by the provider: {Money(minor, currency)}")
    for currency, minor in report.in_transit.items():
        click.echo(f"  in transit, until what reached the bank is recorded: {Money(minor, currency)}")
    if not report.balanced:
        click.echo("Error: that is not what is awaited: payment-hub ledger verify", err=True)


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--state", type=click.Choice(["open", "booked", "withdrawn"]))
@company_option
@json_option
@pass_merchant
async def lines(hub: Hub, merchant: Merchant, account: str, state: str | None, as_json: bool) -> None:
    """List the lines that ACCOUNT's provider has stated."""
    from hub.domain.settlement import LineState

    found = await find_account(hub, merchant, account)
    wanted = LineState(state) if state else None
    rows = await hub.store.read(lambda tx: tx.settlements.of(found.id, wanted))
    if as_json:
        print_json(
            [
                {
                    "line": row.line.line_id,
                    "state": row.state.value,
                    "kind": row.kind.value,
                    "in_transit": row.in_transit,
                    "restated": row.restated,
                    "reference": row.line.reference,
                    "gross": row.line.gross,
                    "net": row.line.net,
                    "settled_on": row.line.settled_on,
                    "settles": row.settles,
                    "source": row.source,
                }
                for row in rows
            ]
        )
        return
    print_table(
        ("LINE", "STATE", "KIND", "REFERENCE", "GROSS", "NET", "CURRENCY", "SETTLES"),
        [
            (
                row.line.line_id,
                row.state.value,
                row.kind.value,
                row.line.reference or row.line.provider_reference or row.line.authorisation,
                f"{row.line.gross.decimal:f}",
                f"{row.line.net.decimal:f}",
                row.line.gross.currency,
                row.settles or "",
            )
            for row in rows
        ],
        right=("GROSS", "NET"),
    )


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.argument("line", metavar="LINE")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands in the books.")
@who_option
@company_option
@pass_merchant
async def withdraw(hub: Hub, merchant: Merchant, account: str, line: str, reason: str, by: str | None) -> None:
    """Take back LINE, which was booked and is wrong; what it settled is awaited again."""
    from hub.flows.settlements.withdraw_line import withdraw_line

    found = await find_account(hub, merchant, account)
    stored = await withdraw_line(hub, merchant, found, line, by=by or operator(), reason=reason)
    click.echo(f"{stored.line.line_id}: withdrawn")


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.argument("line", metavar="LINE")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it is kept with the line.")
@who_option
@company_option
@pass_merchant
async def reopen(hub: Hub, merchant: Merchant, account: str, line: str, reason: str, by: str | None) -> None:
    """Take up LINE, which was withdrawn; the next import books it if it fits."""
    from hub.flows.settlements.withdraw_line import reopen_line

    found = await find_account(hub, merchant, account)
    stored = await reopen_line(hub, merchant, found, line, by=by or operator(), reason=reason)
    click.echo(f"{stored.line.line_id}: open")


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.argument("line", metavar="LINE")
@click.option("--release", is_flag=True, help="It pays out what the provider had kept in reserve.")
@click.option("--why", "reason", required=True, metavar="TEXT", help="Why; it stands in the books.")
@who_option
@company_option
@pass_merchant
async def charge(
    hub: Hub, merchant: Merchant, account: str, line: str, release: bool, reason: str, by: str | None
) -> None:
    """Book the open LINE, which is about no payment, to ACCOUNT: as a charge, or with --release as released reserve.

    A line that names money of a payment here is none.
    """
    from hub.domain.settlement import LineKind
    from hub.flows.corrections.charge_line import charge_line

    found = await find_account(hub, merchant, account)
    kind = LineKind.RELEASE if release else LineKind.CHARGE
    via = f"command line, {operator()}"
    made = await charge_line(hub, merchant, found, line, kind, by=by or operator(), reason=reason, via=via)
    tell_decision(made.decision, f"{made.line.line.line_id}: booked as a {kind.value}")


@command.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--amount", required=True, metavar="AMOUNT", help="What reached the bank.")
@click.option("--fee", default="0", metavar="AMOUNT", help="What the provider kept of it.")
@click.option("--fee-tax", default="0", metavar="AMOUNT", help="The tax on that fee.")
@click.option("--currency", metavar="CODE", help="Else the provider's first one.")
@click.option("--on", "day", required=True, metavar="DATE", callback=day_of, help="The day of the deposit.")
@click.option("--reference", required=True, metavar="TEXT", help="The bank's, of the deposit.")
@who_option
@company_option
@json_option
@pass_merchant
async def payout(
    hub: Hub,
    merchant: Merchant,
    account: str,
    amount: str,
    fee: str,
    fee_tax: str,
    currency: str | None,
    day: date,
    reference: str,
    as_json: bool,
    by: str | None,
) -> None:
    """Record what reached the bank of ACCOUNT's money in transit; ledger correct takes it back."""
    from hub.flows.settlements.record_payout import Payout, record_payout

    found = await find_account(hub, merchant, account)
    code = currency or hub.providers[found.provider].info.currencies[0].currency
    money = [amount_of(text, code) for text in (amount, fee, fee_tax)]
    told = Payout(arrived=money[0], fee=money[1], fee_tax=money[2], on=day, reference=reference.strip())
    entry = await record_payout(hub, merchant, found, told, by=by or operator())
    if as_json:
        print_json({"key": entry.key, "arrived": told.arrived, "fee": told.fee, "fee_tax": told.fee_tax})
        return
    click.echo(f"booked {entry.key}")
