"""The application: pages and API on Litestar, messages from outside straight, and what is mounted beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import structlog
from litestar import Litestar, Response, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Send

from hub.domain.import_run import MAX_BYTES
from hub.domain.text import Text
from hub.flows.ground.open_link import LinkClosed
from hub.flows.ground.ports import Hub, Unavailable, Unopened
from hub.flows.merchants.save_logo import open_logo
from hub.flows.operations.check_readiness import REMEDIES, check_readiness, is_alive
from hub.texts.engine import message as _

from .door import Door
from .heads import answering_heads, with_head
from .links import is_cut
from .notifications import Notifications, Returns
from .pages import open_pages, reader_pages_of
from .proxies import BlindSpots, Proxies
from .request import Request, hub_of
from .responses import Page
from .welcome import welcome

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
FRONT = "/"
"""The address alone; mounted, it is that one page."""

MAX_FORM = 256 * 1024
RETRY_SECONDS = "5"
UNCOMPRESSED = ["^/m(/|$)", "^/v1/"]
"""Pages that a cookie opens: the length of a compressed answer must tell nobody what stands beside his own words."""

FAULTS = {
    400: ("No entendimos la solicitud", "Vuelva a la página anterior e inténtelo de nuevo."),
    403: ("No se puede", "La página venció o el formulario no es nuestro. Vuelva a abrir su enlace."),
    404: ("No encontramos esta página", "Revise que la dirección esté completa, tal como llegó en el correo."),
    405: ("No se puede", "Vuelva a abrir su enlace."),
    413: ("Es demasiado grande", "Lo que envió es más grande de lo que podemos recibir."),
    500: ("Algo falló de nuestro lado", "Ya quedó registrado. Inténtelo de nuevo en unos minutos."),
    503: ("Estamos ocupados", "Inténtelo de nuevo en unos segundos; no se perdió nada."),
}
"""Title and advice of each fault that a person may see."""

FILES = {"/m/import": "/m/import", "/m/settlements/file": "/m/settlements"}
"""Where files are sent that are imported, and the page that asks for them."""

CUT = (
    _("La dirección no está completa"),
    _(
        "Parece que se cortó al final de una línea. Cópiela entera del correo, con lo que sigue en la línea de abajo, "
        "y péguela en la barra de direcciones."
    ),
)
"""The same for the beginning of a mailed link."""


@attrs.frozen
class Front:
    """Sends each request to whoever answers it.

    Messages from outside do not pass through Litestar: their path must stay percent-encoded, their body raw, and
    providers wait for the answer.

    Attributes:
        mounts: (path, application) pairs; an application finds its path as ``root_path``, as ASGI has it.
        visitors: Everybody but providers, whose address proves nothing and is not asked for.
    """

    pages: Litestar
    notifications: ASGIApp
    returns: ASGIApp
    door: Door
    mounts: tuple[tuple[str, ASGIApp], ...] = ()
    visitors: Proxies = attrs.field(init=False)

    @visitors.default
    def _visitors(self) -> Proxies:
        return Proxies(self._others, self.door.hub, self.door.blind_spots)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.pages(scope, receive, send)
        elif scope["path"].startswith("/n/"):
            await self.notifications(scope, receive, send)
        else:
            await self.visitors(scope, receive, send)

    async def _others(self, scope: Any, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/pay/return/"):
            await self.door.lead(self.returns, scope, receive, send)
        elif mounted := self._mounted(path):
            await mounted(scope, receive, send)
        else:
            await self.door.lead(answering_heads(self.pages), scope, receive, send)

    def _mounted(self, path: str) -> ASGIApp | None:
        for prefix, app in self.mounts:
            if path == prefix or (prefix != FRONT and path.startswith(f"{prefix}/")):
                return _below(prefix.rstrip("/"), app)
        return None


def _below(prefix: str, app: ASGIApp) -> ASGIApp:
    async def mounted(scope: Any, receive: Receive, send: Send) -> None:
        inner: Any = {**scope, "root_path": f"{scope.get('root_path', '')}{prefix}"}
        await app(inner, receive, send)

    return mounted


def create_app(hub: Hub, *, mounts: Sequence[tuple[str, ASGIApp]] = ()) -> Front:
    """The whole application of a hub; ``mounts`` are (path, application) pairs served beside it."""
    from . import api, checkout, merchant, portal

    pages, blind_spots = open_pages(hub), BlindSpots(hub)
    app = Litestar(
        route_handlers=[
            *portal.routes(),
            *checkout.routes(),
            *merchant.routes(),
            *api.routes(),
            welcome,
            healthz,
            readyz,
            asset,
            logo,
        ],
        state=State(
            {
                "hub": hub,
                "pages": pages,
                "assets": read_assets(),
                "renewed": {},
                "written": portal.note.written(),
                "tries": merchant.sign_in.Tries(),
                "blind_spots": blind_spots,
            }
        ),
        exception_handlers={
            LinkClosed: show_closed_link,
            Unavailable: show_unavailable,
            Unopened: show_unavailable,
            HTTPException: show_http_fault,
            Exception: show_fault,
        },
        openapi_config=None,
        compression_config=CompressionConfig(backend="gzip", minimum_size=1024, exclude=UNCOMPRESSED),
        request_max_body_size=MAX_FORM,
        logging_config=None,
    )
    return Front(
        app, Notifications(hub), Returns(hub, answering_heads(app)), Door(hub, pages, blind_spots), tuple(mounts)
    )


def read_assets() -> Mapping[str, tuple[bytes, str]]:
    """Content and type of each static file, by name."""
    return {
        path.name: (path.read_bytes(), TYPES[path.suffix]) for path in sorted(STATIC.iterdir()) if path.suffix in TYPES
    }


@get("/static/{name:str}", include_in_schema=False)
async def asset(request: Request) -> Response[bytes]:
    """A static file; its address changes with its content, so it may be kept."""
    found = request.app.state["assets"].get(request.path_params["name"])
    if found is None:
        raise HTTPException(status_code=404)
    content, kind = found
    return Response(
        content,
        media_type=kind,
        headers={"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"},
    )


@get("/logo/{owner:str}/{picture:str}", include_in_schema=False)
async def logo(request: Request) -> Response[bytes]:
    """A merchant's logo as we drew it; its address changes with its content, so it may be kept."""
    owner, picture = request.path_params["owner"], request.path_params["picture"]
    try:
        content = await open_logo(hub_of(request), owner, picture.removesuffix(".png"))
    except LookupError:
        raise HTTPException(status_code=404) from None
    return Response(
        content,
        media_type="image/png",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


@get("/healthz", include_in_schema=False)
async def healthz(request: Request) -> Response[str]:
    """The process answers, and its loop turns."""
    alive = is_alive(hub_of(request))
    text = "ok" if alive else f"the loop stands still: {REMEDIES['loop']}"
    return Response(f"{text}\n", status_code=200 if alive else 503, media_type=MediaType.TEXT)


@get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> Response[str]:
    """Requests may be sent here; with ``?detail`` as JSON, with what is impaired."""
    found = await check_readiness(hub_of(request))
    status = 200 if found.is_ready else 503
    if "detail" not in request.query_params:
        parts = sorted({part for part, _ in found.problems}) or ["stopping"]
        remedies = "".join(f"\n{part}: {REMEDIES[part]}" for part in parts)
        text = "ready" if found.is_ready else f"not ready: {', '.join(parts)}{remedies}"
        return Response(f"{text}\n", status_code=status, media_type=MediaType.TEXT)
    detail = {
        "ready": found.is_ready,
        "problems": [{"part": part, "problem": problem, "remedy": REMEDIES[part]} for part, problem in found.problems],
        "loop_seconds": None if found.loop_age is None else round(found.loop_age, 1),
        "stopping": found.stopping,
        "quarantined": list(found.quarantined),
    }
    return Response(json.dumps(detail), status_code=status, media_type=MediaType.JSON)


def show_fault(request: Request, fault: Exception) -> Response[Any]:
    """A fault of ours: logged whole, shown without a word of it."""
    log.error("request_failed", path=_kind_of(request), exc_info=fault)
    return _fault(request, 500)


def show_http_fault(request: Request, fault: HTTPException) -> Response[Any]:
    """A request that cannot be answered."""
    status = fault.status_code
    if status >= 500:
        return show_fault(request, fault)
    return _fault(request, status, headers=fault.headers, detail=fault.detail)


def show_unavailable(request: Request, _fault_: Unavailable | Unopened) -> Response[Any]:
    """The database cannot write now, or the keys that are here may seal nothing; both are told to the operator."""
    return _fault(request, 503, headers={"Retry-After": RETRY_SECONDS})


def show_closed_link(request: Request, closed: LinkClosed) -> Response[Any]:
    """A link that opens nothing: unknown and forged ones look like any page that is not there."""
    from .portal.closed_link import closed_link_page

    return closed_link_page(request, closed) if closed.link else _fault(request, 404)


def _fault(
    request: Request, status: int, *, headers: Mapping[str, str] | None = None, detail: str = ""
) -> Response[Any]:
    headers = {name: with_head(value) if name.lower() == "allow" else value for name, value in (headers or {}).items()}
    if request.scope["path"].startswith("/v1/"):
        from .api.problems import problem

        return problem(status, detail, headers=headers)
    cut = status == 404 and is_cut(request.scope["path"])
    title, advice = CUT if cut else FAULTS.get(status, FAULTS[400])
    kept = {name: value for name, value in headers.items() if name.lower() in ("allow", "retry-after")}
    pages = reader_pages_of(request)
    pages = attrs.evolve(pages, switch="")  # what is not there looks the same whatever its address
    path = request.scope["path"]
    home = "/m" if path.startswith("/m/") else ""
    asked_at = FILES.get(path, "") if status == 413 else ""
    said = Text("handed.too_large", most=MAX_BYTES // 2**20) if asked_at else advice
    page: Page = pages.page(
        "error.html", status=status, headers=kept, title=title, advice=said, home=asked_at or home, file=bool(asked_at)
    )
    return page


def _kind_of(request: Request) -> str:
    """The first part of the path: what follows it may be a token."""
    return "/" + request.scope["path"].strip("/").partition("/")[0]
