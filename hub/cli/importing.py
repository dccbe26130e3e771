"""Read customers and invoices from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from .import_asking import answered, tell_open
from .import_options import choice_options, choices_of, layout_options, layout_to_use, said_layout, tell_doubted
from .import_runs import add_to
from .import_told import facts_of, print_report, refuses_list, tell_creatable
from .options import Content, company_option, file_argument, json_option
from .printing import print_json, print_table, when
from .running import operator, pass_merchant

if TYPE_CHECKING:
    from hub.domain.files.layout import FileKind, Layout
    from hub.domain.import_run import Choices
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.imports.import_report import ImportReport


MISSAID = {"column.mapped_absent", "column.mapped_to_unknown", "column.same"}
"""What is wrong with the options, and not with the file."""


@click.group()
def command() -> None:
    """Read customers and invoices from Excel, CSV, TSV, JSON or NDJSON; importing a newer export is the daily act."""


add_to(command)


def file_options(function: Any) -> Any:
    """What both imports take."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Show the first rows as understood; change nothing."),
        layout_options,
        company_option,
        file_argument,
    ):
        function = option(function)
    return function


@command.command()
@click.option(
    "--whole",
    is_flag=True,
    help="Take every row or none, at one stroke: whoever else writes waits until it is done, payments too.",
)
@file_options
@pass_merchant
async def customers(
    hub: Hub,
    merchant: Merchant,
    file: Content,
    mapping: dict[str, str],
    answers: dict[str, str],
    layout_name: str | None,
    no_input: bool,
    whole: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import customers from FILE or - (standard input), matched by identity number.

    Exit code 1 when a row was set aside or the file refused, 2 when nothing was taken since the file asks something.
    """
    from hub.domain.files.layout import FileKind
    from hub.domain.import_run import Choices

    said = said_layout(mapping, answers, layout_name)
    may_ask = not (as_json or no_input)
    report = await _import(hub, merchant, FileKind.CUSTOMERS, file, said, Choices(whole=whole), dry_run, may_ask)
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
@choice_options
@file_options
@pass_merchant
async def invoices(
    hub: Hub,
    merchant: Merchant,
    file: Content,
    mapping: dict[str, str],
    answers: dict[str, str],
    layout_name: str | None,
    no_input: bool,
    dry_run: bool,
    as_json: bool,
    decimal: str | None,
    currency: str | None,
    **chosen: Any,
) -> int:
    """Import invoices from FILE or - (standard input), matched by number.

    Good rows are taken and others set aside. Exit code 1 when a row was set aside or the file refused, 2 when nothing
    was taken since the file asks something: the option that answers it is named.
    """
    from hub.domain.files.layout import CURRENCY, DECIMAL, FileKind

    said = said_layout(mapping, answers, layout_name, **{DECIMAL: decimal, CURRENCY: currency})
    may_ask = not (as_json or no_input)
    report = await _import(hub, merchant, FileKind.INVOICES, file, said, choices_of(**chosen), dry_run, may_ask)
    return _tell(report, file.name, as_json)


async def _import(
    hub: Hub,
    merchant: Merchant,
    kind: FileKind,
    file: Content,
    said: Layout,
    choices: Choices,
    dry_run: bool,
    may_ask: bool,
) -> ImportReport:
    """Read as said or remembered, and asked where it must be; then it is an import like one that a page was handed."""
    from hub.domain.files.layout import FileKind
    from hub.domain.files.listed import read_listed
    from hub.flows.imports.hand_in import hand_in
    from hub.flows.imports.import_files import import_customers, import_invoices
    from hub.flows.imports.take_in import take_at_once

    currency = hub.countries[merchant.company.country].currencies[0]
    table = read_listed(kind, file.content, file.name)
    layout = await layout_to_use(hub, merchant, kind, file, said, currency, table)
    take = import_customers if kind is FileKind.CUSTOMERS else import_invoices

    async def looked_at(layout: Layout) -> ImportReport:
        given: dict[str, Any] = {"name": file.name, "layout": layout, "choices": choices}
        return await take(hub, merchant, table, **given, dry_run=True)

    first = await looked_at(layout)
    if layout == said and not (said.columns or said.answers or said.name):
        await tell_doubted(hub, merchant, kind, table, file.name, currency, first.reading)
    shown = await answered(looked_at, lambda report: report.reading, layout, may_ask=may_ask, first=first)
    if dry_run:
        return shown
    layout = shown.reading.layout
    if shown.faults or shown.is_open:
        return await take(hub, merchant, table, name=file.name, layout=layout, choices=choices)
    known: dict[str, Any] = {"kind": kind, "by": operator(), "layout": layout, "choices": choices}
    run = await hand_in(hub, merchant, file.content, name=file.name or "standard input", **known)
    return await take_at_once(hub, merchant, run, table)


def _tell(report: ImportReport, name: str, as_json: bool) -> int:
    """Print what happened; 2 when the file asks something or an option is wrong, 1 when anything was refused."""
    name = name or "standard input"
    if not as_json:
        print_report(report, name)
    else:
        print_json(facts_of(report))
        tell_creatable(report, name)
        if report.is_open and not report.faults:
            tell_open(report.reading, name)
    if report.faults:
        said = (getattr(fault.message, "id", "") in MISSAID for fault in report.faults)
        return 2 if all(said) else 1
    if report.is_open:
        return 2
    return 1 if report.set_aside or refuses_list(report) else 0


@command.command()
@company_option
@json_option
@pass_merchant
async def layouts(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List how the company's files are read: remembered, last used first, and known of programs."""
    from hub.domain.files.programs import PROGRAMS
    from hub.flows.imports.layouts import layouts_of

    saved = await hub.store.read(lambda tx: layouts_of(tx, merchant))
    if as_json:
        print_json([{**attrs.asdict(item.layout), "id": item.id, "kind": item.kind.value} for item in saved])
        return
    zone = merchant.company.zone
    print_table(
        ("NAME", "KIND", "FILE", "LAST USED", "BY", "COLUMNS"),
        [
            *(
                (
                    item.layout.name or item.id,
                    item.kind.value,
                    item.file_type,
                    when(item.used_at, zone),
                    item.by,
                    _read(item.layout),
                )
                for item in saved
            ),
            *((program.layout.name, program.kind.value, "", "", "", _read(program.layout)) for program in PROGRAMS),
        ],
        fold=("COLUMNS",),
    )


def _read(layout: Layout) -> str:
    """What is read from which column."""
    return ", ".join(f"{theirs}={ours}" for theirs, ours in layout.columns.items() if ours != "-")


@command.command()
@click.argument("name", metavar="NAME")
@company_option
@pass_merchant
async def forget(hub: Hub, merchant: Merchant, name: str) -> None:
    """Forget the layouts called NAME; the next file of their kind is asked about again."""
    from hub.flows.imports.layouts import forget_layout

    try:
        gone = await hub.store.write(lambda tx: forget_layout(tx, merchant, name))
    except LookupError:
        raise click.BadParameter(
            f"no layout is called {name!r}: payment-hub import layouts", param_hint="NAME"
        ) from None
    for saved in gone:
        click.echo(f"{saved.layout.name or saved.id}: forgotten ({saved.kind.value}, {saved.file_type})")
