"""Liquidaciones: what the providers still have to pay out, and their files compared with the books."""

from __future__ import annotations

from litestar import get, post
from litestar.types import ControllerRouterHandler

from hub.domain.account import ProviderAccount
from hub.domain.text import Text
from hub.flows.accounts.open_account import Locked
from hub.flows.ground.as_drawn import FormChanged
from hub.flows.ground.read_drawn import Subject
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.settlements.reconciliation import Reconciliation
from hub.flows.settlements.view_settlements import charges_waiting, view_settlements
from hub.web.responses import Page

from .context import Context, MerchantContext
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, why_not
from .imports import MAX_FILE_BYTES, MAX_FORM_BYTES, kept_file, uploaded
from .rights import Right


@get("/settlements", right=Right.SEE)
async def show_settlements(context: Context) -> Page:
    """What is awaited from each provider, and the lines that came."""
    return await settlements_page(context)


async def settlements_page(
    context: MerchantContext,
    *,
    result: Reconciliation | None = None,
    account_id: str = "",
    name: str = "",
    content: bytes = b"",
    form_error: Text | str = "",
    typed: SubmittedForm = NOTHING,
    field_errors: FieldErrors | None = None,
    drawn: str = "",
) -> Page:
    """The page of payouts, with what a comparison found, ``drawn`` from, or what stood in the way of an act."""
    carried = kept_file(content) if result and result.dry_run and not result.faults else ""
    return context.page(
        "settlements.html",
        status=422 if form_error or (result and result.faults) else 200,
        accounts=await view_settlements(context.hub, context.merchant),
        waiting=await charges_waiting(context.hub, context.merchant),
        result=result,
        account_id=account_id,
        name=name,
        content=carried,
        form_error=form_error,
        typed=typed,
        field_errors=field_errors or {},
        drawn=drawn,
    )


@post("/settlements", status_code=200, request_max_body_size=MAX_FORM_BYTES, right=Right.BOOK, drawn=Subject.ACCOUNT)
async def take(context: Context, form: CheckedForm) -> Page:
    """Compare a provider's file with the books; without the second button nothing is booked."""
    accounts = await context.hub.store.read(lambda tx: tx.accounts.all_of(context.merchant.id, context.merchant.mode))
    account = next((item for item in accounts if item.id == form.get("account")), None)
    if account is None:
        return await settlements_page(context, form_error="Elija el proveedor.")
    name, content = await uploaded(form)
    if not content:
        return await settlements_page(context, account_id=account.id, form_error="Elija un archivo que no esté vacío.")
    if len(content) > MAX_FILE_BYTES:
        return await settlements_page(
            context, account_id=account.id, form_error="El archivo pasa de 2 MB; divídalo en varios."
        )
    drawn = await context.drawn_from(Subject.ACCOUNT, account.id)
    try:
        result, stale = await _compared(context, account, content, name, is_taken=form.has("take"))
    except Locked:
        form_error = "La conexión no se puede usar en este momento. No se comparó nada; intente más tarde."
        return await settlements_page(context, account_id=account.id, form_error=form_error)
    except LookupError:
        return await settlements_page(
            context, account_id=account.id, form_error="Este proveedor no está instalado ahora."
        )
    return await settlements_page(
        context,
        result=result,
        account_id=account.id,
        name=name,
        content=content,
        form_error=stale,
        drawn=drawn,
    )


async def _compared(
    context: MerchantContext, account: ProviderAccount, content: bytes, name: str, *, is_taken: bool
) -> tuple[Reconciliation, Text | str]:
    """What the file comes to; only looked at where what its form showed holds no more, and why."""
    try:
        return await import_settlement(context.hub, account, content, name=name, dry_run=not is_taken), ""
    except FormChanged as changed:
        return await import_settlement(context.hub, account, content, name=name, dry_run=True), why_not(changed)


HANDLERS: list[ControllerRouterHandler] = [show_settlements, take]
