"""A file that a customer handed in with a report: saved, never shown, by whoever signs in for the merchant."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.flows.statements.open_attachment import open_attachment
from hub.web.responses import HEADERS

from .context import Context, unknown_is_404
from .rights import Right


@get("/proofs/{review:str}", right=Right.SEE)
async def save_proof(context: Context, review: FromPath[str]) -> Response[bytes]:
    """The file as it was handed in; a browser saves it and never draws it."""
    with unknown_is_404():
        proof, content = await open_attachment(context.hub, context.merchant, review)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            **HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(proof.name)}",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        },
    )


HANDLERS: list[ControllerRouterHandler] = [save_proof]
