"""The API described, as OpenAPI 3.1, from the very records that judge the requests."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Response, get

from .orders import KEY, MAX_BODY, MAX_KEY
from .problems import MEDIA_TYPE
from .records import ORDER_ID, NewOrder, OrderState, PlacedOrder, Problem

JSON: Final = "application/json"

ABOUT: Final = f"""\
Orders of a shop in, their state out. Integers are written in digits alone: 100, not 100.0 or 1e2. A field that is not
described here is refused, and what is refused changed nothing. Another method is answered 405 with Allow, and a path
that is not described 404, as problems too.

Some rules stand in words alone; each is answered 422, and detail names the field:

* number is new for the merchant, unless the Idempotency-Key and the whole body are the same as before;
* return_url is empty or an address of a registered shop;
* the order's total is at most 10^15 minor units;
* no name, telephone, mail address or description holds a card number.

A body is at most {MAX_BODY} bytes: the longest order that is described here, however its letters are escaped.
"""

HEADERS: Final = {
    "Cache-Control": "Always no-store.",
    "WWW-Authenticate": "Bearer.",
    "Retry-After": "Seconds to wait before the same request is sent again.",
}
REFUSALS: Final = {
    "400": ("BadRequest", "No JSON, or no Idempotency-Key"),
    "401": ("Unauthorized", "No API key, or an unknown one"),
    "404": ("NotFound", "No such order"),
    "413": ("TooLarge", f"The body is larger than {MAX_BODY} bytes"),
    "415": ("NoJson", "The body is not said to be application/json"),
    "422": (
        "Unprocessable",
        "A field is wrong, and detail names it, or the Idempotency-Key was used with another body",
    ),
    "500": ("Fault", "A fault of the hub: send the same request again, with the same Idempotency-Key"),
    "503": ("Unavailable", "The hub cannot write now; nothing changed: send the same request again"),
}
"""Name and text of each refusal."""


@get("/v1/openapi.json", include_in_schema=False)
async def describe_api() -> Response[bytes]:
    """The description, as JSON."""
    return Response(msgspec.json.encode(description()), media_type=JSON, headers={"Cache-Control": "no-store"})


def description() -> dict[str, Any]:
    """The whole description."""
    (new, placed, state, problem), components = msgspec.json.schema_components(
        [NewOrder, PlacedOrder, OrderState, Problem], ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Payment Hub", "version": "1", "description": ABOUT},
        "security": [{"key": []}],
        "paths": {
            "/v1/orders": {"post": _create_order(new, placed)},
            "/v1/orders/{id}": {"get": _read_order(state)},
            "/v1/openapi.json": {"get": _describe_api()},
        },
        "components": {
            "schemas": components,
            "responses": {name: _refusal(status, text, problem) for status, (name, text) in REFUSALS.items()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _create_order(new: dict[str, Any], placed: dict[str, Any]) -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "The same key with the same body gives the same order.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": f"^{KEY.pattern}$"},
    }
    reading = {"read": {"operationId": "readOrder", "parameters": {"id": "$response.body#/id"}}}
    return {
        "operationId": "createOrder",
        "summary": "Place an order",
        "parameters": [key],
        "requestBody": {"required": True, "content": {JSON: {"schema": new}}},
        "responses": {
            "201": {**_answer("Placed", placed), "links": reading},
            "200": {**_answer("Placed before", placed), "links": reading},
            **_refused("400", "401", "413", "415", "422", "500", "503"),
        },
    }


def _read_order(state: dict[str, Any]) -> dict[str, Any]:
    order_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ORDER_ID}}
    return {
        "operationId": "readOrder",
        "summary": "See how an order stands",
        "parameters": [order_id],
        "responses": {"200": _answer("The order", state), **_refused("401", "404", "500", "503")},
    }


def _describe_api() -> dict[str, Any]:
    return {
        "operationId": "describeApi",
        "summary": "Read this description",
        "security": [],
        "responses": {"200": _answer("This description", {"type": "object"})},
    }


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "headers": _headers(), "content": {JSON: {"schema": schema}}}


def _refusal(status: str, text: str, problem: dict[str, Any]) -> dict[str, Any]:
    more = {"401": ("WWW-Authenticate",), "503": ("Retry-After",)}.get(status, ())
    return {"description": text, "headers": _headers(*more), "content": {MEDIA_TYPE: {"schema": problem}}}


def _refused(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in statuses}


def _headers(*more: str) -> dict[str, Any]:
    return {
        name: {"required": True, "description": HEADERS[name], "schema": {"type": "string"}}
        for name in ("Cache-Control", *more)
    }
