"""The papers of a customer's links as PDFs, and the page on which a third party checks a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Response, get
from litestar.exceptions import NotFoundException

from hub.domain.letterhead import letterhead_for
from hub.flows.ground.open_link import LinkClosed
from hub.flows.views.print_document import PdfMissing
from hub.flows.views.print_receipt import receipt_pdf, verified_payment
from hub.flows.views.print_statement import statement_pdf
from hub.flows.views.print_voucher import voucher_pdf
from hub.web.language import language_of
from hub.web.pages import reader_pages_of
from hub.web.request import Request, hub_of
from hub.web.responses import Page, pdf_answer


@get("/s/{token:str}/estado-de-cuenta.pdf", include_in_schema=False)
async def download_statement(request: Request) -> Response[bytes]:
    """The statement as a PDF."""
    with missing_is_404():
        return pdf_answer(
            await statement_pdf(
                hub_of(request), request.path_params["token"], language=language_of(request, hub_of(request))
            )
        )


@get("/p/{token:str}/soporte.pdf", include_in_schema=False)
async def download_receipt(request: Request) -> Response[bytes]:
    """The proof of a paid payment as a PDF."""
    with missing_is_404():
        return pdf_answer(
            await receipt_pdf(
                hub_of(request), request.path_params["token"], language=language_of(request, hub_of(request))
            )
        )


@get("/p/{token:str}/volante.pdf", include_in_schema=False)
async def download_voucher(request: Request) -> Response[bytes]:
    """The slip of a payment that is made elsewhere, as long as it can be made."""
    hub, token = hub_of(request), request.path_params["token"]
    with missing_is_404():
        return pdf_answer(await voucher_pdf(hub, token, language=language_of(request, hub)))


@get("/v/{token:str}", include_in_schema=False)
async def verify_receipt(request: Request) -> Page:
    """What is true of a receipt that somebody shows; nothing else of payer or payment."""
    hub = hub_of(request)
    with missing_is_404():
        view = await verified_payment(hub, request.path_params["token"])
    country = hub.countries[view.merchant.company.country]
    return reader_pages_of(request).page(
        "portal/verify.html",
        merchant=view.merchant,
        mode=view.payment.mode,
        view=view,
        shown=view.shown.value,
        letterhead=letterhead_for(view.merchant, country, view.payment.mode),
    )


@contextmanager
def missing_is_404() -> Iterator[None]:
    """A paper that is not there, or that nothing here can draw, looks like any page that is not there."""
    try:
        yield
    except LinkClosed:
        raise
    except (LookupError, PdfMissing) as missing:
        raise NotFoundException from missing
