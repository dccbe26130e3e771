"""Importar: a file of customers or invoices, first as it was understood, then taken."""

from __future__ import annotations

import base64
import binascii

from litestar import get, post
from litestar.exceptions import ClientException
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.text import Text
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.imports.import_report import ImportReport
from hub.web.responses import Page

from .context import Context, MerchantContext
from .form import CheckedForm, SubmittedForm
from .rights import Right

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_FORM_BYTES = 4 * 1024 * 1024
CUSTOMERS, INVOICES = "customers", "invoices"
KINDS = {CUSTOMERS: "Clientes", INVOICES: "Facturas de venta"}
DECIMALS = {"": "Que se reconozca solo", ",": "Coma: 1.234,50", ".": "Punto: 1,234.50"}


@get("/import", right=Right.SEND)
async def show_import(context: Context, kind: FromQuery[str] = INVOICES) -> Page:
    """Ask for a file."""
    return _page(context, kind=kind if kind in KINDS else INVOICES)


def _page(
    context: MerchantContext,
    *,
    kind: str = INVOICES,
    decimal: str = "",
    report: ImportReport | None = None,
    name: str = "",
    content: bytes = b"",
    form_error: Text | str = "",
) -> Page:
    return context.page(
        "import.html",
        kind=kind,
        kinds=KINDS,
        decimal=decimal,
        decimals=DECIMALS,
        report=report,
        name=name,
        content=kept_file(content) if report and report.dry_run and not report.faults else "",
        form_error=form_error,
        status=422 if form_error or (report and report.faults) else 200,
    )


@post("/import", status_code=200, request_max_body_size=MAX_FORM_BYTES, right=Right.SEND)
async def take(context: Context, form: CheckedForm) -> Page:
    """Without its second button: show the file as understood and take nothing."""
    kind = form.get("kind") if form.get("kind") in KINDS else INVOICES
    decimal = form.get("decimal") if form.get("decimal") in DECIMALS else ""
    name, content = await uploaded(form)
    if not content:
        return _page(context, kind=kind, decimal=decimal, form_error="Elija un archivo que no esté vacío.")
    if len(content) > MAX_FILE_BYTES:
        return _page(context, kind=kind, decimal=decimal, form_error="El archivo pasa de 2 MB; divídalo en varios.")
    report = await _import(context, kind, name, content, decimal, dry_run=not form.has("take"))
    return _page(context, kind=kind, decimal=decimal, report=report, name=name, content=content)


def kept_file(content: bytes) -> str:
    """A file as the page carries it until the second button is pressed."""
    return base64.b64encode(content).decode()


async def uploaded(form: SubmittedForm) -> tuple[str, bytes]:
    """The file that came along, or the one that was shown before."""
    upload = form.files.get("file")
    if upload is not None:
        return (upload.filename or "")[:100], await upload.read()
    try:
        return form.get("name")[:100], base64.b64decode(form.get("content"), validate=True)
    except binascii.Error as error:
        raise ClientException("El archivo llegó incompleto; elíjalo de nuevo.") from error


async def _import(
    context: MerchantContext, kind: str, name: str, content: bytes, decimal: str, *, dry_run: bool
) -> ImportReport:
    if kind == CUSTOMERS:
        return await import_customers(context.hub, context.merchant, content, name=name, dry_run=dry_run)
    return await import_invoices(
        context.hub, context.merchant, content, name=name, decimal=decimal or None, dry_run=dry_run
    )


HANDLERS: list[ControllerRouterHandler] = [show_import, take]
