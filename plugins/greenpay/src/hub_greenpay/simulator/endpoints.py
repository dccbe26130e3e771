"""Greenpay's two APIs over HTTP: ``/merchant`` (orders, tokens, voids) and ``/checkout`` (encrypted cards).

Errors and declines are answered with HTTP 200, as every known client expects (unless an option says otherwise); a body
that is no JSON object gets 400.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .body import Refusal
from .cards import Card, CardError, read_card
from .cipher import CipherError, open_sealed
from .options import played
from .session import Session, TokenOrder
from .world import World

Handler = Callable[[Request], Awaitable[Response]]
Answerer = Callable[[dict[str, Any]], dict[str, Any]]


@attrs.frozen
class Endpoints:
    """The APIs of one world."""

    world: World

    def routes(self) -> list[BaseRoute]:
        """All addresses; the bare prefixes work with and without a slash."""
        world = self.world
        answers: dict[str, Answerer] = {
            "/merchant": lambda body: _opened(world.order(body)),
            "/merchant/": lambda body: _opened(world.order(body)),
            "/merchant/tokenize": lambda body: _opened(world.open_token_order(body)),
            "/merchant/tokenPayment": world.pay_with_token,
            "/merchant/deleteToken": world.delete_card,
            "/merchant/transactions/void": lambda body: world.give_back(body, "void"),
            "/merchant/transactions/refund": lambda body: world.give_back(body, "refund"),
        }
        return [
            *(_route(path, self._plain(answer)) for path, answer in answers.items()),
            _route("/checkout/kount", self.check_out),
            _route("/checkout", self.check_out),
            _route("/checkout/", self.check_out),
            _route("/checkout/tokenize", self.save_card),
        ]

    def _plain(self, answer: Answerer) -> Handler:
        async def handle(request: Request) -> Response:
            return self._answered(answer, await _body(request))

        return handle

    async def check_out(self, request: Request) -> Response:
        """Charge the card that a client encrypted."""
        body = await _body(request)
        declined = played(self.world.stage, "http_status_on_decline")
        return self._answered(lambda body: self._charge(request, body), body, declined)

    async def save_card(self, request: Request) -> Response:
        """Save the card that a client encrypted."""
        return self._answered(lambda body: self._save(request, body), await _body(request))

    def _answered(self, answer: Answerer, body: dict[str, Any] | None, declined: int = 200) -> JSONResponse:
        if body is None:
            return JSONResponse(_failure("Invalid body"), 400)
        try:
            value = answer(body)
        except (Refusal, CardError, CipherError) as refusal:
            stage = self.world.stage
            shape, status = played(stage, "refusal"), played(stage, "http_status_on_refusal")
            return JSONResponse(_failure(str(refusal), shape), status)
        return JSONResponse(value, declined if value.get("status") == 500 else 200)

    def _charge(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        session = self.world.sessions.get(str(body.get("session")))
        if session is None or not _has_token(request, session.token):
            raise Refusal("Error: Invalid session or token")
        if not self.world.is_open(session):
            raise Refusal("Error: Session expired or already used")
        opened = open_sealed(body, session.merchant.key)
        if "card" not in opened and "token" in opened:
            card = self.world.saved_card(session.merchant, opened["token"])
        else:
            card = read_card(opened.get("card"))
        return self.world.charge(session, card)

    def _save(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        order = self.world.token_orders.get(str(body.get("session")))
        if order is None or not _has_token(request, order.token):
            raise Refusal("Error: Invalid session or token")
        if self.world.stage.now() >= order.expires_at:
            raise Refusal("Error: Session expired or already used")
        card: Card = read_card(open_sealed(body, order.merchant.key).get("card"))
        return self.world.save_card(order, card)


def _route(path: str, handler: Handler) -> Route:
    return Route(path, handler, methods=["POST"])


async def _body(request: Request) -> dict[str, Any] | None:
    try:
        value = json.loads(await request.body(), parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _failure(text: str, shape: str = "errors") -> Mapping[str, Any]:
    match shape:
        case "nested":
            return {"status": 500, "errors": [{"success": False, "errors": [["order", text]]}]}
        case "message":
            return {"statusCode": 400, "message": text}
    return {"status": 500, "errors": [text]}


def _opened(session: Session | TokenOrder) -> dict[str, Any]:
    return {"session": session.id, "token": session.token}


def _has_token(request: Request, token: str) -> bool:
    return secrets.compare_digest(request.headers.get("liszt-token", "").encode(), token.encode())
