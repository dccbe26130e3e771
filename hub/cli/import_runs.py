"""Imports that were handed in: listed, what was set aside of them, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .deciding import by_option, why_option
from .explaining import words
from .options import company_option, json_option
from .printing import SHORT, print_json, print_table, when
from .running import pass_merchant

if TYPE_CHECKING:
    from hub.domain.files.sheet import RowError
    from hub.domain.import_run import ImportRun
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub, Tx
    from hub.flows.imports.undo import Undone

LISTED = 1000


def add_to(group: click.Group) -> None:
    """Join the group of imports."""
    group.add_command(list_)
    group.add_command(set_aside)
    group.add_command(undo)


@click.command("list")
@click.option("--limit", type=click.IntRange(1, LISTED), default=50, show_default=True)
@company_option
@json_option
@pass_merchant
async def list_(hub: Hub, merchant: Merchant, limit: int, as_json: bool) -> None:
    """List the imports of a company, newest first."""
    runs = await hub.store.read(lambda tx: tx.imports.of(merchant.id, merchant.mode, limit=limit))
    if as_json:
        print_json([_facts(run) for run in runs])
        return
    zone = merchant.company.zone
    print_table(
        ("HANDED IN", "ID", "KIND", "FILE", "BY", "STATE", "ROWS", "TAKEN BACK"),
        [
            (
                when(run.created_at, zone),
                run.id,
                run.kind.value,
                run.name,
                run.by,
                run.state.value,
                run.rows,
                when(run.undone_at, zone),
            )
            for run in runs
        ],
        fold=("FILE",),
    )


@click.command("set-aside")
@click.argument("run_id", metavar="RUN")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write them into this file: a workbook where its name ends with .xlsx, else CSV.",
)
@company_option
@pass_merchant
async def set_aside(hub: Hub, merchant: Merchant, run_id: str, output: Path | None) -> None:
    """Give the rows of import RUN that were set aside, the reason beside each, to be mended and imported.

    RUN is the id of import list, or its beginning. They are printed as CSV; a file named by --output is a workbook
    where its name ends with .xlsx. A spreadsheet cuts long numbers of a CSV to 15 digits, and none of a workbook."""
    from hub.flows.imports.hand_in import NoContent
    from hub.flows.imports.set_aside import rows_set_aside

    found = await hub.store.read(lambda tx: _named(tx, merchant, run_id))
    try:
        _name, content = await rows_set_aside(hub, merchant, found, words, as_csv=not is_workbook(output))
    except NoContent:
        raise click.ClickException(f"the file of import {run_id!r} is not kept any more: import it again") from None
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        output.write_bytes(content)


@click.command()
@click.argument("run_id", metavar="RUN")
@by_option
@why_option
@click.option("--dry-run", is_flag=True, help="Say what would be taken back, or why not; change nothing.")
@company_option
@json_option
@pass_merchant
async def undo(hub: Hub, merchant: Merchant, run_id: str, by: str, why: str, dry_run: bool, as_json: bool) -> int:
    """Take import RUN back, whole or not at all: what it billed counts as never billed, what it changed is as it was.

    RUN is the id of import list, or its beginning. Entries reverse entries; nothing is edited. It is done in portions:
    what something comes to meanwhile stays, and is listed. After an interruption the same command goes on."""
    from hub.flows.imports.undo import undo_import

    found = await hub.store.read(lambda tx: _named(tx, merchant, run_id))
    done = await undo_import(hub, merchant, found, by=by, why=why, dry_run=dry_run)
    if as_json:
        print_json(_undone_facts(done))
    else:
        _tell(done, merchant)
    return 1 if done.refused or done.kept else 0


def is_workbook(file: Path | None) -> bool:
    """Whether a file is to be one of a spreadsheet's own."""
    return file is not None and file.suffix.lower() == ".xlsx"


def _named(tx: Tx, merchant: Merchant, beginning: str) -> str:
    from hub.flows.ground.own_record import own_record

    runs = tx.imports.of(merchant.id, merchant.mode, limit=LISTED)
    found = [run.id for run in runs if run.id.lower().startswith(beginning.lower())] if beginning else []
    if len(found) > 1:
        raise click.ClickException(f"several imports begin with {beginning!r}: payment-hub import list")
    if found:
        return found[0]
    try:
        return own_record(tx.imports.get(beginning), merchant, beginning).id
    except LookupError:
        raise click.ClickException(f"there is no import {beginning!r}: payment-hub import list") from None


def _tell(done: Undone, merchant: Merchant) -> None:
    name = done.run.name or done.run.id[:SHORT]
    if done.refused:
        for row in done.refused:
            click.echo(f"{name}: line {row.line}, {row.value}: {words(row.message)}", err=True)
        click.echo(f"Error: nothing of {name} was taken back: {len(done.refused)} reasons", err=True)
        return
    if done.is_repeated and not done.is_done:
        click.echo(f"{name}: it is being taken back; {done.run.undone_by} began it")
        return
    if done.is_repeated:
        click.echo(f"{name}: it was taken back before, at {when(done.run.undone_at, merchant.company.zone)}")
        return
    counts = [
        f"{len(done.unbilled)} never billed",
        f"{len(done.restored)} as before",
        f"{len(done.reopened)} open again",
        f"{done.customers} customers as before",
        f"{done.removed} customers removed",
    ]
    click.echo(f"{name}: {', '.join(counts)}{' (dry run: nothing was written)' if done.dry_run else ''}")
    for row in done.kept:
        click.echo(f"{name}: line {row.line}, {row.value} stays: {words(row.message)}", err=True)
    if done.kept:
        count = len({(row.line, row.value) for row in done.kept})
        click.echo(f"{name}: {count} rows stay, since something came meanwhile", err=True)
    if done.left:
        click.echo(f"{name}: {len(done.left)} customers stay, since something else names them: {', '.join(done.left)}")
    for mail in done.mailed:
        click.echo(f"{name}: {mail.recipient} has a statement of {when(mail.sent_at, merchant.company.zone)} with it")


def _facts(run: ImportRun) -> dict[str, object]:
    return {
        "id": run.id,
        "kind": run.kind.value,
        "file": run.name,
        "sha256": run.sha256,
        "by": run.by,
        "state": run.state.value,
        "rows": run.rows,
        "done": run.done,
        "created_at": run.created_at,
        "taken_at": run.taken_at,
        "undoing": _progress_facts(run),
        "undone_at": run.undone_at,
        "undone_by": run.undone_by,
    }


def _progress_facts(run: ImportRun) -> dict[str, object] | None:
    """How far it was taken back, where somebody began that."""
    from hub.flows.imports.take_back import progress_of

    progress = progress_of(run)
    return {"done": progress.done, "rows": progress.rows, "stopped": progress.is_stopped} if progress else None


def _row_facts(rows: Iterable[RowError]) -> list[dict[str, object]]:
    return [{"line": row.line, "column": row.column, "value": row.value, "message": words(row.message)} for row in rows]


def _undone_facts(done: Undone) -> dict[str, object]:
    return {
        "run": _facts(done.run),
        "dry_run": done.dry_run,
        "undone": done.is_done,
        "repeated": done.is_repeated,
        "refused": _row_facts(done.refused),
        "kept": _row_facts(done.kept),
        "never_billed": list(done.unbilled),
        "as_before": list(done.restored),
        "open_again": list(done.reopened),
        "customers_as_before": done.customers,
        "customers_removed": done.removed,
        "customers_left": list(done.left),
        "mailed": [
            {"customer": mail.customer_id, "recipient": mail.recipient, "sent_at": mail.sent_at} for mail in done.mailed
        ],
    }
