"""Importar: a file is handed in, and what became of those before."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.files.layout import FileKind
from hub.domain.import_run import MAX_BYTES
from hub.domain.text import Refusal, Text
from hub.flows.ground.ports import Unopened
from hub.flows.imports.hand_in import hand_in, list_imports
from hub.web.responses import Page, redirect

from .context import Context, MerchantContext
from .form import CheckedForm, SubmittedForm
from .import_words import KIND_NAMES, KINDS, STATES
from .rights import Right

MAX_FORM_BYTES = MAX_BYTES + 256 * 1024
MOST_MB = MAX_BYTES // 2**20
NOT_NOW = "Ahora no se puede guardar el archivo con seguridad. No se guardó nada; intente más tarde."


@get("/import", right=Right.SEND)
async def show_import(context: Context, kind: FromQuery[str] = FileKind.INVOICES.value) -> Page:
    """Ask for a file."""
    return _page(context, kind=kind)


def _page(context: MerchantContext, *, kind: str, form_error: Text | str = "") -> Page:
    return context.page(
        "import.html",
        kind=kind if kind in KINDS else FileKind.INVOICES.value,
        kinds=KINDS,
        most=MOST_MB,
        form_error=form_error,
        status=422 if form_error else 200,
    )


@post("/import", status_code=200, request_max_body_size=MAX_FORM_BYTES, facts=True, right=Right.SEND)
async def bring(context: Context, form: CheckedForm) -> Page:
    """Keep the file, and show how it is understood; nothing of it is taken."""
    kind = form.get("kind") if form.get("kind") in KINDS else FileKind.INVOICES.value
    name, content = await uploaded(form)
    try:
        run = await hand_in(
            context.hub, context.merchant, content, kind=FileKind(kind), name=name, by=context.session.email
        )
    except Refusal as refusal:
        return _page(context, kind=kind, form_error=refusal.message)
    except Unopened:
        return _page(context, kind=kind, form_error=NOT_NOW)
    return redirect(f"/m/import/{run.id}")


async def uploaded(form: SubmittedForm) -> tuple[str, bytes]:
    """Name and content of the file that came along; nothing where none was chosen."""
    upload = form.files.get("file")
    return ("", b"") if upload is None else (upload.filename or "", await upload.read())


@get("/imports", right=Right.SEND)
async def show_imports(context: Context) -> Page:
    """What was imported, or only looked at."""
    return context.page(
        "imports.html", runs=await list_imports(context.hub, context.merchant), states=STATES, kinds=KIND_NAMES
    )


@get("/import/help", right=Right.SEND)
async def show_help(context: Context) -> Page:
    """How a file is prepared, read, mended and taken back."""
    return context.page("import_help.html", most=MOST_MB)


HANDLERS: list[ControllerRouterHandler] = [show_import, bring, show_imports, show_help]
