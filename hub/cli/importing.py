"""Read customers and invoices from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .explaining import row_error_line, words
from .import_runs import add_to
from .options import Content, as_pairs, company_option, file_argument, json_option
from .printing import print_json
from .running import pass_merchant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.domain.files.sheet import RowError
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.imports.import_report import ImportReport


@click.group()
def command() -> None:
    """Read customers and invoices from CSV, TSV, JSON or NDJSON; importing a newer export is the daily act."""


add_to(command)


def file_options(function: Any) -> Any:
    """What both imports take."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Show the first rows as understood; change nothing."),
        click.option(
            "--map",
            "mapping",
            metavar="THEIRS=OURS",
            multiple=True,
            callback=as_pairs,
            help="Name a column; THEIRS=- skips it.",
        ),
        company_option,
        file_argument,
    ):
        function = option(function)
    return function


@command.command()
@file_options
@pass_merchant
async def customers(
    hub: Hub, merchant: Merchant, file: Content, mapping: dict[str, str], dry_run: bool, as_json: bool
) -> int:
    """Import customers from FILE or - (standard input), matched by identity number."""
    from hub.flows.imports.import_files import import_customers

    report = await import_customers(hub, merchant, file.content, name=file.name, mapping=mapping, dry_run=dry_run)
    return _tell(report, file.name, as_json)


def _currency(_ctx: click.Context, _param: click.Parameter, code: str | None) -> str | None:
    from hub_hookspecs import EXPONENTS

    if code and code.upper() not in EXPONENTS:
        raise click.BadParameter(
            f"unknown currency {code!r}; known are {', '.join(EXPONENTS)}", param_hint="--currency"
        )
    return code.upper() if code else None


@command.command()
@click.option("--decimal", type=click.Choice([",", "."]), help="Decimal sign of the file, where it is ambiguous.")
@click.option(
    "--currency", metavar="CODE", callback=_currency, help="Of rows without one; else the country's usual one."
)
@file_options
@pass_merchant
async def invoices(
    hub: Hub,
    merchant: Merchant,
    file: Content,
    mapping: dict[str, str],
    dry_run: bool,
    as_json: bool,
    decimal: str | None,
    currency: str | None,
) -> int:
    """Import invoices from FILE or - (standard input), matched by number."""
    from hub.flows.imports.import_files import import_invoices

    report = await import_invoices(
        *(hub, merchant, file.content),
        name=file.name,
        mapping=mapping,
        decimal=decimal,
        currency=currency,
        dry_run=dry_run,
    )
    return _tell(report, file.name, as_json)


def _tell(report: ImportReport, name: str, as_json: bool) -> int:
    """Print what happened; 1 when anything was refused."""
    if as_json:
        print_json(_facts(report))
    else:
        _print(report, name or "standard input")
    return 1 if report.faults or report.set_aside else 0


def _facts(report: ImportReport) -> dict[str, object]:
    return {
        "format": words(report.reading.format),
        "dry_run": report.dry_run,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "faults": _listed(report.faults),
        "set_aside": _listed(report.set_aside),
        "warnings": _listed(report.reading.warnings),
        "differences": _listed(report.differences),
        "kept": _listed(report.kept),
        "preview": [words(row) for row in report.preview],
    }


def _listed(errors: Iterable[RowError]) -> list[dict[str, object]]:
    return [
        {"line": error.line, "column": error.column, "value": error.value, "message": words(error.message)}
        for error in errors
    ]


def _print(report: ImportReport, name: str) -> None:
    for error in (*report.reading.warnings, *(report.faults or report.set_aside)):
        click.echo(f"{name}: {row_error_line(error)}", err=True)
    if report.faults:
        faults = f"{len(report.faults)} fault{'s' if len(report.faults) != 1 else ''}"
        click.echo(f"Error: nothing was imported from {name}: {faults}", err=True)
        return
    if report.dry_run:
        click.echo(f"{name}: {words(report.reading.format)}. The first rows as understood:")
        for row in report.preview:
            click.echo(f"  {words(row)}")
    counts = (
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {len(report.set_aside)} set aside"
    )
    click.echo(f"{name}: {counts}{' (dry run: nothing was written)' if report.dry_run else ''}")
    if report.kept:
        click.echo(f"{name}: {len(report.kept)} invoices stay as somebody decided here:")
        for error in report.kept:
            click.echo(f"  {row_error_line(error)}")
    if report.differences:
        click.echo(f"{name}: {len(report.differences)} invoices of which file and hub say another balance:")
        for error in report.differences:
            click.echo(f"  {row_error_line(error)}")
