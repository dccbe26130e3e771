"""How a company's files are read, remembered: proposed for the next file with the same headings, while it fits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import chain
from typing import Final

import attrs

from hub.domain.files.columns import WHICH
from hub.domain.files.customer_file import parse_customers
from hub.domain.files.heading_words import reduced
from hub.domain.files.invoice_file import parse_invoices
from hub.domain.files.layout import LEFT_OUT, FileKind, Layout, SavedLayout, headings_key
from hub.domain.files.listed import read_listed
from hub.domain.files.programs import PROGRAMS, program_layout
from hub.domain.files.reading import Reading
from hub.domain.files.settlement_file import parse_lines
from hub.domain.files.sheet import RowError, Table
from hub.domain.import_run import ImportRun
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx

OF_THE_ROW: Final = frozenset(
    {
        *("cell.missing", "cell.twice", "cell.due_before_issue", "cell.total_not_positive", "cell.too_long"),
        *("cell.balance_negative", "cell.balance_over_total", "cell.unprintable"),
    }
)
"""What is wrong with a row whatever way its cells are read."""


def layout_for(tx: Tx, merchant: Merchant, kind: FileKind, headings: Iterable[str], file_type: str) -> Layout | None:
    """How the last file with these headings was read, else how the program that writes them is."""
    names = tuple(headings)
    saved = _saved_for(tx, merchant, kind, names, file_type)
    return saved.layout if saved else program_layout(kind, names)


def _saved_for(
    tx: Tx, merchant: Merchant, kind: FileKind, headings: Iterable[str], file_type: str
) -> SavedLayout | None:
    key = headings_key(headings)
    found = (saved for saved in tx.imports.layouts(merchant.id, kind) if saved.headings == key)
    return next((saved for saved in found if saved.file_type == file_type), None)


def fits(reading: Reading) -> bool:
    """Whether a file can be read so: every cell, and every sum below them."""
    return why_unfit(reading) is None


def why_unfit(reading: Reading) -> RowError | None:
    """The first that cannot be read so, or that is to be said of it; None where all can."""
    unread = (error for error in reading.set_aside if isinstance(error.message, Text) and _is_cell(error.message))
    if (wrong := next(chain(reading.errors, unread), None)) is not None:
        return wrong
    if reading.is_open:
        return RowError(0, "", "", Text("layout.asks"))
    wrong_sums = (total for total in reading.totals if not total.agrees)
    return next((RowError(sum_.line, sum_.column, sum_.stated, Text("layout.sum")) for sum_ in wrong_sums), None)


@attrs.frozen
class Doubted:
    """How a file with these headings is remembered to be read, and why this one is asked about again.

    Attributes:
        name: By which it can be asked for.
    """

    name: str
    layout: Layout
    why: RowError


async def doubted_layout(
    hub: Hub, merchant: Merchant, kind: FileKind, data: bytes | Table, *, name: str = "", currency: str
) -> Doubted | None:
    """The remembered layout that a file has the headings of and does not fit; None where there is none, or it fits."""
    table = await asyncio.to_thread(read_listed, kind, data, name)

    def find(tx: Tx) -> tuple[str, Layout] | None:
        if saved := _saved_for(tx, merchant, kind, table.columns, table.file_type):
            return saved.layout.name or saved.id, saved.layout
        known = program_layout(kind, table.columns)
        return (known.name, known) if known else None

    if (found := await hub.store.read(find)) is None:
        return None
    called, layout = found
    theirs = {reduced(heading): heading for heading in table.columns}
    columns = {theirs[reduced(heading)]: ours for heading, ours in layout.columns.items() if reduced(heading) in theirs}
    layout = attrs.evolve(layout, columns=columns)
    why = why_unfit(await asyncio.to_thread(_read, hub, merchant, kind, table, layout, currency))
    return Doubted(called, layout, why) if why else None


def _is_cell(message: Text) -> bool:
    return message.id.startswith("cell.") and message.id not in OF_THE_ROW


def remember_layout(
    tx: Tx, hub: Hub, merchant: Merchant, kind: FileKind, reading: Reading, by: str, *, name: str = ""
) -> SavedLayout | None:
    """Remember how a file was read, where somebody said anything of it; None where nobody did."""
    said = reading.layout
    if not (said.columns or said.answers or name):
        return None
    columns = {theirs: ours for ours, several in reading.columns.items() for theirs in several}
    columns |= dict.fromkeys(reading.left_out, LEFT_OUT)
    answers = {key: answer for key, answer in said.answers.items() if not key.startswith(WHICH)}
    now = hub.clock()
    before = _saved_for(tx, merchant, kind, columns, reading.file_type)
    saved = SavedLayout(
        id=before.id if before else hub.fresh_id(),
        merchant_id=merchant.id,
        kind=kind,
        file_type=reading.file_type,
        headings=headings_key(columns),
        layout=Layout(
            columns=columns, answers=answers, name=name or said.name or (before.layout.name if before else "")
        ),
        by=by,
        saved_at=before.saved_at if before else now,
        used_at=now,
    )
    tx.imports.save_layout(saved)
    return saved


def remember_run(tx: Tx, hub: Hub, run: ImportRun, reading: Reading, by: str) -> None:
    """Remember how the file of an import was read, under its own name where nobody gave it one."""
    merchant = tx.merchants.get(run.merchant_id)
    if merchant and (reading.layout.columns or reading.layout.answers):
        name = reading.layout.name or run.name
        remember_layout(tx, hub, merchant, run.kind, reading, by, name=name)


def layouts_of(tx: Tx, merchant: Merchant) -> tuple[SavedLayout, ...]:
    """All that a company's files are remembered by, kind by kind, last used first."""
    return tuple(saved for kind in FileKind for saved in tx.imports.layouts(merchant.id, kind))


def layout_named(tx: Tx, merchant: Merchant, kind: FileKind, name: str) -> Layout | None:
    """The layout of this name or id that was last used for a kind, else that of the program called so."""
    saved = (saved.layout for saved in tx.imports.layouts(merchant.id, kind) if _is_called(saved, name))
    programs = (program.layout for program in PROGRAMS if program.kind is kind)
    return next(saved, next((layout for layout in programs if reduced(layout.name) == reduced(name)), None))


def forget_layout(tx: Tx, merchant: Merchant, name: str) -> tuple[SavedLayout, ...]:
    """Forget what has this name or id; the next file of its kind is asked about again.

    Raises:
        LookupError: Nothing has it.
    """
    found = tuple(saved for saved in layouts_of(tx, merchant) if _is_called(saved, name))
    if not found:
        raise LookupError(name)
    for saved in found:
        tx.imports.forget_layout(saved.id)
    return found


def _is_called(saved: SavedLayout, name: str) -> bool:
    return bool(name) and (saved.id == name or reduced(saved.layout.name) == reduced(name))


async def proposed_layout(
    hub: Hub, merchant: Merchant, kind: FileKind, data: bytes | Table, *, name: str, said: Layout, currency: str
) -> Layout:
    """What was said of a file, or of its rows where it was read before, and of what was not said what is remembered.

    That is the layout whose name was said, if there is one; else of the last file like it, as long as this one fits it.
    """
    table = await asyncio.to_thread(read_listed, kind, data, name)
    present = {reduced(heading) for heading in table.columns}

    def find(tx: Tx) -> Layout | None:
        if said.name:
            return layout_named(tx, merchant, kind, said.name)
        return layout_for(tx, merchant, kind, table.columns, table.file_type)

    found = await hub.store.read(find)
    if found is None:
        return said
    columns = {theirs: ours for theirs, ours in found.columns.items() if reduced(theirs) in present}
    layout = with_said(attrs.evolve(found, columns=columns), said)
    if said.name:
        return layout
    reading = await asyncio.to_thread(_read, hub, merchant, kind, table, layout, currency)
    return layout if fits(reading) else said


def with_said(layout: Layout, said: Layout) -> Layout:
    """A layout with what somebody says now, which counts."""
    now = {reduced(theirs): theirs for theirs in said.columns}
    columns = {theirs: ours for theirs, ours in layout.columns.items() if reduced(theirs) not in now}
    for ours in {*said.columns.values()} - {LEFT_OUT}:
        columns = {theirs: LEFT_OUT if other == ours else other for theirs, other in columns.items()}
    return attrs.evolve(layout.answering(said.answers), columns={**columns, **said.columns})


def _read(hub: Hub, merchant: Merchant, kind: FileKind, table: Table, layout: Layout, currency: str) -> Reading:
    country = hub.countries[merchant.company.country]
    match kind:
        case FileKind.CUSTOMERS:
            return parse_customers(table, country=country, layout=layout)
        case FileKind.INVOICES:
            return parse_invoices(table, default_currency=currency, country=country, layout=layout)
        case FileKind.PAYOUTS:
            return parse_lines(table, currency=currency, layout=layout)
