"""The API described, as OpenAPI 3.1, from the very records that judge the requests."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get

from .problems import MEDIA_TYPE
from .records import NewOrder, OrderState, PlacedOrder, Problem

JSON = "application/json"


@get("/v1/openapi.json", include_in_schema=False)
async def describe_api() -> Response[bytes]:
    """The description, as JSON."""
    return Response(msgspec.json.encode(description()), media_type=JSON)


def description() -> dict[str, Any]:
    """The whole description."""
    (new, placed, state, problem), components = msgspec.json.schema_components(
        [NewOrder, PlacedOrder, OrderState, Problem], ref_template="#/components/schemas/{name}"
    )
    refusals = {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": problem}}}
        for status, text in (
            ("400", "No JSON, or no Idempotency-Key"),
            ("401", "No API key, or an unknown one"),
            ("422", "A field is wrong, and detail names it, or the Idempotency-Key was used with another body"),
        )
    }
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "The same key with the same body gives the same order.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    }
    order_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Payment Hub", "version": "1"},
        "security": [{"key": []}],
        "paths": {
            "/v1/orders": {
                "post": {
                    "operationId": "createOrder",
                    "summary": "Place an order",
                    "parameters": [key],
                    "requestBody": {"required": True, "content": {JSON: {"schema": new}}},
                    "responses": {
                        "201": _answer("Placed", placed),
                        "200": _answer("Placed before", placed),
                        **refusals,
                    },
                }
            },
            "/v1/orders/{id}": {
                "get": {
                    "operationId": "readOrder",
                    "summary": "See how an order stands",
                    "parameters": [order_id],
                    "responses": {
                        "200": _answer("The order", state),
                        "401": refusals["401"],
                        "404": {"description": "No such order", "content": {MEDIA_TYPE: {"schema": problem}}},
                    },
                }
            },
        },
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": schema}}}
