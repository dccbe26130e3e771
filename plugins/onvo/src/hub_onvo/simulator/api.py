"""The simulated ONVO's API below ``/v1``: keys, forms, errors, and what each call does."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import calls
from .calls import Call, Calls
from .errors import ApiError, of_form
from .options import shaped
from .records import Merchant
from .rendering import pages_of
from .world import World

METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
WRITTEN: Final = 201


@attrs.frozen(kw_only=True)
class Operation:
    """One call of the API.

    Attributes:
        path: Below ``/v1``, with ``{id}`` for an id.
        keys: Whose it is: ``secret``, ``either``, or ``confirm``, which an option decides.
    """

    method: str
    path: str
    run: Callable[[Calls, Call], Any]
    keys: str = "secret"

    def id_in(self, path: str) -> str | None:
        """The id of a path that is this one's; None for any other."""
        found = re.fullmatch(re.escape(self.path).replace(r"\{id\}", "([^/]+)"), path)
        return (found[1] if found.groups() else "") if found else None


OPERATIONS: Final = (
    Operation(method="POST", path="checkout/sessions/one-time-link", run=Calls.open_session),
    Operation(method="GET", path="checkout/sessions/one-time-link/account", run=Calls.list_sessions),
    Operation(method="GET", path="checkout/sessions/{id}", run=Calls.read_session),
    Operation(method="POST", path="checkout/sessions/{id}/expire", run=Calls.expire_session),
    Operation(method="POST", path="payment-intents", run=Calls.make_intent),
    Operation(method="GET", path="payment-intents/account", run=Calls.list_intents),
    Operation(method="GET", path="payment-intents/{id}", run=Calls.read_intent),
    Operation(method="POST", path="payment-intents/{id}", run=Calls.change_intent),
    Operation(method="POST", path="payment-intents/{id}/confirm", run=Calls.confirm_intent, keys="confirm"),
    Operation(method="POST", path="payment-intents/{id}/capture", run=Calls.capture_intent),
    Operation(method="POST", path="payment-intents/{id}/cancel", run=Calls.cancel_intent),
    Operation(method="POST", path="payment-methods", run=Calls.make_method, keys="either"),
    Operation(method="GET", path="payment-methods/{id}", run=Calls.read_method, keys="either"),
    Operation(method="POST", path="payment-methods/{id}/detach", run=Calls.detach_method),
    Operation(method="POST", path="customers", run=Calls.make_customer),
    Operation(method="GET", path="customers", run=Calls.list_customers),
    Operation(method="GET", path="customers/{id}", run=Calls.read_customer),
    Operation(method="POST", path="customers/{id}", run=Calls.change_customer),
    Operation(method="DELETE", path="customers/{id}", run=Calls.delete_customer),
    Operation(method="POST", path="refunds", run=Calls.make_refund),
    Operation(method="GET", path="refunds/{id}", run=Calls.read_refund),
    Operation(method="GET", path="mobile-transfers/list", run=Calls.list_transfers),
)


@attrs.frozen
class Api:
    """The API of one world."""

    world: World

    def routes(self) -> list[BaseRoute]:
        """Everything below ``/api``, which stands for api.onvopay.com."""
        return [Route("/api/{path:path}", self.answer, methods=METHODS)]

    async def answer(self, request: Request) -> Response:
        """One call."""
        stage, path = self.world.stage, "/" + request.path_params["path"]
        try:
            found, status = self._found(await self._run(request, path)), 200
            if request.method == "POST":
                status = WRITTEN
        except ApiError as error:
            plain = stage.options["business_errors"] == "plain"
            found, status = error.body(path, stage.now(), plain=plain), error.status
        await asyncio.sleep(stage.options["answer_seconds"])
        return JSONResponse(found, status)

    def _found(self, answer: Any) -> Any:
        return shaped(answer, self.world.stage.options)

    async def _run(self, request: Request, path: str) -> Any:
        operation, key = _operation(request.method, path)
        merchant = self._owner(request.headers.getlist("authorization"), operation.keys)
        call = Call(
            merchant=merchant,
            id=key,
            body=_object(await request.body()) if request.method == "POST" else {},
            query=_query(request),
            pages=pages_of(request),
        )
        return operation.run(calls.Calls(self.world), call)

    def _owner(self, headers: list[str], keys: str) -> Merchant:
        """The merchant of a bearer key that may make this call."""
        scheme, _, given = (headers[0] if len(headers) == 1 else "").partition(" ")
        for merchant in self.world.merchants if scheme.lower() == "bearer" else ():
            if hmac.compare_digest(given.encode(), merchant.secret_key.encode()):
                if keys == "confirm" and self.world.stage.options["confirm_key"] == "publishable":
                    raise ApiError(403, ("Forbidden resource",))
                return merchant
            if hmac.compare_digest(given.encode(), merchant.publishable_key.encode()):
                if keys == "secret":
                    raise ApiError(403, ("Forbidden resource",))
                return merchant
        raise ApiError(401, ("Unauthorized",))


def _operation(method: str, path: str) -> tuple[Operation, str]:
    """The call of a path; updates by PUT and PATCH are none."""
    below = path.rstrip("/").removeprefix("/v1/")
    for operation in OPERATIONS if path.startswith("/v1/") else ():
        key = operation.id_in(below) if operation.method == method else None
        if key is not None:
            return operation, key
    raise ApiError(404, (f"Cannot {method} {path}",))


def _query(request: Request) -> Mapping[str, str]:
    given = request.query_params.multi_items()
    if len(dict(given)) < len(given):
        raise of_form(["a parameter is given twice"])
    return dict(given)


def _object(raw: bytes) -> Any:
    if not raw.strip():
        return {}
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise of_form(["the body is no JSON"]) from None
