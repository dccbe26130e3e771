"""Export what moved money."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from .explaining import in_spanish
from .options import check_usage, company_option, json_option
from .printing import json_of
from .running import pass_merchant
from .values import day_of

if TYPE_CHECKING:
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub
    from hub.flows.views.export_payments import Exported


def _workbook_to_a_file(form: str, output: str | None, as_json: bool, **_given: Any) -> None:
    if form == "xlsx" and not as_json and output is None:
        raise click.UsageError("a workbook is written to a file: say --output FILE")


@click.command()
@click.option("--since", metavar="DAY", callback=day_of, help="First day, such as 2026-11-21; else yesterday.")
@click.option("--until", metavar="DAY", callback=day_of, help="Last day; else there is none.")
@click.option(
    "--by",
    type=click.Choice(["booked", "value"]),
    default="booked",
    show_default=True,
    help="Which day chooses: that of the booking, which loses no late news, or the day that it counts for.",
)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "json"]), default="csv", show_default=True)
@click.option("--output", metavar="FILE", help="Where to write; else standard output.")
@company_option
@json_option
@check_usage(_workbook_to_a_file)
@pass_merchant
async def export(
    hub: Hub,
    merchant: Merchant,
    since: date | None,
    until: date | None,
    by: str,
    form: str,
    output: str | None,
    as_json: bool,
) -> None:
    """Export what moved money, one row a movement, as the books have it.

    Payments, cash and transfers, what went back (negative), disputes and corrections, with what was applied to which
    invoice. What came in and what went back is told at the end.
    """
    from pathlib import Path

    from hub.domain.moved import By
    from hub.flows.views.export_payments import MAX_MOVEMENTS, export_payments

    form = "json" if as_json else form
    found = await export_payments(hub, merchant, since or _yesterday(hub, merchant), until, by=By(by))
    if found.cut:
        raise click.ClickException(
            f"there are more than {MAX_MOVEMENTS} movements: choose fewer days with --since and --until"
        )
    content = _content(found, form)
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        Path(output).write_bytes(content)
    for total in found.totals:
        click.echo(f"brought in {total.brought_in}, went back {total.went_back}, withheld {total.withheld}", err=True)


def _content(found: Exported, form: str) -> bytes:
    from hub.domain.export import csv_of, rendered, xlsx_of
    from hub.flows.views.export_line import COLUMNS

    heads, rows = [in_spanish(column) for column in COLUMNS], rendered(found.rows, in_spanish)
    match form:
        case "csv":
            return csv_of(heads, rows)
        case "xlsx":
            return xlsx_of("Pagos", heads, rows)
    return f"{json_of(_facts(found))}\n".encode()


def _facts(found: Exported) -> dict[str, object]:
    return {
        "totals": [
            {"brought_in": total.brought_in, "went_back": total.went_back, "withheld": total.withheld}
            for total in found.totals
        ],
        "movements": [line.facts for line in found.lines],
    }


def _yesterday(hub: Hub, merchant: Merchant) -> date:
    from zoneinfo import ZoneInfo

    return hub.clock().astimezone(ZoneInfo(merchant.company.zone)).date() - timedelta(days=1)
