"""Deshacer una importación: what that would do, or why it is not done, before it is."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.identity import Invalid
from hub.domain.text import Text
from hub.flows.imports.take_in import wait_for
from hub.flows.imports.undo import begin_undo, undo_import
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, SubmittedForm, why_not
from .rights import Right


@get("/import/{run_id:str}/undo", right=Right.BOOK)
async def show_undo(context: Context, run_id: FromPath[str]) -> Page:
    """What would be taken back."""
    return await _page(context, run_id)


async def _page(
    context: MerchantContext, run_id: str, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING
) -> Page:
    try:
        with unknown_is_404():
            undone = await undo_import(context.hub, context.merchant, run_id, by=context.session.email, dry_run=True)
    except Invalid as invalid:
        return context.page("import_undo.html", run_id=run_id, undone=None, status=409, form_error=why_not(invalid))
    if undone.is_repeated:
        return redirect(f"/m/import/{run_id}")
    return context.page(
        "import_undo.html",
        run_id=run_id,
        undone=undone,
        form_error=form_error,
        typed=typed,
        status=422 if form_error else 200,
    )


@post("/import/{run_id:str}/undo", status_code=200, right=Right.BOOK)
async def undo(context: Context, form: CheckedForm, run_id: FromPath[str]) -> Page:
    """Begin to take it back, or say why not."""
    try:
        with unknown_is_404():
            begun = await begin_undo(
                context.hub, context.merchant, run_id, by=context.session.email, why=form.get("reason")
            )
    except Invalid as invalid:
        return await _page(context, run_id, form_error=why_not(invalid), typed=form)
    if begun.refused:
        return await _page(context, run_id, form_error="No se deshizo nada.", typed=form)
    await wait_for(context.hub, context.merchant, run_id)
    return redirect(f"/m/import/{run_id}")


HANDLERS: list[ControllerRouterHandler] = [show_undo, undo]
