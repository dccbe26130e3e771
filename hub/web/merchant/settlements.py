"""Liquidaciones: what the providers still have to pay out, and their files compared with the books."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.account import ProviderAccount
from hub.domain.files.layout import FileKind
from hub.domain.import_run import ImportRun
from hub.domain.text import Refusal, Text
from hub.flows.accounts.open_account import Locked
from hub.flows.ground.as_drawn import FormChanged
from hub.flows.ground.ports import Unopened
from hub.flows.ground.read_drawn import Subject
from hub.flows.imports.hand_in import NoContent, hand_in, read_file
from hub.flows.imports.import_report import ImportReport
from hub.flows.imports.layouts import doubted_layout
from hub.flows.imports.look_at import Look, first_rows, read_otherwise
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.settlements.reconciliation import Reconciliation
from hub.flows.settlements.take_payouts import end_payouts, read_payouts
from hub.flows.settlements.view_settlements import charges_waiting, view_settlements
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, why_not
from .import_run import asked_of, chosen_layout
from .imports import MAX_FORM_BYTES, MOST_MB, NOT_NOW, uploaded
from .rights import Right

GONE = "El archivo ya no está guardado. Elíjalo de nuevo."
LOCKED = "La conexión no se puede usar en este momento. No se comparó nada; intente más tarde."
NOT_INSTALLED = "Este proveedor no está instalado ahora."


@get("/settlements", right=Right.SEE)
async def show_settlements(context: Context, run: FromQuery[str] = "") -> Page:
    """What is awaited from each provider, and the lines that came; with a file that is looked at, what it comes to."""
    if not run or not context.can(Right.BOOK):
        return await settlements_page(context)
    with unknown_is_404():
        try:
            handed, content = await read_file(context.hub, context.merchant, run)
        except NoContent:
            return await settlements_page(context, form_error=GONE)
        account = await _account(context, handed.choices.account)
        if account is None:
            raise LookupError(run)
    return await _compared(context, account, handed, content)


async def settlements_page(
    context: MerchantContext,
    *,
    result: Reconciliation | None = None,
    account_id: str = "",
    run: ImportRun | None = None,
    form_error: Text | str = "",
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    drawn: str = "",
    look: Look | None = None,
) -> Page:
    """The page of payouts, with what a comparison found, ``drawn`` from, or what stood in the way of an act."""
    return context.page(
        "settlements.html",
        status=422 if form_error or (result and result.faults) else 200,
        accounts=await view_settlements(context.hub, context.merchant),
        waiting=await charges_waiting(context.hub, context.merchant),
        result=result,
        account_id=account_id,
        run=run,
        most=MOST_MB,
        form_error=form_error,
        typed=typed,
        field_errors=field_errors or {},
        drawn=drawn,
        **({} if look is None or not look.headings else asked_of(look)),
    )


@post("/settlements/file", status_code=200, request_max_body_size=MAX_FORM_BYTES, facts=True, right=Right.BOOK)
async def bring(context: Context, form: CheckedForm) -> Page:
    """Keep a provider's file, and show what it comes to; nothing of it is booked."""
    account = await _account(context, form.get("account"))
    if account is None:
        return await settlements_page(context, form_error="Elija el proveedor.")
    name, content = await uploaded(form)
    known: dict[str, Any] = {"kind": FileKind.PAYOUTS, "name": name, "by": context.session.email, "account": account.id}
    try:
        run = await hand_in(context.hub, context.merchant, content, **known)
    except Refusal as refusal:
        return await settlements_page(context, account_id=account.id, form_error=refusal.message)
    except Unopened:
        return await settlements_page(context, account_id=account.id, form_error=NOT_NOW)
    return redirect(f"/m/settlements?run={run.id}")


@post("/settlements", status_code=200, facts=True, right=Right.BOOK, drawn=Subject.ACCOUNT)
async def take(context: Context, form: CheckedForm) -> Page:
    """Book what agrees of the file that was shown."""
    with unknown_is_404():
        try:
            run, content = await read_file(context.hub, context.merchant, form.get("run"))
        except NoContent:
            return await settlements_page(context, form_error=GONE)
        account = await _account(context, run.choices.account)
        if account is None:
            raise LookupError(run.id)
    return await _compared(context, account, run, content, is_taken=form.has("take"))


async def _account(context: MerchantContext, account_id: str) -> ProviderAccount | None:
    """An account of this merchant, in its mode."""
    accounts = await context.hub.store.read(lambda tx: tx.accounts.all_of(context.merchant.id, context.merchant.mode))
    return next((item for item in accounts if item.id == account_id), None)


async def _compared(
    context: MerchantContext, account: ProviderAccount, run: ImportRun, content: bytes, *, is_taken: bool = False
) -> Page:
    """The page with what the file comes to; only looked at where what its form showed holds no more, and why."""
    drawn = await context.drawn_from(Subject.ACCOUNT, account.id)
    stale: Text | str = ""
    known: dict[str, Any] = {"name": run.name, "layout": run.layout}
    try:
        try:
            result = await import_settlement(context.hub, account, content, **known, dry_run=not is_taken)
        except FormChanged as changed:
            stale = why_not(changed)
            result = await import_settlement(context.hub, account, content, **known, dry_run=True)
    except Locked:
        return await settlements_page(context, account_id=account.id, form_error=LOCKED)
    except LookupError:
        return await settlements_page(context, account_id=account.id, form_error=NOT_INSTALLED)
    if not result.dry_run and not result.faults and not result.reading.is_open:
        await end_payouts(context.hub, run.id, result, by=context.session.email)
    look = await _look(context, account, run, content, result) if result.dry_run else None
    return await settlements_page(
        context, result=result, account_id=account.id, run=run, form_error=stale, drawn=drawn, look=look
    )


async def _look(
    context: MerchantContext, account: ProviderAccount, run: ImportRun, content: bytes, result: Reconciliation
) -> Look | None:
    """The file's columns and first rows; none where the provider's own reader has read it."""
    if not (result.reading.columns or result.reading.left_out or result.reading.missing):
        return None
    headings, samples = await first_rows(run, content, result.reading)
    doubted = None
    if not (run.layout.columns or run.layout.answers):
        currency = context.hub.providers[account.provider].info.currencies[0].currency
        doubted = await doubted_layout(
            context.hub, context.merchant, run.kind, content, name=run.name, currency=currency
        )
    report = ImportReport(reading=result.reading)
    return Look(run=run, headings=headings, samples=samples, report=report, doubted=doubted)


@post("/settlements/read", status_code=200, facts=True, right=Right.BOOK)
async def read_so(context: Context, form: CheckedForm) -> Page:
    """Read the file that was shown another way, and show what it comes to then."""
    with unknown_is_404():
        try:
            run, content = await read_file(context.hub, context.merchant, form.get("run"))
        except NoContent:
            return await settlements_page(context, form_error=GONE)
        reading = await read_payouts(context.hub, context.merchant, run, content)
        headings, samples = await first_rows(run, content, reading)
        look = Look(run=run, headings=headings, samples=samples, report=ImportReport(reading=reading))
        await read_otherwise(context.hub, context.merchant, run.id, chosen_layout(look, form), run.choices)
    return redirect(f"/m/settlements?run={run.id}")


HANDLERS: list[ControllerRouterHandler] = [show_settlements, bring, take, read_so]
