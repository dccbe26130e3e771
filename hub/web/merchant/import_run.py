"""One import: how its file is understood, what taking it would do, how far that is, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import attrs
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.cells import Unreadable, read_amount
from hub.domain.complete_list import CLOSINGS, REST, Closing, asks_two, chosen_for
from hub.domain.decision import is_same_person
from hub.domain.drawn_from import DrawnFrom
from hub.domain.files.columns import LEFT_OUT
from hub.domain.files.customer_file import CustomerRow
from hub.domain.files.field_labels import field_label
from hub.domain.files.invoice_row import InvoiceRow
from hub.domain.files.known_columns import FIELDS
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.propose import are_customers, proposed
from hub.domain.files.sheet import Table
from hub.domain.import_run import Choices, ImportRun, RunState
from hub.domain.sums import sums_of
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.close_bills import CLOSING
from hub.flows.ground.as_drawn import FormChanged, as_drawn
from hub.flows.ground.ports import Tx
from hub.flows.imports.hand_in import NoContent, import_of
from hub.flows.imports.import_report import ImportReport
from hub.flows.imports.look_at import Look, look_at, read_otherwise, shown
from hub.flows.imports.set_aside import rows_set_aside
from hub.flows.imports.take_back import progress_of
from hub.flows.imports.take_in import STOPPED, TAKEN_BY, Busy, begin, wait_for
from hub.flows.imports.told_report import read_report, sums_closed
from hub.flows.views.view_proposals import ClosingView, view_closing
from hub.web.responses import HEADERS, Page, policy, redirect
from hub_hookspecs import Money

from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, why_not
from .import_words import KIND_NAMES, STATES, causes_of
from .rights import Right

REFRESH_SECONDS: Final = 2
MOST_COLUMNS: Final = 60
"""Of a file's columns, so many are offered to be named."""
PREVIEW: Final = 5
NET: Final = "net"
COLUMN, ANSWER = "column:", "answer:"
COUNTED: Final = {"missing.count": "missing_count", "missing.nothing_chosen": "missing_count"}
"""The field that an error is about."""


@get("/import/{run_id:str}", right=Right.SEND)
async def show_run(context: Context, run_id: FromPath[str]) -> Page:
    """What an import needs now: an answer, a confirmation, a moment of patience, or nothing any more."""
    with unknown_is_404():
        run = await import_of(context.hub, context.merchant, run_id)
    if run.kind is FileKind.PAYOUTS:
        return redirect(f"/m/settlements?run={run.id}")
    if run.state is RunState.SHOWN:
        return await _shown(context, run)
    return await told(context, run)


async def _shown(
    context: MerchantContext, run: ImportRun, *, typed: SubmittedForm = NOTHING, table: Table | None = None
) -> Page:
    try:
        look = await look_at(context.hub, context.merchant, run.id, by=context.session.email, table=table)
    except NoContent:
        return context.page("import_gone.html", run=run, status=410)
    return drawn(context, look, typed=typed)


def drawn(
    context: MerchantContext,
    look: Look,
    *,
    form_error: Text | str = "",
    typed: SubmittedForm = NOTHING,
) -> Page:
    """The page of a file that is looked at."""
    report, reading = look.report, look.report.reading
    is_refused = bool(form_error or report.faults)
    return context.page(
        "import_run.html",
        status=422 if is_refused else 200,
        run=look.run,
        look=look,
        report=report,
        reading=reading,
        is_open=report.is_open,
        can_take=not report.faults and not report.is_open and is_worth_taking(look),
        lacks=report.missing,
        are_customers=look.run.kind is FileKind.INVOICES and are_customers(reading, look.samples),
        alone=look.is_alone,
        typed=typed,
        field_errors=_beside(form_error),
        form_error=form_error,
        stopped=look.run.report.get(STOPPED),
        drawn=look.drawn_from.mark,
        **asked_of(look),
        rows=_taken(report)[:PREVIEW],
        in_all=_in_all(_taken(report)),
        **_common(look.run),
    )


def _taken(report: ImportReport) -> Sequence[InvoiceRow | CustomerRow]:
    """The rows as understood that are taken, or are here already as they are."""
    aside = {error.line for error in (*report.set_aside, *report.left_out)}
    rows = report.rows or getattr(report.reading, "rows", ())
    return [row for row in rows if row.line not in aside]


def _in_all(rows: Sequence[InvoiceRow | CustomerRow]) -> tuple[Money, ...]:
    """What the invoices among them come to: what is still owed of each, where the file says it."""
    bills = (row for row in rows if isinstance(row, InvoiceRow))
    return sums_of(row.total if row.balance is None else row.balance for row in bills)


def _beside(form_error: Text | str) -> FieldErrors:
    """An error beside the field that it is about, where it is about one."""
    field = COUNTED.get(form_error.id) if isinstance(form_error, Text) else None
    return {field: (form_error,)} if field else {}


def asked_of(look: Look) -> dict[str, Any]:
    """What a page needs to ask which column is which: chosen beforehand as it is remembered, where it is."""
    doubted = look.doubted
    return {
        "headings": look.headings[:MOST_COLUMNS],
        "samples": look.samples,
        "more_headings": max(0, len(look.headings) - MOST_COLUMNS),
        "known_columns": {**named_columns(look), **proposals(look), **(doubted.layout.columns if doubted else {})},
        "doubted": doubted,
        "fields": [(column.name, field_label(column.name)) for column in FIELDS[look.run.kind]],
        "missing": [field_label(name) for name in look.report.reading.missing],
    }


def is_worth_taking(look: Look) -> bool:
    """Whether confirming it would change anything."""
    report = look.report
    return bool(report.new or report.changed or (report.missing and report.missing.bills))


def _common(run: ImportRun) -> dict[str, Any]:
    return {"causes_of": causes_of, "field_label": field_label, "states": STATES, "kind": KIND_NAMES[run.kind]}


async def told(
    context: MerchantContext, run: ImportRun, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING
) -> Page:
    """How far it is, or what came of it; to a second person what is proposed, to say yes or no."""
    progress = progress_of(run)
    if run.is_under_way:
        return context.page("import_taking.html", run=run, undo=progress, refresh=REFRESH_SECONDS, **_common(run))
    found = await view_closing(context.hub, context.merchant, run.id)
    proposed = found if isinstance(found, ClosingView) else None
    return context.page(
        "import_done.html",
        status=422 if form_error else 200,
        run=run,
        proposed=proposed,
        ended=None if proposed else found,
        is_own=proposed is not None and is_same_person(proposed.decision.by, context.session.email),
        typed=typed,
        form_error=form_error,
        report=read_report(run.report),
        by=run.report.get(TAKEN_BY, run.by),
        closing=run.report.get(CLOSING),
        sums_closed=sums_closed,
        undo=progress,
        **_common(run),
    )


def named_columns(look: Look) -> Mapping[str, str]:
    """Our field by the file's own heading, as it is read now; ``-`` for what is left out."""
    found = dict.fromkeys(look.headings, LEFT_OUT)
    for ours, theirs in look.report.reading.columns.items():
        found.update(dict.fromkeys(theirs, ours))
    return found


def proposals(look: Look) -> Mapping[str, str]:
    """What columns that nobody knows by name may be, where something is missing: put before whoever says it."""
    reading = look.report.reading
    free = [theirs for theirs in look.headings if theirs in reading.left_out]
    return proposed(reading.missing, free, look.samples, look.people)


@post("/import/{run_id:str}", status_code=200, facts=True, right=Right.SEND)
async def confirm(context: Context, form: CheckedForm, run_id: FromPath[str]) -> Page:
    """Read the file another way where something else was chosen than it is read now; else take it."""
    with unknown_is_404():
        run = await import_of(context.hub, context.merchant, run_id)
        here = f"/m/import/{run.id}"
        if run.state is not RunState.SHOWN or run.kind is FileKind.PAYOUTS:
            return redirect(here)
        try:
            look = await look_at(context.hub, context.merchant, run_id, by=context.session.email)
        except NoContent:
            return redirect(here)
        try:
            layout, choices = chosen_layout(look, form), chosen_beside(look, form)
        except Unreadable as unreadable:
            return drawn(context, look, form_error=unreadable.message, typed=form)
        is_otherwise = await read_otherwise(context.hub, context.merchant, run_id, layout, choices)
    if is_otherwise or not form.has("take"):
        # What was said of the missing ones stands on this page alone until it is confirmed.
        return await _shown(context, run, typed=form, table=look.table) if form.beginning("missing") else redirect(here)
    if look.report.faults or look.report.is_open:
        return drawn(context, look)
    hub = as_drawn(context.hub, lambda tx: _stands(tx, look), form.get("drawn"))
    choices, by = said_of_missing(look, form), context.session.email
    try:
        if wrong := why_not_closed(look, choices):
            return drawn(context, look, form_error=wrong, typed=form)
        await begin(hub, context.merchant, run_id, by=by, rows=look.report.reading.seen, choices=choices)
    except FormChanged as changed:
        return drawn(context, look, form_error=why_not(changed), typed=form)
    except Busy as busy:
        return drawn(context, look, form_error=busy.message, typed=form)
    await wait_for(context.hub, context.merchant, run_id)
    return redirect(here)


def _stands(tx: Tx, look: Look) -> DrawnFrom:
    """How the import is to be read as this is written, and what it came to when that was computed a moment ago."""
    return shown(tx.imports.get(look.run.id) or look.run, look.report)


def chosen_layout(look: Look, form: SubmittedForm) -> Layout:
    """How the file is to be read by what was chosen; what is read so already is no choice, and a column that is shown
    as unused and that nobody touched may still be asked about."""
    layout, known = look.run.layout, named_columns(look)
    columns = {
        theirs: ours
        for theirs, ours in form.beginning(COLUMN).items()
        if theirs in known and ours and {ours, known[theirs]} != {LEFT_OUT}
    }
    if any(known[theirs] != ours for theirs, ours in columns.items()):
        layout = attrs.evolve(layout, columns={**layout.columns, **columns}, name="")
    if NET in look.report.reading.missing:  # the net is what the others leave of the gross, once it is said which count
        said = {**form.beginning(COLUMN)}
        unused = {theirs: LEFT_OUT for theirs, ours in said.items() if ours == LEFT_OUT and theirs in known}
        layout = attrs.evolve(layout, columns={**unused, **layout.columns}, name="")
    if form.has("forget"):
        used = {theirs: ours for theirs, ours in known.items() if ours != LEFT_OUT}
        layout = attrs.evolve(layout, columns={**used, **columns}, answers={}, name="")
    answers = {key: value for key, value in form.beginning(ANSWER).items() if value}
    return layout.answering(answers) if answers else layout


OFFERED = ("whole", "create_customers", "complete")


def chosen_beside(look: Look, form: SubmittedForm) -> Choices:
    """What was chosen beside, of what the form had to choose; the day that is shown is no choice.

    Raises:
        Unreadable: The day of the list is none.
    """
    run, shown_day = look.run, look.report.missing.as_of if look.report.missing else None
    offered = form.get("offered").split()
    ticked: dict[str, Any] = {
        name: form.has(name) for name in ("whole", "create_customers", "complete") if name in offered
    }
    day = run.choices.as_of
    if form.get("as_of"):
        typed_day = read_typed_day(form.get("as_of"))
        day = day if typed_day == shown_day else typed_day
    return attrs.evolve(run.choices, **ticked, as_of=day if ticked.get("complete", run.choices.complete) else None)


def said_of_missing(look: Look, form: SubmittedForm) -> Choices:
    """What becomes of what a complete list lacks, and what whoever says so counted."""
    choices, missing = look.run.choices, look.report.missing
    if missing is None or not missing.bills:
        return choices
    each = {number: value for number, value in form.beginning("missing:").items() if value in CLOSINGS}
    rest = form.get("missing-rest")
    count = form.get("missing_count")
    sums = {}
    for code, text in form.beginning("missing_sum-").items():
        with contextlib.suppress(Unreadable):
            sums[code] = read_amount(text, code, None).minor
    return attrs.evolve(
        choices,
        missing={**each, **({REST: rest} if rest in CLOSINGS else {})},
        missing_count=int(count) if count.isascii() and count.isdecimal() and len(count) < 8 else None,
        missing_sums=sums,
        missing_mark=form.get("missing_mark"),
    )


def why_not_closed(look: Look, choices: Choices) -> Text | None:
    """What is wrong with what was said of the missing ones, before anything of the file is taken."""
    missing = look.report.missing
    if missing is None:
        return None
    if missing.refused:
        return missing.refused[0]
    closing = [bill for bill in missing.bills if chosen_for(bill.payable.number, choices.missing) is not Closing.LEFT]
    if not closing:
        typed = choices.missing_count is not None and missing.bills
        return Text("missing.nothing_chosen", count=missing.count) if typed else None
    if choices.missing_mark != missing.mark:
        return Text("missing.changed")
    if choices.missing_count != missing.count:
        return Text("missing.count", count=missing.count)
    sums = {code: amount.minor for code, amount in missing.sums.items()}
    if look.is_alone and asks_two(len(closing), missing.open_ones) and dict(choices.missing_sums) != sums:
        return Text("missing.sum", sums=tuple(Text("missing.amount", amount=item) for item in missing.sums.values()))
    return None


@get("/import/{run_id:str}/set-aside", right=Right.SEND)
async def download(context: Context, run_id: FromPath[str]) -> Page | Response[bytes]:
    """The rows that were set aside, with the reason beside each, ready to be mended."""
    reader = context.pages.reader_of(context.merchant)
    with unknown_is_404():
        handed = await import_of(context.hub, context.merchant, run_id)
        try:
            name, content = await rows_set_aside(context.hub, context.merchant, run_id, reader.words)
        except NoContent:
            return context.page("import_gone.html", run=handed, status=410)
    return Response(
        content,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            **HEADERS,
            "Content-Security-Policy": policy(),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        },
    )


HANDLERS: list[ControllerRouterHandler] = [show_run, confirm, download]
