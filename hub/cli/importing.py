"""Read customers and invoices from files."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from .options import company_option, data_option, json_option, pairs

if TYPE_CHECKING:
    from hub.flows.books.import_files import ImportReport
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Read customers and invoices from CSV, TSV, JSON or NDJSON; importing a newer export is the daily act."""


def file_options(function: Any) -> Any:
    """What both imports take."""
    for option in (
        data_option,
        json_option,
        click.option("--dry-run", is_flag=True, help="Show the first rows as understood; change nothing."),
        click.option(
            "--map", "mapping", metavar="THEIRS=OURS", multiple=True, help="Name a column; THEIRS=- skips it."
        ),
        company_option,
        click.argument("file", type=click.File("rb")),
    ):
        function = option(function)
    return function


@command.command()
@file_options
def customers(
    file: IO[bytes], slug: str | None, mapping: tuple[str, ...], dry_run: bool, as_json: bool, data: str | None
) -> int:
    """Import customers from FILE or - (standard input), matched by identity number."""
    from hub.flows.books.import_files import import_customers

    from .finding import find_company
    from .running import run

    names = pairs(mapping, "--map")
    content = file.read()

    async def work(hub: Hub) -> ImportReport:
        merchant = await find_company(hub, slug)
        return await import_customers(hub, merchant, content, name=_name(file), mapping=names, dry_run=dry_run)

    return _tell(run(data, work), _name(file), as_json)


@command.command()
@click.option("--decimal", type=click.Choice([",", "."]), help="Decimal sign of the file, where it is ambiguous.")
@click.option("--currency", metavar="CODE", help="Of rows without one; else the country's usual one.")
@file_options
def invoices(
    file: IO[bytes],
    slug: str | None,
    mapping: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    data: str | None,
    decimal: str | None,
    currency: str | None,
) -> int:
    """Import invoices from FILE or - (standard input), matched by number."""
    from hub.flows.books.import_files import import_invoices

    from .finding import find_company
    from .running import run

    names = pairs(mapping, "--map")
    content = file.read()
    code = _currency(currency)

    async def work(hub: Hub) -> ImportReport:
        merchant = await find_company(hub, slug)
        return await import_invoices(
            hub,
            merchant,
            content,
            name=_name(file),
            mapping=names,
            decimal=decimal,
            currency=code,
            dry_run=dry_run,
        )

    return _tell(run(data, work), _name(file), as_json)


def _currency(code: str | None) -> str | None:
    from hub_hookspecs import EXPONENTS

    if code and code.upper() not in EXPONENTS:
        raise click.BadParameter(
            f"unknown currency {code!r}; known are {', '.join(EXPONENTS)}", param_hint="--currency"
        )
    return code.upper() if code else None


def _name(file: IO[bytes]) -> str:
    name = getattr(file, "name", "")
    return name if isinstance(name, str) and not name.startswith("<") else ""


def _tell(report: ImportReport, name: str, as_json: bool) -> int:
    """Print what happened; 1 when anything was refused."""
    if as_json:
        from .printing import print_json

        print_json(_facts(report))
    else:
        _print(report, name or "standard input")
    return 1 if report.faults or report.refused else 0


def _facts(report: ImportReport) -> dict[str, object]:
    from .explaining import in_english

    def listed(faults: Any) -> list[dict[str, object]]:
        return [
            {"line": f.line, "column": f.column, "value": f.value, "message": in_english(f.message)} for f in faults
        ]

    return {
        "format": in_english(report.format),
        "dry_run": report.dry_run,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "faults": listed(report.faults),
        "refused": listed(report.refused),
        "warnings": listed(report.warnings),
        "differences": listed(report.differences),
        "preview": list(report.preview),
    }


def _print(report: ImportReport, name: str) -> None:
    from .explaining import fault_line, in_english

    for fault in (*report.warnings, *(report.faults or report.refused)):
        click.echo(f"{name}: {fault_line(fault)}", err=True)
    if report.faults:
        faults = f"{len(report.faults)} fault{'s' if len(report.faults) != 1 else ''}"
        click.echo(f"Error: nothing was imported from {name}: {faults}", err=True)
        return
    if report.dry_run:
        click.echo(f"{name}: {in_english(report.format)}. The first rows as understood:")
        for row in report.preview:
            click.echo(f"  {row}")
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {len(report.refused)} refused"
    click.echo(f"{name}: {counts}{' (dry run: nothing was written)' if report.dry_run else ''}")
    if report.differences:
        click.echo(f"{name}: {len(report.differences)} invoices of which file and hub say another balance:")
        for fault in report.differences:
            click.echo(f"  {fault_line(fault)}")
